// Raw CD sectors (ECMA-130:1996 14, CD-ROM XA) checked by the kernels: sync, address, EDC, P and Q.

import type { Kernels } from "./kernels.ts";

/** Bytes of a raw sector. */
export const rawSectorSize = 2352;

/** The low three bits of a sector's word. */
export const sectorKinds = {
  /** Fewer than 9 of the 12 sync bytes are there: audio or rubbish. No other bit is set. */
  noSync: 0,
  mode1: 1,
  form1: 2,
  form2: 3,
  mode0: 4,
  /** Mode 2, the copies of the sub-header differ, and the EDC of neither form holds. */
  formless: 5,
  /** The mode byte has 3 in its low bits, or a reserved bit is set. */
  unknownMode: 6,
  /** The mode byte has a block indicator: run-in, link or run-out. */
  blockIndicator: 7,
} as const;

/** The bits of a sector's word above its kind. */
export const sectorBits = {
  /** The sync pattern is not exact. */
  syncDamaged: 1 << 3,
  /** The EDC does not hold. */
  edcWrong: 1 << 4,
  /** Some P word is no code word. */
  pWrong: 1 << 5,
  /** Some Q word is no code word. */
  qWrong: 1 << 6,
  /** The EDC field is zero. */
  edcZero: 1 << 7,
  /** Mode 1: bytes 2068 to 2075 are not all zero. */
  fieldNotZero: 1 << 8,
  /** All bytes of P and Q are zero. */
  parityZero: 1 << 9,
  /** Form 1: P and Q hold with the header as it is, and not with zeros for it. */
  headerInParity: 1 << 10,
  /** Mode 2: the copies of the sub-header differ. */
  copiesDiffer: 1 << 11,
  /** The address is not BCD, or its second is 60 or more, or its frame 75 or more. */
  addressInvalid: 1 << 12,
} as const;

/** The kind in a sector's word: one of {@linkcode sectorKinds}. */
export function sectorKind(word: number): number {
  return word & 7;
}

/** Sectors whose words fit the room that `checkSectors` takes. */
const ROOM = 256;
const rooms = new WeakMap<Kernels, Uint32Array>();

/**
 * Checks `count` raw sectors at window bytes `offset`, `offset + stride`, and so on; of a stride, the
 * first 2352 bytes count. A word for each is written to `out`, or to the window at byte `out`, which is
 * a multiple of 4 and lies past the sectors. Throws RangeError where anything leaves the window.
 */
export function checkSectors(
  kernels: Kernels,
  offset: number,
  stride: number,
  count: number,
  out: Uint32Array | number,
): void {
  if (
    !Number.isInteger(stride) || stride < rawSectorSize || !Number.isInteger(count) || count < 0
  ) {
    throw new RangeError(
      `Cannot check raw sectors: ${count} of them, of ${rawSectorSize} bytes every ${stride}`,
    );
  }
  const data = kernels.address(offset, count === 0 ? 0 : (count - 1) * stride + rawSectorSize);
  if (typeof out === "number") {
    if (out % 4 !== 0) {
      throw new RangeError(`Cannot write words at byte ${out}: it is no multiple of 4`);
    }
    kernels.exports.check_sectors(data, stride, count, kernels.address(out, count * 4));
    return;
  }
  if (out.length < count) {
    throw new RangeError(`Cannot write ${count} words: there is room for ${out.length}`);
  }
  const room = roomOf(kernels);
  for (let start = 0; start < count; start += ROOM) {
    const some = Math.min(ROOM, count - start);
    kernels.exports.check_sectors(data + start * stride, stride, some, room.byteOffset);
    out.set(room.subarray(0, some), start);
  }
}

function roomOf(kernels: Kernels): Uint32Array {
  const known = rooms.get(kernels);
  if (known !== undefined) return known;
  const { buffer, byteOffset } = kernels.take(ROOM * 4);
  const room = new Uint32Array(buffer, byteOffset, ROOM);
  rooms.set(kernels, room);
  return room;
}
