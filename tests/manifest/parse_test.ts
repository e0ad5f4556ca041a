import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { ParsedManifest } from "../../src/manifest/listed.ts";
import { manifest } from "../../src/manifest/manifest.ts";
import { parseManifest } from "../../src/manifest/parse.ts";
import { openFixture } from "./support.ts";

const md5 = "d41d8cd98f00b204e9800998ecf8427e";
const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const sha512 = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce" +
  "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
const blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";

type Row = readonly [path: string, ...digests: string[]];

function rows(list: Uint8Array | string): Row[] {
  const parsed = parseManifest(list);
  assert(parsed instanceof ParsedManifest, JSON.stringify(parsed));
  return Array.from({ length: parsed.count }, (_, index) => {
    const digests = parsed.digests(index).map(({ algorithm, either, hex }) =>
      `${algorithm}${either ? "?" : ""} ${hex}`
    );
    const { path, pathBytes } = parsed.path(index);
    return [pathBytes === undefined ? path : `${path} ${pathBytes}`, ...digests];
  });
}

const lists: readonly { name: string; list: string; rows: readonly Row[] }[] = [
  {
    name: "text and binary lines of GNU",
    list: `${md5}  a b\n${md5} *c\n`,
    rows: [["a b", `md5 ${md5}`], ["c", `md5 ${md5}`]],
  },
  { name: "no line feed at the end", list: `${sha1}  a`, rows: [["a", `sha1 ${sha1}`]] },
  {
    name: "names with ./ and / before them",
    list: `${md5}  ./a\n${md5}  /b/./c\n${md5}  .//./d\n${md5}  .hidden\n`,
    rows: [["a", `md5 ${md5}`], ["b/./c", `md5 ${md5}`], ["d", `md5 ${md5}`], [
      ".hidden",
      `md5 ${md5}`,
    ]],
  },
  {
    name: "carriage returns, comments, blank lines and a byte order mark",
    list: `\ufeff# a list\r\n\r\n${sha512}  a\r\n`,
    rows: [["a", `sha512 ${sha512}`]],
  },
  {
    name: "escaped names",
    list: `\\${sha256}  a\\\\b\\nc\\rd\n${sha256}  e\\n\n`,
    rows: [["a\\b\nc\rd", `sha256? ${sha256}`], ["e\\n", `sha256? ${sha256}`]],
  },
  {
    name: "upper-case digits",
    list: `${md5.toUpperCase()}  A\n`,
    rows: [["A", `md5 ${md5}`]],
  },
  { name: "lines of md5 -r", list: `${md5} a\n`, rows: [["a", `md5 ${md5}`]] },
  { name: "CRC-32", list: "0a0b0c0d  a\n", rows: [["a", "crc32 0a0b0c0d"]] },
  {
    name: "tags of BSD",
    list: `SHA256 (a) = ${sha256}\nBLAKE3 (a) = ${blake3}\nSHA1(b (c) = d)= ${sha1}\n`,
    rows: [["a", `sha256 ${sha256}`, `blake3 ${blake3}`], ["b (c) = d", `sha1 ${sha1}`]],
  },
  {
    name: "escaped tags",
    list: `\\MD5 (a\\nb) = ${md5}\n`,
    rows: [["a\nb", `md5 ${md5}`]],
  },
  {
    name: "a path with the same algorithm twice",
    list: `${md5}  a\n${md5}  a\n`,
    rows: [["a", `md5 ${md5}`], ["a", `md5 ${md5}`]],
  },
  { name: "a digest alone", list: `${sha1}\n`, rows: [["", `sha1 ${sha1}`]] },
  {
    name: "a clear signature",
    list: `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n# size\nMD5 (a) = ${md5}\n` +
      `-----BEGIN PGP SIGNATURE-----\n\niQIzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----\n`,
    rows: [["a", `md5 ${md5}`]],
  },
];

for (const { name, list, rows: expected } of lists) {
  Deno.test(`parseManifest() reads ${name}`, () => assertEquals(rows(list), expected));
}

Deno.test("parseManifest() keeps the bytes of names that are not UTF-8", () => {
  const line = new TextEncoder().encode(`${md5}  ./d\u00e9/xx\n`);
  line.set([0xff, 0xfe], line.length - 3);
  assertEquals(rows(line), [["d\u00e9/\u00ff\u00fe 64c3a92ffffe", `md5 ${md5}`]]);
});

const failures: readonly { name: string; list: string; error: RegExp }[] = [
  { name: "nothing", list: "", error: /it is empty/ },
  { name: "blank lines", list: "\n \r\n", error: /it is empty/ },
  { name: "comments only", list: "# a\n# b\n", error: /no digest in its 2 lines/ },
  { name: "prose", list: "Hello there\n", error: /line 1 of the list: .*"Hello there"/ },
  { name: "one bad line", list: `${md5}  a\nbad\n`, error: /line 2 of the list/ },
  { name: "a digest of 39 digits", list: `${sha1.slice(1)}  a\n`, error: /line 1/ },
  { name: "a digest without a name", list: `${md5}  \n`, error: /line 1/ },
  { name: "a bad escape", list: `\\${md5}  a\\tb\n`, error: /line 1/ },
  { name: "an unknown tag", list: `WHIRLPOOL (a) = ${sha512}\n`, error: /WHIRLPOOL is not known/ },
  { name: "a tag with too few digits", list: `SHA256 (a) = ${md5}\n`, error: /64 digits, not 32/ },
  {
    name: "binary data",
    list: "\0\x01CD001\x01\n",
    error: /^Cannot read the list: it is not text$/,
  },
  { name: "binary data that begin like JSON", list: "{\0\x01", error: /list: it is not text$/ },
  { name: "broken JSON", list: "{", error: /as JSON/ },
  { name: "other JSON", list: "[1]", error: /format none, not discern.manifest/ },
  { name: "another document", list: '{"format":"discern.audit/1"}', error: /discern.audit\/1/ },
  { name: "no files", list: '{"format":"discern.manifest/1"}', error: /has no files/ },
  {
    name: "a malformed file",
    list: '{"format":"discern.manifest/1","files":[{"type":"file","path":1}]}',
    error: /files\[0\] is malformed/,
  },
  {
    name: "a malformed digest",
    list:
      '{"format":"discern.manifest/1","files":[{"type":"file","path":"/a","hashes":{"md5":"x"}}]}',
    error: /files\[0\] is malformed/,
  },
  {
    name: "a malformed region",
    list: '{"format":"discern.manifest/1","files":[],"regions":[{"offset":-1,"length":1}]}',
    error: /regions\[0\] is malformed/,
  },
];

for (const { name, list, error } of failures) {
  Deno.test(`parseManifest() refuses ${name}`, () => {
    const parsed = parseManifest(list);
    assert(!(parsed instanceof ParsedManifest));
    assertMatch(parsed.error, error);
  });
}

Deno.test("parseManifest() reads what manifest() gives as JSON", async () => {
  const result = await manifest(await openFixture("hostile-names"), {
    algorithms: ["md5", "sha256"],
    regions: true,
    image: true,
  });
  const parsed = parseManifest(JSON.stringify(result));
  assert(parsed instanceof ParsedManifest);
  const files = result.files.filter(({ type }) => type === "file");
  assertEquals(parsed.count, files.length);
  assertEquals(parsed.regions.length, result.regions?.length);
  assertEquals(parsed.image, result.image.hashes);
  for (const [index, file] of files.entries()) {
    assertEquals(`/${parsed.path(index).path}`, file.path);
    assertEquals(parsed.volume(index), "rockridge");
    const hashes = parsed.digests(index).map(({ algorithm, hex }) => [algorithm, hex]);
    assertEquals(Object.fromEntries(hashes), file.hashes);
  }
});

Deno.test("parseManifest() never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      parseManifest(bytes);
    }),
    { numRuns: 500, seed: 3 },
  );
  const part = fc.constantFrom(
    md5,
    sha256,
    "\\",
    " ",
    "*",
    "(",
    ")",
    " = ",
    "\n",
    "\r",
    "MD5",
    "a",
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
      parseManifest(parts.join(""));
    }),
    { numRuns: 1000, seed: 4 },
  );
  fc.assert(
    fc.property(fc.json(), (text) => {
      parseManifest(text);
      parseManifest(`{"format":"discern.manifest/1","files":[${text}],"regions":[${text}]}`);
    }),
    { numRuns: 500, seed: 5 },
  );
});
