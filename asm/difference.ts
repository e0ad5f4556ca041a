// Where two runs of bytes differ: the sectors, and the bytes in them, by words of 64 bits.

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

/** Index of the last byte in which `a` and `b` differ, or `length`. */
export function last_difference(a: usize, b: usize, length: usize): usize {
  let end = length;
  while (end >= 32) {
    const x = a + end - 32, y = b + end - 32;
    const any = (load<u64>(x) ^ load<u64>(y)) | (load<u64>(x, 8) ^ load<u64>(y, 8)) |
      (load<u64>(x, 16) ^ load<u64>(y, 16)) | (load<u64>(x, 24) ^ load<u64>(y, 24));
    if (any != 0) break;
    end -= 32;
  }
  while (end >= 8) {
    const word = load<u64>(a + end - 8) ^ load<u64>(b + end - 8);
    if (word != 0) return end - 1 - (usize(clz(word)) >> 3);
    end -= 8;
  }
  while (end > 0 && load<u8>(a + end - 1) == load<u8>(b + end - 1)) end--;
  return end == 0 ? length : end - 1;
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
