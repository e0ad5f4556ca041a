// XXH64 (xxHash specification, 2016), a piece at a time, in halves of 32 bits.

// The five primes, each as its low and high half.
const P1 = [0x85ebca87, 0x9e3779b1] as const;
const P2 = [0x27d4eb4f, 0xc2b2ae3d] as const;
const P3 = [0x9e3779f9, 0x165667b1] as const;
const P4 = [0xc2b2ae63, 0x85ebca77] as const;
const P5 = [0x165667c5, 0x27d4eb2f] as const;

type Prime = typeof P1 | typeof P2 | typeof P3 | typeof P4 | typeof P5;

const STRIPE = 32;

/** A number of 64 bits as two of 32, whose result is taken from here at once: no object for each. */
const result = new Int32Array(2);

function highOfProduct(a: number, b: number): number {
  const [a0, a1] = [a & 0xffff, a >>> 16];
  const [b0, b1] = [b & 0xffff, b >>> 16];
  const middle = a1 * b0 + (Math.imul(a0, b0) >>> 16);
  const other = a0 * b1 + middle % 65536;
  return a1 * b1 + Math.floor(middle / 65536) + Math.floor(other / 65536);
}

function multiply(low: number, high: number, [primeLow, primeHigh]: Prime): void {
  result[1] = highOfProduct(low >>> 0, primeLow) + Math.imul(low, primeHigh) +
    Math.imul(high, primeLow);
  result[0] = Math.imul(low, primeLow);
}

function add(low: number, high: number, otherLow: number, otherHigh: number): void {
  const sum = (low >>> 0) + (otherLow >>> 0);
  result[0] = sum;
  result[1] = high + otherHigh + (sum > 0xffffffff ? 1 : 0);
}

function rotate(low: number, high: number, bits: number): void {
  const [first, second] = bits < 32 ? [low, high] : [high, low];
  const shift = bits % 32;
  result[0] = first << shift | second >>> 32 - shift;
  result[1] = second << shift | first >>> 32 - shift;
}

function low(): number {
  return result[0] ?? 0;
}

function high(): number {
  return result[1] ?? 0;
}

function shiftedXor(bits: number): void {
  const [l, h] = [low(), high()];
  if (bits < 32) {
    result[0] = l ^ (l >>> bits | h << 32 - bits);
    result[1] = h ^ h >>> bits;
  } else result[0] = l ^ h >>> bits - 32;
}

// round(accumulator, lane): the accumulator is `sumLow` and `sumHigh`.
function round(sumLow: number, sumHigh: number, laneLow: number, laneHigh: number): void {
  multiply(laneLow, laneHigh, P2);
  add(sumLow, sumHigh, low(), high());
  rotate(low(), high(), 31);
  multiply(low(), high(), P1);
}

/** XXH64 with seed 0. */
export class Xxh64 {
  /** Four accumulators, each as its low and high half. */
  readonly #sums = new Int32Array(8);
  readonly #rest = new Uint8Array(STRIPE);
  #kept = 0;
  #bytes = 0;

  constructor() {
    add(P1[0], P1[1], P2[0], P2[1]);
    this.#sums.set([low(), high(), P2[0], P2[1], 0, 0]);
    add(~P1[0], ~P1[1], 1, 0);
    this.#sums.set(result, 6);
  }

  /** Takes bytes. */
  update(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    let at = 0;
    if (this.#kept > 0) {
      at = Math.min(STRIPE - this.#kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), this.#kept);
      this.#kept += at;
      if (this.#kept < STRIPE) return;
      this.#stripes(this.#rest, 0, STRIPE);
      this.#kept = 0;
    }
    const whole = at + Math.floor((bytes.length - at) / STRIPE) * STRIPE;
    this.#stripes(bytes, at, whole);
    this.#rest.set(bytes.subarray(whole));
    this.#kept = bytes.length - whole;
  }

  #stripes(bytes: Uint8Array, from: number, to: number): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const sums = this.#sums;
    for (let at = from; at < to; at += STRIPE) {
      for (let lane = 0; lane < 8; lane += 2) {
        const place = at + lane * 4;
        round(
          sums[lane] ?? 0,
          sums[lane + 1] ?? 0,
          view.getInt32(place, true),
          view.getInt32(place + 4, true),
        );
        sums[lane] = low();
        sums[lane + 1] = high();
      }
    }
  }

  #merged(): void {
    const sums = this.#sums;
    let [totalLow, totalHigh] = [0, 0];
    for (const [lane, bits] of [1, 7, 12, 18].entries()) {
      rotate(sums[2 * lane] ?? 0, sums[2 * lane + 1] ?? 0, bits);
      add(totalLow, totalHigh, low(), high());
      [totalLow, totalHigh] = [low(), high()];
    }
    for (let lane = 0; lane < 4; lane++) {
      round(0, 0, sums[2 * lane] ?? 0, sums[2 * lane + 1] ?? 0);
      multiply(totalLow ^ low(), totalHigh ^ high(), P1);
      add(low(), high(), P4[0], P4[1]);
      [totalLow, totalHigh] = [low(), high()];
    }
  }

  /** The hash of the bytes taken so far: its low 32 bits, and its high ones, unsigned. */
  get value(): readonly [low: number, high: number] {
    if (this.#bytes >= STRIPE) this.#merged();
    else result.set(P5);
    add(low(), high(), this.#bytes, Math.floor(this.#bytes / 2 ** 32));
    this.#takeRest();
    shiftedXor(33);
    multiply(low(), high(), P2);
    shiftedXor(29);
    multiply(low(), high(), P3);
    shiftedXor(32);
    return [low() >>> 0, high() >>> 0];
  }

  #takeRest(): void {
    const view = new DataView(this.#rest.buffer);
    let [l, h] = [low(), high()];
    let at = 0;
    for (; at + 8 <= this.#kept; at += 8) {
      round(0, 0, view.getInt32(at, true), view.getInt32(at + 4, true));
      rotate(l ^ low(), h ^ high(), 27);
      multiply(low(), high(), P1);
      add(low(), high(), P4[0], P4[1]);
      [l, h] = [low(), high()];
    }
    if (at + 4 <= this.#kept) {
      multiply(view.getInt32(at, true), 0, P1);
      rotate(l ^ low(), h ^ high(), 23);
      multiply(low(), high(), P2);
      add(low(), high(), P3[0], P3[1]);
      [l, h] = [low(), high()];
      at += 4;
    }
    for (; at < this.#kept; at++) {
      multiply(this.#rest[at] ?? 0, 0, P5);
      rotate(l ^ low(), h ^ high(), 11);
      multiply(low(), high(), P1);
      [l, h] = [low(), high()];
    }
    result[0] = l;
    result[1] = h;
  }
}
