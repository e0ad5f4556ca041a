// Dense bytes that are the same each time: a xorshift generator, for content that no compressor shortens.

/** `length` bytes of noise from a seed that is not 0. */
export function noise(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 >>> 0;
  for (let at = 0; at < length; at++) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    bytes[at] = state >>> 11;
  }
  return bytes;
}
