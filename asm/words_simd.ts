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

/** Writes words 0 to 3 at each of the four addresses to `out`, as four vectors. */
// @ts-ignore: decorator
@inline
function transpose4(a: usize, b: usize, c: usize, d: usize, out: usize): void {
  const va = v128.load(a), vb = v128.load(b), vc = v128.load(c), vd = v128.load(d);
  const ab0 = joinLow(va, vb), ab2 = joinHigh(va, vb);
  const cd0 = joinLow(vc, vd), cd2 = joinHigh(vc, vd);
  v128.store(out, v128.shuffle<u64>(ab0, cd0, 0, 2));
  v128.store(out, v128.shuffle<u64>(ab0, cd0, 1, 3), 16);
  v128.store(out, v128.shuffle<u64>(ab2, cd2, 0, 2), 32);
  v128.store(out, v128.shuffle<u64>(ab2, cd2, 1, 3), 48);
}

/** Writes the sixteen words of a block at each of the four addresses to `out`, as vectors. */
// @ts-ignore: decorator
@inline
export function transpose(a: usize, b: usize, c: usize, d: usize, out: usize): void {
  for (let at: usize = 0; at < 64; at += 16) {
    transpose4(a + at, b + at, c + at, d + at, out + 4 * at);
  }
}
