// The entry of the kernels: everything that the host may call or read.

import { checkLayout } from "./layout";

export { ARENA, END, STATES, WINDOW } from "./layout";
export * from "./blake3";
export * from "./crc32";
export * from "./difference";
export * from "./edc";
export * from "./md5";
export * from "./nonzero";
export * from "./sha1";
export * from "./sha256";
export * from "./sha512";

checkLayout();
