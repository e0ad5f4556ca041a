// What the module exports for content ids: the types of asm/xxh3.ts.

/** What the module exports for content ids. */
export type FingerprintExports = {
  xxh3_init(state: number): void;
  xxh3_update(state: number, data: number, length: number): void;
  xxh3_finish(state: number, out: number): void;
  xxh3_sectors(data: number, size: number, count: number, out: number): void;
  readonly XXH3_STATE: { readonly value: number };
  readonly XXH3_SIZE: { readonly value: number };
};
