// Boot catalogues of El Torito 1.0: validation entry, initial entry, sections with their extensions.

import type { Limits } from "../../bytes/limits.ts";
import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { decode, type Layout, type Structure } from "../../bytes/struct.ts";
import { isZero } from "../../bytes/text.ts";
import type { Reading } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import {
  initialEntry,
  sectionEntry,
  sectionEntryExtension,
  sectionHeaderEntry,
  validationEntry,
} from "./layout.ts";

const ENTRY = 32;
/** First bytes of entries (2.2, 2.3, 2.5). */
const BOOTABLE = 0x88;
const MORE = 0x90;
const FINAL = 0x91;
const EXTENSION = 0x44;
/** An extension follows (2.4, 2.5). */
const FOLLOWED = 0x20;

/** Where to read a catalogue, and where what it says goes. */
export type CatalogContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly out: ImageRecorder;
  readonly limits: Limits;
};

/** A section header by its offset in the catalogue. */
type Header = {
  readonly at: number;
  readonly indicator: typeof MORE | typeof FINAL;
  readonly platform: number;
  readonly count: number;
};

function hexByte(value: number): string {
  return value.toString(16).padStart(2, "0");
}

/** An entry of a catalogue that names a boot image. */
export type FoundEntry = {
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

/** Reads one catalogue; `context` says where from. */
export class CatalogReader {
  readonly #context: CatalogContext;
  readonly #found: FoundEntry[] = [];
  #bytes = new Uint8Array(0);
  #limited = false;
  /** Bytes of the catalogue that were read as entries. */
  #end = 2 * ENTRY;
  readonly #start: number;

  /** Reads from a logical sector on. */
  constructor(sector: number, context: CatalogContext) {
    this.#start = sector * SECTOR;
    this.#context = context;
  }

  /** Reads its entries in order, as far as there are any; what is wrong with them is a fault. */
  async read(): Promise<FoundEntry[]> {
    const { read, limits, out } = this.#context;
    this.#bytes = (await read(this.#start, SECTOR)).bytes.slice();
    const platform = this.#entry(validationEntry, 0)?.value.platformId ?? 0;
    const initial = this.#entry(initialEntry, ENTRY);
    if (initial !== undefined) {
      this.#found.push({ span: initial.span, platform, value: initial.value });
    }
    let at = 2 * ENTRY;
    let last: Header | undefined;
    while (last?.indicator !== FINAL && await this.#has(at, limits)) {
      const indicator = this.#bytes[at] ?? 0;
      const isHeader = indicator === MORE || indicator === FINAL || this.#isHeaderDamaged(at, last);
      if (!isHeader) {
        at = this.#stray(at, platform);
        if (at < 0) break;
        continue;
      }
      const header = this.#header(at);
      if (header === undefined) break;
      at = await this.#section(header);
      last = this.#goesOn(header, at) ? { ...header, indicator: MORE } : header;
    }
    this.#end = at < 0 ? this.#end : at;
    this.#noteEnd(this.#end, last);
    const sectors = Math.max(1, Math.ceil(this.#end / SECTOR));
    out.claim(logicalSpan(this.#start, sectors * SECTOR), "boot", { name: "Boot Catalog" });
    return this.#found;
  }

  // Another first byte than 90 and 91, yet a bootable entry behind it, and a count that is one.
  #isHeaderDamaged(at: number, last: Header | undefined): boolean {
    const isExpected = last?.indicator === MORE || at === 2 * ENTRY;
    const count = (this.#bytes[at + 2] ?? 0) + 256 * (this.#bytes[at + 3] ?? 0);
    return isExpected && this.#bytes[at] !== BOOTABLE && this.#bytes[at + ENTRY] === BOOTABLE &&
      count > 0 && count <= SECTOR / ENTRY;
  }

  #header(at: number): Header | undefined {
    const header = this.#entry(sectionHeaderEntry, at);
    if (header === undefined) return undefined;
    const { headerIndicator: indicator, platformId, sectionEntryCount } = header.value;
    if (indicator !== MORE && indicator !== FINAL) {
      this.#noteSection(
        header.span,
        `a section header begins with ${hexByte(indicator)}, neither with ` +
          `${hexByte(MORE)} nor with ${hexByte(FINAL)}`,
        hexByte(indicator),
      );
    }
    // What is no header of more sections ends the catalogue.
    const kind = indicator === MORE ? MORE : FINAL;
    return { at, indicator: kind, platform: platformId, count: sectionEntryCount };
  }

  // Another header behind the last one is read all the same.
  #goesOn({ at: header, indicator }: Header, at: number): boolean {
    const next = this.#bytes[at];
    if (indicator !== FINAL || (next !== MORE && next !== FINAL)) return false;
    this.#noteSection(
      logicalSpan(this.#start + header, ENTRY),
      `a section header is marked ${hexByte(FINAL)} as the last, and another one follows`,
      hexByte(FINAL),
    );
    return true;
  }

  #noteSection(span: Span, message: string, recorded: string): void {
    this.#context.out.fault({
      kind: "boot-section",
      structure: sectionHeaderEntry.id,
      span,
      message,
      recorded,
    });
  }

  // FreeBSD 11.0 has a last header of 90; OpenBSD has bytes behind the last section.
  #noteEnd(at: number, last: Header | undefined): void {
    if (this.#limited) return;
    if (last?.indicator === MORE) {
      this.#noteSection(
        logicalSpan(this.#start + last.at, ENTRY),
        `the last section header is marked ${hexByte(MORE)}, as if more followed`,
        hexByte(MORE),
      );
    }
    const rest = this.#bytes.subarray(at);
    const first = rest.findIndex((byte) => byte !== 0);
    if (first < 0) return;
    const used = rest.findLastIndex((byte) => byte !== 0) + 1 - first;
    this.#context.out.fault({
      kind: "boot-trailing",
      structure: sectionHeaderEntry.id,
      span: logicalSpan(this.#start + at + first, used),
      message: `${used} bytes behind the last entry of the boot catalog are not all zero`,
    });
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

  async #section({ at: header, platform, count }: Header): Promise<number> {
    const { limits } = this.#context;
    let at = header + ENTRY;
    this.#end = at;
    for (let number = 0; number < count; number++) {
      const isThere = await this.#has(at, limits) && this.#isEntry(at);
      const entry = isThere ? this.#entry(sectionEntry, at) : undefined;
      if (entry === undefined) {
        this.#noteCount(header, number, count);
        return at;
      }
      this.#found.push({ span: entry.span, platform, value: entry.value });
      at += ENTRY;
      if ((entry.value.bootMediaType & FOLLOWED) !== 0) at = await this.#extensions(at);
      this.#end = at;
    }
    return at;
  }

  #isEntry(at: number): boolean {
    const first = this.#bytes[at];
    return first === BOOTABLE || (first === 0 && !isZero(this.#bytes.subarray(at, at + ENTRY)));
  }

  #noteCount(header: number, found: number, count: number): void {
    if (this.#limited) return;
    const { offset, type } = sectionHeaderEntry.fields.sectionEntryCount;
    this.#context.out.fault({
      kind: "boot-section-count",
      structure: sectionHeaderEntry.id,
      span: logicalSpan(this.#start + header + offset, type.size),
      message: `the section header announces ${count} entries, there are ${found}`,
      recorded: String(count),
      expected: String(found),
    });
  }

  async #extensions(from: number): Promise<number> {
    let at = from;
    for (;;) {
      const before = logicalSpan(this.#start + at - ENTRY, ENTRY);
      const isThere = await this.#has(at, this.#context.limits) && this.#bytes[at] === EXTENSION;
      const extension = isThere ? this.#entry(sectionEntryExtension, at) : undefined;
      if (extension === undefined) {
        this.#noteExtension(before, this.#bytes[at]);
        return at;
      }
      at += ENTRY;
      if ((extension.value.flags & FOLLOWED) === 0) return at;
    }
  }

  #noteExtension(span: Span, found: number | undefined): void {
    if (this.#limited) return;
    this.#context.out.fault({
      kind: "boot-extension",
      structure: sectionEntryExtension.id,
      span,
      message:
        `this entry says that an extension follows, which begins with ${hexByte(EXTENSION)}; ` +
        (found === undefined ? "the catalog ends" : `the next entry begins with ${hexByte(found)}`),
      ...(found === undefined ? {} : { recorded: hexByte(found) }),
      expected: hexByte(EXTENSION),
    });
  }

  // Mageia 4 has entries without a section header: a bootable entry is read, anything else ends it.
  #stray(at: number, platform: number): number {
    if (this.#bytes[at] !== BOOTABLE) return -1;
    const entry = this.#entry(sectionEntry, at);
    if (entry === undefined) return -1;
    this.#found.push({ span: entry.span, platform, value: entry.value });
    this.#end = at + ENTRY;
    this.#noteSection(
      entry.span,
      "this entry stands in no section: no section header announces it",
      hexByte(BOOTABLE),
    );
    return at + ENTRY;
  }
}
