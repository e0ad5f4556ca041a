// What fills the sectors of a stretch: zeros, one byte, a short period, a rescue tool's marker, or data.

import type { Kernels } from "./kernels.ts";

/**
 * Classes of sectors. `word` is a period of 2 or 4 bytes, `period` another one of up to 16 bytes; a
 * sector that bears the marker of index `i` is of class `marker + i`.
 */
export const sectorClass = { data: 0, zero: 1, byte: 2, word: 3, period: 4, marker: 5 } as const;

/** What a tool wrote in place of a sector. */
export type Marker = {
  readonly name: string;
  /** 4 to 48 bytes, with which the sector begins. */
  readonly bytes: Uint8Array;
  /** Whether they are repeated to the end of the sector. */
  readonly repeated: boolean;
};

function marker(text: string, repeated: boolean, name: string): Marker {
  return { name, bytes: new TextEncoder().encode(text), repeated };
}

/** Markers that are known from rescue tools; whether data are lost is for the reader to say. */
export const rescueMarkers: readonly Marker[] = [
  marker("dvdisaster dead sector marker\n", false, "dvdisaster dead sector"),
  marker("dvdisaster padding sector ", false, "dvdisaster padding sector"),
  marker("BaDbLoCk", true, "safecopy"),
  marker("BADSECTR", true, "BADSECTR"),
  marker("BAD SECTOR", true, "BAD SECTOR"),
  marker("BAD!", true, "BAD!"),
  marker("UNREADABLE", true, "UNREADABLE"),
  marker("DEADBEEF", true, "DEADBEEF"),
  marker("ISOBUSTER", true, "IsoBuster"),
];

/** Layout of a marker in asm/fill.ts. */
const MARKER = { size: 64, repeated: 4, bytes: 16, least: 4, most: 48 } as const;
/** Markers that a class byte can name. */
const MOST_MARKERS = 250;
/** Least bytes of a sector. */
const LEAST_SECTOR = 32;

/** What fills sectors: views that the next call overwrites. */
export type SectorFill = {
  /** The class of each sector. */
  readonly classes: Uint8Array;
  /** The filling: the byte, the four bytes in order (first lowest), the length of a period, or 0. */
  readonly values: Uint32Array;
};

/** Classifies sectors of the window by what fills them. */
export class FillScan {
  /** Sectors that one call takes at most. */
  static readonly most = 512;
  readonly #kernels: Kernels;
  readonly #markers: Uint8Array;
  readonly #classes: Uint8Array;
  readonly #values: Uint32Array;

  /** Keeps room of `kernels` for good. Throws RangeError for a marker that is too short or too long. */
  constructor(kernels: Kernels, markers: readonly Marker[] = rescueMarkers) {
    if (markers.length > MOST_MARKERS) {
      throw new RangeError(
        `Cannot look for ${markers.length} markers: ${MOST_MARKERS} are the most`,
      );
    }
    for (const { name, bytes: { length } } of markers) {
      if (length >= MARKER.least && length <= MARKER.most) continue;
      throw new RangeError(
        `Cannot look for marker ${name}: it has ${length} bytes, not ${MARKER.least} to ${MARKER.most}`,
      );
    }
    this.#kernels = kernels;
    this.#markers = kernels.take(markers.length * MARKER.size);
    this.#classes = kernels.take(FillScan.most);
    const { buffer, byteOffset } = kernels.take(4 * FillScan.most);
    this.#values = new Uint32Array(buffer, byteOffset, FillScan.most);
    for (const [index, { bytes, repeated }] of markers.entries()) {
      const entry = this.#markers.subarray(index * MARKER.size, (index + 1) * MARKER.size);
      entry.fill(0);
      entry[0] = bytes.length;
      entry[MARKER.repeated] = repeated ? 1 : 0;
      entry.set(bytes, MARKER.bytes);
    }
  }

  /**
   * What fills `count` sectors, the first at window byte `offset` and each `stride` bytes after the one
   * before it, of each of which `size` bytes count. Throws RangeError where they leave the window.
   */
  classify(offset: number, count: number, size: number, stride: number = size): SectorFill {
    const wrong = !Number.isInteger(count) || count < 0 || count > FillScan.most ||
      !Number.isInteger(size) || size < LEAST_SECTOR || !Number.isInteger(stride) || stride < size;
    if (wrong) {
      throw new RangeError(
        `Cannot classify ${count} sectors of ${size} bytes every ${stride}: ` +
          `up to ${FillScan.most} of at least ${LEAST_SECTOR} bytes can be`,
      );
    }
    const length = count === 0 ? 0 : (count - 1) * stride + size;
    this.#kernels.exports.classify_sectors(
      this.#kernels.address(offset, length),
      stride,
      size,
      count,
      this.#markers.byteOffset,
      this.#markers.length / MARKER.size,
      this.#classes.byteOffset,
      this.#values.byteOffset,
    );
    return { classes: this.#classes.subarray(0, count), values: this.#values.subarray(0, count) };
  }
}
