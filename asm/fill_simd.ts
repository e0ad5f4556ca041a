// Whether bytes repeat a word of 64 bits, by vectors of 16 bytes.

/** The bits in which the 64 bytes at `data` differ from `vector` repeated, folded into one. */
// @ts-ignore: decorator
@inline
function unlike(data: usize, vector: v128): v128 {
  return v128.or(
    v128.or(v128.xor(v128.load(data), vector), v128.xor(v128.load(data, 16), vector)),
    v128.or(v128.xor(v128.load(data, 32), vector), v128.xor(v128.load(data, 48), vector)),
  );
}

/** Whether the `length` bytes (8 or more) at `data` repeat the 8 bytes of `word`. */
export function isFilled(data: usize, length: usize, word: u64): bool {
  const end = data + length;
  const vector = i64x2.splat(word);
  while (end - data >= 256) {
    const low = v128.or(unlike(data, vector), unlike(data + 64, vector));
    const high = v128.or(unlike(data + 128, vector), unlike(data + 192, vector));
    if (v128.any_true(v128.or(low, high))) return false;
    data += 256;
  }
  for (; end - data >= 16; data += 16) {
    if (v128.any_true(v128.xor(v128.load(data), vector))) return false;
  }
  for (; data < end; data++) {
    if (load<u8>(data) != u8(word)) return false;
    word = rotr(word, 8);
  }
  return true;
}
