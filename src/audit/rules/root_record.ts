// Rules about the root directory record inside a descriptor (ECMA-119:1987 8.4.18).

import { logicalSpan } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { equalBytes, hex } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryPlace, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { fileFlags } from "../../model/tree.ts";
import type { DirectoryJudge, Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import {
  descriptorField,
  type DescriptorValues,
  type TreeDescriptor,
  treeDescriptors,
} from "./descriptor_view.ts";
import { recordValues } from "./directory_view.ts";
import { jolietRoot } from "./joliet.ts";

const layouts = ["iso9660/primary-volume-descriptor", "iso9660/directory-record"];

const rules = {
  malformed: {
    id: "ISO-PVD-020",
    severity: "warning",
    title: "Root record is malformed",
    clause: "ECMA-119:1987 8.4.18",
    rationale:
      "It has 34 bytes and the identifier 00. Seen on pressed discs; the tree is whole where extent " +
      "and length are good.",
    remedy: "Nothing to do unless a reader refuses the volume.",
    layouts,
  },
  extent: {
    id: "ISO-PVD-021",
    severity: "error",
    title: "Root directory extent is invalid",
    clause: "ECMA-119:1987 8.4.18",
    rationale: "Every path begins at the root: readers that trust the record find nothing.",
    remedy: "Take the root from the path table, as this audit does where it can.",
    layouts,
  },
  disagrees: {
    id: "ISO-PVD-022",
    severity: "warning",
    title: "Root record and root “.” disagree",
    clause: "ECMA-119:1987 6.8.2.2, 8.4.18",
    rationale: "Both describe the root directory; readers that trust one of them see another tree.",
    remedy: "Trust the one that the path table confirms.",
    layouts,
  },
  dates: {
    id: "ISO-PVD-023",
    severity: "note",
    title: "Root record and root “.” dates differ",
    clause: "ECMA-119:1987 9.1.5",
    rationale: "One of them was edited, or the tool took the time twice.",
    remedy: "Do not rely on either date alone.",
    layouts,
  },
} as const satisfies RuleTable;

function* checkRecord(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const { value, volume } = descriptor;
    const { rootRecordLength: length, rootLengthOfFileIdentifier: name } = value;
    const identifier = hex(value.rootFileIdentifier);
    const problems = [
      [length === 34, "rootRecordLength", `${length}`, "34"],
      [name === 1, "rootLengthOfFileIdentifier", `${name}`, "1"],
      [identifier === "00", "rootFileIdentifier", identifier, "00"],
    ] as const;
    for (const [holds, field, recorded, expected] of problems) {
      if (holds) continue;
      yield {
        rule: rules.malformed,
        span: descriptorField(descriptor, field),
        message: `${field} is ${recorded}`,
        recorded,
        expected,
        volume,
      };
    }
    yield* checkExtent(descriptor, image);
  }
}

// A Joliet root has an entry of its own in the catalogue.
function extentRule(volume: string | undefined): Rule {
  return volume === "joliet" ? jolietRoot : rules.extent;
}

/** Why the root's extent cannot be used as recorded, or undefined. */
function extentProblem(
  { rootLocationOfExtent: location, rootDataLength: length, rootFileFlags: flags }:
    DescriptorValues,
  start: number,
  image: Image,
): string | undefined {
  if (length.le === 0) return "its data length is 0";
  if (location.le === 0) return "its location is block 0";
  if (start + length.le > image.mapping.logicalSize) {
    return `[${start}, ${start + length.le}) ends past the image, at ${image.mapping.logicalSize}`;
  }
  return (flags & fileFlags.directory) === 0
    ? `its flags, ${flags}, have no directory bit`
    : undefined;
}

function* checkExtent(descriptor: TreeDescriptor, image: Image): Iterable<Hit> {
  const { value, span, volume } = descriptor;
  // Where another root was read instead, the decoder says why.
  const replaced = image.faults.some((fault) =>
    fault.kind === "root-replaced" && fault.span?.start === span.start + 156
  );
  if (replaced) return;
  const shown = image.volumes.find((each) => each.descriptor.start === span.start);
  const extended = value.rootExtendedAttributeRecordLength;
  const start = (value.rootLocationOfExtent.le + extended) * (shown?.blockSize ?? 2048);
  const problem = extentProblem(value, start, image);
  if (problem === undefined) return;
  const field = descriptorField(descriptor, "rootLocationOfExtent");
  yield {
    rule: extentRule(volume),
    span: logicalSpan(field.start, 16),
    message: `the root record cannot be used as it is: ${problem}`,
    recorded: `block ${value.rootLocationOfExtent.le}, ${value.rootDataLength.le} bytes`,
    volume,
  };
}

function checkDot(directory: DirectoryPlace, image: Image): DirectoryJudge | undefined {
  if (directory.node !== 0) return undefined;
  let found = false;
  return {
    *part({ records }) {
      const dot = found ? undefined : records.find(({ reserved }) => reserved === 0);
      if (dot === undefined) return;
      found = true;
      yield* compareDot(dot, directory, image);
    },
  };
}

function* compareDot(dot: RecordView, directory: DirectoryPlace, image: Image): Iterable<Hit> {
  const own = recordValues(dot);
  const volumes = image.volumes.filter(({ tree }) => tree === directory.tree);
  const starts = new Set(volumes.map(({ descriptor }) => descriptor.start));
  for (const descriptor of treeDescriptors(image)) {
    if (!starts.has(descriptor.span.start)) continue;
    const { value, volume } = descriptor;
    const pairs = [
      ["locationOfExtent", "rootLocationOfExtent"],
      ["dataLength", "rootDataLength"],
    ] as const;
    for (const [field, rootField] of pairs) {
      const [a, b] = [value[rootField].le, own[field].le];
      if (a === b) continue;
      yield {
        rule: rules.disagrees,
        span: descriptorField(descriptor, rootField),
        message: `${field} is ${a} in the root record, ${b} in the “.” record at logical byte ` +
          `${dot.span.start}`,
        recorded: String(a),
        expected: String(b),
        volume,
        causedBy: extentRule(volume).id,
      };
    }
    const [a, b] = [value.rootRecordingDateAndTime.raw, own.recordingDateAndTime.raw];
    if (equalBytes(a, b)) continue;
    yield {
      rule: rules.dates,
      span: descriptorField(descriptor, "rootRecordingDateAndTime"),
      message: `the date is ${hex(a)} in the root record, ${hex(b)} in the “.” record at logical ` +
        `byte ${fieldSpan(directoryRecord, "recordingDateAndTime", dot.span).start}`,
      recorded: hex(a),
      expected: hex(b),
      volume,
    };
  }
}

/** Rules about the root directory record. */
export const rootRecord: RuleFamily = {
  rules,
  image: [checkRecord],
  directory: [checkDot],
  faults: { "root-replaced": ({ volume }) => ({ rule: extentRule(volume) }) },
};
