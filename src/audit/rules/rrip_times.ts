// Rules about the time stamps of Rock Ridge (RRIP 1.12 4.1.6).

import { logicalSpan } from "../../bytes/span.ts";
import { isZero } from "../../bytes/text.ts";
import { decodeTime17, epochOfTime7, formatInstant } from "../../bytes/time.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import { timeStampNames, timeStamps } from "../../decode/rockridge/layout.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import type { Hit, RuleTable } from "../rule.ts";
import { hex } from "../../bytes/text.ts";
import {
  byteAt,
  type EntriesCheck,
  type EntriesJudge,
  type EntriesOwner,
  ownedBy,
  type RockRidgeEntries,
} from "./rrip_view.ts";
import { Few, Tally, type TreeContext } from "./tally.ts";

/** Rules about TF. */
export const timeRules = {
  malformed: {
    id: "RRP-023",
    severity: "warning",
    title: "Time stamps are malformed",
    clause: "RRIP 1.12 4.1.6",
    rationale: "Readers show another date than was meant, or none. Some writers record the long " +
      "form without its flag, or the other way round. makefs of NetBSD makes every TF one byte short.",
    remedy: "Take the date from the directory record.",
    layouts: [timeStamps.id],
  },
  otherThanRecord: {
    id: "RRP-024",
    severity: "note",
    title: "Rock Ridge and ISO times differ",
    clause: "RRIP 1.12 4.1.6",
    rationale: "Most writers record one instant in both places. Where they differ, the directory " +
      "record often has the time of mastering, or one of the two was changed later.",
    remedy: "Compare both with the volume's own dates.",
    layouts: [timeStamps.id, directoryRecord.id],
  },
  order: {
    id: "RRP-025",
    severity: "note",
    title: "Times are out of causal order",
    clause: "RRIP 1.12 4.1.6",
    rationale: "A copied file was made later than its content was changed, so this is common for " +
      "copies; clocks that were set do it too.",
    remedy: "Take the later of the two as the time of copying.",
    layouts: [timeStamps.id],
  },
} as const satisfies RuleTable;

const rules = timeRules;

const FLAGS = 4;
const LONG_FORM = 0x80;
const SHORT = 7;
const LONG = 17;
const CREATION = 1;
const MODIFICATION = 2;
const ACCESS = 4;

function stampCount(flags: number): number {
  let count = 0;
  for (let bit = 1; bit < LONG_FORM; bit *= 2) if ((flags & bit) !== 0) count++;
  return count;
}

/** Milliseconds since 1970 of a stamp; NaN where it is no time, Infinity where it is not given. */
function instantAt({ field, at }: SystemUseEntry, offset: number, size: number): number {
  if (size === SHORT) {
    const epoch = epochOfTime7(field, at + offset);
    if (!Number.isNaN(epoch)) return epoch;
    return isZero(field.subarray(at + offset, at + offset + size)) ? Infinity : NaN;
  }
  const { unset, epoch } = decodeTime17(field.subarray(at + offset, at + offset + size));
  return unset ? Infinity : epoch ?? NaN;
}

/** Whether seven bytes are a time on any account: nearly all are, and need no closer look. */
function isPlainTime(bytes: Uint8Array, at: number): boolean {
  const [month = 0, day = 0, hour = 0] = [bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  const [minute = 0, second = 0, offset = 0] = [bytes[at + 4], bytes[at + 5], bytes[at + 6]];
  return month >= 1 && month <= 12 && day >= 1 && day <= 28 && hour <= 23 && minute <= 59 &&
    second <= 59 && (offset <= 52 || offset >= 0x100 - 48);
}

class TimeJudge implements EntriesJudge {
  readonly #context: TreeContext;
  readonly #malformed = new Few("time stamps");
  readonly #order: Tally;

  constructor(context: TreeContext) {
    this.#context = context;
    this.#order = new Tally(context);
  }

  record({ stamps }: RockRidgeEntries, owner: EntriesOwner): void {
    if (stamps === undefined) return;
    const flags = stamps.length > FLAGS ? byteAt(stamps, FLAGS) : 0;
    const size = (flags & LONG_FORM) === 0 ? SHORT : LONG;
    const needed = timeStamps.size + stampCount(flags) * size;
    if (stamps.length < needed) return this.#short(stamps, flags, needed, owner);
    let offset = timeStamps.size;
    for (let index = 0, bit = 1; bit < LONG_FORM; index++, bit *= 2) {
      if ((flags & bit) === 0) continue;
      const isPlain = size === SHORT && isPlainTime(stamps.field, stamps.at + offset);
      if (!isPlain && Number.isNaN(instantAt(stamps, offset, size))) {
        this.#noTime(stamps, offset, size, index, owner);
      }
      offset += size;
    }
    if ((flags & CREATION) !== 0) this.#compare(stamps, flags, size, owner.node);
  }

  #short(
    stamps: SystemUseEntry,
    flags: number,
    needed: number,
    { node }: EntriesOwner,
  ): void {
    const { length, span } = stamps;
    const other = (flags & LONG_FORM) === 0 ? LONG : SHORT;
    const fitsOther = length === timeStamps.size + stampCount(flags) * other;
    const form = fitsOther ? `; it would fit stamps of ${other} bytes` : "";
    this.#malformed.take(() => ({
      rule: rules.malformed,
      span: length > timeStamps.size
        ? logicalSpan(span.start + timeStamps.size, length - timeStamps.size)
        : span,
      message:
        `the flags 0x${flags.toString(16).padStart(2, "0")} of the TF entry need ${needed} ` +
        `bytes, it has ${length}${form}`,
      recorded: String(length),
      expected: String(needed),
      ...ownedBy(this.#context, node),
    }));
  }

  #noTime(
    { bytes, span }: SystemUseEntry,
    offset: number,
    size: number,
    index: number,
    { node }: EntriesOwner,
  ): void {
    this.#malformed.take(() => {
      const recorded = hex(bytes.subarray(offset, offset + size));
      return {
        rule: rules.malformed,
        span: logicalSpan(span.start + offset, size),
        message: `the time of ${timeStampNames[index]} is ${recorded}, which is no time`,
        recorded,
        ...ownedBy(this.#context, node),
      };
    });
  }

  #compare(
    stamps: SystemUseEntry,
    flags: number,
    size: number,
    node: number,
  ): void {
    const creation = instantAt(stamps, timeStamps.size, size);
    if (!Number.isFinite(creation)) return;
    let offset = timeStamps.size + size;
    const next = (bit: number) => {
      if ((flags & bit) === 0) return Infinity;
      offset += size;
      return instantAt(stamps, offset - size, size);
    };
    const [modification, access] = [next(MODIFICATION), next(ACCESS)];
    // Comparisons with NaN, for what is no time, are false.
    const modified = modification < creation;
    if (!modified && !(access < creation)) return;
    this.#order.add(() => ({
      node,
      span: logicalSpan(stamps.span.start + timeStamps.size, size),
      text: `${this.#context.path(node)}, made ${formatInstant(creation)} and ${
        modified
          ? `modified ${formatInstant(modification)}`
          : `last accessed ${formatInstant(access)}`
      }`,
    }));
  }

  *end(): Generator<Hit> {
    yield* this.#malformed.hits;
    const order = this.#order;
    yield* order.hits(rules.order, `made after they were changed or read: ${order.listed}`);
    yield* this.#otherThanRecord();
  }

  #otherThanRecord(): readonly Hit[] {
    const { tree, path } = this.#context;
    const tally = new Tally(this.#context);
    const { offset, type } = directoryRecord.fields.recordingDateAndTime;
    let [least, greatest] = [Infinity, -Infinity];
    for (let node = 1; node < tree.count; node++) {
      // The short form has no fractions of a second.
      const seconds = Math.floor(tree.modified(node) / 1000) - tree.recorded(node) / 1000;
      // Of a directory that was found otherwise, the record is its own ".".
      if (Number.isNaN(seconds) || seconds === 0 || tree.found.has(node)) continue;
      least = Math.min(least, seconds);
      greatest = Math.max(greatest, seconds);
      tally.add(() => ({
        node,
        span: logicalSpan(tree.record(node) + offset, type.size),
        text: `${path(node)}, ${formatInstant(tree.modified(node))} and ${
          formatInstant(tree.recorded(node))
        }`,
      }));
    }
    const range = least === greatest ? `${least}` : `${least} to ${greatest}`;
    return tally.hits(
      rules.otherThanRecord,
      `the times of modification in Rock Ridge and in the record differ on ${tally.count} of ` +
        `${tree.count - 1} entries, by ${range} seconds: ${tally.listed}`,
    );
  }
}

/** Judges the time stamps of a tree. */
export const checkTimes: EntriesCheck = (context) => new TimeJudge(context);
