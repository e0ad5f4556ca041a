// Where two runs of bytes begin to differ, and how long they go on differing.

/** Index of the first byte in which `a` and `b` differ, or `length`. */
export function first_difference(a: usize, b: usize, length: usize): usize {
  let at: usize = 0;
  while (length - at >= 32) {
    const any = (load<u64>(a + at) ^ load<u64>(b + at)) |
      (load<u64>(a + at, 8) ^ load<u64>(b + at, 8)) |
      (load<u64>(a + at, 16) ^ load<u64>(b + at, 16)) |
      (load<u64>(a + at, 24) ^ load<u64>(b + at, 24));
    if (any != 0) break;
    at += 32;
  }
  while (length - at >= 8) {
    const word = load<u64>(a + at) ^ load<u64>(b + at);
    if (word != 0) return at + (usize(ctz(word)) >> 3);
    at += 8;
  }
  while (at < length && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
}

/** Count of bytes from the start in each of which `a` and `b` differ. */
export function difference_run(a: usize, b: usize, length: usize): usize {
  let at: usize = 0;
  while (length - at >= 8) {
    const word = load<u64>(a + at) ^ load<u64>(b + at);
    // The lowest bit set is exact: a borrow only spoils the bytes above the first that is 0.
    const zeros = (word - 0x0101010101010101) & ~word & 0x8080808080808080;
    if (zeros != 0) return at + (usize(ctz(zeros)) >> 3);
    at += 8;
  }
  while (at < length && load<u8>(a + at) != load<u8>(b + at)) at++;
  return at;
}
