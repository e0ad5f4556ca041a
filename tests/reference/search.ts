// Where patterns stand, by trying each at each byte.

/** Position and index of each pattern that stands in `bytes`, by position and then index. */
export function matchesOf(bytes: Uint8Array, patterns: readonly Uint8Array[]): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < bytes.length; at++) {
    for (const [index, pattern] of patterns.entries()) {
      const fits = at + pattern.length <= bytes.length;
      if (fits && pattern.every((byte, offset) => byte === bytes[at + offset])) {
        found.push([at, index]);
      }
    }
  }
  return found;
}
