// `discern extract`: what other programs find in an image lies in the folder, and nothing lies outside.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { buildImage } from "../support/builder.ts";
import { fixtureExpectation, fixtureImage } from "../support/fixtures.ts";
import { discern, fixturePath, harmless } from "./harness.ts";

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-extract-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function filesBelow(folder: string, below = ""): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of Deno.readDirSync(`${folder}/${below}`)) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory) {
      for (const [name, text] of filesBelow(folder, path)) files.set(name, text);
    } else if (entry.isSymlink) files.set(path, `-> ${Deno.readLinkSync(`${folder}/${path}`)}`);
    else files.set(path, Deno.readFileSync(`${folder}/${path}`).toHex());
  }
  return files;
}

async function sha256(hexadecimal: string): Promise<string> {
  const bytes = Uint8Array.fromHex(hexadecimal);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

for (
  const name of ["sample", "rr-deep-xorriso", "zisofs2-xorriso", "joliet-xorriso", "mode1-2352"]
) {
  Deno.test(`extract delivers the files that others find in ${name}`, () =>
    withFolder(async (folder) => {
      const image = `${folder}/image`;
      await Deno.writeFile(image, await fixtureImage(name));
      const { stderr } = await discern(["extract", image, "-o", `${folder}/out`, "--links"]);
      assertEquals(stderr, "");
      const found = filesBelow(`${folder}/out`);
      const expected = await fixtureExpectation(name);
      for (const { path, sha256: digest } of expected.files ?? []) {
        if (digest === null) continue;
        assertEquals(await sha256(found.get(path) ?? ""), digest, path);
      }
      for (const { path, target } of expected.symlinks) {
        assertEquals(found.get(path), `-> ${target}`);
      }
      assertEquals(found.size, (expected.files?.length ?? 0) + expected.symlinks.length);
    }));
}

Deno.test("extract takes no name of hostile-names outside the folder, and says what it changed", () =>
  withFolder(async (folder) => {
    const image = `${folder}/image`;
    await Deno.writeFile(image, await fixtureImage("hostile-names"));
    const argv = ["extract", image, "-o", `${folder}/in/out`];
    const { status, stderr, stdout } = await discern(argv, { terminal: true });
    assertEquals(status, 1);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["image", "in"]);
    assertEquals([...Deno.readDirSync(`${folder}/in`)].map(({ name }) => name), ["out"]);
    const found = filesBelow(`${folder}/in/out`);
    const { files } = await fixtureExpectation("hostile-names");
    assertEquals(found.size, files?.length);
    const digests = new Set(await Promise.all([...found.values()].map(sha256)));
    for (const file of files ?? []) assert(digests.has(file.sha256 ?? ""), file.path);
    assertStringIncludes(stderr, "renamed: /patched/.. -> patched/%2E%2E");
    assertStringIncludes(stderr, "renamed: $'/patched/\\e[2J\\e[31mxy'");
    assertMatch(stderr + stdout, harmless);
  }));

Deno.test("extract replaces nothing without --force", () =>
  withFolder(async (folder) => {
    const argv = ["extract", fixturePath("sample.iso"), "README.md", "-o", folder];
    assertEquals((await discern(argv)).status, 0);
    await Deno.writeTextFile(`${folder}/README.md`, "mine");
    const again = await discern(argv);
    assertEquals(again.status, 1);
    assertStringIncludes(again.stderr, "refused: /README.md");
    assertEquals(await Deno.readTextFile(`${folder}/README.md`), "mine");
    assertEquals((await discern([...argv, "--force"])).status, 0);
    assertMatch(await Deno.readTextFile(`${folder}/README.md`), /^# Lantern/);
  }));

for (const input of ["x.iso", "x.cue"]) {
  Deno.test(`extract --force replaces nothing that it reads, opened by ${input}`, () =>
    withFolder(async (folder) => {
      const children = ["x.iso", "x.cue", "other"].map((longName, at) => ({
        name: `F${at}.;1`,
        longName,
        content: "new",
      }));
      const image = buildImage({ rockRidge: "1.12", children }).bytes();
      const sheet = 'FILE "x.iso" BINARY\n  TRACK 01 MODE1/2048\n    INDEX 01 00:00:00\n';
      await Deno.writeFile(`${folder}/x.iso`, image);
      await Deno.writeTextFile(`${folder}/x.cue`, sheet);
      const argv = ["extract", `${folder}/${input}`, "-o", folder, "--force"];
      const { status, stderr } = await discern(argv);
      assertEquals(status, 1);
      assertStringIncludes(stderr, "a file that is being read stands in its place");
      assertEquals(await Deno.readFile(`${folder}/x.iso`), image);
      assertEquals(await Deno.readTextFile(`${folder}/other`), "new");
      const left = await Deno.readTextFile(`${folder}/x.cue`);
      assertEquals(left, input === "x.cue" ? sheet : "new");
    }));
}

Deno.test("extract keeps the folders above a path", () =>
  withFolder(async (folder) => {
    const argv = ["extract", fixturePath("sample.iso"), "share/tables", "-o", folder, "-q"];
    const { status, stdout, stderr } = await discern(argv);
    assertEquals([status, stdout, stderr], [0, "", ""]);
    assert([...filesBelow(folder).keys()].every((path) => path.startsWith("share/tables/")));
    assertEquals(filesBelow(folder).size, 5);
  }));

Deno.test("extract delivers no cut file as a whole one", () =>
  withFolder(async (folder) => {
    const image = `${folder}/image`;
    await Deno.writeFile(image, (await fixtureImage("sample")).subarray(0, 200_000));
    const argv = ["extract", image, "lib/lantern/tables.py", "-o", `${folder}/out`];
    const { status, stderr } = await discern(argv);
    assertEquals(status, 1);
    assertMatch(stderr, /cut: \/lib\/lantern\/tables.py \(.*9118/);
    assertEquals(filesBelow(`${folder}/out`).size, 0);
    await discern([...argv, "--partial"]);
    assertEquals([...filesBelow(`${folder}/out`).keys()], ["lib/lantern/tables.py.partial"]);
  }));

Deno.test("extract names links and devices that it leaves out", () =>
  withFolder(async (folder) => {
    const { status, stderr } = await discern([
      "extract",
      fixturePath("sample.iso"),
      "-o",
      folder,
    ]);
    assertEquals(status, 1);
    assertStringIncludes(stderr, "skipped: /manual (a symbolic link; --links keeps safe ones)");
  }));

Deno.test("extract counts what has one reason, and names all with -v", () =>
  withFolder(async (folder) => {
    const links = Array.from({ length: 3000 }, (_, at) => ({
      name: `L${at}.;1`,
      target: "/etc/passwd",
    }));
    const files = Array.from({ length: 12 }, (_, at) => ({ name: `F${at}.;1`, content: "x" }));
    const { bytes } = buildImage({ rockRidge: "1.12", children: [...links, ...files] });
    const image = `${folder}/image`;
    await Deno.writeFile(image, bytes());
    const argv = ["extract", image, "-o", `${folder}/out`];
    const first = await discern(argv);
    assertEquals(
      first.stderr,
      "discern: 3,000 symbolic links skipped; --links keeps the safe ones; -v names them\n",
    );
    const again = await discern(argv);
    assertStringIncludes(
      again.stderr,
      "12 files refused: a file stands in its place; --force replaces it; -v names them\n",
    );
    assertEquals(again.stderr.trimEnd().split("\n").length, 2);
    const named = await discern([...argv, "-v", "--force"]);
    assertEquals(named.stderr.trimEnd().split("\n").length, 3000);
    const safe = await discern([...argv, "--links", "--force"]);
    assertMatch(safe.stderr, /^discern: 3,000 symbolic links refused: .*; -v names them\n$/);
  }));
