// Finds records, system use entries and path table records in the bytes of an image, for mutation cases.
// Written from ECMA-119:1987 and SUSP 1.12, apart from the decoder.

import type { Place } from "../support/builder_spec.ts";
import { fixtureImage } from "../support/fixtures.ts";

const SECTOR = 2048;
const PRIMARY = 16 * SECTOR;

/** The hierarchy to look in. */
export type PlacesTree = "primary" | "joliet";

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function ucs2(bytes: Uint8Array): string {
  return new TextDecoder("utf-16be").decode(bytes);
}

/** Places in one image. */
export class Places {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Offset of the descriptor of a tree. */
  descriptor(tree: PlacesTree = "primary"): number {
    if (tree === "primary") return PRIMARY;
    for (let at = PRIMARY; this.#bytes[at] !== 255; at += SECTOR) {
      if (this.#bytes[at] === 2) return at;
    }
    throw new RangeError("Cannot find a Joliet descriptor");
  }

  /** Where the data of the record at `record` begin. */
  extent(record: number): number {
    return this.#view.getUint32(record + 2, true) * SECTOR;
  }

  /** Records of the directory that the record at `record` names, with their identifiers. */
  *records(record: number): Generator<Place & { readonly identifier: Uint8Array }> {
    const start = this.extent(record);
    const end = start + this.#view.getUint32(record + 10, true);
    for (let at = start; at < end;) {
      const length = this.#bytes[at] ?? 0;
      if (length === 0) {
        at += SECTOR - at % SECTOR;
        continue;
      }
      const name = this.#bytes[at + 32] ?? 0;
      yield { offset: at, length, identifier: this.#bytes.subarray(at + 33, at + 33 + name) };
      at += length;
    }
  }

  /** The record at a path of identifiers as recorded; a last part of `.` or `..` is that of the directory. */
  record(path: string, tree: PlacesTree = "primary"): Place {
    let found: Place = { offset: this.descriptor(tree) + 156, length: 34 };
    for (const part of path.split("/").filter((each) => each !== "")) {
      const next = [...this.records(found.offset)].find(({ identifier }) => {
        if (identifier.length === 1 && (identifier[0] ?? 2) < 2) {
          return part === (identifier[0] === 0 ? "." : "..");
        }
        return (tree === "joliet" ? ucs2(identifier) : latin1(identifier)) === part;
      });
      if (next === undefined) throw new RangeError(`Cannot find ${part} of ${path}`);
      found = next;
    }
    return found;
  }

  /** The first entry of a signature in the record at a path, or in its continuation area. */
  entry(path: string, signature: string): Place {
    const { offset, length } = this.record(path);
    const name = this.#bytes[offset + 32] ?? 0;
    const field = offset + 33 + name + (name % 2 === 0 ? 1 : 0);
    let areas = [[field, offset + length]];
    while (areas.length > 0) {
      const next: number[][] = [];
      for (const [from = 0, to = 0] of areas) {
        for (let at = from; at + 4 <= to && (this.#bytes[at + 2] ?? 0) >= 4;) {
          const size = this.#bytes[at + 2] ?? 0;
          const here = latin1(this.#bytes.subarray(at, at + 2));
          if (here === signature) return { offset: at, length: size };
          if (here === "CE") {
            const [block = 0, skip = 0, bytes = 0] = [4, 12, 20].map((field) =>
              this.#view.getUint32(at + field, true)
            );
            next.push([block * SECTOR + skip, block * SECTOR + skip + bytes]);
          }
          at += size;
        }
      }
      areas = next;
    }
    throw new RangeError(`Cannot find entry ${signature} of ${path}`);
  }

  /** Records of a path table, in order. */
  pathTable(type: "L" | "M", tree: PlacesTree = "primary"): Place[] {
    const descriptor = this.descriptor(tree);
    const block = type === "L"
      ? this.#view.getUint32(descriptor + 140, true)
      : this.#view.getUint32(descriptor + 148);
    const start = block * SECTOR;
    const end = start + this.#view.getUint32(descriptor + 132, true);
    const places: Place[] = [];
    for (let at = start; at < end;) {
      const name = this.#bytes[at] ?? 0;
      places.push({ offset: at, length: 8 + name });
      at += 8 + name + name % 2;
    }
    return places;
  }

  /** The record of a directory in a path table, by its identifier as recorded. */
  pathRecord(type: "L" | "M", identifier: string, tree: PlacesTree = "primary"): Place {
    const found = this.pathTable(type, tree).find(({ offset, length }) =>
      latin1(this.#bytes.subarray(offset + 8, offset + length)) === identifier
    );
    if (found === undefined) throw new RangeError(`Cannot find ${identifier} in the path table`);
    return found;
  }

  /** Offset of the El Torito catalogue. */
  catalog(): number {
    for (let at = PRIMARY; this.#bytes[at] !== 255; at += SECTOR) {
      if (this.#bytes[at] === 0) return this.#view.getUint32(at + 71, true) * SECTOR;
    }
    throw new RangeError("Cannot find a boot record");
  }
}

/** A place as an expected hit names it, or `length` bytes at `offset` of it. */
export function at(
  place: Place | undefined,
  offset = 0,
  length?: number,
): { readonly start: number; readonly length: number } {
  if (place === undefined) throw new RangeError("Cannot expect a hit: there is no such place");
  return { start: place.offset + offset, length: length ?? place.length };
}

/** Places in a fixture. */
export async function placesOf(fixture: string): Promise<Places> {
  return new Places(await fixtureImage(fixture));
}
