// A FAT12 volume that mkfs.vfat 4.2 and mtools 4.0 made: both copies of its table, and its chains.

import { assertEquals, assertMatch } from "@std/assert";
import { gunzip } from "../../support/fixtures.ts";
import { checkBytes, fromBase64 } from "./support.ts";

const volume = await gunzip(fromBase64(`
H4sIAAAAAAACA+3cTWgcZRzH8SextZrSGF+hovSxXizaded1d6lWkpI0AbvxkFpLSWFqJm3IZjdkR5vUKrl49yLoSRAPWryo
vYgggugtl4Ivh3qoeNF48BgQXDfuPIuB/8gf1IP2+6E02988O519fvM8kxzazSdeW1qcb5fmk8wM7howg2Zw3WwNmJHuK2fd
HLp/vRTUp2199MS47ZoYnfH87tfhA5+eufz+wc+yvc9eHf5kj9kYObv5i//Dxn0b+zd/m7mw0LbdX81WZhN7rtXKknON1M4t
tBdL1j7TSJN2ahea7XRlx/H5Rmt5ec0mzbl9Q8srabvdfblmF9M1m7VsttI9cj5ZaNpSqWT3DRn8HSevbHU6nWnT/Y3JuCnR
/81tfGLK5kaM2Xjj0uyl2d7X3v4/lh8cm6rbncd3m+u7mT8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAP4JJWv/8t//l0pFx3vv
H0vNqsm6LzqdO8yNzp9sR53OQGIOm4ZpmabpHj/f/UPTJGbJpNvn7r5x9PDT0/Xjr3gz48/Znee/xUzupR8AAP4NjYVmaj3b
mreJzdLVzGYXksyupMtpkm3/z2tz7vVj1hv6Y7CvGhz2BgeqwbXe4FB3GXFvdKQa7Ue90bFqdJCfu6L7jPl1V1Wj43xKaqrR
1Xy2vbJuUsrlfLyyS9+dX1enF+ZX7wXKkvK58ZSl1vKZ95S1ul69WHkbuPPrqvWr7vp15Qa+m5+a8kZzq0nXb+j69XX9hqE7
v3K5VvPr93X9Rn4+P76u36iSz7+v6zd2/fq6fuP++XX9VvrXr+u30p8f5fJ18x/o+q25fgNdvzV3/wTK9Vt2N2igXMBltwIC
5Qr23BILIuUW5DoOYuUb3CYR6Er2ArcLBVXtLudmSVezF7l9NFTu07ErOlRu1LF7EoTKpivuQRMqm66651io3avdYzJUbtZl
13So3K0995APldu1X3afQde0H5TdLOma9sNy3kNUVj5xXNORrmk/7v8Nuqb9ivsMUaB8qLlZinRN+7X+N1u6poN+05HyGy7P
3UtRRfugdZ9B+WQO3HqIlI/m0K24uKx8lneb5icJAP9FJ5435i4h/3hezp8cl/PTL8v5jyty/npVzidfkvP36nJ+8SE5n4nl
/GxFzt86Kudf3CPnp26V86/acv7Tw3K+2pDzy1bOv3xczp86Led3npHzz4fk/PuSnI/fK+cHC/od3CPnH4zK+ZsX5fydk3L+
0QE5b80W5I/I+ZFH5fzakpzfKLh/Pjwk569OyfmvR+R8wsj5z76cf323nL9bkF8fkfOtyYJ1VHC/1Y/L+TcPyPnRgnXxgifn
Iw/K+WzB/vD2i3J+9ZicJ/sLeh+Q89tul/NvTxWsx4L75NignI8W3OdLu+T8u4L79sqwnAMAAAAAAAAAAAAAAAAAAAAAAAAA
AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAD/d78D1cIJ7AAAAQA=
`));

/** The first table, of which a second stands behind it: one reserved sector, tables of one sector. */
const TABLE = (volume[14] ?? 0) * 512;
const COPY = TABLE + 512;
/** Cluster 2 is the directory; the file in it begins behind. */
const FILE = 3;

function changed(...edits: readonly (readonly [at: number, value: number])[]): Uint8Array {
  const bytes = volume.slice();
  for (const [at, value] of edits) bytes[at] = value;
  return bytes;
}

Deno.test("a FAT volume holds: both copies of its table agree", async () => {
  const said = await checkBytes(volume, {}, "efi.img");
  assertEquals([said.format, said.failures, said.unchecked], ["FAT", [], []]);
  assertEquals(said.held, 1024);
});

Deno.test("a FAT volume whose copies differ says at which bytes", async () => {
  const { failures } = await checkBytes(changed([COPY + 9, 0x77]), {}, "efi.img");
  assertEquals(failures.length, 1);
  assertMatch(failures[0] ?? "", /byte \d+ of the file has \d+, byte \d+ has 119/);
});

/** Sets the entry of a cluster in both copies. */
function chained(cluster: number, next: number): Uint8Array {
  const at = Math.floor(cluster * 3 / 2);
  const bytes = volume.slice();
  for (const table of [TABLE, COPY]) {
    const low = bytes[table + at] ?? 0;
    const high = bytes[table + at + 1] ?? 0;
    bytes[table + at] = cluster % 2 === 0 ? next % 256 : low % 16 + next % 16 * 16;
    bytes[table + at + 1] = cluster % 2 === 0
      ? high - high % 16 + Math.floor(next / 256)
      : Math.floor(next / 16);
  }
  return bytes;
}

Deno.test("a chain that leads to itself, or out of the volume, is found", async () => {
  for (
    const [next, what] of [[FILE, "in use already"], [4000, "leads to cluster 4000"]] as const
  ) {
    const { failures } = await checkBytes(chained(FILE, next), {}, "efi.img");
    assertEquals(failures.some((failure) => failure.includes(what)), true, failures.join("; "));
  }
});

Deno.test("a FAT volume that is changed or cut anywhere neither hangs nor throws", async () => {
  for (let at = 0; at < 2048; at++) {
    await checkBytes(changed([at, 255 - (volume[at] ?? 0)]), {}, "a");
  }
  for (let end = 0; end < volume.length; end += 997) {
    await checkBytes(volume.slice(0, end), {}, "a");
  }
});
