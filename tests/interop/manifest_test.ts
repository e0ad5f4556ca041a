// Manifests against other programs: digests equal those of the files that bsdtar, xorriso and 7z extract,
// sha256sum accepts the lists, and the corpus's expected values hold.

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { SECTOR } from "../../src/bytes/span.ts";
import { examine } from "../../src/examine.ts";
import { manifest } from "../../src/manifest/manifest.ts";
import type { ManifestFile } from "../../src/manifest/result.ts";
import type { Image } from "../../src/model/image.ts";
import type { VolumeKind } from "../../src/model/namespace.ts";
import { checksumLine, nameBytes } from "../../src/report/checksum.ts";
import {
  corpusEntries,
  type CorpusEntry,
  corpusFile,
  corpusFileName,
  corpusTest,
} from "../support/corpus.ts";
import { fixtureFileName, fixtureImage, fixtureNames } from "../support/fixtures.ts";
import {
  available,
  contentsOf,
  extractedBy,
  type Oracle,
  oracles,
  type OracleTree,
  treeOf,
} from "../support/oracles.ts";

/** Why a program does not extract what an image records; every entry must still be needed. */
const exceptions: Readonly<Record<string, Partial<Record<Oracle, string>>>> = {
  "files/libarchive/test_read_format_iso_joliet_utf16be_overflow.iso.gz": {
    bsdtar: "stops at a path longer than its buffer",
  },
  "files/libarchive/test_read_format_iso_rockridge_ce.iso.gz": {
    "7z": "cuts names after 128 characters, so that one of three files is left",
  },
  "files/exiftool/ISO.iso.gz": {
    "7z": "shows partitions; the image is cut before its directories",
  },
  "files/psp-tool/ps1-disc1.bin.gz": {
    bsdtar: "finds no file in a volume whose path tables are empty; 7z does",
    xorriso: "does not open the image; 7z does",
  },
  "apple-genisoimage": { xorriso: "gives associated files names of their own" },
  "hfs-genisoimage": { xorriso: "gives associated files names of their own" },
  "bsdtar-posix": { xorriso: "joins a link's empty component away (a//b is recorded)" },
  "bsdtar-zisofs-broken": {
    bsdtar: "leaves bytes of a file that does not inflate",
    xorriso: "leaves bytes of a file that does not inflate",
  },
  "hostile-names": {
    bsdtar: "will not make names that lead out of the folder, ends names at NUL",
    xorriso: "will not make names that lead out of the folder, ends names at NUL",
    "7z": "will not make names that lead out of the folder, ends names at NUL",
  },
  "iso-level4-genisoimage": { xorriso: "writes `_` for letters that are not ASCII" },
  "multisession-genisoimage": {
    bsdtar: "reads the first session only; the last one is current",
    xorriso: "reads the first session of a file only; the last one is current",
    "7z": "reads the first session only; the last one is current",
  },
  "pycdlib-112": { bsdtar: "takes all files for links to one, since their serial numbers are 0" },
  "rr-109-genisoimage": { bsdtar: "drops the slash of a link where its next SL entry begins" },
  "rr-110-xorriso": { bsdtar: "drops the slash of a link where its next SL entry begins" },
  "rr-112-xorriso": { bsdtar: "drops the slash of a link where its next SL entry begins" },
  "rr-112-hardlinks-xorriso": {
    bsdtar: "drops the slash of a link where its next SL entry begins",
  },
  "rr-deep-root-xorriso": { bsdtar: "stops at directories that were relocated to the root" },
  "vcd-vcdimager": { bsdtar: "stops where the volume says that it is larger than its data track" },
  "zisofs2-xorriso": { bsdtar: "does not inflate version 2" },
  "zisofs2-z2-xorriso": { bsdtar: "does not inflate version 2" },
};

/** An image that other programs read too. */
type Candidate = {
  readonly name: string;
  readonly fileName: string;
  readonly load: () => Promise<Uint8Array>;
};

function packagedImages(): Candidate[] {
  const folder = Deno.env.get("DISCERN_PACKAGED");
  if (!folder) return [];
  return [...Deno.readDirSync(folder)].map(({ name }) => ({
    name,
    fileName: name,
    load: () => Deno.readFile(`${folder}/${name}`),
  })).sort((a, b) => a.name < b.name ? -1 : 1);
}

const candidates: readonly Candidate[] = [
  ...fixtureNames().map((name) => ({
    name,
    fileName: fixtureFileName(name),
    load: () => fixtureImage(name),
  })),
  ...corpusEntries().filter(({ kind }) => kind === "image").map((entry) => ({
    name: entry.file,
    fileName: corpusFileName(entry),
    load: () => corpusFile(entry),
  })),
  ...packagedImages(),
];

/** The namespace that a program shows. None of them reads enhanced trees before the primary one. */
function volumeFor(tool: Oracle, image: Image): VolumeKind | undefined {
  const order: VolumeKind[] = tool === "7z"
    ? ["joliet", "rockridge", "iso9660"]
    : ["rockridge", "joliet", "iso9660"];
  return order.find((kind) => image.volumes.some((each) => each.kind === kind && each.namespace));
}

/** The logical sectors of a raw image, as the programs read images. */
async function userData(image: Image, bytes: Uint8Array): Promise<Uint8Array> {
  if (image.mapping.stride === SECTOR) return bytes;
  return (await image.read(0, image.mapping.logicalSize)).bytes;
}

/** Path of an entry as the oracles have it: no leading slash, U+FFFD for bytes that are not UTF-8. */
function oraclePath({ path, pathBytes }: ManifestFile): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(nameBytes(path, pathBytes));
}

/** Lines of digest and path. Links, devices and placeholders come out of 7z as empty files. */
function filesOf(files: readonly ManifestFile[], tool: Oracle): string[] {
  const shown = files.filter(({ type, associated }) => type === "file" && !associated);
  return shown.filter(({ bytes }) => tool !== "7z" || bytes > 0)
    .map((file) => `${file.hashes?.sha256 ?? file.state}  ${oraclePath(file)}`).sort();
}

function linksOf(files: readonly ManifestFile[]): string[] {
  return files.filter(({ type }) => type === "symlink")
    .map((file) => `${oraclePath(file)} -> ${file.target}`).sort();
}

type Seen = { readonly ours: readonly string[]; readonly theirs: readonly string[] };

async function seen(tool: Oracle, image: Image, tree: OracleTree): Promise<Seen> {
  const volume = volumeFor(tool, image);
  const { files } = await manifest(image, { volume });
  // 7z cuts long names and shows UDF names where there are any, relocated directories where they lie,
  // and stored bytes: only the contents of the ISO 9660 namespace are the same.
  if (tool === "7z" && (volume !== "joliet" || image.volumes.some(({ kind }) => kind === "udf"))) {
    const plain = await manifest(image, { volume: "iso9660" });
    return {
      ours: plain.files.filter(({ type, bytes, associated }) =>
        type === "file" && bytes > 0 && !associated
      ).map(({ hashes, state }) => hashes?.sha256 ?? state).sort(),
      theirs: contentsOf(tree),
    };
  }
  const theirs = [...tree.files].filter(([, { bytes }]) => tool !== "7z" || bytes > 0)
    .map(([path, { sha256 }]) => `${sha256}  ${path}`).sort();
  if (tool === "7z") return { ours: filesOf(files, tool), theirs };
  const links = [...tree.symlinks].map(([path, target]) => `${path} -> ${target}`).sort();
  return { ours: [...filesOf(files, tool), ...linksOf(files)], theirs: [...theirs, ...links] };
}

/** The list that the report would write for the files that a program extracted. */
async function listFor(tool: Oracle, image: Image, tree: OracleTree): Promise<Uint8Array[]> {
  const { files } = await manifest(image, { volume: volumeFor(tool, image) });
  const regular = files.filter(({ type, associated }) => type === "file" && !associated);
  return regular.flatMap((file) => {
    const digest = file.hashes?.sha256;
    if (digest === undefined || !tree.files.has(oraclePath(file))) return [];
    // Of two files with one path, only one is in a folder.
    if (regular.some((other) => other !== file && other.path === file.path)) return [];
    const name = nameBytes(file.path, file.pathBytes);
    return [checksumLine({ name, algorithm: "sha256", digest }, "gnu")];
  });
}

async function checkList(folder: string, lines: readonly Uint8Array[]): Promise<string> {
  const list = await Deno.makeTempFile({ prefix: "discern-list-" });
  try {
    await Deno.writeFile(list, new Blob(lines.map((line) => line.slice())).stream());
    const { stdout, stderr, success } = await new Deno.Command("sha256sum", {
      args: ["-c", "--strict", "--quiet", list],
      cwd: folder,
      env: { LC_ALL: "C" },
    }).output();
    const text = new TextDecoder();
    return success ? "" : text.decode(stdout) + text.decode(stderr);
  } finally {
    await Deno.remove(list);
  }
}

async function compareWith(tool: Oracle, { name, fileName, load }: Candidate): Promise<void> {
  const bytes = await load();
  const image = await examine(new MemorySource(bytes, fileName));
  if (volumeFor(tool, image) === undefined) return;
  const data = await userData(image, bytes);
  const plainName = fileName.replace(/\.(bin|img|raw)$/, ".iso");
  await extractedBy(tool, data, plainName, async (extraction) => {
    const tree = await treeOf(extraction);
    const opened = extraction.exitCode === 0 || tree.files.size > 0;
    const { ours, theirs } = await seen(tool, image, tree);
    const reason = exceptions[name]?.[tool];
    if (reason !== undefined) {
      assert(ours.join("\n") !== theirs.join("\n"), `no exception any more: ${reason}`);
      return;
    }
    if (opened) assertEquals(ours, theirs);
    if (tool === "7z") return;
    const lines = await listFor(tool, image, tree);
    if (lines.length > 0) assertEquals(await checkList(extraction.folder, lines), "");
  });
}

for (const tool of oracles) {
  for (const candidate of candidates) {
    Deno.test({
      name: `manifest() equals what ${tool} extracts from ${candidate.name}`,
      ignore: !available(tool),
      fn: () => compareWith(tool, candidate),
    });
  }
}

for (const tool of ["bsdtar", "xorriso"] as const) {
  Deno.test({
    name: `sha256sum accepts hostile names in a folder that ${tool} extracted`,
    ignore: !available(tool),
    fn: async () => {
      const bytes = await fixtureImage("hostile-names");
      const image = await examine(new MemorySource(bytes, "hostile-names.iso"));
      await extractedBy(tool, bytes, "hostile-names.iso", async (extraction) => {
        const lines = await listFor(tool, image, await treeOf(extraction));
        const escaped = lines.filter((line) => line[0] === 0x5c);
        assert(escaped.length >= 2, `${escaped.length} escaped names`);
        assertEquals(await checkList(extraction.folder, lines), "");
      });
    },
  });
}

/** Expected values that are not those of the image, and why. */
const corpusExceptions: Readonly<Record<string, string>> = {
  "files/exiftool/ISO.iso.gz": "of 7z's partitions; the image is cut before its directories",
};

async function sha256Of(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

async function checkExpected(entry: CorpusEntry): Promise<boolean> {
  const { expected } = entry;
  const bytes = await corpusFile(entry);
  const image = await examine(new MemorySource(bytes, corpusFileName(entry)));
  const volume = volumeFor("xorriso", image);
  if (expected?.files === undefined || volume === undefined) return false;
  const { files } = await manifest(image, { volume });
  const regular = files.filter(({ type, associated }) => type === "file" && !associated);
  for (const { path, bytes, sha256 } of expected.files) {
    const found = regular.find((file) => oraclePath(file) === path);
    assertEquals([found?.bytes, found?.hashes?.sha256], [bytes, sha256], path);
  }
  if (typeof expected.file_count === "number") assertEquals(regular.length, expected.file_count);
  const links = files.filter(({ type }) => type === "symlink");
  if (expected.symlinks !== undefined) {
    const ours = links.map((file) => [oraclePath(file), file.target] as const);
    assertEquals(Object.fromEntries(ours), expected.symlinks);
  }
  const byPath = regular.map((file) => [oraclePath(file), file.hashes?.sha256] as const)
    .sort(([a], [b]) => a < b ? -1 : 1);
  const tree = byPath.map(([path, digest]) => `${digest}  ${path}\n`).join("");
  if (expected.tree_sha256 !== undefined) assertEquals(await sha256Of(tree), expected.tree_sha256);
  const contents = regular.filter(({ bytes }) => bytes > 0).map(({ hashes }) => hashes?.sha256);
  if (expected.content_multiset_sha256 !== undefined) {
    const text = contents.sort().map((digest) => `${digest}\n`).join("");
    assertEquals(await sha256Of(text), expected.content_multiset_sha256);
  }
  return true;
}

corpusTest("manifest() has the expected values of the corpus", async (context) => {
  let checked = 0;
  for (const entry of corpusEntries()) {
    if (entry.kind !== "image" || entry.file in corpusExceptions) continue;
    await context.step(entry.file, async () => {
      if (await checkExpected(entry)) checked++;
    });
  }
  assert(checked >= 50, `${checked} images checked`);
});
