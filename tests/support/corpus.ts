// Reads the third-party corpus that DISCERN_CORPUS names: disc images from the test suites of other
// projects, with values computed by other programs. Without it, tests that need it show as skipped.
import { gunzip } from "./fixtures.ts";

/** What kind of data a corpus file holds. */
export type CorpusKind =
  | "image"
  | "raw-sectors"
  | "cue-sheet"
  | "cdrdao-toc"
  | "torrent"
  | "metalink"
  | "expected-text";

/** How an image came to be; a `genuine` one is complete, as an authoring program wrote it. */
export type CorpusCondition =
  | "genuine"
  | "made-for-a-test"
  | "cut"
  | "altered"
  | "synthetic"
  | "not-an-image";

/** What one of the programs saw in an image. */
export type CorpusToolReport = {
  readonly exit: number;
  readonly files: number;
  readonly nonempty: number;
  readonly dirs: number;
  readonly symlinks: number;
};

/** Values computed with other programs; a key is missing where nothing computed it. */
export type CorpusExpected = {
  readonly volume_id?: string | null;
  readonly volume_id_tool?: string;
  readonly file_count?: number | null;
  readonly dir_count?: number | null;
  /** Target by path. */
  readonly symlinks?: Readonly<Record<string, string>>;
  /** Up to 12 of the files. */
  readonly files?: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly sha256: string;
  }[];
  readonly files_tool?: string;
  readonly files_note?: string;
  readonly files_listed?: number;
  readonly files_total?: number;
  readonly total_file_bytes?: number;
  /** SHA-256 of the lines `SHA256  PATH`, sorted by path. */
  readonly tree_sha256?: string;
  /** SHA-256 of the sorted SHA-256 values, one a line, of all non-empty files. */
  readonly content_multiset_sha256?: string;
  readonly tools?: Readonly<Record<string, CorpusToolReport>>;
  readonly tools_agree?: boolean | null;
  readonly disagreement?: string | null;
  readonly blkid?: Readonly<Record<string, string>>;
  readonly udfinfo?: Readonly<Record<string, string>>;
  readonly cd_info?: {
    readonly tool: string;
    readonly tracks: readonly {
      readonly track: number;
      readonly lsn: number;
      readonly type: string;
    }[];
    readonly leadout_lsn: number;
    readonly mcn?: string;
  };
  readonly chd?: Readonly<Record<string, unknown>>;
  readonly extractcd_bin_sha256?: string;
  /** Number of sectors by what their EDC says, such as `mode 1, EDC ok`. */
  readonly edc_check?: Readonly<Record<string, number>>;
  readonly edc_bad_lba?: readonly number[];
  readonly source_project_states?: string;
  readonly note?: string;
  readonly tool?: string;
};

/** One file of the corpus. */
export type CorpusEntry = {
  /** Path below the corpus's root. */
  readonly file: string;
  readonly encoding: "gzip" | null;
  readonly stored_bytes: number;
  /** Of the file after decompression. */
  readonly sha256: string;
  /** Of the file after decompression. */
  readonly bytes: number;
  readonly source: {
    readonly repo: string;
    readonly path: string;
    readonly commit: string;
    readonly decode?: readonly string[];
  };
  readonly licence: string;
  readonly kind: CorpusKind;
  /** Of images only. */
  readonly condition?: CorpusCondition;
  readonly producer?: string | null;
  readonly made_with?: string;
  readonly features?: readonly string[];
  readonly expected?: CorpusExpected;
  /** The result for a single raw sector, such as `mode 1, EDC bad`. */
  readonly edc_check?: string;
  readonly duplicate_of?: string;
  /** The files that an expected text is about. */
  readonly describes?: string | readonly string[];
  readonly note?: string;
};

/** Two corpus files and, in words, how they differ. */
export type CorpusPair = { readonly a: string; readonly b: string; readonly expected: string };

/** Corpus files whose non-empty files have the same contents. */
export type CorpusSameContents = {
  readonly content_multiset_sha256: string;
  readonly files: readonly string[];
};

type CorpusIndex = {
  readonly entries: readonly CorpusEntry[];
  readonly pairs: readonly CorpusPair[];
  readonly same_contents: readonly CorpusSameContents[];
};

const variable = "DISCERN_CORPUS";

/** Folder of the corpus (the one with corpus.json), or undefined where DISCERN_CORPUS is not set. */
export function corpusRoot(): string | undefined {
  return Deno.env.get(variable) || undefined;
}

let index: CorpusIndex | undefined;

function corpusIndex(): CorpusIndex {
  const root = corpusRoot();
  if (root === undefined) return { entries: [], pairs: [], same_contents: [] };
  // The corpus's README describes the shape that the type states.
  index ??= JSON.parse(Deno.readTextFileSync(`${root}/corpus.json`)) as CorpusIndex;
  return index;
}

/** All files of the corpus; none where DISCERN_CORPUS is not set. */
export function corpusEntries(): readonly CorpusEntry[] {
  return corpusIndex().entries;
}

/** Pairs of images with what a comparison must find; none where DISCERN_CORPUS is not set. */
export function corpusPairs(): readonly CorpusPair[] {
  return corpusIndex().pairs;
}

/** Sets of images with the same contents; none where DISCERN_CORPUS is not set. */
export function corpusSameContents(): readonly CorpusSameContents[] {
  return corpusIndex().same_contents;
}

/** The entry of a file, by its path below the corpus's root. */
export function corpusEntry(file: string): CorpusEntry {
  const entry = corpusEntries().find((each) => each.file === file);
  if (entry === undefined) throw new RangeError(`Cannot find ${file}: not in the corpus`);
  return entry;
}

/** File name of an entry once decompressed: its extension counts when probing. */
export function corpusFileName(entry: CorpusEntry): string {
  const name = entry.file.slice(entry.file.lastIndexOf("/") + 1);
  return entry.encoding === "gzip" ? name.replace(/\.gz$/, "") : name;
}

/** Bytes of an entry, decompressed; throws where their length or SHA-256 is not the index's. */
export async function corpusFile(entry: CorpusEntry): Promise<Uint8Array> {
  const root = corpusRoot();
  if (root === undefined) throw new Error(`Cannot read ${entry.file}: ${variable} is not set`);
  const stored = await Deno.readFile(`${root}/${entry.file}`);
  const bytes = entry.encoding === "gzip" ? await gunzip(stored) : stored;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
  if (bytes.length !== entry.bytes || digest !== entry.sha256) {
    throw new Error(
      `Cannot use ${entry.file}: ${bytes.length} bytes with SHA-256 ${digest}, ` +
        `the index says ${entry.bytes} and ${entry.sha256}`,
    );
  }
  return bytes;
}

/** Registers a test that needs the corpus; without one it shows as ignored, and its name says why. */
export function corpusTest(
  name: string,
  fn: (context: Deno.TestContext) => void | Promise<void>,
): void {
  const skipped = corpusRoot() === undefined;
  Deno.test({
    name: skipped ? `${name} (skipped: ${variable} is not set)` : name,
    ignore: skipped,
    fn,
  });
}
