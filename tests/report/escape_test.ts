// What reaches a terminal: no text of an image can be obeyed, whatever its bytes are.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { escapeInline, escapeName, escapeText } from "../../src/report/escape.ts";
import { compactJson, jsonDocument } from "../../src/report/json.ts";

/** Characters that a terminal could obey, or that change how others are read. */
function isUnsafe(code: number): boolean {
  return code < 0x20 || (code >= 0x7f && code <= 0x9f) || (code >= 0x202a && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x2069) || (code >= 0xd800 && code <= 0xdfff) ||
    code === 0x200e || code === 0x200f || code === 0x061c || code === 0x2028 || code === 0x2029;
}

function isSafe(text: string): boolean {
  return [...text].every((character) => !isUnsafe(character.codePointAt(0) ?? 0));
}

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) =>
    String.fromCharCode(...units)
  ),
);
const anyBytes = fc.uint8Array({ minLength: 1, maxLength: 40 });

Deno.test("escapeText() lets nothing through that a terminal obeys", () => {
  fc.assert(fc.property(anyText, (text) => {
    assert(isSafe(escapeText(text)));
    assert(isSafe(escapeInline(text)));
  }));
});

Deno.test("escapeName() lets nothing through for any bytes", () => {
  fc.assert(fc.property(anyBytes, anyText, (bytes, text) => {
    assert(isSafe(escapeName(text, bytes.toHex())));
  }));
});

Deno.test("escapeText() never gives two texts one form", () => {
  fc.assert(fc.property(anyText, anyText, (a, b) => {
    if (a !== b) assert(escapeText(a) !== escapeText(b), JSON.stringify([a, b]));
  }));
});

const cases: readonly (readonly [string, string])[] = [
  ["/plain/name.txt", "/plain/name.txt"],
  ["/with space", "/with space"],
  ["/trailing ", "$'/trailing '"],
  ["a\x1b[31m", "$'a\\e[31m'"],
  ["a\nb", "$'a\\nb'"],
  ["\u202egpj.exe", "$'\\u202egpj.exe'"],
  ["it's", "it's"],
  ["it's\x07", "$'it\\'s\\a'"],
  ["back\\slash", "back\\slash"],
  ["back\\slash\x00", "$'back\\\\slash\\x00'"],
  ["$'quoted'", "$'$\\'quoted\\''"],
  ["\x9b2J", "$'\\u009b2J'"],
  ["テスト", "テスト"],
  ["\u{e0001}", "$'\\U000e0001'"],
];

for (const [text, expected] of cases) {
  Deno.test(`escapeText() writes ${JSON.stringify(text)} as ${expected}`, () => {
    assertEquals(escapeText(text), expected);
  });
}

Deno.test("escapeName() writes bytes that are no text as \\xHH, and the rest as they are", () => {
  const bytes = new Uint8Array([0x2f, 0xff, 0xc3, 0xa9, 0x61, 0xc0, 0xae, 0x1b]);
  assertEquals(
    escapeName("/\xff\xc3\xa9a\xc0\xae\x1b", bytes.toHex()),
    "$'/\\xff\u00e9a\\xc0\\xae\\e'",
  );
});

Deno.test("compactJson() is read back as it was, and lets nothing through", () => {
  fc.assert(fc.property(anyText, (text) => {
    const json = compactJson({ [text]: text });
    assert(isSafe(json));
    assertEquals(JSON.parse(json)[text], text);
  }));
});

Deno.test("jsonDocument() writes lists of any kind entry by entry", async () => {
  async function* later(): AsyncGenerator<number> {
    await Promise.resolve();
    yield 1;
    yield 2;
  }
  let count = 0;
  function* counted(): Generator<string> {
    for (const each of ["a", "b"]) {
      count++;
      yield each;
    }
  }
  const document = { a: 1, none: undefined, b: counted(), c: later(), d: [], e: () => count };
  let text = "";
  for await (const part of jsonDocument(document)) text += part;
  assertEquals(JSON.parse(text), { a: 1, b: ["a", "b"], c: [1, 2], d: [], e: 2 });
});

Deno.test("jsonDocument() of nothing is an empty object", async () => {
  let text = "";
  for await (const part of jsonDocument({})) text += part;
  assertEquals(JSON.parse(text), {});
});
