// Numbers, columns and checksum lines of text reports.

import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { checksumLine, nameBytes, shownLine } from "../../src/report/checksum.ts";
import { bytes, count, counted, duration, plainStyle, time } from "../../src/report/style.ts";
import { cutMiddle, fold, width, wrap, wrapParts } from "../../src/report/width.ts";
import { table } from "../../src/report/table.ts";

const byteCases: readonly (readonly [number, string])[] = [
  [0, "0 bytes"],
  [1, "1 byte"],
  [1023, "1,023 bytes"],
  [1024, "1.0 KiB"],
  [1024 ** 2 - 1, "1.0 MiB"],
  [1536, "1.5 KiB"],
  [128 * 1024 ** 3, "128.0 GiB"],
];

for (const [value, expected] of byteCases) {
  Deno.test(`bytes(${value}) is ${expected}`, () => assertEquals(bytes(value), expected));
}

Deno.test("count() sets thousands off", () => {
  assertEquals([0, 999, 1000, 1234567].map(count), ["0", "999", "1,000", "1,234,567"]);
  assertEquals([1, 2].map((value) => counted(value, "file")), ["1 file", "2 files"]);
});

Deno.test("time() and duration() are short", () => {
  assertEquals(time("2026-01-02T03:04:05Z"), "2026-01-02 03:04:05");
  assertEquals(time("2026-01-02T03:04:05.670Z"), "2026-01-02 03:04:05");
  assertEquals(time(undefined), "-");
  assertEquals([0, 7, 61, 3723].map(duration), ["0:00", "0:07", "1:01", "1:02:03"]);
});

Deno.test("cutMiddle() never takes more columns than it may", () => {
  fc.assert(fc.property(
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc.integer({ min: 0, max: 40 }),
    (text, columns) => assert(width(cutMiddle(text, columns)) <= Math.max(columns, 0)),
  ));
  assertEquals(cutMiddle("/share/doc/manual.html", 12), "/share….html");
  assertEquals(cutMiddle("テストテスト", 7), "テ…ト");
});

Deno.test("wrap() keeps every word and the width", () => {
  fc.assert(fc.property(
    fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 30 }),
    (words) => {
      const lines = wrap(words.join(" "), 20);
      assertEquals(lines.join(" "), words.join(" "));
      for (const line of lines) assert(line.length <= 20);
    },
  ));
});

Deno.test("fold() keeps every word, the width and the colours", () => {
  fc.assert(fc.property(
    fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1, maxLength: 30 }),
    fc.nat(6),
    (words, indent) => {
      const lines = fold(" ".repeat(indent) + words.join(" "), 20);
      assertEquals(lines.map((line) => line.trim()).join(" "), words.join(" "));
      for (const line of lines) assert(width(line) <= 20, line);
    },
  ));
  assertEquals(fold("  a  b", 6), ["  a  b"]);
  assertEquals(fold(`\x1b[31m${"a".repeat(5)}\x1b[0m b`, 7), ["\x1b[31maaaaa\x1b[0m b"]);
});

Deno.test("wrapParts() breaks between parts only", () => {
  assertEquals(wrapParts(["a b", "c d", "e f"], " · ", 9), ["a b · c d", "e f"]);
  assertEquals(wrapParts([], " · ", 9), []);
});

Deno.test("table() leaves spare columns out on a terminal that is too narrow", () => {
  const columns = [{ title: "kind" }, { title: "label", flexible: true }, {
    title: "created",
    spare: 1,
  }, { title: "blocks", spare: 2 }] as const;
  const rows = [["ISO 9660", "x".repeat(30), "2026-01-01", "123456"]];
  const at = (width: number) => table(columns, rows, { ...plainStyle, width, cut: true })[0];
  assertMatch(at(60) ?? "", /kind.*label.*created.*blocks/);
  assertMatch(at(34) ?? "", /kind.*label.*created$/);
  assertMatch(at(20) ?? "", /kind.*label$/);
  assertEquals(table(columns, rows, { ...plainStyle, width: 20 })[0]?.includes("blocks"), true);
});

Deno.test("table() cuts the flexible column on a terminal only", () => {
  const columns = [{ title: "n", align: "right" }, { title: "name", flexible: true }] as const;
  const rows = [["1", "x".repeat(100)]];
  const onTerminal = table(columns, rows, { ...plainStyle, width: 40, cut: true });
  for (const line of onTerminal) assert(width(line) <= 40);
  assertEquals(table(columns, rows, plainStyle)[1], `1  ${"x".repeat(100)}`);
});

const digest = "d41d8cd98f00b204e9800998ecf8427e";
const decode = (line: Uint8Array) => new TextDecoder().decode(line);

const lines: readonly (readonly [string, string, string])[] = [
  ["a.txt", `${digest}  a.txt\n`, `MD5 (a.txt) = ${digest}\n`],
  ["a b", `${digest}  a b\n`, `MD5 (a b) = ${digest}\n`],
  ["a\nb", `\\${digest}  a\\nb\n`, `\\MD5 (a\\nb) = ${digest}\n`],
  ["a\\b", `\\${digest}  a\\\\b\n`, `\\MD5 (a\\\\b) = ${digest}\n`],
  ["a\rb", `\\${digest}  a\\rb\n`, `\\MD5 (a\\rb) = ${digest}\n`],
];

for (const [name, gnu, bsd] of lines) {
  Deno.test(`checksumLine() escapes ${JSON.stringify(name)} as coreutils do`, () => {
    const entry = { name: nameBytes(`/${name}`), algorithm: "md5", digest };
    assertEquals(decode(checksumLine(entry, "gnu")), gnu);
    assertEquals(decode(checksumLine(entry, "bsd")), bsd);
  });
}

Deno.test("checksumLine() writes names that are no text in their own bytes", () => {
  const name = nameBytes("/\xff\xfe", "2ffffe");
  const line = checksumLine({ name, algorithm: "md5", digest }, "gnu");
  assertEquals([...line.subarray(34)], [0xff, 0xfe, 0x0a]);
});

Deno.test("shownLine() cannot be obeyed", () => {
  const entry = { name: nameBytes("/a\x1b[2J\u202e"), algorithm: "md5", digest };
  assertEquals(shownLine(checksumLine(entry, "gnu")), `${digest}  a\\e[2J\\u202e\n`);
});
