// Rules about traces of damage and of rescue: what broken transfers and rescue tools leave in the bytes.

import { fileSpan, type Span } from "../../bytes/span.ts";
import type { FailedClaim } from "../../model/claims.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { FileStretch } from "../../model/trace_facts.ts";
import type { Ranges } from "../../model/ranges.ts";
import type { RescueLog } from "../../model/rescue_log.ts";
import { countLostDirectories, damageSummary } from "../losses.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { Vouching } from "../vouched.ts";
import { counted } from "../words.ts";

const rules = {
  deadSector: {
    id: "DMG-001",
    severity: "error",
    title: "Rescue marker in place of data",
    clause: "none",
    rationale:
      "dvdisaster wrote this text for a sector that it could not read: the data were never there.",
    remedy: "Read the disc again, or repair the image with its error correction data.",
  },
  filler: {
    id: "DMG-002",
    severity: "error",
    title: "Other rescue filler",
    clause: "none",
    rationale:
      "Whole sectors of one text or one byte amid compressed data are what rescue and ripping tools " +
      "write for sectors that they could not read.",
    remedy: "Read the disc again, and compare with another copy.",
    confidence: "likely",
  },
  zeroRun: {
    id: "DMG-003",
    severity: "error",
    title: "Zero run inside compressed data",
    clause: "none",
    rationale:
      "Compressed data hold no long runs of zeros: a piece of a download that never came, or sectors " +
      "that a rescue left out. An error where a proof over the same bytes fails; without one the format " +
      "may hold zeros there, which is a warning.",
    remedy: "Fetch the range again from where the image came from.",
    confidence: "likely",
  },
  zeroEnd: {
    id: "DMG-004",
    severity: "error",
    title: "Zeros from a point to the end",
    clause: "none",
    rationale:
      "The room was reserved and the data never came: an interrupted copy or download. Images of " +
      "files that hold nothing but zeros look the same.",
    remedy: "Fetch the image again from this offset on.",
    confidence: "likely",
  },
  repeat: {
    id: "DMG-005",
    severity: "warning",
    title: "Block repeated at another offset",
    clause: "none",
    rationale:
      "A transfer that went on at the wrong place writes a block twice, in place of what belongs " +
      "there.",
    remedy: "Compare the file with another copy.",
    confidence: "likely",
  },
  rescueLog: {
    id: "DMG-006",
    severity: "info",
    title: "Bad ranges from a rescue log",
    clause: "none",
    rationale:
      "The rescue tool did not read these bytes: what stands there now is a filling. A warning where a " +
      "file or a structure owns them and no proof says that they are right all the same.",
    remedy: "Go on with the rescue, or read these sectors in another drive.",
  },
  summary: {
    id: "DMG-008",
    severity: "info",
    title: "Damage summary",
    clause: "none",
    rationale:
      "Files whose bytes all are under a proof that holds, those that are hit, and those of which " +
      "nothing is known.",
    remedy: "Nothing to do; `--files` lists each.",
  },
} as const satisfies RuleTable;

function overlaps(a: Span, b: Span, image: Image): boolean {
  const [from, to] = [fileRange(a, image), fileRange(b, image)];
  return from.start < to.end && to.start < from.end;
}

function fileRange({ space, start, length }: Span, { mapping }: Image) {
  if (space === "file") return { start, end: start + length };
  return { start: mapping.fileOffset(start), end: mapping.fileOffset(start + length - 1) + 1 };
}

/** Whether a proof fails over bytes of a stretch, or of the file that it lies in. */
function fails(failed: readonly FailedClaim[], stretch: FileStretch, image: Image): boolean {
  return failed.some(({ refuted, suspect, spans, tree, node }) =>
    !refuted && ((tree === stretch.tree && node === stretch.node) ||
      (suspect ?? spans).some((span) => overlaps(span, stretch.span, image)))
  );
}

function pieces(piece: number | undefined): string {
  if (piece === undefined) return "";
  const size = piece >= 2 ** 20 ? `${piece / 2 ** 20} MiB` : `${piece / 1024} KiB`;
  return `; they begin and end with pieces of ${size}`;
}

function* checkDead(_image: Image, { traces }: ProofFacts): Iterable<Hit> {
  for (const { span, sectors, number, isOwn, label, tree, node } of traces?.dead ?? []) {
    const disc = label === undefined ? "" : `, of the disc ${JSON.stringify(label)}`;
    const place = isOwn
      ? "unread"
      : `marked as sector ${number ?? "without a number"}: mastered so, or moved since`;
    yield {
      rule: rules.deadSector,
      span,
      message: `${
        counted(sectors, "sector")
      } with dvdisaster's dead sector marker${disc}, ${place}`,
      ...(isOwn ? {} : { severity: "note" as const }),
      ...(tree === undefined || node === undefined ? {} : { tree, node }),
    };
  }
}

function* checkFillers(_image: Image, { traces }: ProofFacts): Iterable<Hit> {
  for (const { span, what, tree, node } of traces?.fillers ?? []) {
    const sectors = counted(Math.ceil(span.length / 2048), "sector");
    yield { rule: rules.filler, span, message: `${sectors} of the file hold ${what}`, tree, node };
  }
}

function* checkZeros(image: Image, { traces, claims }: ProofFacts): Iterable<Hit> {
  for (const run of traces?.zeroRuns ?? []) {
    const { span, tree, node, format, piece, amidDense } = run;
    const isProven = fails(claims?.failed ?? [], run, image);
    if (!amidDense && !isProven) continue;
    yield {
      rule: rules.zeroRun,
      span,
      message: `${counted(span.length, "byte")} of zeros amid ${format} data${pieces(piece)}`,
      tree,
      node,
      ...(isProven ? { confidence: "certain" as const } : { severity: "warning" as const }),
    };
  }
  const end = traces?.zeroEnd;
  if (end === undefined) return;
  const { span, files, format, piece } = end;
  const about = format === undefined ? "" : `, one of them ${format} data by its name`;
  yield {
    rule: rules.zeroEnd,
    span,
    message: `the last ${counted(span.length, "byte")} are zeros, and ${
      counted(files, "file")
    } with content begin and end in them${about}${pieces(piece)}`,
    // Files may be made of zeros; compressed ones are not.
    ...(format === undefined && !fails(claims?.failed ?? [], end, image)
      ? { severity: "warning" as const }
      : {}),
  };
}

function* checkRepeats(image: Image, { traces, claims }: ProofFacts): Iterable<Hit> {
  for (const repeat of traces?.repeats ?? []) {
    const { span, distance, tree, node } = repeat;
    yield {
      rule: rules.repeat,
      span,
      message: `${counted(span.length, "byte")} are those that stand ${
        counted(distance, "byte")
      } before them`,
      tree,
      node,
      ...(fails(claims?.failed ?? [], repeat, image) ? { severity: "error" as const } : {}),
    };
  }
}

/** Owners that a message names. */
const NAMED = 3;

/** A range that was not read: whose bytes it has, and how many of these nothing proves. */
type Skipped = { readonly hit: Hit; readonly unproven: number };

// Those that may have cost something come first: of very many ranges only the first are listed.
function* checkRescueLog(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { rescueLog } = facts;
  if (rescueLog === undefined) return;
  const lost = new Vouching(image, facts).unread();
  for (const isLost of [true, false]) {
    for (const range of rescueLog.unread) {
      const length = Math.min(range.length, image.source.size - range.start);
      if (length <= 0) continue;
      const { hit, unproven } = skipped(image, { ...range, length }, lost);
      if (unproven > 0 === isLost) yield hit;
    }
  }
}

function skipped(
  image: Image,
  { start, length, status }: RescueLog["unread"][number],
  lost: Ranges,
): Skipped {
  const { regions } = image;
  const end = start + length;
  const names = new Set<string>();
  let unproven = 0;
  for (let at = regions.indexAt(start); at < regions.count; at++) {
    const region = regions.region(at);
    if (region.start >= end) break;
    if (region.owner === "slack" || region.owner === "unclaimed") continue;
    names.add(image.regionName(region) || region.owner);
    const regionEnd = region.start + region.length;
    unproven += lost.measure(Math.max(start, region.start), Math.min(end, regionEnd));
  }
  const named = [...names].slice(0, NAMED).join(", ");
  const more = names.size - NAMED;
  const whose = names.size === 0
    ? "in nothing that owns bytes"
    : `in ${named}${more > 0 ? ` and ${more} more` : ""}`;
  const doubt = names.size === 0
    ? ""
    : unproven > 0
    ? `; no proof is over ${unproven} of them`
    : "; what stands there is proven";
  const message = `${status}: ${counted(length, "byte")} ${whose}${doubt}`;
  const graver = unproven > 0 ? { severity: "warning" as const } : {};
  return {
    hit: { rule: rules.rescueLog, span: fileSpan(start, length), message, ...graver },
    unproven,
  };
}

function* checkSummary(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { data, claims } = facts;
  if (data === undefined || claims === undefined) return;
  const { proven, contradicted } = claims;
  const unread = new Vouching(image, facts).unread();
  const summary = damageSummary(image, { unread, proven, contradicted });
  if (summary === undefined) return;
  const told = ({ files, bytes }: { readonly files: number; readonly bytes: number }) =>
    `${counted(files, "file")} (${counted(bytes, "byte")})`;
  const { intact, damaged, unproven } = summary;
  const directories = countLostDirectories(image, unread);
  const more = directories === 0
    ? ""
    : directories === 1
    ? "; 1 directory cannot be read: what it held is unknown"
    : `; ${directories} directories cannot be read: what they held is unknown`;
  yield {
    rule: rules.summary,
    message: `proven intact: ${told(intact)}; damaged: ${told(damaged)}; unproven: ${
      told(unproven)
    }${more}`,
  };
}

/** Rules about traces of damage. */
export const damageRules: RuleFamily = {
  rules,
  image: [checkDead, checkFillers, checkZeros, checkRepeats, checkRescueLog, checkSummary],
};
