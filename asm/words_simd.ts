// Words of blocks of four streams, brought together: vector j holds word j of each.

// @ts-ignore: decorator
@inline
function joinLow(x: v128, y: v128): v128 {
  return v128.shuffle<u32>(x, y, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline
function joinHigh(x: v128, y: v128): v128 {
  return v128.shuffle<u32>(x, y, 2, 6, 3, 7);
}

/** The bytes of each word in reverse, for standards that put the most significant first. */
// @ts-ignore: decorator
@inline
function swapped(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
}

// @ts-ignore: decorator
@inline
function swapped64(x: v128): v128 {
  return v128.shuffle<u8>(x, x, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8);
}

/** Writes the sixteen words of a block at each of the four addresses to `out`, as vectors. */
// @ts-ignore: decorator
@inline
export function transpose(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  out: usize,
  bigEndian: bool,
): void {
  for (let at: usize = 0; at < 64; at += 16, out += 64) {
    let va = v128.load(a + at), vb = v128.load(b + at);
    let vc = v128.load(c + at), vd = v128.load(d + at);
    if (bigEndian) {
      va = swapped(va);
      vb = swapped(vb);
      vc = swapped(vc);
      vd = swapped(vd);
    }
    const ab0 = joinLow(va, vb), ab2 = joinHigh(va, vb);
    const cd0 = joinLow(vc, vd), cd2 = joinHigh(vc, vd);
    v128.store(out, v128.shuffle<u64>(ab0, cd0, 0, 2));
    v128.store(out, v128.shuffle<u64>(ab0, cd0, 1, 3), 16);
    v128.store(out, v128.shuffle<u64>(ab2, cd2, 0, 2), 32);
    v128.store(out, v128.shuffle<u64>(ab2, cd2, 1, 3), 48);
  }
}

/** Writes the sixteen 64-bit words of a block at each of two addresses to `out`, as vectors. */
// @ts-ignore: decorator
@inline
export function transpose64(a: usize, b: usize, out: usize): void {
  for (let at: usize = 0; at < 128; at += 16, out += 32) {
    const va = swapped64(v128.load(a + at)), vb = swapped64(v128.load(b + at));
    v128.store(out, v128.shuffle<u64>(va, vb, 0, 2));
    v128.store(out, v128.shuffle<u64>(va, vb, 1, 3), 16);
  }
}
