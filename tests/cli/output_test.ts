// Where results go: files whole or not at all, terminals with colour and progress, pipes with neither.

import { assert, assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { width } from "../../src/report/width.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { discern, fixturePath, harmless } from "./harness.ts";

const sample = fixturePath("sample.iso");

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-output-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function listing(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("-o writes what standard output would have had", () =>
  withFolder(async (folder) => {
    const out = `${folder}/out`;
    for (
      const argv of [["manifest", sample], ["audit", sample, "--json"], ["list", sample, "-l"]]
    ) {
      const direct = await discern(argv);
      const { status, stdout } = await discern([...argv, "-o", out]);
      assertEquals([status, stdout], [direct.status, ""]);
      assertEquals(await Deno.readFile(out), direct.bytes);
      assertEquals(listing(folder), ["out"]);
    }
  }));

Deno.test("-o never writes over an input, and leaves nothing where the work fails", () =>
  withFolder(async (folder) => {
    const image = `${folder}/x.iso`;
    await Deno.copyFile(sample, image);
    const cases = [
      [["audit", image, "-o", image], /it is the input/],
      [["compare", sample, image, "-o", image], /it is the input/],
      [["verify", sample, image, "-o", image], /it is the input/],
      [["info", image, "-o", folder], /it is a folder/],
      [["info", image, "-o", `${folder}/none/out`], /no such file/],
      [["info", `${folder}/missing.iso`, "-o", `${folder}/out`], /no such file/],
      [["list", image, "/nowhere", "-o", `${folder}/out`], /Cannot find/],
    ] as const;
    for (const [argv, message] of cases) {
      const { status, stderr } = await discern(argv);
      assertEquals(status, 2);
      assertMatch(stderr, message);
      assertEquals(listing(folder), ["x.iso"]);
    }
    assertEquals(await Deno.readFile(image), await Deno.readFile(sample));
  }));

Deno.test("-o replaces no disc image unless it is told to", () =>
  withFolder(async (folder) => {
    const images = ["sample", "mode1-2352", "mode2-form1-2352", "udf-102-dvd-mkudffs"];
    const other = `${folder}/other`;
    for (const name of [...images, "hfs-genisoimage"]) {
      const bytes = await fixtureImage(name);
      await Deno.writeFile(other, bytes);
      for (const argv of [["audit", sample], ["compare", sample, sample], ["manifest", sample]]) {
        const { status, stderr, stdout } = await discern([...argv, "-o", other]);
        assertEquals([status, stdout], [2, ""], name);
        assertMatch(stderr, /Cannot write .*other: it is a disc image already \(.*--force/);
        assertEquals(await Deno.readFile(other), bytes);
      }
      assertEquals(listing(folder), ["other"]);
      assertEquals((await discern(["info", sample, "-o", other, "--force"])).status, 0);
      assertMatch(await Deno.readTextFile(other), /LANTERN/);
      assertEquals((await discern(["info", sample, "-o", other])).status, 0);
    }
  }));

Deno.test("-o does not write over the data of a sheet", () =>
  withFolder(async (folder) => {
    const data = await fixtureImage("mode1-2352");
    await Deno.writeFile(`${folder}/mode1-2352.bin`, data);
    await Deno.copyFile(fixturePath("mode1-2352.cue"), `${folder}/x.cue`);
    const argv = ["info", `${folder}/x.cue`, "-o", `${folder}/mode1-2352.bin`, "--force"];
    const { status, stderr } = await discern(argv);
    assertEquals(status, 2);
    assertMatch(stderr, /it is the input/);
    assertEquals(await Deno.readFile(`${folder}/mode1-2352.bin`), data);
    assertEquals(listing(folder), ["mode1-2352.bin", "x.cue"]);
  }));

Deno.test("a sheet opens files beside it only, whatever it names", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sub`);
    await Deno.writeFile(`${folder}/data.bin`, await fixtureImage("mode1-2352"));
    const sheet = 'FILE "../data.bin" BINARY\n  TRACK 01 MODE1/2352\n    INDEX 01 00:00:00\n';
    await Deno.writeTextFile(`${folder}/sub/x.cue`, sheet);
    const outside = await discern(["info", `${folder}/sub/x.cue`]);
    assertEquals(outside.status, 2);
    assertMatch(outside.stderr, /Cannot open the data of .*x.cue/);
    await Deno.rename(`${folder}/data.bin`, `${folder}/sub/data.bin`);
    const beside = await discern(["info", `${folder}/sub/x.cue`, "--json"]);
    assertEquals(beside.status, 0);
    assertMatch(JSON.parse(beside.stdout).image.dataPath, /sub\/data.bin$/);
  }));

Deno.test("--spool serves standard input as a file would be", () =>
  withFolder(async () => {
    const stdin = await Deno.readFile(sample);
    for (
      const argv of [["manifest", "IMAGE"], ["list", "IMAGE", "-l"], ["info", "IMAGE", "--json"], [
        "audit",
        "IMAGE",
        "--json",
      ]]
    ) {
      const given = (path: string) => argv.map((word) => word === "IMAGE" ? path : word);
      const file = await discern(given(sample));
      const spooled = await discern([...given("-"), "--spool"], { stdin });
      assertEquals(spooled.status, file.status);
      assertEquals(spooled.stdout, file.stdout.replaceAll(JSON.stringify(sample), '"-"'));
    }
    const limited = await discern(["list", "-", "--spool", "--spool-limit", "4K"], { stdin });
    assertEquals(limited.status, 2);
    assertMatch(limited.stderr, /longer than 4096 bytes; --spool-limit/);
  }));

// deno-lint-ignore no-control-regex -- colours are control sequences
const colour = /\x1b\[/;

Deno.test("colour is for terminals, unless it is asked for or refused", async () => {
  const argv = ["audit", sample];
  assertMatch((await discern(argv, { terminal: true })).stdout, colour);
  assertNotMatch((await discern(argv)).stdout, colour);
  assertNotMatch((await discern(argv, { terminal: true, noColor: true })).stdout, colour);
  const never = [...argv, "--color", "never"];
  assertNotMatch((await discern(never, { terminal: true })).stdout, colour);
  const always = [...argv, "--color", "always"];
  assertMatch((await discern(always, { noColor: true })).stdout, colour);
});

/** Text without colours. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- colours are control sequences
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

Deno.test("reports hold at 80 columns on a terminal", async () => {
  const lines = [
    ["audit", sample],
    ["audit", sample, "-v"],
    ["compare", sample, fixturePath("sample2.iso")],
    ["info", sample],
    ["list", sample, "-l"],
    ["map", sample],
    ["rules"],
    ["rules", "IMG-001"],
    ["where", sample, "README.md"],
  ];
  for (const argv of lines) {
    const { stdout } = await discern(argv, { terminal: true, width: 80 });
    const long = plain(stdout).split("\n").filter((line) => line.length > 80);
    // A path, a digest or a word that is longer than a line stands alone on it.
    for (const line of long) {
      assertMatch(line.trim(), /^\S+$|\/\S{30,}|[0-9a-f]{64}/, argv.join(" "));
    }
  }
});

Deno.test("no terminal breaks a line within a word or a column", async () => {
  const cut = await Deno.makeTempFile({ prefix: "discern-narrow-" });
  const sums = await Deno.makeTempFile({ prefix: "discern-narrow-" });
  try {
    await Deno.writeFile(cut, (await Deno.readFile(sample)).subarray(0, 200_000));
    await Deno.writeFile(sums, (await discern(["manifest", sample])).bytes);
    const second = fixturePath("sample2.iso");
    const lines = [["audit", sample], ["audit", cut], ["audit", sample, "-v"]]
      .concat([["compare", sample, second], ["info", sample], ["list", sample, "-l"]])
      .concat([["list", sample, "-l", "--volume", "all"], ["map", sample], ["rules"]])
      .concat([["rules", "IMG-001"], ["where", sample, "README.md"], ["why", sample, "32848"]])
      .concat([["verify", second, sums], ["--help"], ["audit", "--help"]]);
    for (const columns of [40, 47, 55, 63, 72, 80]) {
      for (const argv of lines) {
        const { stdout } = await discern(argv, { terminal: true, width: columns });
        const long = plain(stdout).split("\n").filter((line) => width(line) > columns);
        // One word that is longer than a line stands alone on it.
        for (const line of long) assertMatch(line.trim(), /^\S+$/, `${columns} ${argv.join(" ")}`);
      }
    }
  } finally {
    await Deno.remove(cut);
    await Deno.remove(sums);
  }
});

Deno.test("one screen is enough for the default reports", async () => {
  const lines = [["audit", sample], ["compare", sample, fixturePath("sample2.iso")], [
    "map",
    sample,
  ]];
  for (const argv of lines) {
    const { stdout } = await discern(argv, { terminal: true, width: 80 });
    assert(stdout.split("\n").length <= 25, argv.join(" "));
  }
});

Deno.test("names of an image cannot be obeyed by a terminal", async () => {
  const image = await Deno.makeTempFile({ prefix: "discern-names-" });
  try {
    await Deno.writeFile(image, await fixtureImage("hostile-names"));
    const commands = [
      ["list", image],
      ["list", image, "-l", "--volume", "all"],
      ["manifest", image],
      ["manifest", image, "--tag", "--regions"],
      ["audit", image, "-v"],
      ["info", image, "-v"],
      ["map", image],
      ["where", image, "/patched"],
    ];
    for (const argv of commands) {
      const { stdout, stderr } = await discern(argv, { terminal: true });
      const shown = plain(stdout + stderr).replaceAll("\r\x1b[K", "");
      assertMatch(shown, harmless, argv.join(" "));
      const json = await discern([...argv.filter((word) => word !== "--tag"), "--json"]);
      assertMatch(json.stdout, harmless);
    }
  } finally {
    await Deno.remove(image);
  }
});

Deno.test("manifest writes the bytes of a name where no terminal is", async () => {
  const image = await Deno.makeTempFile({ prefix: "discern-names-" });
  try {
    await Deno.writeFile(image, await fixtureImage("hostile-names"));
    const { bytes } = await discern(["manifest", image, "-q"]);
    const text = new TextDecoder("latin1").decode(bytes);
    assert(text.includes("  awkward/\xff\xfe-not-utf8\n"));
    assert(text.includes("  awkward/tab\there\n"));
    assertMatch(text, /\n\\[0-9a-f]{64} {2}patched\/a\\nb.txt-.c\n/);
  } finally {
    await Deno.remove(image);
  }
});

Deno.test("progress is drawn on a terminal, at most ten times a second, and cleared", async () => {
  let clock = 0;
  const now = () => clock += 60;
  const shown = await discern(["audit", sample], { terminal: true, now });
  const { stderr } = await discern(["audit", sample], { now });
  assertEquals(stderr, "");
  const silent = await discern(["audit", sample, "--no-progress"], { terminal: true, now });
  assertEquals(silent.stderr, "");
  const quiet = await discern(["audit", sample, "-q"], { terminal: true, now });
  assertEquals(quiet.stderr, "");
  // deno-lint-ignore no-control-regex -- the line is cleared by a control sequence
  if (shown.stderr !== "") assertMatch(shown.stderr, /^(\r\x1b\[K[^\r\n]*)+$/);
});

Deno.test("--files lists the files of which nothing is lost, as text and as JSON", async () => {
  const image = fixturePath("sample.iso");
  const asText = (await discern(["audit", image, "--files"])).stdout;
  const { losses } = JSON.parse((await discern(["audit", image, "--files", "--json"])).stdout);
  const states = new Set(losses.map(({ state }: { state: string }) => state));
  assert(states.size > 0 && !states.has("lost") && !states.has("cut"));
  for (const { path, state } of losses) {
    assertMatch(asText, new RegExp(`^ +${state} +${RegExp.escape(path)}$`, "m"));
  }
  const without = (await discern(["audit", image])).stdout;
  for (const state of states) assert(!without.includes(`    ${state} `));
});

Deno.test("a stream in which nothing is recognised ends with 2, in one pass and with --spool", async () => {
  const stdin = new Uint8Array(18 * 1024 * 1024);
  for (const further of [[], ["--spool"]]) {
    const { status, stdout } = await discern(["audit", "-", ...further], { stdin });
    assertEquals(status, 2, further.join());
    assertMatch(stdout, /^UNREADABLE/);
  }
});
