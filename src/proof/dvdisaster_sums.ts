// CRC-32 of the sectors of an image, as dvdisaster counts it, computed while they pass by.

import { SECTOR } from "../bytes/span.ts";
import { crc32Of } from "../kernel/digest.ts";
import type { Client, Piece } from "../pass/client.ts";

/** What stands in the place of a checksum that is not there, and of one that is being computed. */
export const PRESET = 0x4c5047;

/** CRC-32 without the inversion that ends the usual one. */
export function openCrc32(bytes: Uint8Array): number {
  return 0xffffffff - crc32Of(bytes);
}

/** Takes the sectors from the first one on; 4 bytes are kept of each. */
export class SectorSums implements Client {
  readonly space = "logical";
  readonly bytes = 0;
  readonly parallel = 0;
  readonly #sums: Uint32Array;
  readonly #sector = new Uint8Array(SECTOR);
  /** The sector of which bytes are missing. */
  #torn = -1;
  #at = 0;

  /** Of the first `sectors`. */
  constructor(sectors: number) {
    this.#sums = new Uint32Array(sectors).fill(PRESET);
  }

  /** The checksum of a sector, or undefined where it could not be read whole. */
  of(sector: number): number | undefined {
    const sum = this.#sums[sector];
    return sum === PRESET ? undefined : sum;
  }

  get #end(): number {
    return this.#sums.length * SECTOR;
  }

  /** See {@linkcode Client.next}. */
  next(at: number): number {
    return at < this.#end ? at : Infinity;
  }

  /** See {@linkcode Client.reach}. */
  reach(at: number, end: number): number {
    return Math.max(at, Math.min(end, this.#end));
  }

  /** See {@linkcode Client.want}. */
  want({ start, end, bytes, unread }: Piece): void {
    if (start > this.#at) this.#torn = Math.floor(start / SECTOR);
    const until = Math.min(end, this.#end);
    let at = Math.max(start, this.#at);
    while (at < until) {
      const sector = Math.floor(at / SECTOR);
      const from = at - sector * SECTOR;
      const length = Math.min(SECTOR - from, until - at);
      const part = bytes.subarray(at - start, at - start + length);
      if (length === SECTOR) this.#sums[sector] = openCrc32(part);
      else {
        this.#sector.set(part, from);
        const isWhole = from + length === SECTOR && this.#torn !== sector;
        if (isWhole) this.#sums[sector] = openCrc32(this.#sector);
      }
      at += length;
    }
    this.#at = Math.max(this.#at, until);
    for (const span of unread) {
      const last = Math.ceil((span.start + span.length) / SECTOR);
      this.#sums.fill(PRESET, Math.floor(span.start / SECTOR), last);
      this.#torn = last - 1;
    }
  }

  /** See {@linkcode Client.ended}: there are no jobs. */
  ended(): void {}

  /** See {@linkcode Client.nameOf}. */
  nameOf(): string {
    return "";
  }
}
