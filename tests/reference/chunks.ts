// Where content-defined chunks end, by the definition at the head of asm/chunks.ts.

/** Sizes of chunks, as src/kernel/chunks.ts takes them. */
export type Sizes = { readonly least: number; readonly average: number; readonly most: number };

function weight(byte: number): number {
  const product = (byte * 0x9e3b) % 65536;
  return product ^ (product >> 7);
}

/** The gear hash of the 16 bytes up to index `at`; those before the stream count as 0. */
function gear(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let age = 0; age < 16; age++) hash += weight(bytes[at - age] ?? 0) * 2 ** age;
  return hash % 65536;
}

/** The 32 bytes up to index `at` as four numbers, LSB first, mixed to 32 bits. */
function mixed(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let word = 0; word < 4; word++) {
    let number = 0n;
    for (let byte = 7; byte >= 0; byte--) {
      number = number * 256n + BigInt(bytes[at - 31 + 8 * word + byte] ?? 0);
    }
    value = BigInt.asUintN(64, (value ^ number) * 0x9e3779b97f4a7c15n);
    value ^= value >> 29n;
  }
  return value >> 32n;
}

/** Positions after the last byte of each chunk; the last chunk, which only the end closes, is left out. */
export function chunkEnds(bytes: Uint8Array, { least, average, most }: Sizes): number[] {
  const ends: number[] = [];
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    const size = at + 1 - start;
    const bound = (size < average ? 2n ** 40n : 2n ** 44n) / BigInt(average);
    const full = 2n ** 32n - 1n;
    const cut = size >= least && gear(bytes, at) >= 65536 - 64 &&
      mixed(bytes, at) < (bound < full ? bound : full);
    if (!cut && size < most) continue;
    ends.push(at + 1);
    start = at + 1;
  }
  return ends;
}
