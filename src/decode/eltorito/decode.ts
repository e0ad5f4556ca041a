// Boot catalogues of El Torito 1.0, boot images, and the table that mastering tools patch into them.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { decode, type Layout, type Structure, valuesOf } from "../../bytes/struct.ts";
import { isZero } from "../../bytes/text.ts";
import type { BootEntry, Partition, Reading } from "../../model/image.ts";
import { BOOT_IMAGE_RANK } from "../../model/regions.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import type { Limits } from "../../bytes/limits.ts";
import {
  bootInformationTable,
  grubBootInformation,
  initialEntry,
  sectionEntry,
  sectionEntryExtension,
  sectionHeaderEntry,
  validationEntry,
} from "./layout.ts";

const ENTRY = 32;
const MEDIA_BYTES: Readonly<Record<number, number>> = { 1: 1_228_800, 2: 1_474_560, 3: 2_949_120 };

/** A file that a boot entry names by its place. */
export type BootFile = { readonly bytes: number; readonly path: string };

/** Where to read and what is already known of the image. */
export type BootContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly logicalSize: number;
  readonly out: ImageRecorder;
  readonly limits: Limits;
  /** The files that begin at these logical bytes. */
  readonly filesAt: (starts: ReadonlySet<number>) => ReadonlyMap<number, BootFile>;
  readonly partitions: readonly Partition[];
  /** Where the boot record names the catalogue. */
  readonly pointer?: Span;
  /** Logical sector of the primary descriptor of the session. */
  readonly primary: number;
};

type FoundEntry = {
  readonly span: Span;
  readonly platform: number;
  readonly value: {
    readonly bootIndicator: number;
    readonly bootMediaType: number;
    readonly loadSegment: number;
    readonly sectorCount: number;
    readonly loadRba: number;
  };
};

class CatalogReader {
  readonly #context: BootContext;
  readonly #found: FoundEntry[] = [];
  #bytes = new Uint8Array(0);
  #limited = false;
  readonly #start: number;

  constructor(sector: number, context: BootContext) {
    this.#start = sector * SECTOR;
    this.#context = context;
  }

  async read(): Promise<FoundEntry[]> {
    const { read, limits, out } = this.#context;
    this.#bytes = (await read(this.#start, SECTOR)).bytes.slice();
    const platform = this.#entry(validationEntry, 0)?.value.platformId ?? 0;
    const initial = this.#entry(initialEntry, ENTRY);
    if (initial !== undefined) {
      this.#found.push({ span: initial.span, platform, value: initial.value });
    }
    let at = 2 * ENTRY;
    let last = false;
    while (!last && await this.#has(at, limits)) {
      const indicator = this.#bytes[at];
      if (indicator !== 0x90 && indicator !== 0x91) {
        at = this.#stray(at, platform);
        if (at < 0) break;
        continue;
      }
      const header = this.#entry(sectionHeaderEntry, at);
      at += ENTRY;
      if (header === undefined) break;
      at = await this.#section(at, header.value.platformId, header.value.sectionEntryCount);
      last = indicator === 0x91 && this.#bytes[at] !== 0x90 && this.#bytes[at] !== 0x91;
    }
    const sectors = Math.max(1, Math.ceil(at / SECTOR));
    out.claim(logicalSpan(this.#start, sectors * SECTOR), "boot", { name: "Boot Catalog" });
    return this.#found;
  }

  // A catalogue may go on over any number of sectors.
  async #has(at: number, limits: Limits): Promise<boolean> {
    if (at + ENTRY <= this.#bytes.length) return true;
    if (at >= limits.catalogSectors * SECTOR) {
      this.#noteLimit(at, limits.catalogSectors);
      return false;
    }
    const { bytes } = await this.#context.read(this.#start, this.#bytes.length + SECTOR);
    this.#bytes = bytes.slice();
    return at + ENTRY <= this.#bytes.length;
  }

  #noteLimit(at: number, sectors: number): void {
    if (this.#limited) return;
    this.#limited = true;
    this.#context.out.fault({
      kind: "limit",
      structure: sectionHeaderEntry.id,
      span: logicalSpan(this.#start + at, ENTRY),
      message: `the boot catalog goes on past the limit of ${sectors} sectors`,
    });
  }

  #entry<F extends Layout["fields"]>(layout: Layout<F>, at: number): Structure<F> | undefined {
    const start = this.#start + at;
    const bytes = this.#bytes.subarray(at, at + ENTRY);
    const value = decode(layout, { bytes, space: "logical", start }, "boot", this.#context.out);
    if (value === undefined) return undefined;
    return { layout, span: logicalSpan(start, ENTRY), value, owner: "boot" };
  }

  async #section(from: number, platform: number, count: number): Promise<number> {
    let at = from;
    for (let number = 0; number < count && await this.#has(at, this.#context.limits); number++) {
      const first = this.#bytes[at];
      if (first !== 0x88 && first !== 0x00) return at;
      if (first === 0 && isZero(this.#bytes.subarray(at, at + ENTRY))) return at;
      const entry = this.#entry(sectionEntry, at);
      if (entry === undefined) return at;
      this.#found.push({ span: entry.span, platform, value: entry.value });
      let more = (entry.value.bootMediaType & 0x20) !== 0;
      at += ENTRY;
      while (more && await this.#has(at, this.#context.limits) && this.#bytes[at] === 0x44) {
        more = ((this.#entry(sectionEntryExtension, at)?.value.flags ?? 0) & 0x20) !== 0;
        at += ENTRY;
      }
    }
    return at;
  }

  // Mageia 4 has entries without a section header: a bootable entry is read, anything else ends it.
  #stray(at: number, platform: number): number {
    if (this.#bytes[at] !== 0x88) return -1;
    const entry = this.#entry(sectionEntry, at);
    if (entry === undefined) return -1;
    this.#found.push({ span: entry.span, platform, value: entry.value });
    return at + ENTRY;
  }
}

// Bytes of a FAT volume by its BIOS parameter block, or undefined where there is none.
function fatBytes(head: Uint8Array): number | undefined {
  if (head.length < 512 || head[510] !== 0x55 || head[511] !== 0xaa) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const sectorBytes = view.getUint16(11, true);
  const sectors = view.getUint16(19, true) || view.getUint32(32, true);
  const plausible = [512, 1024, 2048, 4096].includes(sectorBytes) && (head[13] ?? 0) > 0 &&
    sectors > 0;
  return plausible ? sectors * sectorBytes : undefined;
}

async function bootImage(
  { value, platform, span }: FoundEntry,
  files: ReadonlyMap<number, BootFile>,
  context: BootContext,
): Promise<BootEntry> {
  const start = value.loadRba * SECTOR;
  const media = value.bootMediaType & 15;
  const entry = {
    platform,
    bootable: value.bootIndicator === 0x88,
    media,
    loadSegment: value.loadSegment,
    sectorCount: value.sectorCount,
    sector: value.loadRba,
    entry: span,
  };
  const counted = value.sectorCount * 512;
  const file = files.get(start);
  const atLeast = (bytes: number) => Math.max(bytes, counted);
  if (file !== undefined) {
    return { ...entry, bytes: atLeast(file.bytes), sizeFrom: "file", path: file.path };
  }
  const partition = context.partitions.find((each) => each.start === start && each.length > 0);
  if (partition !== undefined) {
    return { ...entry, bytes: atLeast(partition.length), sizeFrom: "partition" };
  }
  const emulated = MEDIA_BYTES[media];
  if (emulated !== undefined) return { ...entry, bytes: atLeast(emulated), sizeFrom: "media" };
  const { bytes: head } = await context.read(start, 512);
  const fat = fatBytes(head);
  if (fat !== undefined) return { ...entry, bytes: atLeast(fat), sizeFrom: "fat" };
  return { ...entry, bytes: counted, sizeFrom: "count" };
}

// The table is there only if its first two fields name this volume and this file.
async function readInformationTable(entry: BootEntry, context: BootContext): Promise<void> {
  const start = entry.sector * SECTOR;
  const { bytes } = await context.read(start, 2560);
  const table = valuesOf(bootInformationTable, bytes.subarray(8));
  if (table === undefined) return;
  const { primaryVolumeDescriptor, bootFile } = table;
  if (primaryVolumeDescriptor === context.primary && bootFile === entry.sector) {
    context.out.structures.add({
      layout: bootInformationTable,
      span: logicalSpan(start + 8, bootInformationTable.size),
      value: table,
      owner: "boot",
    });
  }
  const grub = valuesOf(grubBootInformation, bytes.subarray(2548));
  if (grub?.secondSector === BigInt(entry.sector) * 4n + 5n) {
    context.out.structures.add({
      layout: grubBootInformation,
      span: logicalSpan(start + 2548, grubBootInformation.size),
      value: grub,
      owner: "boot",
    });
  }
}

/** Reads the catalogue at a logical sector: its entries, and the images they name. */
export async function readBootCatalog(sector: number, context: BootContext): Promise<BootEntry[]> {
  const start = sector * SECTOR;
  if (sector === 0 || start >= context.logicalSize) {
    context.out.fault({
      kind: "catalog-outside",
      structure: validationEntry.id,
      ...(context.pointer === undefined ? {} : { span: context.pointer }),
      message: `the boot catalog is said to be at logical sector ${sector}, the image holds ` +
        `${Math.ceil(context.logicalSize / SECTOR)}`,
      recorded: String(sector),
    });
    return [];
  }
  const entries: BootEntry[] = [];
  const catalog = await new CatalogReader(sector, context).read();
  const files = context.filesAt(new Set(catalog.map(({ value }) => value.loadRba * SECTOR)));
  for (const found of catalog) {
    const entry = await bootImage(found, files, context);
    entries.push(entry);
    const inside = entry.sector > 0 && entry.sector * SECTOR < context.logicalSize;
    if (!inside) continue;
    await readInformationTable(entry, context);
    const name = `Boot image of platform 0x${entry.platform.toString(16).padStart(2, "0")}`;
    const span = logicalSpan(entry.sector * SECTOR, entry.bytes);
    context.out.claim(span, "boot", { name }, BOOT_IMAGE_RANK);
  }
  return entries;
}
