// Map files as ddrescue writes them (the example of its manual, and broken ones).

import { assertEquals } from "@std/assert";
import { parseRescueLog } from "../../src/proof/rescue_log.ts";

const map = `# Mapfile. Created by GNU ddrescue version 1.30
# Command line: ddrescue -d -c18 /dev/fd0 fdimage mapfile
# current_pos  current_status  current_pass
0x00000000     +               1
#      pos        size  status
0x00000000  0x00117000  +
0x00117000  0x00000200  -
0x00117200  0x00001000  /
0x00118200  0x00007E00  *
0x00120000  0x00048000  ?
`;

Deno.test("parseRescueLog() gives the ranges that were not read", () => {
  assertEquals(parseRescueLog(map), {
    unread: [
      { start: 0x117000, length: 0x200, status: "bad sector" },
      { start: 0x117200, length: 0x1000, status: "non-scraped" },
      { start: 0x118200, length: 0x7e00, status: "non-trimmed" },
      { start: 0x120000, length: 0x48000, status: "non-tried" },
    ],
  });
});

const broken: readonly (readonly [string, string, string])[] = [
  ["no text", "", "it has no block"],
  ["another text", "hello world\n", "line 1 is not the status line of a ddrescue map"],
  ["a gap", "0 +\n0 512 +\n1024 512 -\n", "line 3 begins at 1024, where 512 is due"],
  ["an unknown status", "0 +\n0 512 %\n", "line 2 is no block of a ddrescue map"],
  [
    "a size past all bounds",
    "0 +\n0 0xFFFFFFFFFFFFFFFFFF +\n",
    "line 2 is no block of a ddrescue map",
  ],
];

for (const [name, text, error] of broken) {
  Deno.test(`parseRescueLog() refuses ${name}`, () => {
    assertEquals(parseRescueLog(text), { error });
  });
}

Deno.test("parseRescueLog() takes decimal, hexadecimal and octal numbers", () => {
  assertEquals(parseRescueLog("0 +\n010 0x10 -\n24 8 +\n"), {
    unread: [{ start: 8, length: 16, status: "bad sector" }],
  });
});
