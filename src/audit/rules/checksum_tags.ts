// Rules about the checksum tags of libisofs, which chain through a session.

import { SECTOR } from "../../bytes/span.ts";
import type { ChecksumTag, MissingTag, TagKind } from "../../model/checksum_tags.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { type Hit, NO_CLAUSE, type Rule, type RuleFamily, type RuleTable } from "../rule.ts";

const again = "Read the image again; xorriso -check_media reads the tags, too.";

const rules = {
  descriptors: {
    id: "PRF-005",
    severity: "error",
    title: "Descriptor-set tag does not match",
    clause: NO_CLAUSE,
    rationale:
      "The system area or a volume descriptor is not what the mastering program wrote. Programs that implant " +
      "a digest or make an image hybrid change them on purpose: where the tag holds with those bytes as " +
      "they were before, that is said instead.",
    remedy: again,
  },
  tree: {
    id: "PRF-006",
    severity: "error",
    title: "Tree tag does not match",
    clause: NO_CLAUSE,
    rationale: "A path table or a directory record is not what the mastering program wrote.",
    remedy: again,
  },
  session: {
    id: "PRF-007",
    severity: "error",
    title: "Session tag does not match",
    clause: NO_CLAUSE,
    rationale:
      "A byte between the directories and the tag is not what the mastering program wrote: " +
      "where files have a digest of their own, it tells which.",
    remedy: again,
  },
  damaged: {
    id: "PRF-008",
    severity: "warning",
    title: "Tag is damaged or has moved",
    clause: NO_CLAUSE,
    rationale:
      "A tag that does not hold its own checksum, or was made for another place, cannot vouch for " +
      "what it is over. Sessions that are copied off their medium one by one have such tags.",
    remedy: "Compare the image with a checksum from outside.",
  },
} as const satisfies RuleTable;

const ruleOf: Readonly<Record<TagKind, Rule>> = {
  relocated: rules.descriptors,
  descriptors: rules.descriptors,
  tree: rules.tree,
  session: rules.session,
};

const names: Readonly<Record<TagKind, string>> = {
  relocated: "relocated descriptor set",
  descriptors: "descriptor set",
  tree: "tree",
  session: "session",
};

const editNames = {
  "boot-sector": "the first 512 bytes read as zeros",
  "system-area": "the system area reads as zeros",
  "application-use": "the application use, where a digest was implanted, is empty",
} as const;

function* checkTags(_image: Image, { libisofs }: ProofFacts): Iterable<Hit> {
  const isArray = libisofs?.arrays.some(({ recorded, computed }) => recorded !== computed);
  const cause = isArray === true ? "PRF-010" : "PRF-009";
  for (const tag of libisofs?.tags ?? []) yield* judgeTag(tag, cause);
  for (const tag of libisofs?.missing ?? []) yield judgeMissing(tag);
}

function* judgeTag(tag: ChecksumTag, cause: string): Iterable<Hit> {
  const { kind, span, covered, recorded, computed = "", damaged, statedAt, edits, fails } = tag;
  const { suspect } = tag;
  const block = span.start / SECTOR;
  const rule = ruleOf[kind];
  if (damaged !== undefined) {
    const message = `The line of the ${names[kind]} tag does not hold its own checksum` +
      (damaged === "mended"
        ? `: with the computed MD5 ${computed} in it, it does, and the data are whole`
        : "");
    yield { rule: rules.damaged, span, message };
  }
  if (statedAt !== undefined) {
    const message = `The ${names[kind]} tag in sector ${block} says that it stands in ${statedAt}`;
    yield { rule: rules.damaged, span, message };
  }
  const first = covered.start / SECTOR;
  const range = `sectors ${first} to ${first + covered.length / SECTOR - 1}`;
  if (edits !== undefined) {
    const how = edits.map((edit) => editNames[edit]).join(", and ");
    // The text of another proof explains itself; boot code may be anything.
    const isText = edits.every((edit) => edit === "application-use");
    const severity = tag.stray !== undefined ? "error" : isText ? "info" : "warning";
    const why = tag.stray === undefined
      ? "written after the tag"
      : "these were, and are no boot code";
    const message = `The ${names[kind]} tag over ${range} holds once ${how}: ${why}`;
    yield { rule, severity, span: tag.stray ?? span, message };
  }
  if (!fails || damaged !== undefined) return;
  yield {
    rule,
    span,
    message: `The MD5 of ${range} is ${computed}, the ${names[kind]} tag records ${recorded}`,
    recorded,
    expected: computed,
    covers: [suspect],
    ...(kind === "session" ? { causedBy: cause } : {}),
  };
}

function judgeMissing({ kind, from, block, pastEnd }: MissingTag): Hit {
  const where = `The ${names[kind]} tag should stand in sector ${block}, as the one before it says`;
  return pastEnd
    ? {
      rule: ruleOf[kind],
      severity: "warning",
      span: from,
      message: `${where}: the image ends before`,
      causedBy: "IMG-001",
    }
    : { rule: rules.damaged, span: from, message: `${where}: there is none` };
}

/** Rules about checksum tags, with their checks. */
export const checksumTagRules: RuleFamily = { rules, image: [checkTags] };
