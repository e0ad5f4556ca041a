// Table-driven CRC-32 with least significant bit first, sixteen bytes a step ("slicing").
// Holds what crc32.ts and edc.ts share; each brings its polynomial and room for its tables.

/** Bytes of the sixteen tables of one polynomial. */
export const TABLES_SIZE: i32 = 16 * 256 * 4;

/** Fills `tables`: entry i of table t is the remainder of byte i followed by t zero bytes. */
export function fillTables(tables: usize, polynomial: u32): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ ((value & 1) * polynomial);
    store<u32>(tables + (usize(i) << 2), value);
  }
  for (let at = tables + 1024; at < tables + TABLES_SIZE; at += 4) {
    const shorter = load<u32>(at - 1024);
    store<u32>(at, (shorter >> 8) ^ load<u32>(tables + (usize(shorter & 0xff) << 2)));
  }
}

/** Remainder of the four bytes of `word` when `zeros` bytes of 0 follow them. */
// @ts-ignore: decorator
@inline
function sliceWord(tables: usize, word: u32, zeros: usize): u32 {
  const base = tables + (zeros << 10);
  return load<u32>(base + (usize(word & 0xff) << 2), 3 * 1024) ^
    load<u32>(base + (usize((word >> 8) & 0xff) << 2), 2 * 1024) ^
    load<u32>(base + (usize((word >> 16) & 0xff) << 2), 1024) ^
    load<u32>(base + (usize(word >> 24) << 2));
}

/** Continues the remainder `value` over `length` bytes at `data`. */
export function sliceBytes(tables: usize, value: u32, data: usize, length: usize): u32 {
  const end = data + length;
  for (; end - data >= 16; data += 16) {
    value = sliceWord(tables, value ^ load<u32>(data), 12) ^
      sliceWord(tables, load<u32>(data, 4), 8) ^
      sliceWord(tables, load<u32>(data, 8), 4) ^
      sliceWord(tables, load<u32>(data, 12), 0);
  }
  for (; data < end; data++) {
    const index = usize((value ^ load<u8>(data)) & 0xff);
    value = (value >> 8) ^ load<u32>(tables + (index << 2));
  }
  return value;
}
