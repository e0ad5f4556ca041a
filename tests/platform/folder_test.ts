// Extraction into a folder, and output files: nothing outside, nothing half-written.

import {
  assert,
  assertEquals,
  assertMatch,
  assertNotMatch,
  assertRejects,
  assertThrows,
} from "@std/assert";
import fc from "fast-check";
import { AtomicFile } from "../../src/platform/atomic.ts";
import { PlatformError } from "../../src/platform/errors.ts";
import {
  type ContentEnd,
  type FileToWrite,
  Folder,
  type FolderOptions,
} from "../../src/platform/folder.ts";
import { collisionKey, linkProblem, safeName } from "../../src/platform/safe_name.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-folder-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function* content(text: string, end: ContentEnd = { state: "ok" }): FileToWrite["content"] {
  await Promise.resolve();
  yield new TextEncoder().encode(text);
  return end;
}

function listing(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("safeName() is always one component that stays where it is", () => {
  const anyName = fc.string({ unit: "binary", maxLength: 30 });
  for (const rules of ["posix", "windows"] as const) {
    fc.assert(fc.property(anyName, (text) => {
      const { name } = safeName(text, undefined, rules);
      assert(name !== "" && name !== "." && name !== "..");
      // deno-lint-ignore no-control-regex -- control characters are what must not be there
      assertNotMatch(name, /[/\x00-\x1f\x7f-\x9f\ud800-\udfff]/u);
      if (rules === "windows") assertNotMatch(name, /[\\:*?"<>|]|[. ]$/);
    }));
  }
});

const names: readonly (readonly [string, number[] | undefined, "posix" | "windows", string])[] = [
  ["plain.txt", undefined, "posix", "plain.txt"],
  ["..", undefined, "posix", "%2E%2E"],
  [".", undefined, "posix", "%2E"],
  ["", undefined, "posix", "%"],
  ["../../etc/passwd", undefined, "posix", "..%2F..%2Fetc%2Fpasswd"],
  ["a\0b\x1b", undefined, "posix", "a%00b%1B"],
  ["\xff\xfe", [0xff, 0xfe], "posix", "%FF%FE"],
  ["\ud800x", [0xd8, 0, 0, 0x78], "posix", "%uD800x"],
  ["CON", undefined, "posix", "CON"],
  ["CON", undefined, "windows", "%CON"],
  ["nul.txt", undefined, "windows", "%nul.txt"],
  ["a:b", undefined, "windows", "a%3Ab"],
  ["back\\slash", undefined, "windows", "back%5Cslash"],
  ["dot.", undefined, "windows", "dot%2E"],
];

for (const [text, recorded, rules, expected] of names) {
  Deno.test(`safeName() writes ${JSON.stringify(text)} as ${expected} (${rules})`, () => {
    const bytes = recorded === undefined ? undefined : Uint8Array.from(recorded);
    const { name, reason } = safeName(text, bytes, rules);
    assertEquals(name, expected);
    assertEquals(reason === undefined, name === text);
  });
}

Deno.test("collisionKey() takes case and normal form as one", () => {
  assertEquals(collisionKey("README"), collisionKey("ReadMe"));
  assertEquals(collisionKey("\u00e9"), collisionKey("e\u0301"));
});

const links: readonly (readonly [string, number, boolean])[] = [
  ["file", 0, true],
  ["./sub/file", 0, true],
  ["../file", 1, true],
  ["../file", 0, false],
  ["../../file", 1, false],
  ["sub/../../file", 1, false],
  ["sub/..", 1, false],
  ["/etc/passwd", 5, false],
  ["C:\\x", 5, false],
  ["\\\\host\\x", 5, false],
  ["", 1, false],
  ["a\0b", 1, false],
];

for (const [target, depth, safe] of links) {
  Deno.test(`linkProblem() ${safe ? "allows" : "refuses"} ${JSON.stringify(target)} at ${depth}`, () => {
    assertEquals(linkProblem(target, depth) === undefined, safe);
  });
}

Deno.test("Folder writes names that repeat or differ in case, and says so", () =>
  withFolder(async (path) => {
    const folder = Folder.open(path);
    const write = (text: string, body: string) =>
      folder.file(folder.root, { text }, { content: content(body) });
    assertEquals(await write("a", "1"), { state: "ok", to: "a", bytes: 1 });
    assertEquals((await write("a", "2")).to, "a~2");
    assertEquals((await write("a~2", "3")).to, "a~2~2");
    assertEquals((await write("a", "4")).to, "a~3");
    const upper = await write("A", "5");
    assertEquals(upper.state === "ok" ? upper.to : "A", "A");
    assert(upper.reason !== undefined);
    assertEquals(listing(path).length, 5);
    assertEquals(Deno.readTextFileSync(`${path}/a~3`), "4");
  }));

Deno.test("Folder never writes through what stands in its way", () =>
  withFolder(async (path) => {
    const outside = `${path}/outside`;
    const root = `${path}/root`;
    Deno.mkdirSync(outside);
    Deno.mkdirSync(root);
    Deno.symlinkSync(outside, `${root}/sub`);
    Deno.symlinkSync(`${outside}/new`, `${root}/file`);
    Deno.mkdirSync(`${root}/folder`);
    for (const options of [{}, { force: true }]) {
      const folder = Folder.open(root, options);
      assertEquals(folder.directory(folder.root, { text: "sub" }).state, "refused");
      const onFolder = await folder.file(folder.root, { text: "folder" }, {
        content: content("x"),
      });
      assertEquals(onFolder.state, "refused");
    }
    const plain = Folder.open(root);
    const onLink = await plain.file(plain.root, { text: "file" }, { content: content("x") });
    assertEquals(onLink.state, "refused");
    const forced = Folder.open(root, { force: true });
    const replaced = await forced.file(forced.root, { text: "file" }, { content: content("x") });
    assertEquals(replaced.state, "ok");
    assert(Deno.lstatSync(`${root}/file`).isFile);
    assertEquals(listing(outside), []);
  }));

Deno.test("Folder stops using a folder that has become a link", () =>
  withFolder(async (path) => {
    const folder = Folder.open(`${path}/root`);
    const { place } = folder.directory(folder.root, { text: "sub" });
    assert(place !== undefined);
    Deno.removeSync(place.path);
    Deno.symlinkSync(path, place.path);
    const outcome = await folder.file(place, { text: "x" }, { content: content("x") });
    assertEquals(outcome.state, "refused");
    assertEquals(listing(path), ["root"]);
  }));

Deno.test("Folder keeps what is there without force", () =>
  withFolder(async (path) => {
    Deno.writeTextFileSync(`${path}/a`, "old");
    const folder = Folder.open(path);
    const outcome = await folder.file(folder.root, { text: "a" }, { content: content("new") });
    assertEquals(outcome.state, "refused");
    assertEquals(Deno.readTextFileSync(`${path}/a`), "old");
  }));

const cut: ContentEnd = { state: "cut", reason: "2 of 4 bytes" };

Deno.test("Folder keeps cut files only with partial, and never under their own name", () =>
  withFolder(async (path) => {
    const cases: readonly (readonly [FolderOptions, string[]])[] = [[{}, []], [
      { partial: true },
      ["a.partial"],
    ]];
    for (const [options, left] of cases) {
      const folder = Folder.open(path, options);
      const outcome = await folder.file(folder.root, { text: "a" }, { content: content("x", cut) });
      assertEquals(outcome.state, "cut");
      assertEquals(listing(path), left);
    }
  }));

Deno.test("Folder never gives the name of a cut file's part to another entry, or takes one", () =>
  withFolder(async (path) => {
    const folder = Folder.open(path, { partial: true, force: true });
    const write = (text: string, body: string, end?: ContentEnd) =>
      folder.file(folder.root, { text }, { content: content(body, end) });
    assertEquals((await write("a", "part", cut)).to, "a.partial");
    const own = await write("a.partial", "whole");
    assertEquals([own.state, own.to], ["renamed", "a.partial~2"]);
    assertEquals(own.reason, "its name is that of what there is of a cut file");
    assertEquals((await write("b.partial", "whole")).state, "ok");
    assertEquals((await write("b", "part", cut)).to, "b~2.partial");
    assertEquals((await write("b", "more", cut)).to, "b~2~2.partial");
    assertEquals(Deno.readTextFileSync(`${path}/a.partial`), "part");
    assertEquals(Deno.readTextFileSync(`${path}/b.partial`), "whole");
    Deno.mkdirSync(`${path}/c.partial`);
    const blocked = await write("c", "part", cut);
    assertEquals([blocked.state, blocked.to], ["cut", undefined]);
    assertMatch(blocked.reason ?? "", /c.partial: a folder stands in its place/);
    const long = await write("n".repeat(250), "part", cut);
    assertMatch(long.reason ?? "", /the name is too long/);
  }));

Deno.test("Folder replaces no file that is being read, by whatever name", () =>
  withFolder(async (path) => {
    Deno.writeTextFileSync(`${path}/in`, "image");
    Deno.symlinkSync("in", `${path}/link`);
    Deno.linkSync(`${path}/in`, `${path}/hard`);
    Deno.linkSync(`${path}/in`, `${path}/a.partial`);
    const { dev, ino } = Deno.statSync(`${path}/in`);
    const inputs = [{ dev, ino: ino ?? 0 }];
    const folder = Folder.open(path, { force: true, partial: true, links: true, inputs });
    for (const text of ["in", "link", "hard"]) {
      const outcome = await folder.file(folder.root, { text }, { content: content("x") });
      assertEquals(outcome.state, "refused");
      assertEquals(outcome.reason, "a file that is being read stands in its place");
    }
    const again = Folder.open(path, { force: true, links: true, inputs });
    assertEquals(again.link(again.root, { text: "in" }, "hard").state, "refused");
    const part = await folder.file(folder.root, { text: "a" }, { content: content("x", cut) });
    assertMatch(part.reason ?? "", /a.partial: a file that is being read/);
    assertEquals(listing(path), ["a.partial", "hard", "in", "link"]);
    assertEquals(Deno.readTextFileSync(`${path}/a.partial`), "image");
  }));

Deno.test("Folder leaves no file behind whose content fails", () =>
  withFolder(async (path) => {
    async function* failing(): FileToWrite["content"] {
      yield new Uint8Array(3);
      await Promise.resolve();
      throw new DOMException("interrupted", "AbortError");
    }
    const folder = Folder.open(path);
    await assertRejects(
      () => folder.file(folder.root, { text: "a" }, { content: failing() }),
      DOMException,
    );
    assertEquals(listing(path), []);
  }));

Deno.test("Folder gives files their time and plain permissions, never more", () =>
  withFolder(async (path) => {
    const folder = Folder.open(path);
    const modified = Date.UTC(2001, 1, 3, 4, 5, 6);
    const file = { content: content("x"), mode: 0o6755, modified };
    await folder.file(folder.root, { text: "a" }, file);
    const facts = Deno.statSync(`${path}/a`);
    assertEquals(facts.mtime?.getTime(), modified);
    if (facts.mode !== null) assertEquals(facts.mode % 0o10000 - facts.mode % 0o1000, 0);
    const { place } = folder.directory(folder.root, { text: "d" }, 0o555);
    assert(place !== undefined);
    assertEquals((await folder.file(place, { text: "b" }, { content: content("y") })).to, "d/b");
    folder.leave(place, modified);
    assertEquals(Deno.statSync(`${path}/d`).mtime?.getTime(), modified);
  }));

Deno.test("Folder refuses a name that the file system does not take, and goes on", () =>
  withFolder(async (path) => {
    const folder = Folder.open(path);
    const long = await folder.file(folder.root, { text: "n".repeat(300) }, {
      content: content("x"),
    });
    assertEquals(long.state, "refused");
    assertThrows(() => Folder.open("/dev/null/x"), PlatformError, "Cannot extract to");
  }));

Deno.test("AtomicFile is there whole after commit, and not at all before", () =>
  withFolder((path) => {
    const target = `${path}/out`;
    Deno.writeTextFileSync(target, "old");
    const file = AtomicFile.open(target, []);
    file.write(new TextEncoder().encode("new"));
    assertEquals(Deno.readTextFileSync(target), "old");
    file.commit();
    assertEquals(Deno.readTextFileSync(target), "new");
    const dropped = AtomicFile.open(target, []);
    dropped.write(new TextEncoder().encode("never"));
    dropped.discard();
    dropped.commit();
    assertEquals(Deno.readTextFileSync(target), "new");
    assertEquals(listing(path), ["out"]);
    return Promise.resolve();
  }));

Deno.test("AtomicFile never replaces an input, by whatever name", () =>
  withFolder((path) => {
    Deno.writeTextFileSync(`${path}/in`, "image");
    Deno.symlinkSync("in", `${path}/link`);
    Deno.linkSync(`${path}/in`, `${path}/hard`);
    for (const name of ["in", "link", "hard", "./in"]) {
      assertThrows(
        () => AtomicFile.open(`${path}/${name}`, [`${path}/in`]),
        PlatformError,
        "it is the input",
      );
    }
    const file = AtomicFile.open(`${path}/hard`, []);
    assertThrows(() => file.refuse(`${path}/in`), PlatformError, "it is the input");
    assertEquals(listing(path), ["hard", "in", "link"]);
    return Promise.resolve();
  }));

Deno.test("AtomicFile says where it cannot be", () =>
  withFolder((path) => {
    assertThrows(() => AtomicFile.open(path, []), PlatformError, "it is a folder");
    assertThrows(() => AtomicFile.open(`${path}/none/out`, []), PlatformError, "no such file");
    return Promise.resolve();
  }));

Deno.test("AtomicFile that cannot be put in its place leaves nothing and says so", () =>
  withFolder((path) => {
    Deno.mkdirSync(`${path}/sub`);
    const file = AtomicFile.open(`${path}/sub/out`, []);
    file.write(new Uint8Array(1));
    Deno.mkdirSync(`${path}/sub/out`);
    assertThrows(() => file.commit(), PlatformError, "Cannot write");
    assertEquals(listing(`${path}/sub`), ["out"]);
    return Promise.resolve();
  }));
