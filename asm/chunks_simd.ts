// Candidates for the ends of chunks (the definition is in chunks.ts), 16 positions at a time: the sum
// over 16 ages is made in four steps that double the ages, in lanes of 16 bits.

import { CANDIDATE, nextCandidate as byBytes } from "./chunks_bytes";

/** The weights of eight bytes. */
// @ts-ignore: decorator
@inline
function weights(bytes: v128): v128 {
  const product = i16x8.mul(bytes, i16x8.splat(<i16>0x9e3b));
  return v128.xor(product, i16x8.shr_u(product, 7));
}

/** Sums over 2 ages, from the weights of these positions and of those before. */
// @ts-ignore: decorator
@inline
function two(before: v128, sums: v128): v128 {
  const older = v128.shuffle<u16>(before, sums, 7, 8, 9, 10, 11, 12, 13, 14);
  return i16x8.add(sums, i16x8.shl(older, 1));
}

/** Sums over 4 ages, from those over 2. */
// @ts-ignore: decorator
@inline
function four(before: v128, sums: v128): v128 {
  const older = v128.shuffle<u16>(before, sums, 6, 7, 8, 9, 10, 11, 12, 13);
  return i16x8.add(sums, i16x8.shl(older, 2));
}

/** Sums over 8 ages, from those over 4. */
// @ts-ignore: decorator
@inline
function eight(before: v128, sums: v128): v128 {
  const older = v128.shuffle<u16>(before, sums, 4, 5, 6, 7, 8, 9, 10, 11);
  return i16x8.add(sums, i16x8.shl(older, 4));
}

/** Sums over 16 ages, from those over 8. */
// @ts-ignore: decorator
@inline
function sixteen(before: v128, sums: v128): v128 {
  return i16x8.add(sums, i16x8.shl(before, 8));
}

/** Lanes that hold the hash of a candidate, all bits set. */
// @ts-ignore: decorator
@inline
function candidates(hashes: v128): v128 {
  const bits = i16x8.splat(<i16>CANDIDATE);
  return i16x8.eq(v128.and(hashes, bits), bits);
}

/** Address of the first candidate in `[at, end)`, or `end`; 16 bytes before `at` can be read. */
export function nextCandidate(at: usize, end: usize): usize {
  if (end - at < 16) return byBytes(at, end);
  const zero = i16x8.splat(0);
  // Sums over the 16 positions before: they lack what is older, which no later position needs.
  const w0 = weights(v128.load_ext<u8>(at - 16));
  let w = weights(v128.load_ext<u8>(at - 8));
  const x0 = two(zero, w0);
  let x = two(w0, w);
  const y0 = four(zero, x0);
  let y = four(x0, x);
  let z = eight(y0, y);
  for (; end - at >= 16; at += 16) {
    const bytes = v128.load(at);
    const wa = weights(i16x8.extend_low_i8x16_u(bytes));
    const wb = weights(i16x8.extend_high_i8x16_u(bytes));
    const xa = two(w, wa), xb = two(wa, wb);
    const ya = four(x, xa), yb = four(xa, xb);
    const za = eight(y, ya), zb = eight(ya, yb);
    const a = sixteen(z, za), b = sixteen(za, zb);
    // The greater of two is that of a candidate where one of them is.
    if (v128.any_true(candidates(v128.max<u16>(a, b)))) {
      const bits = i16x8.bitmask(candidates(a)) | (i16x8.bitmask(candidates(b)) << 8);
      return at + usize(ctz(bits));
    }
    w = wb;
    x = xb;
    y = yb;
    z = zb;
  }
  return at < end ? byBytes(at, end) : end;
}
