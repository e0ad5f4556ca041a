// Checkers of file formats beside the formats' own tools: what those refuse is found, what they made is not.

import { assertEquals } from "@std/assert";
import { checkBytes } from "../proof/formats/support.ts";

/** What makes a file of a folder with the input, and what refuses a damaged one. */
type Tool = {
  readonly name: string;
  /** Writes the file of that name, or to its standard output. */
  readonly make: readonly string[];
  /** Takes the file's name as its last word. */
  readonly test: readonly string[];
  /** Whether parts of the file are under no checksum of the format. */
  readonly partly?: boolean;
};

const wims: readonly Tool[] = ["none", "XPRESS", "LZX"].flatMap((codec) =>
  ["", "--check"].map((check) => {
    const name = `${codec}${check}.wim`;
    const make = ["wimlib-imagex", "capture", "tree", name, `--compress=${codec}`, "--threads=1"];
    return {
      name,
      make: check === "" ? make : [...make, check],
      test: ["wimlib-imagex", "verify"],
    };
  })
);

const squashfs: readonly Tool[] = ["gzip", "xz"].map((codec) => ({
  name: `${codec}.squashfs`,
  make: ["mksquashfs", "tree", `${codec}.squashfs`, "-comp", codec, "-no-progress"],
  test: ["unsquashfs", "-strict-errors", "-no-progress", "-force", "-dest", "out"],
  partly: true,
}));

const packages: readonly Tool[] = ["gzip", "xz", "zstd"].map((codec) => ({
  name: `${codec}.deb`,
  make: ["dpkg-deb", "--root-owner-group", `-Z${codec}`, "--build", "tree", `${codec}.deb`],
  test: ["dpkg-deb", "--fsys-tarfile"],
  partly: true,
}));

const tools: readonly Tool[] = [
  { name: "a.gz", make: ["gzip", "-kc", "input"], test: ["gzip", "-t"] },
  { name: "a.xz", make: ["xz", "-kc", "input"], test: ["xz", "-tq"] },
  { name: "blocks.xz", make: ["xz", "-kc", "--block-size=50000", "input"], test: ["xz", "-tq"] },
  { name: "x86.xz", make: ["xz", "-kc", "--x86", "--lzma2", "input"], test: ["xz", "-tq"] },
  { name: "a.bz2", make: ["bzip2", "-kc", "-1", "input"], test: ["bzip2", "-tq"] },
  { name: "a.zst", make: ["zstd", "-qc", "-15", "input"], test: ["zstd", "-tq"] },
  { name: "a.lz4", make: ["lz4", "-qc", "input"], test: ["lz4", "-tq"] },
  { name: "a.zip", make: ["zip", "-q", "-", "input"], test: ["unzip", "-tqq"] },
  { name: "plain.cab", make: ["gcab", "-cn", "plain.cab", "input"], test: ["7z", "t"] },
  { name: "mszip.cab", make: ["gcab", "-czn", "mszip.cab", "input"], test: ["7z", "t"] },
  ...wims,
  ...squashfs,
  ...packages,
];

const FLIPS = 40;

async function run([program = "", ...args]: readonly string[], cwd: string) {
  const command = new Deno.Command(program, {
    args,
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  });
  return await command.output();
}

function available([program = ""]: readonly string[]): boolean {
  try {
    const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
    new Deno.Command(program, { args: ["--version"], ...quiet }).outputSync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Words that repeat and bytes that do not, always the same. */
function content(): Uint8Array {
  const bytes = new Uint8Array(200_000);
  let state = 1;
  for (let at = 0; at < bytes.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = at % 20_000 < 4000 ? state >>> 24 : 97 + (state >>> 28) % 11;
  }
  return bytes;
}

const control = `Package: words
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: words
`;

/** The file that a tool makes in a folder. */
async function made({ name, make }: Tool, folder: string): Promise<Uint8Array> {
  await Deno.writeFile(`${folder}/input`, content());
  await Deno.mkdir(`${folder}/tree/DEBIAN`, { recursive: true });
  await Deno.writeTextFile(`${folder}/tree/DEBIAN/control`, control);
  await Deno.writeFile(`${folder}/tree/words`, content());
  const { stdout } = await run(make, folder);
  return await Deno.readFile(`${folder}/${name}`).catch(() => stdout);
}

/** How many flipped bits the tool refuses, and the places of those that the checker does not find. */
async function refused(tool: Tool, whole: Uint8Array, folder: string) {
  const missed: number[] = [];
  let count = 0;
  for (let flip = 0; flip < FLIPS; flip++) {
    const at = Math.floor(flip * whole.length / FLIPS);
    const bytes = whole.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 1 << flip % 8;
    await Deno.writeFile(`${folder}/${tool.name}`, bytes);
    if ((await run([...tool.test, tool.name], folder)).success) continue;
    count++;
    const { format, failures, unchecked } = await checkBytes(bytes);
    const said = failures.length + (tool.partly === true ? 0 : unchecked.length);
    if (format !== "" && said === 0) missed.push(at);
  }
  return { count, missed };
}

for (const tool of tools) {
  const { name, make, test } = tool;
  const skipped = [make, test].every(available)
    ? ""
    : ` (skipped: there is no ${make[0]} or ${test[0]})`;
  Deno.test({
    name: `${name}: flipped bits that ${test[0]} refuses are found${skipped}`,
    ignore: skipped !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        const whole = await made(tool, folder);
        const clean = await checkBytes(whole);
        assertEquals([clean.failures, clean.held > 0], [[], true]);
        if (tool.partly !== true) assertEquals(clean.unchecked, []);
        await Deno.writeFile(`${folder}/${name}`, whole);
        assertEquals((await run([...test, name], folder)).success, true);
        const { count, missed } = await refused(tool, whole, folder);
        assertEquals([missed, count > FLIPS / 10], [[], true], `${count} refused`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
