// Rules about the audit itself: what it did not check, so that silence is never mistaken for health.

import { SECTOR } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import { unreadList } from "../../model/lists.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { RAW_SECTOR } from "../../model/raw_sectors.ts";
import { quoted } from "./directory_view.ts";
import { excuseOf } from "../recognised.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { descriptorField, isBlockSizeAssumed, treeDescriptors } from "./descriptor_view.ts";

const rules = {
  notRun: {
    id: "LIM-001",
    severity: "note",
    title: "Check not run",
    clause: "none",
    rationale: "What was not looked at is neither whole nor damaged.",
    remedy: "Use a program that reads this kind of volume, or run the audit without --structure.",
  },
  limit: {
    id: "LIM-002",
    severity: "warning",
    title: "Limit reached",
    clause: "none",
    rationale:
      "The image asks for more work than any genuine one, or the work was interrupted: the audit " +
      "stopped there, and every total is at least what it says.",
    remedy:
      "Look at the place; an image made to exhaust readers looks like this. Where the work was " +
      "interrupted, let it end.",
  },
  partial: {
    id: "LIM-003",
    severity: "info",
    title: "Partial read",
    clause: "none",
    rationale: "Rules that need the unread bytes said nothing of them.",
    remedy: "Audit a copy that could be read whole.",
  },
  assumed: {
    id: "LIM-004",
    severity: "info",
    title: "Assumption made",
    clause: "none",
    rationale: "Two readings were possible; everything else in the report rests on the one chosen.",
    remedy: "If the rest of the report makes no sense, the other reading may be right.",
  },
} as const satisfies RuleTable;

/** The rule about checks that were not made, for families that leave some out. */
export const notRun: Rule = rules.notRun;

function* notRunOfLists({ lists }: ProofFacts): Iterable<Hit> {
  for (const { list, state, span } of lists?.lists ?? []) {
    const why = unreadList[state];
    if (why === undefined) continue;
    const which = state === "line" ? "that" : "it";
    yield {
      rule: rules.notRun,
      ...(span === undefined ? {} : { span }),
      message: `${quoted(list)} ${why}; what ${which} lists was not compared`,
    };
  }
  const packed = (lists?.packed.length ?? 0) + (lists?.skipped ?? 0);
  if (packed > 0) {
    const message =
      `${counted(packed, "listed file")} not compared: compressed (zisofs) in a form ` +
      "that is not expanded, broken, or too large";
    yield { rule: rules.notRun, message, count: packed };
  }
  if (lists?.limited === true) {
    yield { rule: rules.notRun, message: "the image has more lists of digests than are read" };
  }
}

function* checkNotRun(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { data } = facts;
  const excuse = excuseOf(image, facts);
  if (excuse !== undefined) {
    yield {
      rule: rules.notRun,
      confidence: "likely",
      message: `the file looks like ${excuse}: recognised, and not read yet`,
    };
  }
  for (const { what, span } of image.recognised) {
    yield {
      rule: rules.notRun,
      span,
      message: `${what}: recognised, and not read yet; its files and structures were not checked`,
    };
  }
  yield* notRunOfSectors(image, facts);
  const others = image.sessions.length - 1;
  if (others > 0) {
    yield {
      rule: rules.notRun,
      message: `the records of ${others} other ${others === 1 ? "session" : "sessions"} were not ` +
        `checked; --session N audits one of 1 to ${image.sessions.length}`,
    };
  }
  yield* notRunOfLists(facts);
  for (const note of image.container.notes) yield { rule: rules.notRun, message: note };
  if (data === undefined) {
    const asked = (facts.leftOut ?? []).map((each) => `; ${each}`).join("");
    yield {
      rule: rules.notRun,
      message:
        `the data were not read: no digests, and nothing said of gaps, slack and trailers${asked}`,
    };
  }
}

function* notRunOfSectors({ mapping, container }: Image, { data }: ProofFacts): Iterable<Hit> {
  const { stride } = mapping;
  if (stride !== SECTOR && data !== undefined && data.raw === undefined) {
    yield {
      rule: rules.notRun,
      message:
        `the sectors of ${stride} bytes are recorded without sync pattern: their codes were ` +
        `not checked`,
    };
  }
  if (container.mode !== undefined && stride > RAW_SECTOR) {
    yield {
      rule: rules.notRun,
      message: `the ${stride - RAW_SECTOR} bytes of sub-channel of each sector are not read yet`,
    };
  }
}

function* checkPartial(image: Image, { data }: ProofFacts): Iterable<Hit> {
  if (data === undefined || data.unread.length === 0) return;
  const bytes = data.unread.reduce((sum, { length }) => sum + length, 0);
  yield {
    rule: rules.partial,
    message:
      `${bytes} of ${image.source.size} bytes in ${data.unread.length} ranges were not read; ` +
      `there is no digest of the image`,
  };
}

function* checkInterrupted(image: Image, { interrupted }: ProofFacts): Iterable<Hit> {
  if (interrupted === undefined) return;
  yield {
    rule: rules.limit,
    message: `the work was interrupted: ${interrupted.bytes} of ${image.source.size} bytes were ` +
      "read; rules that need the rest said nothing of it",
  };
}

function* checkAssumptions(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    if (!isBlockSizeAssumed(descriptor)) continue;
    const { le, be } = descriptor.value.logicalBlockSize;
    yield {
      rule: rules.assumed,
      span: descriptorField(descriptor, "logicalBlockSize"),
      message: `the logical block size is recorded as ${le} and ${be}; 2048 is assumed`,
      volume: descriptor.volume,
    };
  }
}

/** Rules about the audit itself. */
export const limits: RuleFamily = {
  rules,
  image: [checkNotRun, checkPartial, checkInterrupted, checkAssumptions],
  faults: { limit: rules.limit },
};
