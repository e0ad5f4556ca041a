// Where bytes other than 0 begin and end, by vectors of 16 bytes.

/** Bits of the bytes that are not 0 in the vector at `data`, first byte lowest. */
// @ts-ignore: decorator
@inline
function nonzero(data: usize): u32 {
  return u32(~i8x16.bitmask(i8x16.eq(v128.load(data), i8x16.splat(0)))) & 0xffff;
}

/** The 64 bytes at `data`, folded into one vector. */
// @ts-ignore: decorator
@inline
function folded(data: usize): v128 {
  return v128.or(
    v128.or(v128.load(data), v128.load(data, 16)),
    v128.or(v128.load(data, 32), v128.load(data, 48)),
  );
}

/** Index of the first byte that is not 0, or `length`. */
export function first_nonzero(data: usize, length: usize): usize {
  const end = data + length;
  let at = data;
  while (end - at >= 128 && !v128.any_true(v128.or(folded(at), folded(at + 64)))) at += 128;
  while (end - at >= 16) {
    const bits = nonzero(at);
    if (bits != 0) return at - data + usize(ctz(bits));
    at += 16;
  }
  while (at < end && load<u8>(at) == 0) at++;
  return at - data;
}

/** Index of the last byte that is not 0, or `length`. */
export function last_nonzero(data: usize, length: usize): usize {
  let end = data + length;
  while (end - data >= 64 && !v128.any_true(folded(end - 64))) end -= 64;
  while (end - data >= 16) {
    const bits = nonzero(end - 16);
    if (bits != 0) return end - 16 - data + 31 - usize(clz(bits));
    end -= 16;
  }
  while (end > data && load<u8>(end - 1) == 0) end--;
  return end == data ? length : end - data - 1;
}
