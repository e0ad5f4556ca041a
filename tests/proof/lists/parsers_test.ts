// Parsers of lists of digests: the forms that programs write, and lines that are none.

import { assertEquals } from "@std/assert";
import { decodeLatin1 } from "../../../src/bytes/text.ts";
import { packagesParser, releaseParser } from "../../../src/proof/lists/debian.ts";
import {
  contentLine,
  type DigestLine,
  eachByItself,
  freebsdLine,
  hashdeepParser,
  type ListParser,
  sfvLine,
  sumsLine,
} from "../../../src/proof/lists/digest_lines.ts";
import { eachLine, type TextSource } from "../../../src/proof/lists/line_reader.ts";
import { readRepository } from "../../../src/proof/lists/rpm.ts";
import { treeinfoParser } from "../../../src/proof/lists/treeinfo.ts";

const encoder = new TextEncoder();
const MD5 = "d41d8cd98f00b204e9800998ecf8427e";
const SHA1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

async function* textOf(text: string, piece: number): TextSource {
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += piece) {
    yield { bytes: bytes.subarray(at, at + piece), at: 1000 + at };
  }
  return await Promise.resolve(true);
}

/** Entries as `line: path algorithm size`, `?` for a line that is none. */
async function parsed(parser: ListParser, text: string, piece = 7): Promise<string[]> {
  const found: string[] = [];
  const show = ({ path, algorithm, digest, size }: DigestLine, line: number) => {
    const what = algorithm === undefined ? digest.length : algorithm;
    found.push(`${line}: ${path} ${what}${size === undefined ? "" : ` ${size}`}`);
  };
  await eachLine(textOf(text, piece), (line) => {
    const each = parser.line(line);
    if (each === undefined) found.push(`${line.number}?`);
    else if (each !== "comment") show(each, each.line);
  });
  const last = parser.end?.();
  if (last !== undefined) show(last, last.line);
  return found;
}

const cases: readonly {
  readonly name: string;
  readonly parser: () => ListParser;
  readonly text: string;
  readonly found: readonly string[];
}[] = [
  {
    name: "coreutils lines, in text and binary mode, and escaped",
    parser: () => eachByItself(sumsLine),
    text: `${MD5}  ./a b\r\n${SHA1} *c\n\\${MD5}  d\\\\e\\nf\n${SHA256.toUpperCase()}  /g\n`,
    found: ["1: a b md5", "2: c sha1", "3: d\\e\nf md5", "4: g sha256"],
  },
  {
    name: "BSD tags, comments, armour, and a digest alone",
    parser: () => eachByItself(sumsLine),
    text:
      `# x\nuntrusted comment: y\n-----BEGIN PGP SIGNED MESSAGE-----\n\nSHA256 (a (1)) = ${SHA256}\n` +
      `MD5 (b) = ${MD5}\n${MD5}\n`,
    found: ["5: a (1) sha256", "6: b md5", "7:  md5"],
  },
  {
    name: "digests that are not computed, and lines that are no entries",
    parser: () => eachByItself(sumsLine),
    text: `${"0".repeat(56)}  a\n${"0".repeat(33)}  b\nprose\nSHA256 (c) = 12\n`,
    found: ["1: a 56", "2?", "3?", "4?"],
  },
  {
    name: "SFV with comments and Windows names",
    parser: () => eachByItself(sfvLine),
    text: "; made by x\r\nsub\\a b.bin CBF43926\r\nc 00000000\r\nno\r\n",
    found: ["2: sub/a b.bin crc32", "3: c crc32", "4?"],
  },
  {
    name: "hashdeep, the strongest digest of each line",
    parser: () => eachByItself(hashdeepParser()),
    text: "%%%% HASHDEEP-1.0\n%%%% size,md5,sha256,filename\n## x\n" +
      `0,${MD5},${SHA256},./a,b\n12,${MD5},x,c\n`,
    found: ["4: a,b sha256 0", "5?"],
  },
  {
    name: "FreeBSD MANIFEST",
    parser: () => eachByItself(freebsdLine),
    text: `base.txz\t${SHA256}\t26\tbase\t"Base system"\ton\nbase.txz ${SHA256}\n`,
    found: ["1: base.txz sha256", "2?"],
  },
  {
    name: "openSUSE content",
    parser: () => eachByItself(contentLine),
    text: `PRODUCT openSUSE\nHASH SHA256 ${SHA256}  boot/x\nMETA SHA1 ${SHA1}  packages.gz\n` +
      `KEY SHA1 ${SHA1}  gpg-pubkey.asc\n`,
    found: ["2: boot/x sha256", "3: suse/setup/descr/packages.gz sha1", "4: gpg-pubkey.asc sha1"],
  },
  {
    name: ".treeinfo, the section of checksums alone",
    parser: treeinfoParser,
    text: `[header]\nversion = 1.2\n\n[checksums]\nimages/a.img = sha256:${SHA256}\n` +
      `images/b.img = ${MD5}\nc = sha256:12\n[general]\nfamily = Fedora\n`,
    found: ["5: images/a.img sha256", "6: images/b.img md5", "7?"],
  },
  {
    name: "Debian Release",
    parser: releaseParser,
    text: `Suite: stable\nDescription: x\n ${MD5} 1 not/this\nMD5Sum:\n ${MD5}    0 main/a\n` +
      `SHA256:\n ${SHA256} 12 main/b\n what\nDate: now\n`,
    found: ["5: main/a md5 0", "7: main/b sha256 12", "8?"],
  },
  {
    name: "Debian Packages, the strongest digest of each stanza",
    parser: packagesParser,
    text: `Package: a\nDescription: x\n Filename: no\nFilename: ./pool/a.deb\nSize: 5\n` +
      `MD5sum: ${MD5}\nSHA256: ${SHA256}\n\nPackage: b\nFilename: pool/b.deb\nMD5sum: ${MD5}\n`,
    found: ["7: pool/a.deb sha256 5", "11: pool/b.deb md5"],
  },
];

for (const { name, parser, text, found } of cases) {
  Deno.test(`lists: ${name}`, async () => {
    for (const piece of [1, 7, 4096]) assertEquals(await parsed(parser(), text, piece), found);
  });
}

Deno.test("eachLine() gives the place of each line, whatever the pieces are", async () => {
  const text = "one\n\ntwo\r\n" + "x".repeat(70_000) + "\nlast";
  for (const piece of [1, 3, 1 << 20]) {
    const found: string[] = [];
    await eachLine(textOf(text, piece), ({ bytes, number, at }) => {
      found.push(`${number} ${at} ${decodeLatin1(bytes).slice(0, 4)}`);
    });
    // The fourth line is too long for one of a list.
    const last = piece === 1 << 20 ? found.filter((each) => !each.startsWith("4")) : found;
    assertEquals(last, ["1 1000 one", "2 1004 ", "3 1005 two", `5 ${1000 + 80_011 - 10_000} last`]);
  }
});

const repomd = `<?xml version="1.0"?>\n<repomd xmlns="http://linux.duke.edu/metadata/repo">\n` +
  `<data type="primary"><checksum type="sha">${SHA1}</checksum>` +
  `<open-checksum type="sha">${SHA1}</open-checksum>` +
  `<location href="repodata/p.xml.gz"/><size>77</size></data>\n` +
  `<data type="other"><checksum type="sha256">${SHA256}</checksum>` +
  `<location xml:base="http://x/" href="o"/></data></repomd>`;

Deno.test("readRepository() reads tables, and leaves what lies elsewhere out", async () => {
  for (const piece of [1, 1000]) {
    const found: string[] = [];
    const end = await readRepository(textOf(repomd, piece), (entry) => {
      found.push(`${entry.type} ${entry.path} ${entry.algorithm} ${entry.size} ${entry.line}`);
    });
    assertEquals([end, ...found], ["whole", "primary repodata/p.xml.gz sha1 77 3"]);
  }
  assertEquals(await readRepository(textOf("<a><b></a>", 3), () => {}), "xml");
  assertEquals(await readRepository(textOf("<a>", 3), () => {}), "xml");
});
