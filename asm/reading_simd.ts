// An entry of its own, for benches: reads memory and does nothing else, as the measure of the kernels.

/** The exclusive or of the `length` bytes (a multiple of 128) at `data`, folded into 64 bits. */
export function xor_all(data: usize, length: usize): u64 {
  let a = i64x2.splat(0), b = a, c = a, d = a;
  for (const end = data + length; data < end; data += 128) {
    a = v128.xor(a, v128.xor(v128.load(data), v128.load(data, 64)));
    b = v128.xor(b, v128.xor(v128.load(data, 16), v128.load(data, 80)));
    c = v128.xor(c, v128.xor(v128.load(data, 32), v128.load(data, 96)));
    d = v128.xor(d, v128.xor(v128.load(data, 48), v128.load(data, 112)));
  }
  a = v128.xor(v128.xor(a, b), v128.xor(c, d));
  return i64x2.extract_lane(a, 0) ^ i64x2.extract_lane(a, 1);
}
