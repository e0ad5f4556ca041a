// Reads the images of fixtures/: whole, damaged as damaged.json says, and with what independent
// programs find in them. fixtures/README.md tells where each comes from.

const folder = new URL("../../fixtures/", import.meta.url);

/** A regular file as the independent reader found it. */
export type ExpectedFile = {
  /** Components joined by `/`, without a leading one. */
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal, or null where no program can read the whole file. */
  readonly sha256: string | null;
};

/** What `fixtures/NAME.json` holds: one image as other programs see it. */
export type FixtureExpectation = {
  /** Of the decompressed image. */
  readonly sha256: string;
  /** Of the decompressed image. */
  readonly bytes: number;
  /** Volume identifier of the primary descriptor, or of the logical volume of a UDF-only image. */
  readonly label: string;
  /** The name space that the paths come from. */
  readonly names: "rock-ridge" | "joliet" | "iso9660" | "udf";
  /** Sorted by the bytes of their paths; null where no program lists them. */
  readonly files: readonly ExpectedFile[] | null;
  readonly symlinks: readonly { readonly path: string; readonly target: string }[];
  readonly others: readonly {
    readonly path: string;
    readonly type: "fifo" | "character" | "block" | "other";
  }[];
  /** Without the root; null where no program counts them. */
  readonly directories: number | null;
  /** The program that found all this, with its version. */
  readonly tool: string;
  /** Other programs whose non-empty files have the same contents, with their versions. */
  readonly agrees: readonly string[];
};

/** A change to the bytes of an image; `cut` is the new length. */
export type Patch =
  | { readonly offset: number; readonly bytes: string }
  | { readonly zero: readonly [offset: number, length: number] }
  | { readonly cut: number };

/** An entry of `damaged.json`, with its bytes. */
export type DamagedFixture = {
  readonly name: string;
  /** Name of the fixture that was damaged; undefined for a file that never was an image. */
  readonly origin: string | undefined;
  /** The damaged image. */
  readonly bytes: Uint8Array;
  /** What was changed. */
  readonly why: string;
};

type DamagedEntry = {
  readonly name: string;
  readonly image: string | null;
  readonly patches: readonly Patch[];
  readonly why: string;
};

const imageFile = /^(.+)\.(iso|bin|udf)(\.gz)?$/;

/** Stored file of every fixture by its name. */
function storedFiles(): Map<string, string> {
  const files = new Map<string, string>();
  for (const { name } of Deno.readDirSync(folder)) {
    const stem = imageFile.exec(name)?.[1];
    if (stem !== undefined) files.set(stem, name);
  }
  return files;
}

function storedFile(name: string): string {
  const file = storedFiles().get(name);
  if (file === undefined) throw new RangeError(`Cannot find fixture ${name}: no such image`);
  return file;
}

/** Names of all fixtures, sorted: the file names without `.iso`, `.bin`, `.udf` and `.gz`. */
export function fixtureNames(): readonly string[] {
  return [...storedFiles().keys()].sort();
}

/** File name of a fixture once decompressed, such as `sample.iso`: its extension counts when probing. */
export function fixtureFileName(name: string): string {
  return storedFile(name).replace(/\.gz$/, "");
}

/** Bytes of a fixture, decompressed. */
export async function fixtureImage(name: string): Promise<Uint8Array> {
  const file = storedFile(name);
  const bytes = await Deno.readFile(new URL(file, folder));
  return file.endsWith(".gz") ? await gunzip(bytes) : bytes;
}

/** Text of the cue sheet beside a fixture, or undefined where there is none. */
export async function fixtureSheet(name: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(new URL(`${name}.cue`, folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What independent programs find in a fixture. */
export async function fixtureExpectation(name: string): Promise<FixtureExpectation> {
  // fixtures/expect.py writes these files in the shape of the type.
  return JSON.parse(await Deno.readTextFile(new URL(`${name}.json`, folder)));
}

function damagedEntries(): readonly DamagedEntry[] {
  // fixtures/make.py writes this file in the shape of the type.
  return JSON.parse(Deno.readTextFileSync(new URL("damaged.json", folder)));
}

/** Names of the damaged fixtures, in the order of `damaged.json`. */
export function damagedNames(): readonly string[] {
  return damagedEntries().map(({ name }) => name);
}

/** One damaged fixture. */
export async function damagedFixture(name: string): Promise<DamagedFixture> {
  const entry = damagedEntries().find((each) => each.name === name);
  if (entry === undefined) {
    throw new RangeError(`Cannot find damaged fixture ${name}: no such entry`);
  }
  const origin = entry.image === null ? undefined : imageFile.exec(entry.image)?.[1];
  const intact = origin === undefined ? new Uint8Array() : await fixtureImage(origin);
  return { name, origin, bytes: applyPatches(intact, entry.patches), why: entry.why };
}

/** All damaged fixtures, in the order of `damaged.json`. */
export function damagedFixtures(): Promise<readonly DamagedFixture[]> {
  return Promise.all(damagedNames().map(damagedFixture));
}

/** A copy of `image` with the patches applied in order; it grows where one writes past its end. */
export function applyPatches(image: Uint8Array, patches: readonly Patch[]): Uint8Array {
  let bytes = image.slice();
  for (const patch of patches) {
    if ("cut" in patch) {
      bytes = bytes.slice(0, patch.cut);
    } else if ("zero" in patch) {
      const [offset, length] = patch.zero;
      bytes.fill(0, offset, offset + length);
    } else {
      const replacement = Uint8Array.fromHex(patch.bytes);
      const end = patch.offset + replacement.length;
      if (end > bytes.length) {
        const longer = new Uint8Array(end);
        longer.set(bytes);
        bytes = longer;
      }
      bytes.set(replacement, patch.offset);
    }
  }
  return bytes;
}

/** Decompresses a gzip file with the platform's own decoder. */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes.slice()]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
