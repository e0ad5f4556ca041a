// XXH3-128 with seed 0 and the default secret by its definition (the specification of xxHash,
// doc/xxhash_spec.md 0.2), written to be read: 64-bit numbers are bigints, and nothing is streamed.

const P32 = [0x9e3779b1n, 0x85ebca77n, 0xc2b2ae3dn] as const;
const P64 = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
] as const;
const MX1 = 0x165667919e3779f9n, MX2 = 0x9fb21c651e98df25n;

const secret = Uint8Array.fromHex(
  "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f" +
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c" +
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8" +
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364" +
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e" +
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e",
);

const mask = (value: bigint) => BigInt.asUintN(64, value);
const low32 = (value: bigint) => BigInt.asUintN(32, value);

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

const word = (bytes: Uint8Array, at: number) => view(bytes).getBigUint64(at, true);
const half = (bytes: Uint8Array, at: number) => BigInt(view(bytes).getUint32(at, true));

/** The `bytes` bytes of `value` in the other order. */
function swap(value: bigint, bytes: 4 | 8): bigint {
  let result = 0n;
  for (let byte = 0; byte < bytes; byte++) {
    result = (result << 8n) | ((value >> BigInt(8 * byte)) & 255n);
  }
  return result;
}

function avalanche(x: bigint): bigint {
  x = mask((x ^ (x >> 37n)) * MX1);
  return x ^ (x >> 32n);
}

function avalanche64(x: bigint): bigint {
  x = mask((x ^ (x >> 33n)) * P64[1]);
  x = mask((x ^ (x >> 29n)) * P64[2]);
  return x ^ (x >> 32n);
}

/** The two halves of the 128-bit result. */
type Halves = { readonly low: bigint; readonly high: bigint };

function small(bytes: Uint8Array): Halves {
  const length = bytes.length, size = BigInt(length);
  const s = (at: number) => word(secret, at);
  if (length === 0) {
    return { low: avalanche64(s(64) ^ s(72)), high: avalanche64(s(80) ^ s(88)) };
  }
  if (length <= 3) {
    const [first, middle, last] = [0, length >> 1, length - 1].map((at) => BigInt(bytes[at] ?? 0));
    const combined = (last ?? 0n) | (size << 8n) | ((first ?? 0n) << 16n) | ((middle ?? 0n) << 24n);
    const turned = swap(combined, 4);
    const rotated = low32(turned << 13n) | (turned >> 19n);
    return {
      low: avalanche64(half(secret, 0) ^ half(secret, 4) ^ combined),
      high: avalanche64(half(secret, 8) ^ half(secret, 12) ^ rotated),
    };
  }
  if (length <= 8) {
    const combined = half(bytes, 0) | (half(bytes, length - 4) << 32n);
    const product = (s(16) ^ s(24) ^ combined) * (P64[0] + (size << 2n));
    const high = mask((product >> 64n) + (mask(product) << 1n));
    let low = mask(product) ^ (high >> 3n);
    low = mask((low ^ (low >> 35n)) * MX2);
    return { low: low ^ (low >> 28n), high: avalanche(high) };
  }
  const [first, last] = [word(bytes, 0), word(bytes, length - 8)];
  const a = s(32) ^ s(40) ^ first ^ last, b = s(48) ^ s(56) ^ last;
  const product = a * P64[0];
  const high = mask((product >> 64n) + ((b >> 32n) << 32n) + low32(b) * P32[1]);
  const low = mask(product + ((size - 1n) << 54n)) ^ swap(high, 8);
  const second = low * P64[1];
  return {
    low: avalanche(mask(second)),
    high: avalanche(mask((second >> 64n) + high * P64[1])),
  };
}

function fold(a: bigint, b: bigint): bigint {
  const product = a * b;
  return mask(product) ^ (product >> 64n);
}

function mixStep(bytes: Uint8Array, from: number, at: number): bigint {
  return fold(word(bytes, from) ^ word(secret, at), word(bytes, from + 8) ^ word(secret, at + 8));
}

function medium(bytes: Uint8Array): Halves {
  const length = bytes.length;
  let [x, y] = [mask(BigInt(length) * P64[0]), 0n];
  const mixTwoChunks = (one: number, two: number, at: number) => {
    x = mask(x + mixStep(bytes, one, at)) ^ mask(word(bytes, two) + word(bytes, two + 8));
    y = mask(y + mixStep(bytes, two, at + 16)) ^ mask(word(bytes, one) + word(bytes, one + 8));
  };
  if (length <= 128) {
    for (let i = (length - 1) >> 5; i >= 0; i--) mixTwoChunks(16 * i, length - 16 * i - 16, 32 * i);
  } else {
    for (let i = 0; i < 4; i++) mixTwoChunks(32 * i, 32 * i + 16, 32 * i);
    [x, y] = [avalanche(x), avalanche(y)];
    for (let i = 4; i < length >> 5; i++) mixTwoChunks(32 * i, 32 * i + 16, 32 * (i - 4) + 3);
    mixTwoChunks(length - 16, length - 32, 103);
  }
  return {
    low: avalanche(mask(x + y)),
    high: mask(-avalanche(mask(x * P64[0] + y * P64[3] + BigInt(length) * P64[1]))),
  };
}

function large(bytes: Uint8Array, size: bigint): Halves {
  const length = bytes.length;
  const sums = BigUint64Array.of(P32[2], P64[0], P64[1], P64[2], P64[3], P32[1], P64[4], P32[0]);
  const accumulate = (from: number, at: number) => {
    for (let lane = 0; lane < 8; lane++) {
      const data = word(bytes, from + 8 * lane), key = data ^ word(secret, at + 8 * lane);
      sums[lane ^ 1] = (sums[lane ^ 1] ?? 0n) + data;
      sums[lane] = (sums[lane] ?? 0n) + low32(key) * (key >> 32n);
    }
  };
  const stripes = Math.floor((length - 1) / 64);
  for (let stripe = 0; stripe < stripes; stripe++) {
    accumulate(64 * stripe, 8 * (stripe % 16));
    if (stripe % 16 < 15) continue;
    sums.forEach((sum, lane) => {
      sums[lane] = (sum ^ (sum >> 47n) ^ word(secret, 128 + 8 * lane)) * P32[0];
    });
  }
  accumulate(length - 64, 121);
  const merge = (value: bigint, at: number) => {
    const accumulators = new Uint8Array(sums.buffer);
    for (let i = 0; i < 8; i += 2) {
      const [one, two] = [word(accumulators, 8 * i), word(accumulators, 8 * i + 8)];
      value += fold(one ^ word(secret, at + 8 * i), two ^ word(secret, at + 8 * i + 8));
    }
    return avalanche(mask(value));
  };
  return { low: merge(size * P64[0], 11), high: merge(mask(~(size * P64[1])), 117) };
}

/** XXH3-128 of `bytes`: 32 hexadecimal digits, as xxhsum prints them. */
export function xxh3(bytes: Uint8Array): string {
  const length = bytes.length;
  if (length > 240) return xxh3OfLength(bytes, BigInt(length));
  return hex(length <= 16 ? small(bytes) : medium(bytes));
}

/** What {@linkcode xxh3} would be if more than 240 bytes were `size` bytes long. */
export function xxh3OfLength(bytes: Uint8Array, size: bigint): string {
  return hex(large(bytes, size));
}

function hex({ low, high }: Halves): string {
  return ((high << 64n) | low).toString(16).padStart(32, "0");
}
