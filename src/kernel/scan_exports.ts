// The functions of the scanning kernels, as the module exports them: addresses and counts of bytes.

/** What the scanning kernels export. */
export type ScanExports =
  & NonzeroExports
  & DifferenceExports
  & FillExports
  & HistogramExports
  & ChunkExports
  & SearchExports;

type NonzeroExports = {
  first_nonzero(data: number, length: number): number;
  last_nonzero(data: number, length: number): number;
};

type FillExports = {
  classify_sectors(
    data: number,
    stride: number,
    size: number,
    count: number,
    markers: number,
    markerCount: number,
    classes: number,
    values: number,
  ): void;
};

type DifferenceExports = {
  first_difference(a: number, b: number, length: number): number;
  last_difference(a: number, b: number, length: number): number;
  difference_run(a: number, b: number, length: number): number;
  difference_bitmap(a: number, b: number, length: number, size: number, out: number): number;
};

type HistogramExports = {
  histogram(data: number, length: number, counts: number): void;
};

type ChunkExports = {
  readonly CHUNKS_STATE: { readonly value: number };
  chunks_init(state: number, least: number, average: number, most: number): void;
  chunks_update(state: number, data: number, length: number, out: number): number;
};

type SearchExports = {
  readonly SEARCH_STATE: { readonly value: number };
  search_init(state: number, patterns: number, count: number): void;
  search(
    state: number,
    data: number,
    from: number,
    length: number,
    out: number,
    most: number,
  ): number;
};
