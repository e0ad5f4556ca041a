// Rules about the System Use Sharing Protocol (SUSP 1.12): entries, continuation areas, its own entries.

import { fileSpan, logicalSpan } from "../../bytes/span.ts";
import { fieldSpan, type Values } from "../../bytes/struct.ts";
import { hex } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import {
  continuationArea,
  extensionsReference,
  rockRidgeSignatures,
  sharingProtocol,
  systemUseEntry,
} from "../../decode/rockridge/layout.ts";
import {
  type DirectoryPlace,
  entryValue,
  type RecordView,
  type SystemUseEntry,
} from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Overlap } from "../../model/regions.ts";
import type { Tree } from "../../model/tree.ts";
import {
  type DirectoryJudge,
  type Hit,
  nothing,
  type RuleFamily,
  type RuleTable,
} from "../rule.ts";
import { differingOrders } from "./byte_orders.ts";
import { ownerOf, quoted, walkedTree } from "./directory_view.ts";
import { referenceLength } from "./entries.ts";
import { ofEntries } from "./record_checks.ts";

const rules = {
  entryLength: {
    id: "SUS-001",
    severity: "error",
    title: "Entry length is impossible",
    clause: "SUSP 1.12 4",
    rationale:
      "The entries behind it cannot be found: name, mode or link of the file may be lost. " +
      "Zero bytes at the end, or fewer than four, are no entry.",
    remedy: "Fetch the sector again; the file's data are not touched.",
    layouts: [systemUseEntry.id],
  },
  entryVersion: {
    id: "SUS-002",
    severity: "warning",
    title: "Entry version is not 1",
    clause: "SUSP 1.12 4",
    rationale:
      "Readers skip entries of versions they do not know. Apple's AA keeps its own number " +
      "in this byte, and zisofs has a version 2.",
    remedy: "Read the entry as version 1 where its length fits.",
    layouts: [systemUseEntry.id],
  },
  noIndicator: {
    id: "SUS-003",
    severity: "warning",
    title: "SUSP in use without an SP entry",
    clause: "SUSP 1.12 5.3",
    rationale: "The root's own record shall begin with SP: readers that look for it ignore every " +
      "entry, and show short names without modes and links.",
    remedy: "Read with a program that looks at the entries themselves, as discern does.",
    layouts: [sharingProtocol.id],
  },
  indicator: {
    id: "SUS-004",
    severity: "warning",
    title: "SP entry is malformed",
    clause: "SUSP 1.12 5.3",
    rationale:
      "Strict readers ignore all entries of the volume. The image of the VirtualBox guest " +
      "additions 7.1 has an SP entry unlike the specification.",
    remedy: "Read with a program that looks at the entries themselves, as discern does.",
    layouts: [sharingProtocol.id],
  },
  continuationOrders: {
    id: "SUS-005",
    severity: "error",
    title: "Continuation: byte orders differ",
    clause: "SUSP 1.12 5.1",
    rationale:
      "Systems of different byte order follow it to different places; one of them loses the " +
      "rest of the file's name or attributes.",
    remedy: "Trust the copy that leads to entries.",
    layouts: [continuationArea.id],
  },
  continuationOutside: {
    id: "SUS-006",
    severity: "error",
    title: "Continuation area outside the image",
    clause: "SUSP 1.12 5.1",
    rationale: "The rest of the record's entries is out of reach: part of its name, link or " +
      "attributes is lost.",
    remedy: "Fetch the missing part of the image, or the sector of the record.",
    layouts: [continuationArea.id],
  },
  continuationLoop: {
    id: "SUS-007",
    severity: "error",
    title: "Continuation loops",
    clause: "SUSP 1.12 5.1",
    rationale: "Readers follow it for ever; no program that masters images writes such a thing.",
    remedy: "Read with a program that notices; the entries of the areas themselves are good.",
    layouts: [continuationArea.id],
  },
  continuationOverlap: {
    id: "SUS-008",
    severity: "warning",
    title: "Continuation areas overlap",
    clause: "SUSP 1.12 5.1",
    rationale:
      "Two records claim the same bytes, so one of them has the name or attributes of the " +
      "other. Genuine writers give each record an area of its own.",
    remedy: "Compare the names of both files with another namespace.",
    layouts: [continuationArea.id],
  },
  extensionOverrun: {
    id: "SUS-010",
    severity: "warning",
    title: "ER entry overruns its length",
    clause: "SUSP 1.12 5.5",
    rationale:
      "Its three texts do not fit into the entry: readers that look for the extension by " +
      "name may not find it.",
    remedy: "Read with a program that looks at the entries themselves, as discern does.",
    layouts: [extensionsReference.id],
  },
  continuationCrosses: {
    id: "SUS-018",
    severity: "warning",
    title: "Continuation area crosses a block boundary",
    clause: "SUSP 1.12 5.1",
    rationale: "libisofs before 1.4.0 wrote such areas; Linux refuses them and hides the file.",
    remedy: "Extract with a program that reads over the boundary, as discern does.",
    layouts: [continuationArea.id],
  },
} as const satisfies RuleTable;

const ZISOFS_VERSIONS = [1, 2];

function* checkVersion({ signature, span, bytes }: SystemUseEntry): Iterable<Hit> {
  const version = bytes[3] ?? 0;
  // SP is judged as a whole by SUS-004; Apple's entries have no version.
  if (version === 1 || signature === "SP" || signature === "AA" || signature === "BA") return;
  const zisofs = signature === "ZF" || signature === "Z2";
  if (zisofs && ZISOFS_VERSIONS.includes(version)) return;
  yield {
    rule: rules.entryVersion,
    span: fieldSpan(systemUseEntry, "version", span),
    message: `entry ${quoted(signature)} has version ${version}`,
    recorded: String(version),
    expected: "1",
  };
}

function* checkContinuation(
  entry: SystemUseEntry,
  { blockSize }: Tree,
  image: Image,
): Iterable<Hit> {
  const value = entryValue(entry, continuationArea);
  if (value === undefined) return;
  const { layout, span } = entry;
  yield* differingOrders({ layout, span, value }, continuationOrders);
  const { blockLocation: block, offset, lengthOfContinuation: length } = value;
  const start = block.le * blockSize + offset.le;
  const end = start + length.le;
  if (end > image.mapping.logicalSize) return;
  // A volume that ends before its own records is judged by its size, not by them.
  const outside = image.volumeEnd > 0 && end > image.volumeEnd &&
    entry.span.start < image.volumeEnd;
  if (outside) {
    yield {
      rule: rules.continuationOutside,
      span: logicalSpan(span.start + systemUseEntry.size, 24), // its three numbers
      message:
        `the continuation area [${start}, ${end}) ends past the volume, at ${image.volumeEnd}`,
      recorded: String(block.le),
    };
  }
  if (offset.le + length.le <= blockSize) return;
  yield {
    rule: rules.continuationCrosses,
    span: fieldSpan(continuationArea, "offset", entry.span),
    message: `the continuation area begins at byte ${offset.le} of its block and has ` +
      `${length.le} bytes; a block has ${blockSize}`,
    recorded: `${offset.le}, ${length.le}`,
  };
}

const continuationOrders = { [`${continuationArea.id}.*`]: rules.continuationOrders };

function* checkReference(entry: SystemUseEntry): Iterable<Hit> {
  const value = entryValue(entry, extensionsReference);
  const needed = value === undefined ? extensionsReference.size : referenceLength(value);
  if (entry.signature !== "ER" || needed <= entry.bytes.length) return;
  yield {
    rule: rules.extensionOverrun,
    span: logicalSpan(entry.span.start + systemUseEntry.size, 3),
    message: `the texts of the ER entry need ${needed} bytes, the entry has ${entry.bytes.length}`,
    recorded: String(needed),
    expected: `at most ${entry.bytes.length}`,
  };
}

function mayBeOdd({ signature, field, at }: SystemUseEntry): boolean {
  return field[at + 3] !== 1 || signature === "CE" || signature === "ER";
}

function* checkEntry(entry: SystemUseEntry, tree: Tree, image: Image): Iterable<Hit> {
  yield* checkVersion(entry);
  if (entry.signature === "CE") yield* checkContinuation(entry, tree, image);
  if (entry.signature === "ER") yield* checkReference(entry);
}

/** Bytes of the system use field of a record. */
function systemUseLength({ bytes, identifier }: RecordView): number {
  const head = directoryRecord.size + identifier.length;
  return Math.max(0, bytes.length - head - (identifier.length % 2 === 0 ? 1 : 0));
}

function isInUse({ systemUse }: RecordView): boolean {
  return systemUse.some(({ signature }) => rockRidgeSignatures.has(signature));
}

/** What the records of the root say together about the protocol. */
type RootUse = {
  inUse: boolean;
  /** Length of the longest system use field, that of the first record left out; 0 where there is none. */
  longest: number;
};

// The root's `.` record decides for the whole tree.
function checkIndicator(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  if (directory.node !== 0 || walkedTree(directory, image) === undefined) return undefined;
  const use: RootUse = { inUse: false, longest: 0 };
  let dot: RecordView | undefined;
  return {
    part({ records }) {
      for (const record of records) {
        use.inUse ||= isInUse(record);
        if (dot !== undefined) use.longest = Math.max(use.longest, systemUseLength(record));
        dot ??= record;
      }
      return nothing;
    },
    *end() {
      if (dot?.reserved !== 0) return;
      for (const hit of judgeIndicator(dot, use)) yield { ...hit, ...ownerOf(directory, dot) };
    },
  };
}

function* judgeIndicator(record: RecordView, use: RootUse): Iterable<Hit> {
  const [entry] = record.systemUse;
  if (entry?.signature === "SP") {
    yield* checkIndicatorEntry(entry, use);
    return;
  }
  if (!use.inUse) return;
  const length = systemUseLength(record);
  const start = record.span.start + record.span.length - length;
  yield {
    rule: rules.noIndicator,
    span: logicalSpan(start, length),
    message: entry === undefined
      ? "Rock Ridge entries are in use, but the root's own record has none"
      : `Rock Ridge entries are in use, but the root's own record begins with ${
        quoted(entry.signature)
      }`,
    recorded: entry?.signature ?? "none",
    expected: "SP",
  };
}

function* checkIndicatorEntry(
  entry: SystemUseEntry,
  use: RootUse,
): Iterable<Hit> {
  const value = entryValue(entry, sharingProtocol);
  const problem = value === undefined
    ? `its length is ${entry.bytes.length}`
    : indicatorProblem(value, use);
  if (problem === undefined) return;
  yield {
    rule: rules.indicator,
    span: logicalSpan(entry.span.start + systemUseEntry.size, 3),
    message: `the SP entry is ${hex(entry.bytes)}: ${problem}`,
    recorded: hex(entry.bytes),
    expected: "5350 07 01 beef, then the bytes to skip",
  };
}

function indicatorProblem(
  value: Values<typeof sharingProtocol.fields>,
  { longest }: RootUse,
): string | undefined {
  const { length, version, checkBytes, bytesSkipped } = value;
  if (length !== sharingProtocol.size) {
    return `its length is ${length}, not ${sharingProtocol.size}`;
  }
  if (version !== 1) return `its version is ${version}`;
  if (hex(checkBytes) !== "beef") return `its check bytes are ${hex(checkBytes)}`;
  if (longest === 0 || bytesSkipped <= longest) return undefined;
  return `it skips ${bytesSkipped} bytes, the longest system use field has ${longest}`;
}

function isContinuationPair({ a, b }: Overlap, trees: ReadonlySet<number | undefined>): boolean {
  const [first, second] = [a.ref, b.ref];
  if (a.owner !== "continuation" || b.owner !== "continuation") return false;
  if (first === undefined || second === undefined || !("node" in first) || !("node" in second)) {
    return false;
  }
  return first.tree === second.tree && first.node !== second.node && trees.has(first.tree);
}

function* checkOverlaps(image: Image): Iterable<Hit> {
  const trees = new Set(image.volumes.map(({ tree }) => tree));
  const { overlaps, shared } = image.regions;
  for (const overlap of [...overlaps, ...shared]) {
    if (!isContinuationPair(overlap, trees)) continue;
    const { start, length, a, b } = overlap;
    const [first, second] = [a, b].map((region) =>
      `${quoted(image.regionName(region))} [${region.start}, ${region.start + region.length})`
    );
    yield {
      rule: rules.continuationOverlap,
      span: fileSpan(start, length),
      message: `the continuation areas of ${first} and ${second} share ${length} bytes`,
      ...(b.ref !== undefined && "node" in b.ref ? b.ref : {}),
    };
  }
}

/** Rules about the System Use Sharing Protocol. */
export const systemUseRules: RuleFamily = {
  rules,
  image: [checkOverlaps],
  directory: [ofEntries(checkEntry, mayBeOdd), checkIndicator],
  faults: {
    "system-use-length": rules.entryLength,
    "continuation-outside": rules.continuationOutside,
    "continuation-loop": rules.continuationLoop,
  },
};
