// Content ids of sectors and streams: XXH3-128 with seed 0 (the specification of xxHash). They find
// equal contents fast; they prove nothing, since anyone can make two contents with the same id.

import type { Kernels } from "./kernels.ts";

/** Bytes of a content id. */
export const fingerprintSize = 16;

/**
 * Writes the ids of `count` sectors of `size` bytes, which lie from window byte `offset` on, to the
 * window from byte `into` on, 16 bytes each, and returns a view of them. Throws a RangeError where
 * either leaves the window or the ids would overlap the sectors.
 */
export function sectorFingerprints(
  kernels: Kernels,
  offset: number,
  size: number,
  count: number,
  into: number,
): Uint8Array {
  if (!(Number.isInteger(size) && size >= 0 && Number.isInteger(count) && count >= 0)) {
    throw new RangeError(`Cannot fingerprint ${count} sectors of ${size} bytes: not whole numbers`);
  }
  const [length, room] = [size * count, fingerprintSize * count];
  const [data, out] = [kernels.address(offset, length), kernels.address(into, room)];
  if (offset < into + room && into < offset + length) {
    throw new RangeError(
      `Cannot fingerprint window bytes ${offset} + ${length}: the ids at ${into} + ${room} overlap`,
    );
  }
  kernels.exports.xxh3_sectors(data, size, count, out);
  return kernels.window.subarray(into, into + room);
}

/** Where the states of an instance's streams work and their ids are written. */
type Room = { readonly state: Uint8Array; readonly id: Uint8Array };

const rooms = new WeakMap<Kernels, Room>();

function roomOf(kernels: Kernels): Room {
  let room = rooms.get(kernels);
  if (!room) {
    const { XXH3_STATE, XXH3_SIZE } = kernels.exports;
    room = { state: kernels.take(XXH3_STATE.value), id: kernels.take(XXH3_SIZE.value) };
    rooms.set(kernels, room);
  }
  return room;
}

/** The content id of one stream of bytes. Any number of streams may be under way. */
export class Fingerprint {
  readonly #kernels: Kernels;
  readonly #state: Uint8Array;

  /** Begins a stream, or one that goes on by itself after what `from` has taken. */
  constructor(kernels: Kernels, from?: Fingerprint) {
    this.#kernels = kernels;
    if (from) {
      this.#state = from.#state.slice();
      return;
    }
    const { state } = roomOf(kernels);
    kernels.exports.xxh3_init(state.byteOffset);
    this.#state = state.slice();
  }

  /** Takes window bytes `[offset, offset + length)`. */
  update(offset: number, length: number): void {
    const data = this.#kernels.address(offset, length);
    const { state } = roomOf(this.#kernels);
    state.set(this.#state);
    this.#kernels.exports.xxh3_update(state.byteOffset, data, length);
    this.#state.set(state);
  }

  /** A second stream that has taken the same bytes and goes on by itself. */
  copy(): Fingerprint {
    return new Fingerprint(this.#kernels, this);
  }

  /** The id of the bytes taken so far, 16 bytes as xxhsum prints them; the stream may go on. */
  value(): Uint8Array {
    const { state, id } = roomOf(this.#kernels);
    state.set(this.#state);
    this.#kernels.exports.xxh3_finish(state.byteOffset, id.byteOffset);
    return id.slice();
  }
}
