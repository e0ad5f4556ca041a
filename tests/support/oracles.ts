// Asks other programs what an image holds, for the tests of `deno task test:interop`. Each extracts
// the image into a temporary folder, where GNU find and sha256sum list what appears.

/** A program that reads disc images. */
export type Oracle = "bsdtar" | "7z" | "xorriso";

/** All of them, in the order of trust for ISO 9660. */
export const oracles: readonly Oracle[] = ["bsdtar", "xorriso", "7z"];

/**
 * What a program extracted from an image. Paths have no leading slash; bytes of a name that are not
 * UTF-8 come as U+FFFD.
 */
export type OracleTree = {
  /** Regular files by path; a hard link is a file. */
  readonly files: ReadonlyMap<string, { readonly bytes: number; readonly sha256: string }>;
  /** Target of each symbolic link by path. */
  readonly symlinks: ReadonlyMap<string, string>;
  /** Exit status: what was extracted before a failure is in the maps too. */
  readonly exitCode: number;
  /** What the program wrote, both streams. */
  readonly log: string;
};

const environment = { LC_ALL: "C.UTF-8", TZ: "UTC" };

const versionArguments: Readonly<Record<Oracle, readonly string[]>> = {
  bsdtar: ["--version"],
  "7z": [],
  xorriso: ["-version"],
};

const found = new Map<Oracle, boolean>();

/** Whether a program is installed. */
export function available(tool: Oracle): boolean {
  let answer = found.get(tool);
  if (answer === undefined) {
    try {
      answer = new Deno.Command(tool, {
        args: [...versionArguments[tool]],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).outputSync().success;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      answer = false;
    }
    found.set(tool, answer);
  }
  return answer;
}

const extract: Readonly<Record<Oracle, (image: string, target: string) => readonly string[]>> = {
  // Rock Ridge, else Joliet, else plain names without `;1`; reads no UDF; inflates zisofs version 1.
  bsdtar: (image, target) => ["-xf", image, "-C", target, "--no-same-owner"],
  // Joliet before Rock Ridge, the UDF side of a bridge, stored bytes of zisofs. Devices, and links
  // that lead out of the folder, come as files; long names are cut.
  "7z": (image, target) => ["x", "-y", "-bd", `-o${target}`, image],
  // Rock Ridge, else Joliet, else plain names without `;1`; reads no UDF; inflates all zisofs.
  xorriso: (image, target) => [
    "-abort_on",
    "FATAL",
    "-osirrox",
    "on",
    "-indev",
    `stdio:${image}`,
    "-extract",
    "/",
    target,
  ],
};

/** An image as a program extracted it; the folder is gone when its user is done. */
export type Extraction = {
  readonly folder: string;
  readonly exitCode: number;
  /** What the program wrote, both streams. */
  readonly log: string;
};

/**
 * Extracts an image with a program, and lends the result.
 *
 * `fileName` is what the image is called while the program reads it: 7z goes by the extension.
 * The boot images that 7z adds under `[BOOT]` are left out.
 */
export async function extractedBy<T>(
  tool: Oracle,
  image: Uint8Array,
  fileName: string,
  use: (extraction: Extraction) => Promise<T>,
): Promise<T> {
  const work = await Deno.makeTempDir({ prefix: "discern-oracle-" });
  try {
    const target = `${work}/out`;
    await Deno.mkdir(target);
    await Deno.writeFile(`${work}/${fileName}`, image);
    const { code, stdout, stderr } = await new Deno.Command(tool, {
      args: [...extract[tool](`${work}/${fileName}`, target)],
      env: environment,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
    await makeReadable(target);
    await removeTree(`${target}/[BOOT]`);
    const text = new TextDecoder();
    const log = text.decode(stdout) + text.decode(stderr);
    return await use({ folder: target, exitCode: code, log });
  } finally {
    await makeReadable(work);
    await removeTree(work);
  }
}

/** Extracts an image with a program and digests the result; see {@linkcode extractedBy}. */
export function treeSeenBy(
  tool: Oracle,
  image: Uint8Array,
  fileName = "image.iso",
): Promise<OracleTree> {
  return extractedBy(tool, image, fileName, treeOf);
}

/** The files and links of an extracted image, with the digests of the files. */
export async function treeOf({ folder, exitCode, log }: Extraction): Promise<OracleTree> {
  const sha256 = await digests(folder);
  const files = new Map<string, { bytes: number; sha256: string }>();
  for (const [path, size] of await listed(folder, "f", "%s")) {
    files.set(path, { bytes: Number(size), sha256: sha256.get(path) ?? "" });
  }
  return { files, symlinks: await listed(folder, "l", "%l"), exitCode, log };
}

/** Extracted folders carry the modes of the image, which may shut out whoever is not root. */
async function makeReadable(path: string): Promise<void> {
  await new Deno.Command("chmod", { args: ["-R", "u+rwX", path], stdout: "null", stderr: "null" })
    .output();
}

async function removeTree(path: string): Promise<void> {
  try {
    await Deno.remove(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Runs a program in a folder and splits what it wrote at the NUL bytes. */
async function fields(folder: string, program: string, ...args: string[]): Promise<string[]> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: folder })
    .output();
  if (!success) {
    throw new Error(`Cannot list ${folder}: ${program}: ${new TextDecoder().decode(stderr)}`);
  }
  return new TextDecoder().decode(stdout).split("\0").slice(0, -1);
}

/** Path and one more thing, in pairs. Deno cannot open a name that is not UTF-8; find can. */
async function listed(folder: string, type: string, what: string): Promise<Map<string, string>> {
  const flat = await fields(folder, "find", ".", "-type", type, "-printf", `%P\\0${what}\\0`);
  const pairs = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.set(flat[at] ?? "", flat[at + 1] ?? "");
  return pairs;
}

async function digests(folder: string): Promise<Map<string, string>> {
  const lines = await fields(
    folder,
    "find",
    ".",
    "-type",
    "f",
    "-exec",
    "sha256sum",
    "-z",
    "{}",
    "+",
  );
  return new Map(lines.map((line) => [line.slice(64 + "  ./".length), line.slice(0, 64)]));
}

/**
 * Sorted digests of the non-empty files: the same for every program and name space that shows the
 * same contents, whatever it calls them.
 */
export function contentsOf(tree: OracleTree): readonly string[] {
  return [...tree.files.values()].filter(({ bytes }) => bytes > 0).map(({ sha256 }) => sha256)
    .sort();
}
