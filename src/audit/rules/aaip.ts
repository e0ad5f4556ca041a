// Rules about the attributes and checksums that libisofs records (AAIP 2.0).

import { attributeList } from "../../decode/rockridge/layout.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Attribute, ChecksumArea } from "../../model/tree.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { quoted } from "./directory_view.ts";
import {
  type EntriesCheck,
  type EntriesJudge,
  type EntriesOwner,
  ownedBy,
  type RockRidgeEntries,
} from "./rrip_view.ts";
import { Few, Tally, type TreeContext } from "./tally.ts";

const rules = {
  malformed: {
    id: "AIP-001",
    severity: "warning",
    title: "Attribute list is malformed",
    clause: "AAIP 2.0",
    rationale:
      "Names and values cannot be told apart for sure: attributes, access control lists or " +
      "the checksum of the file may be lost. The data are not touched.",
    remedy: "Fetch the sector again; what can be read is shown.",
    layouts: [attributeList.id],
  },
  area: {
    id: "AIP-002",
    severity: "error",
    title: "Checksum area outside the image",
    clause: "AAIP isofs.ca",
    rationale:
      "The checksums of the session and its files are not where the root says, so nothing " +
      "proves the data.",
    remedy: "Fetch the missing part of the image; the checksum tags may still be there.",
    layouts: [attributeList.id],
  },
  index: {
    id: "AIP-003",
    severity: "warning",
    title: "Checksum index out of range",
    clause: "AAIP isofs.cx",
    rationale: "The file has no checksum in the array, so nothing proves its data.",
    remedy: "Compare the file with another copy.",
    layouts: [attributeList.id],
  },
  present: {
    id: "AIP-004",
    severity: "note",
    title: "Access-control lists or extended attributes present",
    clause: "AAIP 2.0",
    rationale:
      "They come from the system on which the image was made, and only xorriso and its kin " +
      "read them: other programs lose them.",
    remedy: "Restore them with xorriso if they matter.",
    layouts: [attributeList.id],
  },
} as const satisfies RuleTable;

const MD5_BYTES = 16;
/** The session and the array itself have a checksum each. */
const LEAST_COUNT = 2;
const NAMES = 8;

class ListJudge implements EntriesJudge {
  readonly #context: TreeContext;
  readonly #indexes = new Few("files");
  readonly #present: Tally;
  readonly #names = new Map<string, number>();
  #otherNames = 0;
  #root: SystemUseEntry | undefined;

  constructor(context: TreeContext) {
    this.#context = context;
    this.#present = new Tally(context);
  }

  record({ list }: RockRidgeEntries, { record, node }: EntriesOwner): void {
    if (list === undefined || record.section > 0) return;
    const isRootDot = node === 0 && record.reserved === 0;
    if (isRootDot) this.#root = list;
    if (record.reserved !== undefined && !isRootDot) return;
    const { tree } = this.#context;
    this.#index(list, node, tree.checksumArea);
    const attributes = tree.attributes.get(node);
    if (attributes !== undefined) this.#attributes(attributes, list, node);
  }

  #index({ span }: SystemUseEntry, node: number, area: ChecksumArea | undefined): void {
    const index = this.#context.tree.checksumIndex(node);
    // An index of 0 is a fault of the list, a count of less than two one of the area.
    if (area === undefined || area.count < LEAST_COUNT || index <= area.count - LEAST_COUNT) return;
    this.#indexes.take(() => ({
      rule: rules.index,
      span,
      message:
        `the checksum index (isofs.cx) is ${index}; the array has ${area.count} checksums, ` +
        `those of files up to ${area.count - LEAST_COUNT}`,
      recorded: String(index),
      ...ownedBy(this.#context, node),
    }));
  }

  // What libisofs says of itself is no attribute of the file.
  #attributes(attributes: readonly Attribute[], { span }: SystemUseEntry, node: number): void {
    let any = false;
    for (const { name } of attributes) {
      if (name.startsWith("isofs.")) continue;
      any = true;
      const shown = name === "" ? "access control list" : quoted(name);
      const known = this.#names.get(shown);
      if (known !== undefined) this.#names.set(shown, known + 1);
      else if (this.#names.size < NAMES) this.#names.set(shown, 1);
      else this.#otherNames++;
    }
    if (any) this.#present.add(() => ({ node, span }));
  }

  *end(): Generator<Hit> {
    yield* this.#area();
    yield* this.#indexes.hits;
    const names = [...this.#names].map(([name, count]) => `${name} (${count})`);
    if (this.#otherNames > 0) names.push(`others (${this.#otherNames})`);
    const present = this.#present;
    yield* present.hits(
      rules.present,
      `on ${counted(present.count, "record")}: ${names.join(", ")}; first ${present.listed}`,
    );
  }

  *#area(): Generator<Hit> {
    const { tree, image } = this.#context;
    const area = tree.checksumArea;
    const problem = area && areaProblem(area, tree.blockSize, image);
    if (area === undefined || problem === undefined || this.#root === undefined) return;
    const { start, end, count, size, type } = area;
    yield {
      rule: rules.area,
      span: this.#root.span,
      message: `isofs.ca names blocks ${start} to ${end} and ${count} checksums of ${size} bytes ` +
        `(${quoted(type)}): ${problem}`,
      recorded: `${start}, ${end}, ${count}, ${size}`,
      ...ownedBy(this.#context, 0),
    };
  }
}

function areaProblem(
  { start, end, count, size, type }: ChecksumArea,
  blockSize: number,
  { mapping: { logicalSize }, volumeEnd }: Image,
): string | undefined {
  if (start > end) return "the end is before the start";
  if (count < LEAST_COUNT) return "the session and the array have a checksum each";
  if (type === "MD5" && size !== MD5_BYTES) return `an MD5 has ${MD5_BYTES} bytes`;
  const last = end * blockSize + count * size;
  // An image that ends before its volume lacks the array with all else that lay there (IMG-001).
  if (last <= Math.max(logicalSize, volumeEnd)) return undefined;
  return `the array ends at byte ${last}, the image at ${logicalSize}`;
}

/** Judges the attribute lists of a tree. */
export const checkAttributeLists: EntriesCheck = (context) => new ListJudge(context);

/** Rules about AAIP. */
export const attributeListRules: RuleFamily = {
  rules,
  faults: {
    "attribute-list": rules.malformed,
    "checksum-area": rules.area,
    "checksum-index": rules.index,
  },
};
