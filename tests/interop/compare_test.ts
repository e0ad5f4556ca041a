// Comparisons against other programs: cmp counts the same bytes, and two builds of one tree by real
// mastering programs on different days differ in times only.

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { compare } from "../../src/compare/compare.ts";
import type { CompareResult } from "../../src/compare/result.ts";
import { examine } from "../../src/examine.ts";
import { fixtureFileName, fixtureImage } from "../support/fixtures.ts";

async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { LC_ALL: "C.UTF-8", TZ: "UTC", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + (code > 1 ? decoder.decode(stderr) : "") };
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-compare-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function compareFiles(a: string, b: string): Promise<CompareResult> {
  const [one, other] = [await Deno.readFile(a), await Deno.readFile(b)];
  return await compare(
    await examine(new MemorySource(one, a)),
    await examine(new MemorySource(other, b)),
  );
}

const fixturePairs = [
  ["sample", "sample2"],
  ["dates-a-xorriso", "dates-b-xorriso"],
  ["dates-a-genisoimage", "dates-b-genisoimage"],
  ["rr-109-genisoimage", "rr-110-xorriso"],
  ["zisofs1-xorriso", "zisofs2-xorriso"],
  ["udf-102-dvd-mkudffs", "udf-150-vat-mkudffs"],
];

Deno.test("compare() counts as many differing bytes as cmp -l lists", async (t) => {
  for (const [one = "", other = ""] of fixturePairs) {
    await t.step(`${one} and ${other}`, () =>
      inFolder(async (folder) => {
        const [a, b] = [one, other].map((name) => `${folder}/${fixtureFileName(name)}`);
        if (a === undefined || b === undefined) return;
        await Deno.writeFile(a, await fixtureImage(one));
        await Deno.writeFile(b, await fixtureImage(other));
        const { text } = await run("cmp", ["-l", a, b]);
        const lines = text.split("\n").filter((line) => /^ *\d+ +[0-7]+ +[0-7]+$/.test(line));
        const result = await compareFiles(a, b);
        assertEquals(result.sectors.differentBytes, lines.length);
        const offsets = lines.map((line) => parseInt(line) - 1);
        const { ranges } = result.sectors;
        for (const offset of offsets) {
          const inside = ranges.filter(({ offsetA, offsetB, length }) =>
            offsetA !== undefined && offsetB !== undefined && offset >= offsetA &&
            offset < offsetA + length
          );
          assertEquals(inside.length, 1, `byte ${offset}`);
        }
      }));
  }
});

/** A tree whose files have the given time, and a boot image that mastering programs accept. */
async function makeTree(folder: string, epoch: number): Promise<string> {
  const tree = `${folder}/tree`;
  await Deno.mkdir(`${tree}/docs/deep`, { recursive: true });
  await Deno.mkdir(`${tree}/boot`, { recursive: true });
  await Deno.writeTextFile(`${tree}/readme.txt`, "one\n".repeat(300));
  await Deno.writeTextFile(`${tree}/docs/a-rather-long-name-for-a-file.txt`, "two\n");
  await Deno.writeTextFile(`${tree}/docs/deep/empty`, "");
  await Deno.writeFile(`${tree}/boot/bios.img`, new Uint8Array(2048).map((_, at) => at % 251));
  await Deno.writeFile(`${tree}/boot/efi.img`, new Uint8Array(65536).map((_, at) => at % 241));
  const bulk = new Uint8Array(600_000).map((_, at) => (at * 7919) % 253);
  await Deno.writeFile(`${tree}/bulk.bin`, bulk);
  await run("find", [tree, "-exec", "touch", "-d", `@${epoch}`, "{}", "+"]);
  return tree;
}

const xorriso = ["-as", "mkisofs", "-quiet", "-V", "BUILD", "-R", "-J"];
const isolinux = [
  "-c",
  "boot/boot.cat",
  "-b",
  "boot/bios.img",
  "-no-emul-boot",
  "-boot-load-size",
  "4",
];
const boot = [...isolinux, "-boot-info-table"];
const efi = ["-eltorito-alt-boot", "-e", "boot/efi.img", "-no-emul-boot"];
const hybrid = [
  "-isohybrid-mbr",
  "/usr/lib/ISOLINUX/isohdpfx.bin",
  ...boot,
  ...efi,
  "-isohybrid-gpt-basdat",
];

type Build = {
  readonly name: string;
  readonly program: string;
  readonly args: (image: string, tree: string) => readonly string[];
  /** Fields that must be named, among others. */
  readonly fields: readonly string[];
};

const builds: readonly Build[] = [
  {
    name: "xorriso",
    program: "xorriso",
    args: (image, tree) => [...xorriso, "-o", image, tree],
    fields: ["Primary Volume Descriptor.volumeCreationDateAndTime"],
  },
  {
    name: "xorriso --md5",
    program: "xorriso",
    args: (image, tree) => [...xorriso, "--md5", "-o", image, tree],
    fields: [
      "libisofs checksum tag.md5",
      "libisofs checksum tag.self",
      "libisofs MD5 array.session",
    ],
  },
  {
    name: "xorriso, isohybrid MBR and GPT",
    program: "xorriso",
    args: (image, tree) => [...xorriso, ...hybrid, "-o", image, tree],
    fields: [
      "GPT Header.diskGuid",
      "GPT Header.headerCrc32",
      "GPT Partition Entry.uniquePartitionGuid",
    ],
  },
  {
    name: "xorriso, isohybrid and --md5",
    program: "xorriso",
    args: (image, tree) => [...xorriso, "--md5", ...hybrid, "-o", image, tree],
    fields: ["GPT Header.diskGuid", "libisofs checksum tag.md5"],
  },
  {
    name: "xorriso with attributes",
    program: "xorriso",
    args: (image, tree) => [
      ...["-disk_dev_ino", "on", "-md5", "on", "-outdev", image, "-volid", "BUILD"],
      ...["-map", tree, "/", "-padding", "0", "-commit"],
    ],
    fields: ["Time Stamps (TF).modification", "libisofs checksum tag.md5"],
  },
  {
    name: "genisoimage",
    program: "genisoimage",
    args: (image, tree) => ["-quiet", "-V", "BUILD", "-R", "-J", ...boot, "-o", image, tree],
    fields: ["Directory Record.recordingDateAndTime", "Time Stamps (TF).modification"],
  },
];

Deno.test("compare() of two builds on different days says same-except-times", async (t) => {
  for (const { name, program, args, fields } of builds) {
    await t.step(name, () =>
      inFolder(async (folder) => {
        const images: string[] = [];
        for (const [index, epoch] of [1_700_000_000, 1_702_682_645].entries()) {
          // The files stay the same ones, since some programs record their inode numbers.
          const tree = await makeTree(folder, epoch);
          const image = `${folder}/${index}.iso`;
          const env = { SOURCE_DATE_EPOCH: String(epoch) };
          const { code, text } = await run(program, args(image, tree), env);
          assertEquals(code, 0, text);
          images.push(image);
        }
        const result = await compareFiles(images[0] ?? "", images[1] ?? "");
        const named = new Set(result.fields.map(({ structure, field }) => `${structure}.${field}`));
        assertEquals(result.verdict, "same-except-times", [...named].join("\n"));
        for (const field of fields) {
          assert(named.has(field), `${field} is not among ${[...named].join(", ")}`);
        }
        assertEquals(result.summary.content + result.summary.added + result.summary.removed, 0);
        assert(result.fields.every(({ role }) => role !== undefined && role !== "reserved"));
      }));
  }
});
