// Images whose descriptors stand where no layout puts them: bytes were lost or inserted before them, or the
// image begins behind a header (ECMA-119:1987 6.2.1, 8.4).

import type { ByteSource } from "../bytes/source.ts";
import { SECTOR } from "../bytes/span.ts";
import { isZero, startsWithText } from "../bytes/text.ts";
import type { Shift } from "../model/image.ts";
import { type Opened, peek, type SectorLayout } from "./container.ts";
import { isContainer } from "./signature.ts";

/** Bytes that are searched for a descriptor. */
const SEARCHED = 2 * 1024 * 1024;
/** Type, standard identifier and version of a primary descriptor (8.1, 8.4). */
const PRIMARY = "\x01CD001\x01";
const SYNC = "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0";
/** Sector strides without sync, and where the user data begin. */
const BARE = [[2336, 8], [2336, 0], [2340, 4], [2340, 12], [2056, 8], [2448, 0]] as const;
const SYNCED = [2352, 2448, 2368];
/** Sync, header, and in Mode 2 the subheader before the user data (ECMA-130:1996 14). */
const DATA_OFFSETS = [16, 24];
/** Sectors of the pregap of a first track (ECMA-130:1996 20.2). */
const PREGAP = 150;

function both32(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at, true);
  return value === view.getUint32(at + 4) ? value : undefined;
}

// Seven bytes could be text about ISO 9660; the numbers of a descriptor agree in both orders.
function isPrimary(bytes: Uint8Array, at: number): boolean {
  if (at + 190 > bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 190);
  return [80, 132].every((field) => (both32(view, field) ?? 0) > 0);
}

/** The layout of sectors around a primary descriptor, by what stands before and behind it. */
function layoutAround(bytes: Uint8Array, at: number): SectorLayout | undefined {
  for (const dataOffset of DATA_OFFSETS) {
    if (!startsWithText(bytes, SYNC, at - dataOffset)) continue;
    const stride = SYNCED.find((each) => startsWithText(bytes, SYNC, at - dataOffset + each));
    if (stride !== undefined) return { stride, dataOffset, origin: at - dataOffset - 16 * stride };
  }
  const follows = (stride: number) => startsWithText(bytes, "CD001", at + stride + 1);
  if (follows(SECTOR)) return { stride: SECTOR, dataOffset: 0, origin: at - 16 * SECTOR };
  const bare = BARE.find(([stride]) => follows(stride));
  if (bare === undefined) return undefined;
  const [stride, dataOffset] = bare;
  return { stride, dataOffset, origin: at - dataOffset - 16 * stride };
}

/** What stands before the image, where the distance or the first bytes name it. */
function nameOf(head: Uint8Array, { stride, origin }: SectorLayout): string | undefined {
  if (origin === PREGAP * stride) return "the pregap of 150 sectors";
  if (origin === 128 && (head[1] ?? 0) > 0 && (head[1] ?? 0) < 64) return "a MacBinary header";
  if (origin === 84 && head[82] === 1 && head[83] === 0) return "a DiskCopy header";
  if (startsWithText(head, "ustar", 257) && origin % 512 === 0) {
    return "the header of a tar archive";
  }
  if (origin <= 0 || origin % 512 !== 0) return undefined;
  if (origin < 16 * SECTOR && !isZero(head.subarray(0, origin))) return "a container header";
  return "what this image is nested in";
}

// Sectors are counted from where the image begins: there the root's own record says where it is.
async function isConfirmed(
  source: ByteSource,
  { stride, dataOffset, origin }: SectorLayout,
  root: number,
): Promise<boolean> {
  const dot = await peek(source, origin + root * stride + dataOffset, 34);
  if (dot.length < 34) return false;
  const view = new DataView(dot.buffer, dot.byteOffset, dot.length);
  return view.getUint32(2, true) === root || view.getUint32(6) === root;
}

function* candidates(bytes: Uint8Array): Generator<number> {
  for (let at = bytes.indexOf(0x43); at >= 0; at = bytes.indexOf(0x43, at + 1)) {
    if (at > 0 && startsWithText(bytes, PRIMARY, at - 1) && isPrimary(bytes, at - 1)) yield at - 1;
  }
}

/**
 * Opens an image whose primary descriptor stands in the first 2 MiB, but not where any layout puts it, as it
 * would be read in its right place. Undefined where there is none, where the set at sector 16 is there but
 * for its first descriptor, or where another volume or a container format begins at the start of the file.
 */
export async function openShifted(source: ByteSource): Promise<Opened | undefined> {
  const bytes = await peek(source, 0, SEARCHED);
  const inPlace = [17, 18, 19].some((sector) =>
    startsWithText(bytes, "CD001", sector * SECTOR + 1)
  );
  const isOther = ["BEA01", "NSR02", "NSR03", "CD-I "].some((text) =>
    [16, 17, 18].some((sector) => startsWithText(bytes, text, sector * SECTOR + 1))
  );
  if (inPlace || isOther || isContainer(bytes)) return undefined;
  for (const at of candidates(bytes)) {
    const layout = layoutAround(bytes, at);
    if (layout === undefined || layout.origin === 0) continue;
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 190);
    if (!await isConfirmed(source, layout, view.getUint32(158, true))) continue;
    return opened(source, layout, at, nameOf(bytes, layout));
  }
  return undefined;
}

/** Sectors that an image may be off its place by while part of its descriptor set still stands at sector 16. */
const NEAR = 3;

/** Whether the numbers of a descriptor lead to the root and a path table where the image begins at `origin`. */
async function votesFor(source: ByteSource, descriptor: DataView, origin: number) {
  const root = descriptor.getUint32(158, true);
  const own = await peek(source, origin + root * SECTOR, 34);
  // A record of a path table has the same number at the same place.
  const dot = own.length === 34 && (own[0] ?? 0) >= 34 && own[32] === 1 && own[33] === 0 &&
    both32(new DataView(own.buffer, own.byteOffset, own.length), 2) === root;
  const place = origin + descriptor.getUint32(140, true) * SECTOR;
  const first = await peek(source, place, 10);
  // The root's record: an identifier of one zero byte, itself the parent (6.9.1, 9.4).
  const table = first.length === 10 && first[0] === 1 && first[6] === 1 && first[8] === 0 &&
    new DataView(first.buffer, first.byteOffset, first.length).getUint32(2, true) === root;
  return { dot, table };
}

/**
 * Opens an image that is a few sectors off its place, so that sector 16 holds another descriptor of its set or
 * the zeros before it. A lost first descriptor looks alike: the root and the path table must both be where
 * the distance puts them, and neither where it stands without.
 */
export async function openNearby(source: ByteSource): Promise<Opened | undefined> {
  const set = (16 - NEAR) * SECTOR;
  const bytes = await peek(source, set, (2 * NEAR + 2) * SECTOR);
  if (startsWithText(bytes, PRIMARY, NEAR * SECTOR)) return undefined;
  for (let sector = 0; sector <= 2 * NEAR; sector++) {
    const at = sector * SECTOR;
    const isHead = startsWithText(bytes, PRIMARY, at) && isPrimary(bytes, at) &&
      startsWithText(bytes, "CD001", at + SECTOR + 1);
    if (!isHead) continue;
    const origin = (sector - NEAR) * SECTOR;
    const descriptor = new DataView(bytes.buffer, bytes.byteOffset + at, 190);
    const moved = await votesFor(source, descriptor, origin);
    const here = await votesFor(source, descriptor, 0);
    if (!moved.dot || !moved.table || here.dot || here.table) continue;
    return opened(source, { stride: SECTOR, dataOffset: 0, origin }, set + at, undefined);
  }
  return undefined;
}

function opened(
  source: ByteSource,
  layout: SectorLayout,
  at: number,
  what: string | undefined,
): Opened {
  const { stride, dataOffset, origin } = layout;
  const shift: Shift = { bytes: origin, signature: at, ...(what === undefined ? {} : { what }) };
  const mode: 1 | 2 = dataOffset === 24 ? 2 : 1;
  const facts = {
    name: stride === SECTOR ? "iso" : "bin",
    sectorSize: stride,
    evidence: `sectors of ${stride} bytes, counted from byte ${origin} of the file: a volume ` +
      `descriptor stands at byte ${at}`,
    evidenceAt: at,
    ...(SYNCED.includes(stride) && dataOffset > 0 ? { mode } : {}),
    shift,
    notes: [],
  };
  return { source, layout, facts };
}
