// Whether the code of a raw sector holds, as the sector stands or with its header put right
// (ECMA-130:1996 14.3, CD-ROM XA).

import { sectorEdc } from "../kernel/scan.ts";
import type { RawForm } from "../model/raw_sectors.ts";

const places: Readonly<Record<RawForm, readonly [from: number, at: number]>> = {
  mode1: [0, 2064],
  form1: [16, 2072],
  form2: [16, 2348],
};

/** The code of a sector as it is recorded, and as its bytes give it. */
export function codeOf(
  sector: Uint8Array,
  form: RawForm,
): { readonly recorded: number; readonly expected: number } {
  const [from, at] = places[form];
  return { recorded: recordedAt(sector, at), expected: sectorEdc(sector.subarray(from, at)) };
}

function recordedAt(sector: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = sector.subarray(at, at + 4);
  return a + 256 * (b + 256 * (c + 256 * d));
}

const HEADER = 16;

/** The 16 bytes before the user data of Mode 1: the right sync, and address and mode as given. */
export function headerOf(address: Uint8Array, mode: number): Uint8Array {
  const header = new Uint8Array(HEADER);
  header.fill(0xff, 1, 11);
  header.set(address.subarray(0, 3), 12);
  header[15] = mode;
  return header;
}

/** The three bytes of an address that is given in frames, 0 to 449,999 (ECMA-130:1996 14.2). */
export function addressBytes(frames: number): Uint8Array {
  const parts = [Math.floor(frames / 4500), Math.floor(frames / 75) % 60, frames % 75];
  return Uint8Array.from(parts, (part) => Math.floor(part / 10) * 16 + part % 10);
}

/** Whether the code of Mode 1 holds with another header; a code of zero never does. */
export function holdsWithHeader(sector: Uint8Array, header: Uint8Array): boolean {
  const recorded = recordedAt(sector, 2064);
  return recorded !== 0 && sectorEdc(sector.subarray(HEADER, 2064), sectorEdc(header)) === recorded;
}

/** The form of Mode 2 in which the code of a sector holds and is not zero, whatever its header says. */
export function heldForm(sector: Uint8Array): "form1" | "form2" | undefined {
  for (const form of ["form1", "form2"] as const) {
    const { recorded, expected } = codeOf(sector, form);
    if (recorded !== 0 && recorded === expected) return form;
  }
  return undefined;
}

/** The form that the sub-headers of a sector state: 2 where both copies do (bit 5 of the submode). */
export function statedForm(sector: Uint8Array): "form1" | "form2" {
  return ((sector[18] ?? 0) & (sector[22] ?? 0) & 0x20) === 0 ? "form1" : "form2";
}

/** A copy of a sector with the right sync pattern (ECMA-130:1996 14.1). */
export function withSync(sector: Uint8Array): Uint8Array {
  const copy = sector.slice();
  copy.set(headerOf(sector.subarray(12), sector[15] ?? 0));
  return copy;
}

/** The byte that a sector consists of, or undefined where it has several. */
export function fillOf(sector: Uint8Array): number | undefined {
  const [first] = sector;
  return sector.every((byte) => byte === first) ? first : undefined;
}
