// No option does nothing: each that a command takes changes what some run of it comes to.

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { buildProgram } from "../../src/cli/program.ts";
import { BufferedOutput, type Io } from "../../src/cli/io.ts";
import { buildImage } from "../support/builder.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { lyingEngine } from "../support/lying_engine.ts";
import { discern, fixturePath, harmless, type Surroundings } from "./harness.ts";

const sample = fixturePath("sample.iso");

/**
 * Arguments of a run, and those that the option adds; `!` stands for a terminal, `-` and `?` for a
 * platform without digests and with wrong ones, `<` for the sample on standard input.
 */
type Effect = readonly [run: string, option: string];

const spool = ["<$COMMAND - $REST", "--spool"] as const;
const spoolLimit = ["<$COMMAND - $REST --spool", "--spool-limit 4K"] as const;
const engines: Readonly<Record<string, Effect>> = {
  "--engine": ["-$COMMAND $SAMPLE $REST", "--engine native"],
  "--cross-check": ["?$COMMAND $SAMPLE $REST", "--cross-check"],
  // How many threads there are never shows; that there must be one does.
  "--jobs": ["$COMMAND $SAMPLE $REST", "--jobs 0"],
};
const common: Readonly<Record<string, Effect>> = {
  "--json": ["$COMMAND $SAMPLE $REST", "--json"],
  "--output": ["$COMMAND $SAMPLE $REST", "-o $NEW"],
  "--force": ["$COMMAND $SAMPLE $REST -o $OLD", "--force"],
  "--color": ["$COMMAND $SAMPLE $REST", "--color always"],
  "--session": ["$COMMAND $SAMPLE $REST", "--session 9"],
  "--spool": spool,
  "--spool-limit": spoolLimit,
  ...engines,
};

type Row = {
  /** Arguments behind the image. */
  readonly rest: string;
  readonly common: readonly string[];
  readonly own: Readonly<Record<string, Effect>>;
};

const all = ["--json", "--output", "--force", "--color", "--session", "--spool", "--spool-limit"];
const hashing = [...all, ...Object.keys(engines)];
const but = (...left: readonly string[]) => all.filter((option) => !left.includes(option));
/** Progress is drawn on a terminal. */
const progress = (run: string): Effect => [`!${run}`, "--no-progress"];

const rows: Readonly<Record<string, Row>> = {
  audit: {
    rest: "",
    common: hashing,
    own: {
      "--structure": ["audit $SAMPLE", "--structure"],
      "--deep": ["audit $SAMPLE", "--deep"],
      "--files": ["audit $SAMPLE --json", "--files"],
      "--fail-on": ["audit $SAMPLE", "--fail-on note"],
      "--ignore": ["audit $SAMPLE", "--ignore ELT,GPT"],
      "--only": ["audit $SAMPLE", "--only IMG"],
      "--profile": ["audit $SAMPLE", "--profile conform"],
      "--now": ["audit $ODD -v", "--now"],
      "--rescue-log": ["audit $SAMPLE", "--rescue-log $MAP"],
      "--baseline": ["audit $SAMPLE", "--baseline $REPORT"],
      "--manifest": ["audit $SAMPLE2", "--manifest $SUMS"],
      "--known": ["audit $SAMPLE --json", "--known $SUMS"],
      "--algorithm": ["audit $SAMPLE", "--algorithm md5"],
      "--ndjson": ["audit $SAMPLE", "--ndjson"],
      "--sarif": ["audit $SAMPLE", "--sarif"],
      "--verbose": ["audit $SAMPLE", "-v"],
      "--quiet": ["audit $SAMPLE", "-q"],
      "--no-progress": progress("<audit -"),
    },
  },
  manifest: {
    rest: "",
    common: [...but("--color"), ...Object.keys(engines)],
    own: {
      "--algorithm": ["manifest $SAMPLE", "--algorithm md5"],
      "--format": ["manifest $SAMPLE", "--format bsd"],
      "--tag": ["manifest $SAMPLE", "--tag"],
      "--regions": ["manifest $SAMPLE", "--regions"],
      "--image": ["manifest $SAMPLE", "--image"],
      "--volume": ["manifest $SAMPLE", "--volume joliet"],
      "--verbose": ["manifest $CUT", "-v"],
      "--quiet": ["manifest $SAMPLE", "-q"],
      "--no-progress": progress("manifest $SAMPLE"),
    },
  },
  verify: {
    rest: "$SUMS",
    common: hashing,
    own: {
      "--image": ["verify $SAMPLE $SUMS", "--image"],
      "--volume": ["verify $SAMPLE $SUMS", "--volume all"],
      "--verbose": ["verify $SAMPLE $SUMS", "-v"],
      "--quiet": ["verify $SAMPLE $SUMS", "-q"],
      "--no-progress": progress("verify $SAMPLE $SUMS"),
    },
  },
  compare: {
    rest: "$SAMPLE2",
    common: hashing,
    own: {
      "--ignore": ["compare $DATES_A $DATES_B", "--ignore times"],
      "--verbose": ["compare $SAMPLE $SAMPLE2", "-v"],
      "--quiet": ["compare $SAMPLE $SAMPLE2", "-q"],
      "--no-progress": progress("compare $SAMPLE $SAMPLE2"),
    },
  },
  info: { rest: "", common: all, own: { "--verbose": ["info $SAMPLE", "-v"] } },
  list: {
    rest: "",
    common: all,
    own: {
      "--long": ["list $SAMPLE", "--long"],
      "--volume": ["list $SAMPLE", "--volume joliet"],
      "--verbose": ["list $SAMPLE --long", "-v"],
    },
  },
  cat: {
    rest: "README.md",
    common: but("--color"),
    own: {
      "--volume": ["cat $SAMPLE README.md", "--volume iso9660"],
      "--quiet": ["cat $ODD SAME", "-q"],
    },
  },
  extract: {
    rest: "-o $NEW",
    common: but("--color", "--output", "--force"),
    own: {
      "--output": ["extract $SAMPLE", "-o $NEW"],
      "--force": ["extract $SAMPLE README.md -o $FOLDER", "--force"],
      "--partial": ["extract $CUT -o $NEW", "--partial"],
      "--links": ["extract $SAMPLE -o $NEW", "--links"],
      "--volume": ["extract $SAMPLE -o $NEW", "--volume joliet"],
      "--verbose": ["extract $CUT -o $NEW", "-v"],
      "--quiet": ["extract $SAMPLE README.md -o $NEW", "-q"],
      "--no-progress": progress("extract $SAMPLE -o $NEW"),
    },
  },
  map: { rest: "", common: all, own: { "--verbose": ["map $SAMPLE", "-v"] } },
  where: {
    rest: "README.md",
    common: all,
    own: {
      "--volume": ["where $SAMPLE README.md", "--volume joliet"],
      "--verbose": ["where $ODD MANY", "-v"],
    },
  },
  why: { rest: "40000", common: all, own: {} },
  rules: {
    rest: "IMG-001",
    common: ["--json", "--output", "--force", "--color"],
    own: { "--verbose": ["!rules", "-v"] },
  },
  bench: {
    rest: "--seconds 0",
    common: ["--json", "--output", "--force", "--color"],
    own: {
      "--seconds": ["bench --seconds 0", "--seconds x"],
      "--quiet": ["bench --seconds 0", "-q"],
      "--no-progress": progress("bench --seconds 0"),
    },
  },
};

async function optionsOf(command: string): Promise<string[]> {
  const silent = new BufferedOutput(() => {});
  const io: Io = {
    stdout: silent,
    stderr: silent,
    stdin: new ReadableStream(),
    width: 80,
    noColor: true,
    signal: new AbortController().signal,
    opened: () => Promise.resolve(),
    now: () => 0,
  };
  const program = await buildProgram({ io, finish: () => {} });
  const found = program.commands.find((each) => each.name() === command);
  return (found?.options ?? []).map((option) => option.long ?? "");
}

Deno.test("every command is in the table, with every option that it takes", async () => {
  for (const [command, { common, own }] of Object.entries(rows)) {
    const named = [...common, ...Object.keys(own)].sort();
    assertEquals((await optionsOf(command)).sort(), named, command);
  }
});

/** What ddrescue says of an image like the sample, of which it could not read 4 KiB. */
const rescueMap = `# Mapfile. Created by GNU ddrescue
0x00000000  +  1
0x00000000  0x00035000  +
0x00035000  0x00001000  -
0x00036000  0x00035000  +
`;

/** An image with what few have: a name used twice, 20 extents, a date in 2155, and 25 files at its end. */
function oddImage(): { readonly bytes: Uint8Array; readonly cut: Uint8Array } {
  const content = "x".repeat(40_960);
  const last = Array.from({ length: 25 }, (_, at) => ({
    name: `Z${String(at).padStart(2, "0")}.;1`,
    content: content.slice(0, 4096),
  }));
  const built = buildImage({
    children: [
      { name: "MANY.;1", content, interleave: { unit: 1, gap: 1 } },
      { name: "SAME.;1", content: "one", date: Uint8Array.of(255, 1, 1, 0, 0, 0, 0) },
      { name: "SAME.;1", content: "two" },
      ...last,
    ],
  });
  const bytes = built.bytes();
  const end = built.extents.get("primary:/Z00.;1")?.[0]?.offset ?? 0;
  return { bytes, cut: bytes.subarray(0, end + 2048) };
}

async function makeFiles(folder: string): Promise<Map<string, string>> {
  const { bytes, cut } = oddImage();
  const files: Readonly<Record<string, Uint8Array>> = {
    $ODD: bytes,
    $CUT: cut,
    $MAP: new TextEncoder().encode(rescueMap),
    $DATES_A: await fixtureImage("dates-a-xorriso"),
    $DATES_B: await fixtureImage("dates-b-xorriso"),
    $SUMS: (await discern(["manifest", sample])).bytes,
    $REPORT: (await discern(["audit", sample, "--json"])).bytes,
  };
  const names = new Map([["$SAMPLE2", fixturePath("sample2.iso")], ["$SAMPLE", sample]]);
  for (const [name, content] of Object.entries(files)) {
    const path = `${folder}/${name.slice(1)}`;
    Deno.writeFileSync(path, content);
    names.set(name, path);
  }
  return names;
}

/** What a run comes to: its streams, its status, and what it leaves in its folder. */
async function outcome(line: string, names: ReadonlyMap<string, string>): Promise<string> {
  const folder = Deno.makeTempDirSync({ prefix: "discern-run-" });
  try {
    Deno.writeTextFileSync(`${folder}/README.md`, "mine");
    Deno.copyFileSync(sample, `${folder}/old.iso`);
    const own = new Map([["$NEW", `${folder}/new`], ["$OLD", `${folder}/old.iso`], [
      "$FOLDER",
      folder,
    ]]);
    const words = line.replace(/^[!?-]?<?/, "").split(" ").filter((word) => word !== "");
    const argv = words.map((word) => own.get(word) ?? names.get(word) ?? word);
    let clock = 0;
    const surroundings: Surroundings = {
      terminal: line.startsWith("!"),
      noColor: true,
      now: () => clock += 1000,
      ...(line.startsWith("-") ? { native: null } : {}),
      ...(line.startsWith("?") ? { native: lyingEngine() } : {}),
      ...(/^!?</.test(line) ? { stdin: Deno.readFileSync(sample) } : {}),
    };
    const { status, stdout, stderr } = await discern(argv, surroundings);
    assert(!stderr.includes("unknown option"), stderr);
    const left = [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
      isDirectory ? [...Deno.readDirSync(`${folder}/${name}`)].map((each) => each.name) : [name]
    );
    const mine = Deno.readTextFileSync(`${folder}/README.md`).length;
    const old = Deno.statSync(`${folder}/old.iso`).size;
    return JSON.stringify([status, stdout, stderr, left.sort(), mine, old])
      .replaceAll(folder, "");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const hasNoImage = new Set(["rules", "bench"]);

function effects(command: string, { rest, common: shared, own }: Row): [string, Effect][] {
  const filled = (text: string) => text.replace("$COMMAND", command).replace("$REST", rest);
  const named = shared.map((option): [string, Effect] => {
    const [run = "", added = ""] = common[option] ?? [];
    const line = filled(run);
    // Commands without an image have none here either.
    return [option, [hasNoImage.has(command) ? line.replace(" $SAMPLE", "") : line, added]];
  });
  return [...named, ...Object.entries(own)];
}

Deno.test("every option of every command has an effect", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "discern-options-" });
  try {
    const names = await makeFiles(folder);
    for (const [command, row] of Object.entries(rows)) {
      for (const [option, [run, added]] of effects(command, row)) {
        await t.step(`${command} ${option}`, async () => {
          assertNotEquals(await outcome(`${run} ${added}`, names), await outcome(run, names));
        });
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("no argument that is repeated in an error reaches the terminal as it is", async () => {
  const bad = "\x1b[31m\nfake\x07\u202e";
  const shown = "\\e[31m\\nfake\\a\\u202e";
  const commands = [[bad], ["audit", "x", `--color=${bad}`], ["audit", "x", `--${bad}`]];
  for (const argv of commands) {
    const { status, stderr } = await discern(argv, { terminal: true });
    assertEquals(status, 2);
    assertMatch(stderr, harmless);
    assert(stderr.split("\n")[0]?.includes(shown), stderr);
  }
  const { stderr } = await discern(["audti"]);
  assertMatch(stderr, /^discern: unknown command 'audti'\n\(Did you mean audit\?\)\nUsage: /);
});
