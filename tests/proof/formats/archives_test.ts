// Archives of Windows installers over genuine files: silent on them, and on none whose content was changed.

import { assert, assertEquals } from "@std/assert";
import { archives } from "./archive_vectors.ts";
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
