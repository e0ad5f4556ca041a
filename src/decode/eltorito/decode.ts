// Boot images of El Torito 1.0 and the table that mastering tools patch into them.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { valuesOf } from "../../bytes/struct.ts";
import type { BootEntry, InformationTable, Partition } from "../../model/image.ts";
import { BOOT_IMAGE_RANK } from "../../model/regions.ts";
import { type CatalogContext, CatalogReader, type FoundEntry } from "./catalog.ts";
import { bootInformationTable, grubBootInformation, validationEntry } from "./layout.ts";

const MEDIA_BYTES: Readonly<Record<number, number>> = { 1: 1_228_800, 2: 1_474_560, 3: 2_949_120 };

/** A file that a boot entry names by its place. */
export type BootFile = { readonly bytes: number; readonly path: string };

/** Where to read and what is already known of the image. */
export type BootContext = CatalogContext & {
  readonly logicalSize: number;
  /** The files that begin at these logical bytes. */
  readonly filesAt: (starts: ReadonlySet<number>) => ReadonlyMap<number, BootFile>;
  readonly partitions: readonly Partition[];
  /** Where the boot record names the catalogue. */
  readonly pointer?: Span;
  /** Logical sector of the primary descriptor of the session. */
  readonly primary: number;
};

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
    const { bytes, path } = file;
    return { ...entry, bytes: atLeast(bytes), sizeFrom: "file", path, fileBytes: bytes };
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
async function readInformationTable(
  entry: BootEntry,
  context: BootContext,
): Promise<InformationTable | undefined> {
  const start = entry.sector * SECTOR;
  const { bytes } = await context.read(start, 2560);
  const grub = valuesOf(grubBootInformation, bytes.subarray(2548));
  if (grub?.secondSector === BigInt(entry.sector) * 4n + 5n) {
    context.out.structures.add({
      layout: grubBootInformation,
      span: logicalSpan(start + 2548, grubBootInformation.size),
      value: grub,
      owner: "boot",
    });
  }
  const table = valuesOf(bootInformationTable, bytes.subarray(8));
  if (table === undefined) return undefined;
  const { primaryVolumeDescriptor, bootFile, bootFileLength, bootFileChecksum } = table;
  if (primaryVolumeDescriptor !== context.primary || bootFile !== entry.sector) return undefined;
  const span = logicalSpan(start + 8, bootInformationTable.size);
  context.out.structures.add({ layout: bootInformationTable, span, value: table, owner: "boot" });
  return { span, fileLength: bootFileLength, checksum: bootFileChecksum };
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
    const inside = entry.sector > 0 && entry.sector * SECTOR < context.logicalSize;
    const informationTable = inside ? await readInformationTable(entry, context) : undefined;
    entries.push(informationTable === undefined ? entry : { ...entry, informationTable });
    if (!inside) continue;
    const name = `Boot image of platform 0x${entry.platform.toString(16).padStart(2, "0")}`;
    const span = logicalSpan(entry.sector * SECTOR, entry.bytes);
    context.out.claim(span, "boot", { name }, BOOT_IMAGE_RANK);
  }
  return entries;
}
