// Archives of Windows installers over genuine files: silent on them, and on none whose content was changed.

import { assert, assertEquals } from "@std/assert";
import { archives, unsummed } from "./archive_vectors.ts";
import { checkBytes } from "./support.ts";

/** Bytes of which a changed bit leaves the content as it was: `wimlib-imagex verify` passes these too. */
const idle: Readonly<Record<string, string>> = {
  "XPRESS.wim": "817 818 819 820 1305 1307 1308 1309 1310 1614 1638 1726 1728 1729",
  "LZX.wim": "482 483 579 582 970",
};

for (const [name, { format, what, bytes, covered: [from, to] }] of Object.entries(archives)) {
  Deno.test(`${name}: holds, in pieces of any size`, async () => {
    const whole = await checkBytes(bytes, {}, name);
    assertEquals([whole.format, whole.failures, [...whole.whats]], [format, [], [what]]);
    for (const piece of [1, 100, 4096]) {
      assertEquals(await checkBytes(bytes, { piece }, name), whole, `pieces of ${piece}`);
    }
  });

  Deno.test(`${name}: any changed byte is found where a checksum covers it`, async () => {
    const missed: number[] = [];
    for (let at = from; at < to; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1 << at % 8;
      const { failures, unchecked } = await checkBytes(changed, {}, name);
      if (failures.length + unchecked.length === 0) missed.push(at);
    }
    assertEquals(missed.join(" "), idle[name] ?? "");
  });

  Deno.test(`${name}: what is cut off or changed anywhere neither hangs nor throws`, async () => {
    for (let end = 0; end < bytes.length; end += 13) {
      const said = await checkBytes(bytes.slice(0, end), { piece: 97 }, name);
      assert(said.held <= end);
    }
    for (let at = 0; at < from; at++) {
      const changed = bytes.slice();
      changed[at] = 255 - (changed[at] ?? 0);
      await checkBytes(changed, {}, name);
    }
  });
}

/** Of all bytes behind the superblock, those of which a changed bit shows: a block expands to anything. */
const shows = { zstd: 421, lz4: 548 } as const;

for (const [name, bytes] of Object.entries(unsummed)) {
  const reason = `its blocks decode, but ${name} has no checksum`;

  Deno.test(`${name}.sqfs: is expanded, and not proven by that`, async () => {
    const whole = await checkBytes(bytes);
    assertEquals([whole.format, whole.failures, whole.held], ["squashfs", [], 0]);
    assert(whole.unchecked.includes(reason));
    assertEquals(await checkBytes(bytes, { piece: 7 }), whole);
  });

  Deno.test(`${name}.sqfs: blocks that do not expand to what is due are damaged`, async () => {
    let found = 0;
    for (let at = 96; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at] = (changed[at] ?? 0) ^ 1 << at % 8;
      const { failures, held } = await checkBytes(changed);
      assertEquals(held, 0);
      if (failures.length > 0) found++;
    }
    assertEquals(found, shows[name === "zstd" ? "zstd" : "lz4"]);
  });
}

/** A squashfs of gzip blocks with so many inodes in blocks that are stored as they are. */
function manyInodes(blocks: number): Uint8Array {
  const [table, directories] = [96, 96 + blocks * 8194];
  const bytes = new Uint8Array(directories + 3 + 6 + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x73717368, true);
  view.setUint32(12, 131072, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 17, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, 4, true);
  view.setBigUint64(40, BigInt(bytes.length), true);
  const places = [[48, directories + 9], [56, -1], [64, table], [72, directories]] as const;
  for (const [at, place] of [...places, [80, -1], [88, -1]] as const) {
    view.setBigInt64(at, BigInt(place), true);
  }
  for (let block = 0; block < blocks; block++) {
    const start = table + block * 8194;
    view.setUint16(start, 0x8000 + 8192, true);
    for (let at = 0; at < 8192; at += 32) {
      view.setUint16(start + 2 + at, 2, true);
      view.setUint32(start + 2 + at + 20, 0xffffffff, true);
    }
  }
  view.setUint16(directories, 0x8001, true);
  view.setUint16(directories + 3, 0x8004, true);
  view.setBigUint64(directories + 9, BigInt(directories + 3), true);
  return bytes;
}

Deno.test("a squashfs whose inodes have 20 MiB is read to its end", async () => {
  const { failures, unchecked } = await checkBytes(manyInodes(2600));
  assertEquals([failures, [...new Set(unchecked)]], [[], ["blocks that are stored as they are"]]);
});
