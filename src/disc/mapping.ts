// The one place that knows where logical sectors lie in the file.

import { SECTOR, type Span } from "../bytes/span.ts";
import type { SectorMapping } from "../model/mapping.ts";

/** Sectors at a fixed stride: plain images and raw tracks of one mode. */
export class StrideMapping implements SectorMapping {
  readonly stride: number;
  readonly dataOffset: number;
  readonly fileSize: number;
  readonly logicalStart: number;
  readonly logicalSize: number;
  readonly #origin: number;

  constructor(
    layout: { readonly stride: number; readonly dataOffset: number; readonly origin: number },
    fileSize: number,
  ) {
    this.stride = layout.stride;
    this.dataOffset = layout.dataOffset;
    this.fileSize = fileSize;
    this.#origin = layout.origin;
    this.logicalStart = Math.ceil(Math.max(0, -layout.origin) / layout.stride) * SECTOR;
    const held = Math.max(0, fileSize - layout.origin);
    const rest = Math.min(SECTOR, Math.max(0, held % layout.stride - layout.dataOffset));
    this.logicalSize = Math.floor(held / layout.stride) * SECTOR + rest;
  }

  /** See {@linkcode SectorMapping.fileOffset}. */
  fileOffset(at: number): number {
    if (this.stride === SECTOR) return this.#origin + at;
    const sector = Math.floor(at / SECTOR);
    return this.#origin + sector * this.stride + this.dataOffset + (at - sector * SECTOR);
  }

  /** See {@linkcode SectorMapping.boundary}. */
  boundary(at: number): number {
    const whole = this.stride !== SECTOR && at % SECTOR === 0;
    const place = whole ? this.#origin + at / SECTOR * this.stride : this.fileOffset(at);
    return Math.min(Math.max(place, 0), this.fileSize);
  }

  /** See {@linkcode SectorMapping.logicalOffset}. */
  logicalOffset(fileOffset: number): number {
    const at = fileOffset - this.#origin;
    if (this.stride === SECTOR) return at;
    const sector = Math.floor(at / this.stride);
    const within = at - sector * this.stride - this.dataOffset;
    return sector * SECTOR + Math.min(SECTOR - 1, Math.max(0, within));
  }

  /** See {@linkcode SectorMapping.fileSpans}. */
  *fileSpans({ start, length }: Span): Generator<Span> {
    if (length <= 0) return;
    if (this.stride === SECTOR) {
      yield { space: "file", start: this.fileOffset(start), length };
      return;
    }
    for (let at = start; at < start + length;) {
      const part = Math.min(SECTOR - at % SECTOR, start + length - at);
      yield { space: "file", start: this.fileOffset(at), length: part };
      at += part;
    }
  }
}
