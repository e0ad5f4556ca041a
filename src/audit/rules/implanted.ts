// Rules about digests that were written into the first primary descriptor: isomd5sum, SUSE media tags.

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ImplantedDigest, MediaTag } from "../../model/implanted.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { type Hit, NO_CLAUSE, type RuleFamily, type RuleTable } from "../rule.ts";

const again = "Read or download the image again; the failing fragment says from where on.";

const rules = {
  digest: {
    id: "PRF-001",
    severity: "error",
    title: "Implanted whole-image digest does not match",
    clause: NO_CLAUSE,
    rationale:
      "The media check of the installer will reject this image. It is also false where a program " +
      "changed the image afterwards: where the digest holds once the boot sector or the system area reads " +
      "as zeros, as it was before the image was made hybrid, the data are whole, and it is a warning.",
    remedy: again,
  },
  fragment: {
    id: "PRF-002",
    severity: "error",
    title: "Implanted fragment digest does not match",
    clause: NO_CLAUSE,
    rationale:
      "Damage begins in this fragment. The sums run through the image: those behind it fail with " +
      "it and say nothing of their own, and of 4096 damaged fragments one passes. Of images below about " +
      "690 KB implantisomd5 records fewer sums than its own check wants: they are not judged.",
    remedy: again,
  },
  unreadable: {
    id: "PRF-003",
    severity: "warning",
    title: "Implanted digest unreadable",
    clause: NO_CLAUSE,
    rationale:
      "The text is over all of the image but not over itself: where it is damaged, nothing is known of the " +
      "image. Where only a few digits of the MD5 are wrong, the image is what it was made of.",
    remedy: "Compare the image with a checksum from outside.",
  },
  mediaTag: {
    id: "PRF-004",
    severity: "error",
    title: "Media tag digest does not match",
    clause: NO_CLAUSE,
    rationale:
      "The media check of the installer will reject this image. Where the digest over the partition holds, " +
      "the damage lies outside of it.",
    remedy: "Read or download the image again.",
  },
} as const satisfies RuleTable;

function* checkImplanted(_image: Image, { implanted }: ProofFacts): Iterable<Hit> {
  if (implanted?.isomd5 !== undefined) yield* judgeDigest(implanted.isomd5);
  if (implanted?.mediaTag !== undefined) yield* judgeMediaTag(implanted.mediaTag);
}

function* judgeDigest(digest: ImplantedDigest): Iterable<Hit> {
  const { record, fault, recorded = "", computed = "", standing, covered, fragment } = digest;
  if (fault !== undefined) {
    const message = `The application use has a digest of isomd5sum, but ${fault}`;
    yield { rule: rules.unreadable, span: record, message };
  }
  const numbers = { recorded, expected: computed };
  const over = `the first ${covered / SECTOR} sectors`;
  if (standing === "record") {
    const message =
      `The recorded MD5 of ${over} differs in a few digits only from the computed one: ` +
      "the record is damaged, the data are not";
    return yield { rule: rules.unreadable, span: record, message, ...numbers };
  }
  if (standing === "hybrid") {
    yield {
      rule: rules.digest,
      severity: "warning",
      span: record,
      message:
        `The recorded MD5 of ${over} holds once the first ${digest.zeroed} bytes read as zeros: ` +
        "they were written after the digest, as programs do that make an image hybrid",
    };
  } else if (standing === "stray" && digest.stray !== undefined) {
    yield {
      rule: rules.digest,
      span: digest.stray,
      message:
        `The recorded MD5 of ${over} holds once the first ${digest.zeroed} bytes read as zeros: ` +
        "these were, and are no boot code",
    };
  } else if (standing === "fails") {
    const where = fragment === undefined
      ? ""
      : `; the damage begins in fragment ${fragment.number} of ${fragment.count}`;
    yield {
      rule: rules.digest,
      span: record,
      message: `The MD5 of ${over} is ${computed}, the image records ${recorded}${where}`,
      ...numbers,
      covers: around(record, covered),
      ...(fragment === undefined ? {} : { causedBy: rules.fragment.id }),
    };
  }
  // With a whole digest that holds, the record of the sums is wrong.
  if (fragment === undefined || standing === "holds") return;
  const { number, count, span } = fragment;
  const first = span.start / SECTOR;
  yield {
    rule: rules.fragment,
    span,
    message: `Sum ${number} of ${count} is ${fragment.computed}, the image records ` +
      `${fragment.recorded}: bytes in sectors ${first} to ${
        Math.ceil((span.start + span.length) / SECTOR) - 1
      } are not what they were`,
    recorded: fragment.recorded,
    expected: fragment.computed,
    covers: [span],
  };
}

function* judgeMediaTag(tag: MediaTag): Iterable<Hit> {
  const { record, algorithm, recorded, computed = "", standing, covered, partition } = tag;
  const numbers = { recorded, expected: computed };
  if (standing === "fails") {
    const part = partition?.standing === "holds"
      ? `; that of the partition holds: the damage is outside of sectors ${
        partition.span.start / SECTOR
      } to ${(partition.span.start + partition.span.length) / SECTOR - 1}`
      : "";
    const message =
      `The ${algorithm} of the ${covered / SECTOR} sectors of the volume is ${computed}, ` +
      `the media tag records ${recorded}${part}`;
    yield {
      rule: rules.mediaTag,
      span: record,
      message,
      ...numbers,
      covers: around(record, covered),
    };
  } else if (standing === "record") {
    const message =
      `The ${algorithm} in the media tag differs in a few digits only from the computed one: ` +
      "the tag is damaged, the data are not";
    yield { rule: rules.mediaTag, severity: "warning", span: record, message, ...numbers };
  } else if (partition?.standing === "fails" && standing === "unchecked") {
    const message =
      `The ${algorithm} of the partition is ${partition.computed}, the media tag records ` +
      partition.recorded;
    yield { rule: rules.mediaTag, span: record, message, covers: [partition.span] };
  }
}

// The text itself counts as blanks.
function around({ start, length }: Span, covered: number): readonly Span[] {
  const behind = start + length;
  return [logicalSpan(0, start), logicalSpan(behind, Math.max(0, covered - behind))];
}

/** Rules about implanted digests, with their checks. */
export const implantedRules: RuleFamily = { rules, image: [checkImplanted] };
