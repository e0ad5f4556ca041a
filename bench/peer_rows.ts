// Which whole commands are measured beside which programs, on which images, and with which goals.

import { audit } from "../src/audit/run.ts";
import { examine } from "../src/examine.ts";
import { FileSource } from "../src/platform/file_source.ts";
import { CountingSource } from "../tests/support/sources.ts";
import type { ImageName } from "./images.ts";
import type { Line, Place, Tool } from "./measure.ts";
import type { Goal } from "./results.ts";

/** What must be the same in the outputs of ours and of the peer. */
export type Agreement = {
  readonly what: string;
  readonly holds: (ours: string, peer: string) => boolean;
};

/** Two command lines beside each other. */
export type Row = {
  readonly id: string;
  readonly what: string;
  readonly ours: string;
  readonly peer: string;
  readonly goals: readonly Goal[];
  readonly agreement?: Agreement;
  /** The images of ours and of the peer, where they are not the scene's first. */
  readonly images?: readonly [ImageName, ImageName];
  readonly count?: (place: Place) => Promise<string>;
};

/** Command lines that run in turn, and the rows that they serve. */
export type Scene = {
  readonly title: string;
  readonly images: readonly ImageName[];
  /** Rounds for one that is asked for. */
  readonly times?: number;
  readonly lines: Readonly<Record<string, Line & { readonly needs?: readonly Tool[] }>>;
  readonly rows: readonly Row[];
};

function digests(text: string, digits: number): Set<string> {
  return new Set(text.toLowerCase().match(new RegExp(`\\b[0-9a-f]{${digits}}\\b`, "g")));
}

const sameFiles = (digits: number): Agreement => ({
  what: "the digests of all files",
  holds: (ours, peer) => {
    const [left, right] = [digests(ours, digits), digests(peer, digits)];
    return left.size > 0 && left.size === right.size && left.isSubsetOf(right);
  },
});

const sameImage = (...lengths: readonly number[]): Agreement => ({
  what: lengths.length === 1 ? "the digest of the image" : "the digests of the image",
  holds: (ours, peer) =>
    lengths.every((digits) => {
      const wanted = digests(peer, digits);
      return wanted.size > 0 && wanted.isSubsetOf(digests(ours, digits));
    }),
});

const fourDigests = sameImage(8, 32, 40, 64);
const four = "--algorithm md5,sha1,sha256,crc32";
const atMost = (limit: number): Goal => ({ measure: "wall", limit });
const faster = (limit: number): Goal => ({ measure: "faster", limit });

/** Rows that both sizes have; `size` is part of their ids. */
function digestRows(size: string, limits: { readonly audit: number }): readonly Row[] {
  return [
    {
      id: `image-${size}`,
      what: "MD5, SHA-1, SHA-256 and CRC-32 of the image",
      ours: "image",
      peer: "rhash",
      goals: [atMost(0.6)],
      agreement: fourDigests,
    },
    {
      id: `image-files-${size}`,
      what: "the same four of the image and of every file",
      ours: "image-files",
      peer: "rhash",
      goals: [atMost(0.8)],
      agreement: fourDigests,
    },
    {
      id: `blake3-${size}`,
      what: "BLAKE3 of every file, beside that of the image",
      ours: "blake3",
      peer: "b3sum",
      goals: [atMost(2)],
    },
    {
      id: `blake3-bsdtar-${size}`,
      what: "BLAKE3 of every file, beside SHA-1",
      ours: "blake3",
      peer: "bsdtar, SHA-1",
      goals: [faster(1)],
    },
    {
      id: `audit-${size}`,
      what: "audit with SHA-256 of the image",
      ours: "audit",
      peer: "openssl",
      goals: [atMost(limits.audit)],
      agreement: sameImage(64),
    },
  ];
}

function digestLines(name: ImageName): Scene["lines"] {
  return {
    manifest: { text: `discern manifest ${name}` },
    bsdtar: { text: `bsdtar -cf - --format=mtree --options=sha256 @${name}`, needs: ["bsdtar"] },
    blake3: { text: `discern manifest --algorithm blake3 ${name}` },
    b3sum: { text: `b3sum --num-threads 1 ${name}`, needs: ["b3sum"] },
    "bsdtar, SHA-1": {
      text: `bsdtar -cf - --format=mtree --options=sha1 @${name}`,
      needs: ["bsdtar"],
    },
    audit: { text: `discern audit ${name}` },
    openssl: { text: `openssl dgst -sha256 ${name}`, needs: ["openssl"] },
    image: { text: `discern manifest --image ${four} ${name}` },
    "image-files": { text: `discern manifest --image --json ${four} ${name}` },
    rhash: { text: `rhash --crc32 --md5 --sha1 --sha256 ${name}`, needs: ["rhash"] },
  };
}

async function countReads({ folder }: Place): Promise<string> {
  const source = new CountingSource(FileSource.open(`${folder}/sparse4700.iso`));
  await audit(await examine(source), { structureOnly: true });
  const share = (100 * source.bytes / source.size).toFixed(3);
  return `reads ${source.bytes.toLocaleString("en")} bytes in ` +
    `${source.reads.toLocaleString("en")} reads, ${share} % of the image`;
}

/** All scenes, the short ones first. */
export const scenes: readonly Scene[] = [
  {
    title: "start-up",
    images: [],
    times: 3,
    lines: {
      version: { text: "discern --version" },
      "empty script": { text: `deno run --no-prompt "$SCRATCH/empty.ts"` },
    },
    rows: [{
      id: "start-up",
      what: "start-up",
      ours: "version",
      peer: "empty script",
      goals: [atMost(2.5)],
    }],
  },
  {
    title: "structure",
    images: ["sparse4700.iso"],
    times: 3,
    lines: {
      structure: { text: "discern audit --structure sparse4700.iso" },
      "empty script": { text: `deno run --no-prompt "$SCRATCH/empty.ts"` },
    },
    rows: [{
      id: "structure",
      what: "audit of the structure alone, over an empty script",
      ours: "structure",
      peer: "empty script",
      goals: [{ measure: "over", limit: 0.3 }],
      count: countReads,
    }],
  },
  {
    title: "700 MB",
    images: ["a700.iso"],
    lines: {
      ...digestLines("a700.iso"),
      md5: { text: "discern manifest --image --algorithm md5 a700.iso" },
      md5sum: { text: "md5sum a700.iso", needs: ["md5sum"] },
      sha256sum: { text: "sha256sum a700.iso", needs: ["sha256sum"] },
      xorriso: {
        text: "xorriso -md5 on -indev a700.iso -check_md5_r sorry / -- 2>&1",
        needs: ["xorriso"],
      },
      "7z, sha256sum": {
        before: 'rm -rf "$SCRATCH/7z"',
        text: 'mkdir "$SCRATCH/7z" && 7z x -y -bd -o"$SCRATCH/7z" a700.iso && ' +
          'cd "$SCRATCH/7z" && find . -type f -print0 | xargs -0 sha256sum',
        needs: ["7z", "sha256sum"],
        most: 3,
      },
      hashdeep: {
        before: '[ -d "$SCRATCH/tree" ] || { mkdir "$SCRATCH/tree" && ' +
          'bsdtar -xf a700.iso -C "$SCRATCH/tree"; }',
        text: 'hashdeep -r -l -c sha256 "$SCRATCH/tree"',
        needs: ["hashdeep", "bsdtar"],
        most: 3,
      },
    },
    rows: [
      {
        id: "manifest-700",
        what: "SHA-256 of every file",
        ours: "manifest",
        peer: "bsdtar",
        goals: [atMost(0.75)],
        agreement: sameFiles(64),
      },
      {
        id: "manifest-700-7z",
        what: "SHA-256 of every file, beside extraction and digests",
        ours: "manifest",
        peer: "7z, sha256sum",
        goals: [faster(5)],
        agreement: sameFiles(64),
      },
      {
        id: "manifest-700-hashdeep",
        what: "SHA-256 of every file, beside digests of the extracted tree",
        ours: "manifest",
        peer: "hashdeep",
        goals: [faster(5)],
        agreement: sameFiles(64),
      },
      ...digestRows("700", { audit: 1.15 }),
      {
        id: "blake3-xorriso-700",
        what: "BLAKE3 of every file, beside a check of recorded MD5s",
        ours: "blake3",
        peer: "xorriso",
        goals: [faster(1)],
      },
      {
        id: "audit-sha256sum-700",
        what: "audit with SHA-256 of the image",
        ours: "audit",
        peer: "sha256sum",
        goals: [],
        agreement: sameImage(64),
      },
      {
        id: "md5-700",
        what: "MD5 of the image",
        ours: "md5",
        peer: "md5sum",
        goals: [],
        agreement: sameImage(32),
      },
    ],
  },
  {
    title: "fiwalk",
    images: ["a700.iso"],
    lines: {
      manifest: { text: "discern manifest a700.iso" },
      fiwalk: { text: "fiwalk -x a700.iso", needs: ["fiwalk"], most: 1 },
    },
    rows: [
      {
        id: "manifest-700-fiwalk",
        what: "SHA-256 of every file, beside MD5 and SHA-1",
        ours: "manifest",
        peer: "fiwalk",
        goals: [faster(50)],
      },
    ],
  },
  {
    title: "compare",
    images: ["a700.iso", "a700b.iso"],
    lines: {
      compare: { text: "discern compare a700.iso a700b.iso", statuses: [1] },
      cmp: { text: "cmp -l a700.iso a700b.iso", statuses: [1], needs: ["cmp"] },
    },
    rows: [{
      id: "compare",
      what: "two images that differ in one file",
      ours: "compare",
      peer: "cmp",
      goals: [faster(1.4)],
      agreement: {
        what: "the number of bytes that differ",
        holds: (ours, peer) =>
          /differ, in ([\d,]+) byte/.exec(ours)?.[1]?.replaceAll(",", "") ===
            String(peer.trim().split("\n").length),
      },
    }],
  },
  {
    title: "raw",
    images: ["a700.iso", "raw700.bin"],
    lines: {
      raw: { text: "discern audit --algorithm , raw700.bin" },
      "raw-sha256": { text: "discern audit raw700.bin" },
      "plain image": { text: "discern audit --algorithm , a700.iso" },
    },
    rows: [
      {
        id: "raw",
        what: "audit of raw sectors without digests, beside the plain image without",
        ours: "raw",
        peer: "plain image",
        goals: [{ measure: "rate", limit: 0.6 }],
        images: ["raw700.bin", "a700.iso"],
      },
      {
        id: "raw-sha256",
        what: "audit of raw sectors with SHA-256, beside the plain image without",
        ours: "raw-sha256",
        peer: "plain image",
        goals: [{ measure: "rate", limit: 0.6 }],
        images: ["raw700.bin", "a700.iso"],
      },
    ],
  },
  {
    title: "2.5 GB",
    images: ["b2500.iso"],
    lines: digestLines("b2500.iso"),
    rows: [
      {
        id: "manifest-2500",
        what: "SHA-256 of every file",
        ours: "manifest",
        peer: "bsdtar",
        goals: [atMost(0.65), { measure: "cpu", limit: 1 }],
        agreement: sameFiles(64),
      },
      ...digestRows("2500", { audit: 1 }),
    ],
  },
];
