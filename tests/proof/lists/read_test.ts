// Lists of whole images: which are found, what their names are relative to, and what damage makes of them.

import { assert, assertEquals } from "@std/assert";
import { audit } from "../../../src/audit/run.ts";
import { MemorySource } from "../../../src/bytes/source.ts";
import { examine } from "../../../src/examine.ts";
import { verifyOwnProofs } from "../../../src/proof/own_proofs.ts";
import { readLists } from "../../../src/proof/lists/read.ts";
import { digestOf, type ListedFiles, ListedImage } from "../../support/listed_tree.ts";

async function listsOf(files: ListedFiles): Promise<string[]> {
  const image = await examine(new MemorySource(new ListedImage(files).bytes(), "built.iso"));
  const { lists, entries } = await readLists({ image });
  const found = lists.map(({ path, state, listed, absent }) =>
    `${path} ${state} ${listed} ${absent.count}`
  );
  return [...found, `${entries.count}`];
}

async function gzip(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

const [one, two] = ["the first", "the second"];
const sums = `${await digestOf("md5", one)}  a/one\n${await digestOf("md5", two)}  a/two\n`;
const files = { "x/a/one": one, "x/a/two": two };

Deno.test("names are relative to the list's folder, its parent or the root", async () => {
  const short = sums.replaceAll("a/", "");
  const long = sums.replaceAll("a/", "x/a/");
  assertEquals(await listsOf({ ...files, "x/a/MD5SUMS": short }), ["/x/a/MD5SUMS read 2 0", "2"]);
  assertEquals(await listsOf({ ...files, "x/b/MD5SUMS": sums }), ["/x/b/MD5SUMS read 2 0", "2"]);
  assertEquals(await listsOf({ ...files, "y/z/MD5SUMS": long }), ["/y/z/MD5SUMS read 2 0", "2"]);
});

Deno.test("a text that is no list is none, whatever its name", async () => {
  const prose = "This folder has checksums.\nThey are of no use.\n";
  assertEquals(await listsOf({ ...files, "CHECKSUMS": prose, "content": prose }), [
    "/CHECKSUMS none 0 0",
    "/content none 0 0",
    "0",
  ]);
  assertEquals(await listsOf({ ...files, ".discinfo": "1\nFedora\nx86_64\n" }), ["0"]);
});

Deno.test("a digest alone is of the file that the list is named after", async () => {
  const digest = await digestOf("sha512", one);
  assertEquals(await listsOf({ ...files, "x/a/one.sha512": `${digest}\n` }), [
    "/x/a/one.sha512 read 1 0",
    "1",
  ]);
});

const stanza = `Package: one\nFilename: x/a/one\nSize: ${one.length}\nSHA256: ${await digestOf(
  "sha256",
  one,
)}\n\n`;
const packed = await gzip(stanza);
const folder = "dists/s/main/binary-all";
const chain = {
  ...files,
  "dists/s/Release": `SHA256:\n ${await digestOf("sha256", packed)} ${packed.length} ` +
    `main/binary-all/Packages.gz\n ${await digestOf("sha256", stanza)} ${stanza.length} ` +
    "main/binary-all/Packages\n",
  [`${folder}/Packages.gz`]: packed,
};

Deno.test("Packages.gz is expanded, and proves what Release has of Packages", async () => {
  assertEquals(await listsOf(chain), [
    "/dists/s/Release read 2 0",
    `/${folder}/Packages.gz read 1 0`,
    "2",
  ]);
  const image = await examine(new MemorySource(new ListedImage(chain).bytes(), "built.iso"));
  const states = [...(await verifyOwnProofs(image)).entries()].map(({ path, state }) =>
    `${path} ${state}`
  );
  assertEquals(states.sort(), [
    `/${folder}/Packages.gz ok`,
    `/${folder}/Packages.gz ok`,
    "/x/a/one ok",
  ]);
});

Deno.test("a gzip stream whose CRC-32 is wrong is not read as a list", async () => {
  const broken = packed.slice();
  broken[broken.length - 6] = (broken[broken.length - 6] ?? 0) ^ 1;
  const found = await listsOf({ ...chain, [`${folder}/Packages.gz`]: broken });
  assertEquals(found[1], `/${folder}/Packages.gz cut 0 0`);
});

Deno.test("a list of 100,000 lines is read in a few seconds", async () => {
  let long = sums;
  for (let line = 0; line < 100_000; line++) {
    long += `${line.toString(16).padStart(32, "0")}  a/absent-${line}\n`;
  }
  const start = performance.now();
  const found = await listsOf({ ...files, "x/MD5SUMS": long });
  assertEquals(found, ["/x/MD5SUMS read 100002 100000", "2"]);
  assert(performance.now() - start < 30_000);
});

// A generator of pseudo-random numbers, the same in every run.
function* randoms(seed: number): Generator<number> {
  for (let state = seed;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state;
  }
}

Deno.test("damaged lists never throw, and verdicts stay within the contract", async () => {
  const repomd = '<repomd><data type="primary"><checksum type="sha256">00</checksum>' +
    '<location href="p.xml"/></data></repomd>';
  const image = new ListedImage({
    ...chain,
    "x/MD5SUMS": sums,
    "rpm/repodata/repomd.xml": repomd,
    "rpm/p.xml": "<metadata><package></package></metadata>",
    "t/.treeinfo": `[checksums]\na = sha256:${await digestOf("sha256", one)}\n`,
    "t/extra_files.json": '{"data":[{"file":"a","checksums":{"md5":"00"}}]}',
    "s.sfv": "x/a/one 00000000\n",
  });
  const clean = image.bytes();
  const lists = ["dists/s/Release", `${folder}/Packages.gz`, "x/MD5SUMS", "t/extra_files.json"];
  const random = randoms(4);
  const next = () => random.next().value ?? 0;
  for (let round = 0; round < 60; round++) {
    const bytes = clean.slice();
    for (const path of lists) {
      const { start, length } = image.place(path);
      for (let flips = next() % 4; flips > 0; flips--) {
        bytes[start + next() % length] = next() % 256;
      }
    }
    const { verdict } = await audit(await examine(new MemorySource(bytes, "built.iso")));
    assert(["intact", "suspicious", "damaged"].includes(verdict), `round ${round}`);
  }
});

async function verified(list: string | Uint8Array): Promise<string[]> {
  const made = new ListedImage({ ...files, "x/md5sum.txt": list });
  const image = await examine(new MemorySource(made.bytes(), "built.iso"));
  return [...(await verifyOwnProofs(image)).entries()].map(({ path, state }) => `${path} ${state}`);
}

async function notes(list: string | Uint8Array): Promise<string[]> {
  const made = new ListedImage({ ...files, "x/md5sum.txt": list });
  const image = await examine(new MemorySource(made.bytes(), "built.iso"));
  const { findings } = await audit(image);
  return findings.filter(({ rule, message }) => rule === "LIM-001" && message.includes("md5sum"))
    .map(({ message }) => message);
}

Deno.test("a byte order mark does not cost a list its first line", async () => {
  const list = new TextEncoder().encode(`\ufeff${sums}`);
  assertEquals(await listsOf({ ...files, "x/md5sum.txt": list }), ["/x/md5sum.txt read 2 0", "2"]);
  assertEquals(await verified(list), ["/x/a/one ok", "/x/a/two ok"]);
});

Deno.test("a list in UTF-16 is said not to be read", async () => {
  const wide = new Uint8Array(Uint16Array.from(sums, (each) => each.charCodeAt(0)).buffer);
  for (const list of [wide, Uint8Array.of(0xff, 0xfe, ...wide), Uint8Array.of(0, ...wide)]) {
    assertEquals(await notes(list), [
      '"/x/md5sum.txt" was not read: its text is UTF-16, and lists are read in UTF-8; what it lists ' +
      "was not compared",
    ]);
    // Nothing is left to verify against, which is no mismatch: the command ends with 2.
    assertEquals(await verified(list), []);
  }
});

Deno.test("an entry of more than 64 KiB is said not to be read", async () => {
  const long = `${"0".repeat(32)}  ${"x".repeat(700_000)}`;
  const message = '"/x/md5sum.txt" was not read in all its lines: one has more than 64 KiB; ' +
    "what that lists was not compared";
  for (const list of [long, `${long}\n`]) {
    assertEquals(await notes(list), [message]);
    assertEquals(await verified(list), []);
  }
  assertEquals(await notes(`${sums}${long}`), [message]);
  assertEquals((await verified(`${long}\n${sums}`)).sort(), [
    "/x/a/one ok",
    "/x/a/two ok",
    "/x/md5sum.txt unreadable",
  ]);
  assertEquals(await notes("x".repeat(100_000)), []);
});

Deno.test("a damaged line keeps a list from being verified", async () => {
  for (const line of [`g${sums.slice(1)}`, sums.slice(1)]) {
    assertEquals((await verified(line)).sort(), ["/x/a/two ok", "/x/md5sum.txt unreadable"]);
  }
});
