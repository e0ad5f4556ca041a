// Mutation cases of the rules about digests in the first primary descriptor.

import { createHash } from "node:crypto";
import { buildImage } from "../../support/builder.ts";
import { fill, setText } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const ISOMD5 = "isomd5-genisoimage";
/** The 512 bytes of the text (isomd5sum, libimplantisomd5). */
const TEXT = 16 * 2048 + 883;
const text = { start: TEXT, length: 512 } as const;
/** Of 20 sums over 637 sectors, number 8 ends with the buffer that passes 8/21 of them. */
const FRAGMENT = { start: 491_520, length: 65_536 } as const;

ruleCases("PRF-001", [
  {
    name: "a bit behind the last fragment sum: the last part is suspected",
    image: ISOMD5,
    mutate: (view) => view.setUint8(1_304_000, 1),
    hits: [text, { rule: "EXT-004", start: 1_304_000, length: 1 }],
  },
  {
    name: "a bit in a fragment",
    image: ISOMD5,
    mutate: (view) => view.setUint8(500_000, view.getUint8(500_000) ^ 1),
    hits: [text, { rule: "PRF-002", ...FRAGMENT }],
  },
  {
    name: "boot code written after the digest",
    image: ISOMD5,
    mutate(view) {
      fill(view, 0, 300, 0xf4);
      view.setUint16(510, 0x55aa);
    },
    hits: [
      { ...text, severity: "warning" },
      { rule: "ISO-VDS-013", start: 0, length: 512 },
      { rule: "MBR-010", start: 0, length: 432 },
    ],
  },
  {
    name: "a stray byte in the system area",
    image: ISOMD5,
    mutate: (view) => view.setUint8(10_000, 1),
    hits: [
      { start: 10_000, length: 1, severity: "error" },
      { rule: "ISO-VDS-013", start: 10_000, length: 1 },
    ],
  },
]);

ruleCases("PRF-002", [
  {
    name: "a zeroed sector in a fragment",
    image: ISOMD5,
    mutate: (view) => fill(view, 245 * 2048, 2048, 7),
    hits: [FRAGMENT, { rule: "PRF-001", ...text }],
  },
]);

ruleCases("PRF-003", [
  {
    name: "two digits of the MD5 are wrong: the data are whole",
    image: ISOMD5,
    mutate: (view) => setText(view, TEXT + 13, "00"),
    hits: [text],
  },
  {
    name: "SKIPSECTORS is missing",
    image: ISOMD5,
    mutate: (view) => setText(view, TEXT + 46, "SKIPPED"),
    hits: [text],
  },
  {
    name: "no digits at all",
    image: ISOMD5,
    mutate: (view) => fill(view, TEXT + 13, 32, 0x20),
    hits: [text],
  },
  {
    name: "a count of fragments that does not divide 60",
    image: ISOMD5,
    mutate: (view) => setText(view, TEXT + 172, "7 "),
    hits: [text],
  },
  {
    name: "SKIPSECTORS leaves nothing of the volume",
    image: ISOMD5,
    mutate: (view) => setText(view, TEXT + 46, "SKIPSECTORS=9999;"),
    hits: [text],
  },
]);

/** An image with a media tag, made after the description of the format: no tool of it is at hand. */
function tagged(algorithm: string): Uint8Array {
  const content = "content of the file ".repeat(2000);
  const bytes = buildImage({ children: [{ name: "A.TXT;1", content }] }).bytes();
  const volume = new DataView(bytes.buffer).getUint32(16 * 2048 + 84) * 2048;
  const pad = 2;
  const whole = bytes.slice(0, volume);
  whole.fill(0, 0, 512);
  whole.fill(0x20, TEXT, TEXT + 512);
  whole.fill(0, volume - pad * 2048);
  const digest = (from: number, to: number) =>
    createHash(algorithm).update(whole.subarray(from, to)).digest("hex");
  const part = digest(20 * 2048, 30 * 2048);
  const tag = `${algorithm}sum=${digest(0, volume)};pad=${pad};partition=80,40,${part};check=1;`;
  bytes.fill(0x20, TEXT, TEXT + 512);
  for (let at = 0; at < tag.length; at++) bytes[TEXT + at] = tag.charCodeAt(at);
  return bytes;
}

ruleCases("PRF-004", [
  {
    name: "a byte of a file, in the partition",
    image: () => tagged("sha256"),
    mutate: (view) => view.setUint8(25 * 2048, 1),
    hits: [text],
  },
  {
    name: "a byte outside of the partition",
    image: () => tagged("md5"),
    mutate: (view) => view.setUint8(32 * 2048, 1),
    hits: [text],
  },
  {
    name: "two digits of the tag: the data are whole",
    image: () => tagged("sha512"),
    mutate: (view) => setText(view, TEXT + 20, "zz"),
    hits: [{ ...text, severity: "warning" }],
  },
]);
