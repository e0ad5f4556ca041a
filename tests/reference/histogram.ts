// Counts of byte values and their entropy by its definition: the sum of -p log2 p.

/** Occurrences of the 256 byte values. */
export function histogram(bytes: Uint8Array): number[] {
  const counts = Array<number>(256).fill(0);
  for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1;
  return counts;
}

/** Entropy in bits per byte. */
export function entropy(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.reduce((sum, count) => {
    return count === 0 ? sum : sum - (count / total) * Math.log2(count / total);
  }, 0);
}
