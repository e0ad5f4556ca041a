import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  decodeLatin1,
  decodeUcs2,
  decodeUtf8,
  equalBytes,
  hex,
  isZero,
  startsWithText,
} from "../../src/bytes/text.ts";

const ucs2 = (...units: number[]) =>
  new Uint8Array(units.flatMap((unit) => [unit >> 8, unit & 255]));

Deno.test("decodeLatin1() loses no byte", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 9000 }), (bytes) => {
      const text = decodeLatin1(bytes);
      return text.length === bytes.length &&
        bytes.every((byte, at) => text.charCodeAt(at) === byte);
    }),
  );
});

const utf8: [string, number[], string, boolean][] = [
  ["ASCII", [0x41, 0x42], "AB", true],
  ["two bytes", [0xc3, 0xa4], "ä", true],
  ["a byte order mark, which is kept", [0xef, 0xbb, 0xbf, 0x41], "\ufeffA", true],
  ["Latin-1", [0x41, 0xe4], "Aä", false],
  ["a surrogate", [0xed, 0xa0, 0x80], "\xed\xa0\x80", false],
  ["a long form", [0xc0, 0x80], "\xc0\x80", false],
];

for (const [name, recorded, text, valid] of utf8) {
  Deno.test(`decodeUtf8() of ${name}`, () => {
    assertEquals(decodeUtf8(new Uint8Array(recorded)), { text, valid });
  });
}

const wide: [string, Uint8Array, string, boolean][] = [
  ["plain text", ucs2(0x41, 0x263a), "A\u263a", true],
  ["a surrogate pair", ucs2(0xd83d, 0xde00), "\u{1f600}", true],
  ["a lone high surrogate", ucs2(0xd83d, 0x41), "\ud83dA", false],
  ["a high surrogate at the end", ucs2(0xd83d), "\ud83d", false],
  ["a lone low surrogate", ucs2(0xde00), "\ude00", false],
  ["an odd length", new Uint8Array([0, 0x41, 0x42]), "A", false],
  ["nothing", new Uint8Array(0), "", true],
];

for (const [name, recorded, text, valid] of wide) {
  Deno.test(`decodeUcs2() of ${name}`, () => {
    assertEquals(decodeUcs2(recorded), { text, valid });
  });
}

Deno.test("decodeUtf8() says valid exactly where encoding gives the bytes back", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const { text, valid } = decodeUtf8(bytes);
      return valid === equalBytes(new TextEncoder().encode(text), bytes);
    }),
  );
});

Deno.test("hex(), isZero(), startsWithText() at their edges", () => {
  assertEquals(hex(new Uint8Array([0, 1, 0xff])), "0001ff");
  assertEquals([isZero(new Uint8Array(0)), isZero(new Uint8Array([0, 1]))], [true, false]);
  const bytes = new TextEncoder().encode("xCD001");
  assertEquals(startsWithText(bytes, "CD001", 1), true);
  assertEquals(startsWithText(bytes, "CD001", 2), false);
  assertEquals(startsWithText(bytes.subarray(0, 5), "CD001", 1), false);
});
