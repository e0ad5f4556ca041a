// The EDC field of ECMA-130:1996: CRC-32, reflected polynomial 0xD8018001, initial value 0.

import { fillTables, sliceBytes, TABLES_SIZE } from "./slicing";

const TABLES = memory.data(TABLES_SIZE, 16);
fillTables(TABLES, 0xd8018001);

/**
 * Continues `value` over `length` bytes at `data`; begin with 0.
 * Keeps no state between calls, so any number of sectors may be in flight.
 */
export function edc(value: u32, data: usize, length: usize): u32 {
  return sliceBytes(TABLES, value, data, length);
}

/** The same by the first table alone, byte by byte. */
// @ts-ignore: decorator
@inline
export function edcBytes(value: u32, data: usize, length: usize): u32 {
  for (const end = data + length; data < end; data++) {
    const index = usize((value ^ load<u8>(data)) & 0xff);
    value = (value >> 8) ^ load<u32>(TABLES + (index << 2));
  }
  return value;
}
