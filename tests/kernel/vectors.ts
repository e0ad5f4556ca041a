// Published digests, with their sources. A message is ASCII text, repeated `times` times.

import type { Algorithm } from "../../src/kernel/digest.ts";

/** One published digest. */
export type Vector = {
  readonly source: string;
  readonly algorithm: Algorithm;
  readonly text: string;
  readonly times: number;
  readonly hex: string;
};

const letters = "abcdefghijklmnopqrstuvwxyz";
const twoBlocks32 = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
const twoBlocks64 = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn" +
  "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

function list(
  source: string,
  algorithm: Algorithm,
  ...rows: readonly (readonly [string, number, string])[]
): Vector[] {
  return rows.map(([text, times, hex]) => ({ source, algorithm, text, times, hex }));
}

/** MD5, the SHA family and CRC-32. */
export const vectors: readonly Vector[] = [
  ...list(
    "RFC 1321 A.5",
    "md5",
    ["", 1, "d41d8cd98f00b204e9800998ecf8427e"],
    ["a", 1, "0cc175b9c0f1b6a831c399e269772661"],
    ["abc", 1, "900150983cd24fb0d6963f7d28e17f72"],
    ["message digest", 1, "f96b697d7cb7938d525a2f31aaf161d0"],
    [letters, 1, "c3fcd3d76192e4007dfb496cca67e13b"],
    [letters.toUpperCase() + letters + "0123456789", 1, "d174ab98d277d9f5a5611c2c9f419d9f"],
    ["1234567890", 8, "57edf4a22be3c955ac49da2e2107b67a"],
  ),
  ...list(
    "FIPS 180-2 A",
    "sha1",
    ["abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"],
    [twoBlocks32, 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"],
    ["a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
  ),
  ...list(
    "FIPS 180-2 B",
    "sha256",
    ["abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    [twoBlocks32, 1, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"],
    ["a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
  ),
  ...list(
    "FIPS 180-2 C",
    "sha512",
    [
      "abc",
      1,
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
    [
      twoBlocks64,
      1,
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
      "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    ],
    [
      "a",
      1000000,
      "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb" +
      "de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
    ],
  ),
  ...list("ISO-HDLC check value", "crc32", ["", 1, "00000000"], ["123456789", 1, "cbf43926"]),
];

/** Length of the input, whose byte i is i % 251, and the first 32 bytes of its BLAKE3 hash, from
 * the test vectors of the BLAKE3 team. */
export const blake3Vectors: readonly (readonly [number, string])[] = [
  [0, "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"],
  [1, "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"],
  [1023, "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"],
  [1024, "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"],
  [1025, "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"],
  [2048, "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a"],
  [2049, "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"],
  [3072, "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2"],
  [3073, "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"],
  [4096, "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969"],
  [4097, "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995"],
  [5120, "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833"],
  [5121, "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff"],
  [6144, "3e2e5b74e048f3add6d21faab3f83aa44d3b2278afb83b80b3c35164ebeca205"],
  [6145, "f1323a8631446cc50536a9f705ee5cb619424d46887f3c376c695b70e0f0507f"],
  [7168, "61da957ec2499a95d6b8023e2b0e604ec7f6b50e80a9678b89d2628e99ada77a"],
  [7169, "a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817"],
  [8192, "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63"],
  [8193, "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b"],
  [16384, "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4"],
  [31744, "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"],
  [102400, "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"],
];

/** The input of most kernel tests: byte i is i % 251, so that a swap of any two blocks shows. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => index % 251);
}
