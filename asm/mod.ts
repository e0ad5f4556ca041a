// The plain entry of the kernels: everything that the host may call or read. mod_simd.ts has the same
// exports, where 128-bit vectors make them faster.

import { checkLayout } from "./layout";

export { SCRATCH_SIZE, TABLES_END } from "./layout";
export * from "./blake3";
export { CHUNKS_STATE, chunks_init, chunks_update } from "./chunks";
export * from "./crc16";
export { CRC32_SIZE, CRC32_STATE, crc32_finish, crc32_init, crc32_update } from "./crc32";
export * from "./difference";
export { difference_bitmap } from "./difference_sectors";
export { edc } from "./edc";
export * from "./fill";
export * from "./histogram";
export * from "./md5";
export * from "./md5_many";
export * from "./nonzero";
export * from "./sectors";
export { search, SEARCH_STATE, search_init } from "./search";
export * from "./sha1";
export * from "./sha1_many";
export * from "./sha256";
export * from "./sha256_many";
export * from "./sha512";
export * from "./sha512_many";
export * from "./xxh3";

checkLayout();
