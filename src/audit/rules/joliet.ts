// Rules about Joliet (Microsoft, version 1, 1995): its descriptor and the form of its identifiers.

import { fieldSpan } from "../../bytes/struct.ts";
import { hex, isZero } from "../../bytes/text.ts";
import {
  directoryRecord,
  jolietVolumeDescriptor,
  supplementaryVolumeDescriptor,
} from "../../decode/iso9660/layout.ts";
import type { RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { recordField } from "./directory_view.ts";
import { ofRecords } from "./record_checks.ts";

const rules = {
  present: {
    id: "JOL-001",
    severity: "info",
    title: "Joliet tree present",
    clause: "Joliet, SVD escape sequences",
    rationale: "Windows shows the names of this tree: 64 characters of UCS-2, or more where the " +
      "master was told so. genisoimage and xorriso write level 3.",
    remedy: "Nothing to do; compare it with the primary tree if names matter.",
    layouts: [jolietVolumeDescriptor.id],
  },
  unknownEscape: {
    id: "JOL-002",
    severity: "warning",
    title: "Unknown escape sequence",
    clause: "ECMA-119:1987 8.5.6",
    rationale:
      "The character set of this tree is not known, so its names cannot be shown as meant; " +
      "a damaged Joliet descriptor looks like this too.",
    remedy: "Fetch the descriptor again; readers fall back on the primary tree.",
    layouts: [supplementaryVolumeDescriptor.id],
  },
  oddName: {
    id: "JOL-005",
    severity: "error",
    title: "Name has an odd byte count",
    clause: "Joliet, identifiers",
    rationale:
      "Characters have two bytes: the name cannot be what was written, and readers refuse " +
      "it or shift every byte behind it.",
    remedy: "Take the name from the primary tree or Rock Ridge; fetch the sector again.",
    layouts: [directoryRecord.id],
  },
  rootOutside: {
    id: "JOL-011",
    severity: "error",
    title: "Joliet root outside the image",
    clause: "ECMA-119:1987 8.4.18",
    rationale:
      "Windows prefers this tree and shows an empty disc, though the primary one may be whole.",
    remedy: "Read the image by its primary tree or Rock Ridge.",
    layouts: [jolietVolumeDescriptor.id],
  },
} as const satisfies RuleTable;

/** The rule about a Joliet root, which is judged with the other root records. */
export const jolietRoot = rules.rootOutside;

const levels: Readonly<Record<string, number>> = { "252f40": 1, "252f43": 2, "252f45": 3 };

function* checkPresence(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(jolietVolumeDescriptor)) {
    const escape = value.escapeSequences.subarray(0, 3);
    const field = fieldSpan(jolietVolumeDescriptor, "escapeSequences", span);
    yield {
      rule: rules.present,
      span: { ...field, length: escape.length },
      message: `the escape sequence names UCS-2 level ${levels[hex(escape)] ?? 0}`,
      recorded: hex(escape),
      volume: "joliet",
    };
  }
}

function* checkEscape(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(supplementaryVolumeDescriptor)) {
    // All zeros: the characters of the primary tree, which is a plain supplementary descriptor.
    if (isZero(value.escapeSequences)) continue;
    yield {
      rule: rules.unknownEscape,
      span: fieldSpan(supplementaryVolumeDescriptor, "escapeSequences", span),
      message:
        `the escape sequences begin with ${hex(value.escapeSequences.subarray(0, 8))}, which ` +
        `is no level of Joliet`,
      recorded: hex(value.escapeSequences),
    };
  }
}

function* checkOddName(record: RecordView, tree: Tree): Iterable<Hit> {
  const { length } = record.identifier;
  if (tree.kind !== "joliet" || record.reserved !== undefined || length % 2 === 0) return;
  yield {
    rule: rules.oddName,
    span: recordField(record, "lengthOfFileIdentifier"),
    message: `the identifier has ${length} bytes: ${hex(record.identifier)}`,
    recorded: String(length),
    expected: "an even number",
  };
}

/** Rules about Joliet. */
export const jolietRules: RuleFamily = {
  rules,
  image: [checkPresence, checkEscape],
  directory: [ofRecords(checkOddName, ({ identifier }) => identifier.length % 2 !== 0)],
};
