// Whether bytes repeat a word of 64 bits, by words.

/** Whether the `length` bytes (8 or more) at `data` repeat the 8 bytes of `word`. */
export function isFilled(data: usize, length: usize, word: u64): bool {
  const end = data + length;
  while (end - data >= 32) {
    const any = (load<u64>(data) ^ word) | (load<u64>(data, 8) ^ word) |
      (load<u64>(data, 16) ^ word) | (load<u64>(data, 24) ^ word);
    if (any != 0) return false;
    data += 32;
  }
  for (; end - data >= 8; data += 8) {
    if (load<u64>(data) != word) return false;
  }
  for (; data < end; data++, word >>= 8) {
    if (load<u8>(data) != u8(word)) return false;
  }
  return true;
}
