// Edits of GUID partition tables for mutation cases: with checksums that hold again.

import { crc32 } from "../reference/crc32.ts";

function bytesAt(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

/** Makes the checksum of a header right again. */
export function seal(view: DataView, header: number): void {
  view.setUint32(header + 16, 0);
  view.setUint32(header + 16, crc32(bytesAt(view, header, 92)), true);
}

/** Makes the checksum of the array of a header right again, and that of the header. */
export function sealArray(view: DataView, header: number): void {
  const start = Number(view.getBigUint64(header + 72, true)) * 512;
  const length = view.getUint32(header + 80, true) * view.getUint32(header + 84, true);
  view.setUint32(header + 88, crc32(bytesAt(view, start, length)), true);
  seal(view, header);
}

/** Where the array of a header begins. */
export function arrayOf(view: DataView, header: number): number {
  return Number(view.getBigUint64(header + 72, true)) * 512;
}

/** Where the headers are: the primary one, and the backup that it names. */
export function headersOf(view: DataView): readonly number[] {
  return [512, Number(view.getBigUint64(512 + 32, true)) * 512];
}

/** Changes both arrays alike and seals them; `change` is given where each begins. */
export function editArrays(view: DataView, change: (array: number) => void): void {
  for (const header of headersOf(view)) {
    change(arrayOf(view, header));
    sealArray(view, header);
  }
}

/** Changes both headers alike and seals them. */
export function editHeaders(view: DataView, change: (header: number) => void): void {
  for (const header of headersOf(view)) {
    change(header);
    seal(view, header);
  }
}
