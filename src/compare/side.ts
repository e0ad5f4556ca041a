// One of two images as a run of bytes: of the file, or of its logical sectors where containers differ.

import { SECTOR, type Space } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";

/** Bytes of one image at the positions that both sides count alike. */
export class Side {
  /** The image. */
  readonly image: Image;
  /** What positions count: bytes of the file, or logical bytes. */
  readonly space: Space;
  /** Positions in the image. */
  readonly size: number;
  /** Positions from one sector to the next. */
  readonly stride: number;
  /** Bytes that the storage refused so far. */
  unread = 0;

  /** Nothing is read yet. */
  constructor(image: Image, space: Space) {
    this.image = image;
    this.space = space;
    this.size = space === "file" ? image.source.size : image.mapping.logicalSize;
    this.stride = space === "file" ? image.mapping.stride : SECTOR;
  }

  /**
   * Fills `into` from `position`; what the storage refused is listed as `[from, to)` of `into`, and a
   * file that became shorter counts as refused too.
   */
  async read(position: number, into: Uint8Array): Promise<readonly (readonly [number, number])[]> {
    if (this.space === "file") return await this.#readFile(position, into);
    const { bytes, unread } = await this.image.read(position, into.length);
    into.set(bytes);
    const { mapping } = this.image;
    const refused = unread.map(({ start, length }): readonly [number, number] => {
      const from = Math.max(0, mapping.logicalOffset(start) - position);
      const to = Math.min(into.length, mapping.logicalOffset(start + length - 1) + 1 - position);
      return [from, to];
    });
    if (bytes.length < into.length) refused.push([bytes.length, into.length]);
    return this.#count(refused);
  }

  async #readFile(
    position: number,
    into: Uint8Array,
  ): Promise<readonly (readonly [number, number])[]> {
    const { bytes, unread } = await this.image.readFile(position, into);
    const refused = unread.map(({ start, length }): readonly [number, number] => {
      return [start - position, start - position + length];
    });
    if (bytes.length < into.length) refused.push([bytes.length, into.length]);
    return this.#count(refused);
  }

  #count(refused: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
    for (const [from, to] of refused) this.unread += to - from;
    return refused;
  }

  /** The byte of the file at a position. */
  offset(position: number): number {
    return this.space === "file" ? position : this.image.mapping.fileOffset(position);
  }

  /** The position of a byte of the file: the next one for bytes between the user data of sectors. */
  position(offset: number): number {
    return this.space === "file" ? offset : this.image.mapping.logicalOffset(offset);
  }

  /** Position of a logical byte. */
  ofLogical(logical: number): number {
    return this.space === "logical" ? logical : this.image.mapping.fileOffset(logical);
  }

  /** Index of the region at a position, and the position after its last byte. */
  regionAt(position: number): { readonly index: number; readonly end: number } {
    const { regions } = this.image;
    const index = regions.indexAt(this.offset(position));
    const { start, length } = regions.region(index);
    const end = index + 1 < regions.count ? this.position(start + length) : this.size;
    // A region of sector headers alone has no position of its own.
    return { index, end: Math.max(end, position + 1) };
  }
}

/** Both images, in the file where their sectors lie alike, else by logical sectors. */
export function sidesOf(a: Image, b: Image): readonly [Side, Side] {
  const [one, other] = [a.mapping, b.mapping];
  const alike = one.stride === other.stride && one.dataOffset === other.dataOffset &&
    one.fileOffset(0) === other.fileOffset(0);
  const space = alike ? "file" : "logical";
  return [new Side(a, space), new Side(b, space)];
}
