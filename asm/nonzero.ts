// Where bytes other than 0 begin and end.

/** Index of the first byte that is not 0, or `length`. */
export function first_nonzero(data: usize, length: usize): usize {
  const end = data + length;
  let at = data;
  while (end - at >= 32) {
    const any = load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24);
    if (any != 0) break;
    at += 32;
  }
  while (end - at >= 8) {
    const word = load<u64>(at);
    if (word != 0) return at - data + (usize(ctz(word)) >> 3);
    at += 8;
  }
  while (at < end && load<u8>(at) == 0) at++;
  return at - data;
}

/** Index of the last byte that is not 0, or `length`. */
export function last_nonzero(data: usize, length: usize): usize {
  let end = data + length;
  while (end - data >= 32) {
    const any = load<u64>(end - 32) | load<u64>(end - 24) | load<u64>(end - 16) |
      load<u64>(end - 8);
    if (any != 0) break;
    end -= 32;
  }
  while (end - data >= 8) {
    const word = load<u64>(end - 8);
    if (word != 0) return end - data - 1 - (usize(clz(word)) >> 3);
    end -= 8;
  }
  while (end > data && load<u8>(end - 1) == 0) end--;
  return end == data ? length : end - data - 1;
}
