// The functions behind sectors.ts and crc16.ts, as the module exports them.

/** What the module exports for raw sectors and their sub-channel. */
export type SectorsExports = {
  check_sectors(data: number, stride: number, count: number, out: number): void;
  crc16(value: number, data: number, length: number): number;
};
