// Where two runs of bytes differ: the sectors, and the bytes in them, by vectors of 16 bytes.

/** Bits of the bytes in which the vectors at `a` and `b` differ, first byte lowest. */
// @ts-ignore: decorator
@inline
function differing(a: usize, b: usize): u32 {
  return u32(~i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)))) & 0xffff;
}

/** The bits in which the 64 bytes at `a` and `b` differ, folded into one vector. */
// @ts-ignore: decorator
@inline
function folded(a: usize, b: usize): v128 {
  return v128.or(
    v128.or(
      v128.xor(v128.load(a), v128.load(b)),
      v128.xor(v128.load(a, 16), v128.load(b, 16)),
    ),
    v128.or(
      v128.xor(v128.load(a, 32), v128.load(b, 32)),
      v128.xor(v128.load(a, 48), v128.load(b, 48)),
    ),
  );
}

/** Index of the first byte in which `a` and `b` differ, or `length`. */
export function first_difference(a: usize, b: usize, length: usize): usize {
  let at: usize = 0;
  while (length - at >= 128) {
    if (v128.any_true(v128.or(folded(a + at, b + at), folded(a + at + 64, b + at + 64)))) break;
    at += 128;
  }
  while (length - at >= 16) {
    const bits = differing(a + at, b + at);
    if (bits != 0) return at + usize(ctz(bits));
    at += 16;
  }
  while (at < length && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
}

/** Index of the last byte in which `a` and `b` differ, or `length`. */
export function last_difference(a: usize, b: usize, length: usize): usize {
  let end = length;
  while (end >= 64 && !v128.any_true(folded(a + end - 64, b + end - 64))) end -= 64;
  while (end >= 16) {
    const bits = differing(a + end - 16, b + end - 16);
    if (bits != 0) return end - 16 + 31 - usize(clz(bits));
    end -= 16;
  }
  while (end > 0 && load<u8>(a + end - 1) == load<u8>(b + end - 1)) end--;
  return end == 0 ? length : end - 1;
}

/** Count of bytes from the start in each of which `a` and `b` differ. */
export function difference_run(a: usize, b: usize, length: usize): usize {
  let at: usize = 0;
  while (length - at >= 16) {
    const same = differing(a + at, b + at) ^ 0xffff;
    if (same != 0) return at + usize(ctz(same));
    at += 16;
  }
  while (at < length && load<u8>(a + at) != load<u8>(b + at)) at++;
  return at;
}
