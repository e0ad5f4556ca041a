// The functions of the module behind sectors.ts, apart so that kernels.ts can name their types.

/** What the module exports for raw sectors. */
export type SectorsExports = {
  check_sectors(data: number, stride: number, count: number, out: number): void;
};
