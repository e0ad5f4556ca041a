// Bytes that entries have in pieces, as one run.

/** One run of bytes, at most `limit` of them; of a single part that part itself. */
export function concat(parts: readonly Uint8Array[], limit: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && only.length <= limit) return only;
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const joined = new Uint8Array(Math.min(length, limit));
  let at = 0;
  for (const part of parts) {
    joined.set(part.subarray(0, joined.length - at), at);
    at = Math.min(joined.length, at + part.length);
  }
  return joined;
}
