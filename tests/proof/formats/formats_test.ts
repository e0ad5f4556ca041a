// Checkers of file formats over genuine files: silent on them, and not on any that was changed.

import { assert, assertEquals } from "@std/assert";
import { checkBytes, fromBase64 } from "./support.ts";
import { vectors } from "./vectors.ts";

type Expected = {
  readonly format: string;
  readonly whats: readonly string[];
  /** Bytes of the file that no checksum covers: a change there goes unnoticed. */
  readonly open?: readonly (readonly [from: number, to: number])[];
};

const xzParts = ["xz header CRC-32", "xz index CRC-32"];

const all: Readonly<Record<string, Expected>> = {
  // Time, extra flags, system and name; the last bits of the stream's last byte.
  "text.gz": { format: "gzip", whats: ["gzip CRC-32"], open: [[4, 19], [1031, 1032]] },
  // Two members. Two bits lead a match to another place that has the same word.
  "multi.gz": {
    format: "gzip",
    whats: ["gzip CRC-32"],
    open: [[4, 18], [231, 232], [790, 791], [1063, 1064], [1076, 1091], [1092, 1093]],
  },
  "gray.png": { format: "PNG", whats: ["PNG chunk CRC-32"] },
  "text.xz": { format: "xz", whats: ["xz CRC-64", ...xzParts] },
  "blocks.xz": { format: "xz", whats: ["xz SHA-256", ...xzParts] },
  "multi.xz": { format: "xz", whats: ["xz CRC-32", ...xzParts] },
  // A level above that of the stream.
  "text.bz2": { format: "bzip2", whats: ["bzip2 block CRC-32"], open: [[3, 4]] },
  "text.lz4": { format: "lz4", whats: ["lz4 block XXH32", "lz4 content XXH32"] },
  // An unused bit, and bits that make the same content of other sequences.
  "text.zst": {
    format: "zstd",
    whats: ["zstd XXH64"],
    open: [[4, 5], [15, 16], [298, 299], [307, 308], [317, 318]],
  },
  // Versions, flags, times, attributes, extra fields; bits behind a stream.
  "two.zip": {
    format: "zip",
    whats: ["zip CRC-32"],
    open: [
      [4, 8],
      [10, 14],
      [39, 67],
      [371, 375],
      [377, 381],
      [405, 433],
      [1445, 1446],
      [1450, 1456],
      [1458, 1462],
      [1480, 1488],
      [1501, 1525],
      [1529, 1535],
      [1537, 1541],
      [1559, 1567],
      [1579, 1603],
      [1607, 1613],
    ],
  },
  // The same.
  "stream.zip": {
    format: "zip",
    whats: ["zip CRC-32"],
    open: [[4, 8], [10, 14], [38, 66], [3070, 3076], [3078, 3082], [3100, 3108], [3120, 3144], [
      3148,
      3154,
    ]],
  },
  // Headers and names.
  "two.cpio": { format: "cpio", whats: ["cpio sum"], open: [[8, 120], [3128, 3240], [3546, 3664]] },
  // Names, times and owners of members; the version of the format.
  "t.deb": {
    format: "deb",
    whats: ["xz CRC-64", ...xzParts],
    open: [[23, 56], [63, 64], [68, 120], [127, 128], [400, 448], [455, 456]],
  },
  // The lead, and what is recorded of sizes and of signatures that were made without a key.
  "t.rpm": {
    format: "RPM",
    whats: [
      "RPM header SHA1",
      "RPM header SHA256",
      "RPM payload SHA256",
      "RPM header and payload MD5",
    ],
    open: [[4, 96], [112, 4504]],
  },
};

Deno.test("every vector has an expectation", () => {
  assertEquals(Object.keys(all).sort(), Object.keys(vectors).sort());
});

for (const [name, text] of Object.entries(vectors)) {
  const bytes = fromBase64(text);
  const { format, whats } = all[name] ?? { format: "", whats: [] };
  Deno.test(`${name}: holds, in pieces of any size`, async () => {
    const whole = await checkBytes(bytes, {}, name);
    assertEquals([whole.format, whole.failures, [...whole.whats].sort()], [
      format,
      [],
      [...whats].sort(),
    ]);
    for (const piece of [1, 7, 100, 4096]) {
      const said = await checkBytes(bytes, { piece }, name);
      assertEquals(said, whole, `pieces of ${piece}`);
    }
  });

  Deno.test(`${name}: any changed bit is found where a checksum covers it`, async () => {
    const { open = [] } = all[name] ?? {};
    const missed: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1 << at % 8;
      const said = await checkBytes(changed, {}, name);
      const isOpen = open.some(([from, to]) => at >= from && at < to);
      // A file that no longer begins as its format does is none of that format.
      const isFound = said.failures.length + said.unchecked.length > 0 || isOpen;
      if (!isFound && said.format === format) missed.push(at);
    }
    assertEquals(missed.join(" "), "");
  });

  Deno.test(`${name}: what is cut off anywhere neither hangs nor throws`, async () => {
    for (let end = 0; end < bytes.length; end += 13) {
      const said = await checkBytes(bytes.slice(0, end), { piece: 97 }, name);
      assert(said.held <= end);
    }
  });
}

/** The header of an ELF file of 64 bits whose section table, of one section, begins at byte 100. */
function elfOf(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint32(40, 100, true);
  view.setUint16(58, 64, true);
  view.setUint16(60, 1, true);
  if (size < 164) return bytes;
  view.setUint32(104, 1, true);
  view.setUint32(124, 64, true);
  view.setUint32(132, 100, true);
  return bytes;
}

Deno.test("an ELF file is as long as its section table and sections", async () => {
  for (const [size, failures] of [[164, 0], [163, 1], [100, 1], [200, 0]] as const) {
    const said = await checkBytes(elfOf(size));
    assertEquals([said.format, said.failures.length], ["ELF", failures], `${size} bytes`);
  }
  const long = elfOf(164);
  new DataView(long.buffer).setUint32(132, 101, true);
  const { failures } = await checkBytes(long);
  assertEquals(failures, ["its section 0 ends at byte 165, the file at byte 164"]);
});

/** A PE file of one section at byte 512, of 16 bytes; its sum was worked out by hand. */
function peOf(checksum: number): Uint8Array {
  const bytes = new Uint8Array(528);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x5a]);
  view.setUint32(60, 64, true);
  bytes.set([0x50, 0x45], 64);
  view.setUint16(70, 1, true);
  view.setUint16(84, 96, true);
  view.setUint32(152, checksum, true);
  view.setUint32(200, 16, true);
  view.setUint32(204, 512, true);
  return bytes;
}

Deno.test("the checksum of a PE file holds, is absent, or is stale: none of it is damage", async () => {
  const words = 0x5a4d + 64 + 0x4550 + 1 + 96 + 16 + 512;
  const good = await checkBytes(peOf(words + 528), { piece: 5 });
  assertEquals([good.held, good.failures, good.unchecked], [528, [], []]);
  for (const checksum of [0, words]) {
    const said = await checkBytes(peOf(checksum));
    assertEquals([said.held, said.failures.length, said.unchecked.length], [0, 0, 1]);
  }
  const { failures } = await checkBytes(peOf(0).subarray(0, 520));
  assertEquals(failures, ["its section 0 ends at byte 528, the file at byte 520"]);
});
