// CRC-16 with generator x^16 + x^12 + x^5 + 1, most significant bit first: of descriptor tags with
// initial value 0 (ECMA-167 7.2.6), of the Q sub-channel complemented besides (ECMA-130 22.3).

/** Bytes that a step takes: each has a table. */
const STEP: usize = 16;
const TABLE_SIZE: usize = 256 * 2;
const TABLES = memory.data(16 * 256 * 2, 16);

// Entry i of table t is the remainder of byte i followed by t zero bytes.
function fillTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value = i << 8;
    for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ ((value >> 15) * 0x11021);
    store<u16>(TABLES + (i << 1), value);
  }
  for (let at = TABLES + TABLE_SIZE; at < TABLES + STEP * TABLE_SIZE; at += 2) {
    const shorter = u32(load<u16>(at - TABLE_SIZE));
    store<u16>(at, (shorter << 8) ^ u32(load<u16>(TABLES + ((shorter >> 8) << 1))));
  }
}
fillTables();

/** Remainder of byte `index` of `word`, counted from the lowest, when `zeros` bytes of 0 follow it. */
// @ts-ignore: decorator
@inline
function entry(word: u64, index: u64, zeros: usize): u32 {
  const byte = usize(word >> (index << 3)) & 0xff;
  return u32(load<u16>(TABLES + zeros * TABLE_SIZE + (byte << 1)));
}

/** Remainder of the eight bytes of `word`, lowest first, when `zeros` bytes of 0 follow them. */
// @ts-ignore: decorator
@inline
function slice(word: u64, zeros: usize): u32 {
  return entry(word, 0, zeros + 7) ^ entry(word, 1, zeros + 6) ^ entry(word, 2, zeros + 5) ^
    entry(word, 3, zeros + 4) ^ entry(word, 4, zeros + 3) ^ entry(word, 5, zeros + 2) ^
    entry(word, 6, zeros + 1) ^ entry(word, 7, zeros);
}

/** Continues `value` over `length` bytes at `data`. */
export function crc16(value: u32, data: usize, length: usize): u32 {
  const end = data + length;
  for (; end - data >= STEP; data += STEP) {
    value = slice(load<u64>(data) ^ u64(bswap<u16>(u16(value))), 8) ^ slice(load<u64>(data, 8), 0);
  }
  for (; data < end; data++) {
    const index = ((value >> 8) ^ u32(load<u8>(data))) << 1;
    value = ((value << 8) & 0xffff) ^ u32(load<u16>(TABLES + index));
  }
  return value;
}
