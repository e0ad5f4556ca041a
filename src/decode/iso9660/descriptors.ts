// Volume descriptor sets and sessions (ECMA-119:1987 6.7, 8; libisofs' emulated multi-session).

import { logicalSpan, roundUp, SECTOR, type Span } from "../../bytes/span.ts";
import { decode, type Fields, type Layout, type Values, valuesOf } from "../../bytes/struct.ts";
import { isZero, startsWithText } from "../../bytes/text.ts";
import type { Context } from "./context.ts";
import {
  bootRecord,
  enhancedVolumeDescriptor,
  jolietVolumeDescriptor,
  primaryVolumeDescriptor,
  supplementaryVolumeDescriptor,
  unknownVolumeDescriptor,
  volumeDescriptorHead,
  volumeDescriptorSetTerminator,
  volumePartitionDescriptor,
} from "./layout.ts";

/** The fields that all descriptors of a tree have. */
export type TreeDescriptorValues = Values<typeof supplementaryVolumeDescriptor.fields>;

/** A descriptor that names a tree. */
export type TreeDescriptor = {
  readonly kind: "primary" | "joliet" | "enhanced" | "supplementary";
  readonly span: Span;
  readonly value:
    & Pick<
      TreeDescriptorValues,
      Exclude<keyof TreeDescriptorValues, "volumeFlags" | "escapeSequences">
    >
    & { readonly escapeSequences?: Uint8Array };
};

/** A boot record that names an El Torito catalogue. */
export type BootRecord = {
  readonly span: Span;
  readonly catalog: number;
  readonly elTorito: boolean;
};

/** The descriptors found from one sector on. */
export type DescriptorSet = {
  /** Logical sector of the first descriptor. */
  readonly sector: number;
  readonly trees: readonly TreeDescriptor[];
  readonly boot: readonly BootRecord[];
  readonly terminated: boolean;
  /** Logical sector after the last one. */
  readonly end: number;
};

const GAP = 3; // blank or foreign sectors inside a set that are looked past

/** The level 1, 2 or 3 of Joliet that escape sequences name, or 0. */
export function jolietLevel(escapeSequences: Uint8Array): 0 | 1 | 2 | 3 {
  if (escapeSequences[0] !== 0x25 || escapeSequences[1] !== 0x2f) return 0;
  const levels: Readonly<Record<number, 1 | 2 | 3>> = { 0x40: 1, 0x43: 2, 0x45: 3 };
  return levels[escapeSequences[2] ?? 0] ?? 0;
}

function layoutOf(bytes: Uint8Array): Layout {
  switch (bytes[0]) {
    case 0:
      return bootRecord;
    case 1:
      return primaryVolumeDescriptor;
    case 2:
      if (bytes[6] === 2) return enhancedVolumeDescriptor;
      return jolietLevel(bytes.subarray(88, 120)) > 0
        ? jolietVolumeDescriptor
        : supplementaryVolumeDescriptor;
    case 3:
      return volumePartitionDescriptor;
    case 255:
      return volumeDescriptorSetTerminator;
    default:
      return unknownVolumeDescriptor;
  }
}

/** Whether the standard identifier stands where a descriptor has it. */
export function isDescriptor(bytes: Uint8Array): boolean {
  return startsWithText(bytes, "CD001", 1);
}

// A primary descriptor whose identifier is damaged: its three numbers still agree in both orders.
function looksLikePrimary(bytes: Uint8Array): boolean {
  const value = valuesOf(primaryVolumeDescriptor, bytes);
  if (value === undefined) return false;
  const { volumeSpaceSize, logicalBlockSize, pathTableSize } = value;
  return volumeSpaceSize.le === volumeSpaceSize.be && volumeSpaceSize.le > 0 &&
    logicalBlockSize.le === logicalBlockSize.be &&
    [512, 1024, 2048].includes(logicalBlockSize.le) &&
    pathTableSize.le === pathTableSize.be && pathTableSize.le > 0;
}

class SetReader {
  readonly #context: Context;
  readonly #sector: number;
  readonly #trees: TreeDescriptor[] = [];
  readonly #boot: BootRecord[] = [];

  constructor(sector: number, context: Context) {
    this.#sector = sector;
    this.#context = context;
  }

  async read(): Promise<DescriptorSet | undefined> {
    const { limits } = this.#context;
    let sector = this.#sector;
    let terminated = false;
    let any = false;
    while (!terminated && sector < this.#sector + limits.descriptors) {
      const { bytes, unread } = await this.#context.read(sector * SECTOR, SECTOR);
      if (isDescriptor(bytes) && bytes.length < SECTOR) {
        this.#fault(
          "truncated",
          sector,
          bytes.length,
          "the image ends inside this volume descriptor",
        );
        const span = logicalSpan(sector * SECTOR, bytes.length);
        this.#context.out.claim(span, "descriptor", { name: volumeDescriptorHead.title });
        return this.#set(false, sector + 1);
      }
      if (!isDescriptor(bytes)) {
        const more = await this.#moreAfter(sector);
        const damagedPrimary = looksLikePrimary(bytes) && sector === this.#sector;
        if (!more && !damagedPrimary) break;
        this.#noteForeign(bytes, sector, unread.length > 0);
        if (damagedPrimary) this.#add(primaryVolumeDescriptor, bytes, sector);
        any = true;
        sector++;
        continue;
      }
      any = true;
      const found = layoutOf(bytes);
      this.#add(found, bytes, sector);
      terminated = found === volumeDescriptorSetTerminator;
      sector++;
    }
    if (!any) return undefined;
    if (!terminated) this.#noteEnd(sector, limits.descriptors);
    return this.#set(terminated, sector);
  }

  #set(terminated: boolean, end: number): DescriptorSet {
    return { sector: this.#sector, trees: this.#trees, boot: this.#boot, terminated, end };
  }

  async #moreAfter(sector: number): Promise<boolean> {
    for (let next = sector + 1; next <= sector + GAP; next++) {
      const { bytes } = await this.#context.read(next * SECTOR, volumeDescriptorHead.size);
      if (isDescriptor(bytes)) return true;
    }
    return false;
  }

  #fault(kind: string, sector: number, length: number, message: string): void {
    const span = logicalSpan(sector * SECTOR, length);
    this.#context.out.fault({ kind, structure: volumeDescriptorHead.id, span, message });
  }

  #noteForeign(bytes: Uint8Array, sector: number, unread: boolean): void {
    const blank = isZero(bytes);
    const what = unread ? "cannot be read" : blank ? "is all zeros" : "has no identifier CD001";
    const kind = unread || blank ? "descriptor-blank" : "descriptor-signature";
    const length = blank ? SECTOR : 5;
    this.#fault(
      kind,
      sector,
      length,
      `sector ${sector}, inside the volume descriptor set, ${what}`,
    );
  }

  #noteEnd(sector: number, limit: number): void {
    if (sector < this.#sector + limit) return this.#noteUnterminated(sector);
    const what = `the volume descriptor set from sector ${this.#sector}`;
    this.#fault("limit", sector, SECTOR, `${what} goes on past the limit of ${limit} descriptors`);
  }

  #noteUnterminated(sector: number): void {
    const last = Math.max(this.#sector, sector - 1);
    this.#fault(
      "set-unterminated",
      last,
      SECTOR,
      `the volume descriptor set from sector ${this.#sector} has no terminator: sector ${sector} is ` +
        `no descriptor`,
    );
  }

  #add(layout: Layout, bytes: Uint8Array, sector: number): void {
    const start = sector * SECTOR;
    const { out } = this.#context;
    const value = decode(layout, { bytes, space: "logical", start }, "descriptor", out);
    if (value === undefined) return;
    const span = logicalSpan(start, SECTOR);
    const kind = treeKinds[layout.id];
    // All four layouts name the fields of a tree descriptor alike.
    if (kind !== undefined) {
      this.#trees.push({ kind, span, value: value as TreeDescriptor["value"] });
    }
    if (layout.id === bootRecord.id) this.#addBoot(value, bytes, span);
  }

  #addBoot(value: Values<Fields>, bytes: Uint8Array, span: Span): void {
    const catalog = Number(value["bootCatalogPointer"]);
    this.#boot.push({
      span,
      catalog,
      elTorito: startsWithText(bytes, "EL TORITO SPECIFICATION", 7),
    });
  }
}

const treeKinds: Readonly<Record<string, TreeDescriptor["kind"]>> = {
  [primaryVolumeDescriptor.id]: "primary",
  [jolietVolumeDescriptor.id]: "joliet",
  [enhancedVolumeDescriptor.id]: "enhanced",
  [supplementaryVolumeDescriptor.id]: "supplementary",
};

/** Reads the descriptor set that begins at a logical sector, or undefined where there is none. */
export function readDescriptorSet(
  sector: number,
  context: Context,
): Promise<DescriptorSet | undefined> {
  return new SetReader(sector, context).read();
}

/** A set and the session that it describes. */
export type FoundSession = {
  readonly start: number;
  readonly set: DescriptorSet;
  readonly relocated: boolean;
};

/** Numbers of the first primary descriptor of a set, or undefined where it has none. */
export function primaryOf(set: DescriptorSet): TreeDescriptor | undefined {
  return set.trees.find((tree) => tree.kind === "primary");
}

/** The logical block size to use: as recorded where legal and the same in both orders, else 2048. */
export function blockSizeOf({ value }: TreeDescriptor): number {
  const { le, be } = value.logicalBlockSize;
  return le === be && [512, 1024, 2048].includes(le) ? le : SECTOR;
}

/**
 * Number of the volume in its set. One that no volume of the set can have was damaged: with it, every file
 * would be on another volume.
 */
export function sequenceOf({ value }: TreeDescriptor): number {
  const { volumeSequenceNumber: { le, be }, volumeSetSize: size } = value;
  const last = Math.max(size.le, size.be);
  const isPossible = (number: number) => number > 0 && number <= last;
  return le === 0 || !isPossible(le) && isPossible(be) ? be : le;
}

async function hasPrimary(sector: number, { read }: Context): Promise<boolean> {
  const { bytes } = await read(sector * SECTOR, volumeDescriptorHead.size);
  if (bytes[0] !== 1 || isDescriptor(bytes)) return bytes[0] === 1;
  return looksLikePrimary((await read(sector * SECTOR, SECTOR)).bytes);
}

// Addresses count from the start of the disc: a set whose root lies before it is of a nested image.
async function beginsSession(start: number, { read }: Context): Promise<boolean> {
  const { bytes } = await read((start + 16) * SECTOR, SECTOR);
  const root = valuesOf(primaryVolumeDescriptor, bytes)?.rootLocationOfExtent.le ?? 0;
  return root > start;
}

function sessionSectors(set: DescriptorSet): number {
  const primary = primaryOf(set);
  if (primary === undefined) return 0;
  return Math.ceil(primary.value.volumeSpaceSize.le * blockSizeOf(primary) / SECTOR);
}

// Writers begin a session at a multiple of 16 or 32 sectors behind padding of their own choice, or
// behind the lead-out and lead-in of a CD, which a dump may hold or not (specs: "Sessions").
const SEARCHED = 512;
const CD_GAPS = [150, 6900, 11400];

/** Sectors at which a session may begin after one that ends at `end`. */
function candidates(end: number): number[] {
  const places = [end, ...CD_GAPS.map((gap) => end + gap)];
  for (let place = roundUp(end, 16); place < end + SEARCHED; place += 16) places.push(place);
  return [...new Set(places)].sort((a, b) => a - b);
}

/**
 * Sessions in the order of the image (specs: "Sessions in a plain image"). With the emulation of libisofs
 * the set at 16 is a copy for the last session and stands first, marked `relocated`.
 */
export async function readSessions(context: Context): Promise<FoundSession[]> {
  const { limits, logicalSize, logicalStart } = context;
  const start = logicalStart / SECTOR;
  const first = await readDescriptorSet(start + 16, context);
  const emulated = first !== undefined && start === 0 && await hasPrimary(48, context) &&
    await beginsSession(32, context);
  const sessions: FoundSession[] = [];
  if (first !== undefined) sessions.push({ start, set: first, relocated: emulated });
  let from = emulated ? 32 : undefined;
  if (from === undefined && first !== undefined) {
    from = await nextStart(start, sessionSectors(first), context);
  }
  while (from !== undefined && sessions.length < limits.sessions) {
    const set = await readDescriptorSet(from + 16, context);
    if (set === undefined) break;
    sessions.push({ start: from, set, relocated: false });
    const next = await nextStart(from, sessionSectors(set), context);
    from = next !== undefined && next > from && next * SECTOR < logicalSize ? next : undefined;
  }
  if (from !== undefined && sessions.length >= limits.sessions) {
    context.out.fault({
      kind: "limit",
      structure: primaryVolumeDescriptor.id,
      span: logicalSpan((from + 16) * SECTOR, SECTOR),
      message: `the limit of ${limits.sessions} sessions was reached; later ones are not read`,
    });
  }
  return sessions;
}

async function nextStart(
  start: number,
  sectors: number,
  context: Context,
): Promise<number | undefined> {
  if (sectors === 0) return undefined;
  for (const candidate of candidates(start + sectors)) {
    if (candidate <= start || !await hasPrimary(candidate + 16, context)) continue;
    if (await beginsSession(candidate, context)) return candidate;
  }
  return undefined;
}
