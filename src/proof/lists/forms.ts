// The kinds of lists that are looked for, by the names of their files.

import { packagesParser, releaseParser } from "./debian.ts";
import {
  contentLine,
  eachByItself,
  freebsdLine,
  hashdeepParser,
  type ListParser,
  sfvLine,
  sumsLine,
} from "./digest_lines.ts";
import { treeinfoParser } from "./treeinfo.ts";

/** How the files of a kind of list are read. */
export type ListForm = {
  /** `lines` are parsed one by one; the others as a whole. */
  readonly reading: "lines" | "json" | "repomd" | "primary" | "by-hash" | "given";
  /** A sums file, or the metadata of a repository of packages. */
  readonly kind: "sums" | "repository" | "manifest";
  readonly parser?: () => ListParser;
  /**
   * The folders that names may be relative to: tried are the list's own, its parent and the root; an archive
   * is the folder above `dists`.
   */
  readonly base: "tried" | "own" | "archive";
  /** It describes a mirror or a set of discs: what it lists need not be here. */
  readonly partial?: boolean;
  /** Any text may have its name: half of its first lines must be entries. */
  readonly probed?: boolean;
};

const sums: ListForm = {
  reading: "lines",
  kind: "sums",
  base: "tried",
  probed: true,
  parser: () => eachByItself(sumsLine),
};

const ofMirror: ListForm = { ...sums, partial: true };
const lines = { ...sums, base: "own" } as const;

const forms = {
  sums,
  ofMirror,
  sfv: { ...sums, parser: () => eachByItself(sfvLine) },
  hashdeep: { ...sums, parser: () => eachByItself(hashdeepParser()) },
  treeinfo: { ...lines, partial: true, probed: false, parser: treeinfoParser },
  freebsd: { ...lines, partial: true, parser: () => eachByItself(freebsdLine) },
  content: { ...lines, partial: true, parser: () => eachByItself(contentLine) },
  extraFiles: { reading: "json", kind: "sums", base: "own" },
  release: {
    reading: "lines",
    kind: "repository",
    base: "own",
    partial: true,
    probed: false,
    parser: releaseParser,
  },
  packages: {
    reading: "lines",
    kind: "repository",
    base: "archive",
    partial: true,
    probed: false,
    parser: packagesParser,
  },
  repomd: { reading: "repomd", kind: "repository", base: "own", partial: true },
} as const satisfies Readonly<Record<string, ListForm>>;

/** Forms that no name alone tells: those of tables that another list leads to, or that the user gives. */
export const otherForms = {
  primary: { reading: "primary", kind: "repository", base: "own", partial: true },
  byHash: { reading: "by-hash", kind: "repository", base: "own", partial: true },
  given: { reading: "given", kind: "manifest", base: "own" },
} as const satisfies Readonly<Record<string, ListForm>>;

const hashes = "(?:md5|sha-?1|sha-?224|sha-?256|sha-?384|sha-?512)";

/** Names in lower case, and the form of such a list. */
const names: readonly (readonly [RegExp, ListForm])[] = [
  [new RegExp(`^(?:.*[._-])?${hashes}sums?(?:\\.txt|\\.asc)?$`), forms.sums],
  [/^(?:.*[._-])?checksums?(?:\.txt|\.md5|\.sha1|\.sha256|\.sha512)?$/, forms.sums],
  // BagIt (RFC 8493) has names relative to the bag, which is the folder of the list.
  [new RegExp(`^(?:tag)?manifest-${hashes}\\.txt$`), forms.sums],
  [new RegExp(`^${hashes}(?:\\.txt)?$`), forms.ofMirror],
  [new RegExp(`^.+\\.(?:${hashes}|${hashes}sums?)$`), forms.sums],
  [/^.+\.sfv$/, forms.sfv],
  [/^(?:.*hashdeep.*|hashes(?:\.txt)?)$/, forms.hashdeep],
  [/^\.?treeinfo$/, forms.treeinfo],
  [/^manifest$/, forms.freebsd],
  [/^content$/, forms.content],
  [/^extra_files\.json$/, forms.extraFiles],
  [/^(?:in)?release$/, forms.release],
  [/^packages(?:\.(?:gz|xz|bz2|zst|lz4|lzma))?$/, forms.packages],
  [/^repomd\.xml$/, forms.repomd],
];

/** The form of the list that a file of this name may be; undefined of nearly all names. */
export function formNamed(name: string): ListForm | undefined {
  const folded = name.toLowerCase();
  if (!mayBeList.test(folded)) return undefined;
  return names.find(([pattern]) => pattern.test(folded))?.[1];
}

// One quick look, since every name of an image is looked at.
const mayBeList =
  /md5|sha|sum|sfv|hash|treeinfo|manifest|content|release|packages|repomd|extra_files/;
