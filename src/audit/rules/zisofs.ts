// Rules about compressed files (zisofs): their ZF entries, headers, pointers and blocks.

import { zisofsEntry } from "../../decode/rockridge/layout.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import type { ZisofsFault, ZisofsProblem } from "../../model/format_proof.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { differingOrders, hasDifferingOrders, type OrderRules } from "./byte_orders.ts";
import { ofEntries } from "./record_checks.ts";

const rules = {
  noHeader: {
    id: "ZIS-001",
    severity: "error",
    title: "Marked compressed, no zisofs header",
    clause: "zisofs",
    rationale:
      "The record says that the file is compressed: readers refuse it where its data do not " +
      "begin with the signature.",
    remedy:
      "Look whether the data are those of the file: without the entry they may be good as they are.",
    layouts: [zisofsEntry.id],
  },
  noEntry: {
    id: "ZIS-002",
    severity: "info",
    title: "zisofs header without ZF entry",
    clause: "zisofs",
    rationale:
      "The file is shown compressed: its record lost the entry, or it was made so on purpose " +
      "with mkzftree and copied as a plain file.",
    remedy: "Decompress it after extraction, if its plain content is wanted.",
  },
  header: {
    id: "ZIS-003",
    severity: "error",
    title: "Header fields impossible",
    clause: "zisofs",
    rationale: "Readers cannot tell where the blocks of the file begin, or refuse it.",
    remedy: "Trust the ZF entry, which repeats the size of the header and of a block.",
    layouts: [zisofsEntry.id],
  },
  pointers: {
    id: "ZIS-004",
    severity: "error",
    title: "Block pointers not ascending or out of range",
    clause: "zisofs",
    rationale:
      "A block lies between two pointers: readers get the wrong bytes, or none, for the blocks " +
      "on both sides of a wrong one.",
    remedy: "The blocks themselves may be whole: each begins with the header of a zlib stream.",
  },
  sizesDisagree: {
    id: "ZIS-005",
    severity: "error",
    title: "Uncompressed sizes disagree",
    clause: "zisofs",
    rationale:
      "Readers give the file as many bytes as the entry says: one copy of the size makes " +
      "them stop early or run past the last block.",
    remedy: "Trust the size in the header of the compressed file.",
    layouts: [zisofsEntry.id],
  },
  block: {
    id: "ZIS-006",
    severity: "error",
    title: "Block does not inflate to its size",
    clause: "zisofs; RFC 1950",
    rationale: "The content of the block is lost; the blocks before and behind it are not.",
    remedy: "Fetch the named bytes from another copy of the image.",
  },
} as const satisfies RuleTable;

const orderRules: OrderRules = { [`${zisofsEntry.id}.*`]: rules.sizesDisagree };

// The size of version 2 is recorded once, LSB first.
function differs(entry: SystemUseEntry): boolean {
  if (entry.signature !== "ZF") return false;
  const { layout, field, at, length } = entry;
  return layout.id === zisofsEntry.id && hasDifferingOrders(layout, field, at, length);
}

function* checkOrders({ layout, span, value }: SystemUseEntry): Iterable<Hit> {
  if (value !== undefined) yield* differingOrders({ layout, span, value }, orderRules);
}

const ruleOf: Readonly<Record<ZisofsProblem, Rule>> = {
  "no-header": rules.noHeader,
  "no-entry": rules.noEntry,
  header: rules.header,
  pointers: rules.pointers,
  size: rules.sizesDisagree,
  block: rules.block,
};

function* checkData(image: Image, { formats }: ProofFacts): Iterable<Hit> {
  const faults = formats?.zisofs;
  if (faults === undefined) return;
  const unnamed = faults.kept.filter(({ problem }) => problem === "no-entry");
  yield* unnamedFiles(image, unnamed);
  for (const { problem, message, span, tree, node, recorded, expected } of faults.kept) {
    if (problem === "no-entry") continue;
    yield {
      ...{ rule: ruleOf[problem], message, span, tree, node },
      ...(recorded === undefined ? {} : { recorded }),
      ...(expected === undefined ? {} : { expected }),
    };
  }
  const more = faults.count - faults.kept.length;
  if (more <= 0) return;
  yield {
    rule: rules.block,
    message: `${counted(more, "further fault")} of compressed files (zisofs)`,
    count: more,
  };
}

const NAMED = 3;

// A tree that mkzftree made may be on the image as it is: one finding for all its files.
function* unnamedFiles(image: Image, faults: readonly ZisofsFault[]): Iterable<Hit> {
  const [first] = faults;
  if (first === undefined) return;
  const { span, tree, node } = first;
  const paths = faults.slice(0, NAMED).map((each) =>
    image.namespaceOf(each.tree)?.path(each.node) ?? ""
  );
  const more = faults.length - paths.length;
  const others = more === 0 ? "" : ` and ${counted(more, "more file")}`;
  yield {
    ...{ rule: rules.noEntry, span, tree, node, count: faults.length },
    message: `the data of ${paths.join(", ")}${others} begin with the zisofs signature, ` +
      "but no ZF entry says that they are compressed",
  };
}

/** Rules about zisofs, with their checks. */
export const zisofsRules: RuleFamily = {
  rules,
  directory: [ofEntries(checkOrders, differs)],
  image: [checkData],
};
