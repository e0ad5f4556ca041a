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
