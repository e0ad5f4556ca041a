// Rules about the map of extents: what overlaps, what is shared, and what nobody owns.

import { fileSpan, type Owner } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { Occupied, ProofFacts } from "../../model/proof.ts";
import type { ClaimRef, Overlap, Region } from "../../model/regions.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { formatOf } from "../signatures.ts";
import { counted } from "../words.ts";
import { notKept } from "./uncounted.ts";

const rules = {
  partlyShared: {
    id: "EXT-001",
    severity: "warning",
    title: "Two files share part of their sectors",
    clause: "ECMA-119:1987 6.4",
    rationale:
      "One of the two lengths or places may be damaged. Copy protections overlap files on purpose.",
    remedy: "Compare both files with their digests, if there are any.",
  },
  shared: {
    id: "EXT-002",
    severity: "info",
    title: "Two names share one extent",
    clause: "none",
    rationale: "A hard link, or a file that the mastering tool found twice and stored once.",
    remedy: "Nothing to do.",
  },
  overMetadata: {
    id: "EXT-003",
    severity: "error",
    title: "File overlaps metadata",
    clause: "ECMA-119:1987 6.4",
    rationale:
      "Its extent or length is damaged, or the file was written over a directory, path table or " +
      "descriptor.",
    remedy: "Compare the record of the file with the other trees.",
  },
  foreign: {
    id: "EXT-004",
    severity: "note",
    title: "Data in no file",
    clause: "none",
    rationale:
      "Deleted or replaced files of older sessions, structures that this program does not read, or " +
      "data hidden on purpose.",
    remedy: "Cut the range out and look at it by itself.",
  },
  empty: {
    id: "EXT-005",
    severity: "info",
    title: "Empty gaps",
    clause: "none",
    rationale: "Zeros between files and structures, from alignment or room that was never used.",
    remedy: "Nothing to do.",
  },
  fileSlack: {
    id: "EXT-006",
    severity: "note",
    title: "Slack after a file is not zero",
    clause: "none",
    rationale:
      "The rest of a file's last block should be zeros; old tools left what was in memory there.",
    remedy: "Look at the bytes.",
  },
  directorySlack: {
    id: "EXT-007",
    severity: "note",
    title: "Slack after a directory is not zero",
    clause: "none",
    rationale:
      "The rest of a directory's last block, behind its data length; unused bytes inside the length " +
      "are ISO-DIR-003. Records that were removed may still stand there.",
    remedy: "Look at the bytes for stale records.",
  },
  coverage: {
    id: "EXT-009",
    severity: "info",
    title: "Coverage",
    clause: "none",
    rationale: "How much of the image is explained, and by what.",
    remedy: "Nothing to do; `discern map` shows the places.",
  },
} as const satisfies RuleTable;

function ownerOf(ref: ClaimRef | undefined): { readonly tree?: number; readonly node?: number } {
  return ref === undefined || "name" in ref ? {} : { tree: ref.tree, node: ref.node };
}

function sameOwner(a: Region, b: Region): boolean {
  const [one, other] = [ownerOf(a.ref), ownerOf(b.ref)];
  return one.tree !== undefined && one.tree === other.tree && one.node === other.node;
}

const metadata: ReadonlySet<Owner> = new Set<Owner>(["descriptor", "path-table", "directory"]);

/** The rule that judges an overlap, with the file first; undefined where it is none of theirs. */
function judged({ a, b }: Overlap): { rule: Rule; file: Region; other: Region } | undefined {
  if (a.owner === "file" && b.owner === "file") {
    const isExact = a.start === b.start && a.length === b.length;
    if (isExact || sameOwner(a, b)) return undefined;
    return { rule: rules.partlyShared, file: a, other: b };
  }
  if (a.owner === "file" && metadata.has(b.owner)) {
    return { rule: rules.overMetadata, file: a, other: b };
  }
  if (b.owner === "file" && metadata.has(a.owner)) {
    return { rule: rules.overMetadata, file: b, other: a };
  }
  return undefined;
}

/** A file and all that one rule says overlaps it. */
type Group = {
  readonly rule: Rule;
  readonly file: Region;
  readonly first: Overlap;
  readonly other: Region;
  count: number;
};

// A damaged length makes one file overlap everything behind it: that is one finding.
function* checkOverlaps(image: Image): Iterable<Hit> {
  const groups = new Map<string, Group>();
  for (const overlap of image.regions.overlaps) {
    const found = judged(overlap);
    if (found === undefined) continue;
    const { tree, node } = ownerOf(found.file.ref);
    const key = `${found.rule.id} ${tree} ${node} ${found.file.start}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ...found, first: overlap, count: 1 });
    else group.count++;
  }
  const { overlaps: kept, overlapCount } = image.regions;
  if (groups.size > 0) {
    yield* notKept(rules.partlyShared, { kept, count: overlapCount }, "overlap");
  }
  for (const { rule, file, first, other, count } of groups.values()) {
    const more = count === 1 ? "" : `, and ${count - 1} more places`;
    yield {
      rule,
      span: fileSpan(first.start, first.length),
      message:
        `${counted(first.length, "byte")} of the extent [${file.start}, ${
          file.start + file.length
        }) ` +
        `are also claimed by ${image.regionName(other) || other.owner}${more}`,
      ...ownerOf(file.ref),
    };
  }
}

function* checkShared(image: Image): Iterable<Hit> {
  const names = new Map<
    string,
    { readonly first: Region; readonly others: Region[]; count: number }
  >();
  for (const { a, b } of image.regions.shared) {
    const tree = ownerOf(a.ref).tree;
    // Of extents that several sessions show, the current one's names are enough.
    const session = tree === undefined ? undefined : image.trees[tree]?.session;
    if (a.owner !== "file" || sameOwner(a, b) || session !== image.session) continue;
    const key = `${tree} ${a.start} ${a.length}`;
    const known = names.get(key);
    if (known === undefined) names.set(key, { first: a, others: [b], count: 2 });
    else {
      known.count++;
      if (known.others.length < 3) known.others.push(b);
    }
  }
  const { shared: kept, sharedCount } = image.regions;
  if (names.size > 0) yield* notKept(rules.shared, { kept, count: sharedCount }, "pair");
  for (const { first, others, count } of names.values()) {
    const shown = others.map((region) => image.regionName(region)).join(", ");
    yield {
      rule: rules.shared,
      span: fileSpan(first.start, first.length),
      message: `${count} names share these ${first.length} bytes, also ${shown}` +
        (count > others.length + 1 ? ", ..." : ""),
      ...ownerOf(first.ref),
    };
  }
}

function* checkUnclaimed(_image: Image, { data }: ProofFacts): Iterable<Hit> {
  if (data === undefined) return;
  for (const { span, sectors, head } of data.inside.kept) {
    const format = formatOf(head);
    yield {
      rule: rules.foreign,
      span,
      message:
        `${counted(sectors, "sector")} with other bytes than zeros, owned by no structure and ` +
        `no file` +
        (format === undefined ? "" : `; they begin like ${format}`),
    };
  }
  yield* notKept(rules.foreign, data.inside, "stretch");
  const { bytes, stretches, largest } = data.emptyInside;
  if (bytes === 0 || largest === undefined) return;
  yield {
    rule: rules.empty,
    message:
      `${counted(bytes, "byte")} in ${counted(stretches, "gap")} are zeros that nothing owns; ` +
      `the largest has ${counted(largest.length, "byte")} from offset ${largest.start} on`,
  };
}

function isDirectory(image: Image, { region }: Occupied): boolean {
  const { tree, node } = ownerOf(region.ref);
  return tree !== undefined && node !== undefined && image.trees[tree]?.isDirectory(node) === true;
}

function* checkSlack(image: Image, { data }: ProofFacts): Iterable<Hit> {
  const directories: Occupied[] = [];
  for (const occupied of data?.slack.kept ?? []) {
    if (isDirectory(image, occupied)) {
      directories.push(occupied);
      continue;
    }
    const { region, span } = occupied;
    yield {
      rule: rules.fileSlack,
      span,
      message: `the rest of the last block, ${region.length} bytes, is not all zero`,
      ...ownerOf(region.ref),
    };
  }
  if (data !== undefined) yield* notKept(rules.fileSlack, data.slack, "block");
  const [first] = directories;
  if (first === undefined) return;
  const bytes = directories.reduce((sum, { span }) => sum + span.length, 0);
  yield {
    rule: rules.directorySlack,
    span: first.span,
    message: `${counted(bytes, "byte")} behind the data length of ` +
      `${
        directories.length === 1 ? "1 directory" : `${directories.length} directories`
      }, not all ` +
      `zero; the first are here`,
    ...ownerOf(first.region.ref),
  };
}

function* checkCoverage({ regions, sessions }: Image): Iterable<Hit> {
  if (sessions.length === 0 || regions.size === 0) return;
  const totals = Object.entries(regions.totals());
  const explained = regions.size - (regions.totals().unclaimed ?? 0);
  const share = Math.floor(explained / regions.size * 1000) / 10;
  const parts = totals.sort(([, a], [, b]) => b - a).map(([owner, bytes]) => `${owner} ${bytes}`);
  yield {
    rule: rules.coverage,
    message: `${share} % of ${regions.size} bytes have an owner: ${parts.join(", ")}`,
  };
}

/** Rules about the map of extents. EXT-008 compares with UDF, which is not read yet. */
export const extents: RuleFamily = {
  rules,
  image: [checkOverlaps, checkShared, checkUnclaimed, checkSlack, checkCoverage],
};
