// Rules about the times of files: against each other and against those of the volume.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { decodeLatin1 } from "../../bytes/text.ts";
import { epochOfTime7, formatInstant } from "../../bytes/time.ts";
import { directoryRecord, primaryVolumeDescriptor } from "../../decode/iso9660/layout.ts";
import type { DirectoryView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Namespace } from "../../model/namespace.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable, TreeJudge } from "../rule.ts";
import { nothing } from "../rule.ts";
import { counted } from "../words.ts";
import { descriptorField, treeDescriptors } from "./descriptor_view.ts";
import { Tally, treeContext } from "./tally.ts";

const layouts = ["iso9660/directory-record"];

const rules = {
  newer: {
    id: "TIM-001",
    severity: "note",
    title: "File newer than the volume",
    clause: "none",
    rationale:
      "The file was changed after the volume was made, or a clock was wrong. Builds that set the date " +
      "of the volume to that of the release look like this.",
    remedy: "Do not rely on either time alone.",
    layouts,
  },
  outside: {
    id: "TIM-002",
    severity: "note",
    title: "Date outside the optical era",
    clause: "none",
    rationale:
      "Nothing was mastered before 1985. 1970-01-01 and 1980-01-01 stand for no date in the clocks of " +
      "Unix and DOS (genisoimage writes 1970 in RR_MOVED).",
    remedy: "Do not rely on these dates.",
    layouts,
  },
  offsets: {
    id: "TIM-003",
    severity: "note",
    title: "Several UTC offsets",
    clause: "none",
    rationale:
      "The files come from several time zones, or from both sides of a change of the clocks.",
    remedy: "Nothing to do.",
    layouts,
  },
  equal: {
    id: "TIM-004",
    severity: "info",
    title: "All times equal",
    clause: "none",
    rationale: "Consistent with a reproducible build, which gives every file one fixed time.",
    remedy: "Nothing to do.",
    layouts,
  },
  directory: {
    id: "TIM-005",
    severity: "note",
    title: "Directory older than its contents",
    clause: "none",
    rationale:
      "A directory gets its time when an entry is added or removed; a file that is changed later leaves " +
      "it as it is.",
    remedy: "Nothing to do.",
    layouts,
  },
  identifier: {
    id: "TIM-006",
    severity: "note",
    title: "Identifier derived from another date",
    clause: "none",
    rationale:
      "grub-mkrescue and mkarchiso put the modification date of the volume, which serves as its UUID, into " +
      "the name of a file (below /.disk or /boot): the volume was mastered anew without the date, or the " +
      "date was changed. GRUB finds its disc by the name.",
    remedy: "Compare with the volume that was published.",
    layouts: [primaryVolumeDescriptor.id],
  },
  window: {
    id: "TIM-007",
    severity: "info",
    title: "Authoring window",
    clause: "none",
    rationale: "When the files of the disc were made, as far as their times tell.",
    remedy: "Nothing to do.",
    layouts,
  },
} as const satisfies RuleTable;

const { offset: DATE } = directoryRecord.fields.recordingDateAndTime;
const DAY = 86_400_000;
const ERA = Date.UTC(1985, 0, 1);
/** Days that clocks begin with: no dates that anybody meant. */
const starts = [
  { name: "1970-01-01", from: 0 },
  { name: "1980-01-01", from: Date.UTC(1980, 0, 1) },
] as const;

function dateSpan(namespace: Namespace, node: number): Span {
  return logicalSpan(namespace.tree.record(node) + DATE, 7);
}

/** The latest time of the volume: when it was made or changed. */
function volumeTime(image: Image): number | undefined {
  const times = image.structuresOf(primaryVolumeDescriptor).flatMap(({ value }) => [
    value.volumeCreationDateAndTime.epoch,
    value.volumeModificationDateAndTime.epoch,
  ]).filter((time) => time !== undefined);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}

function richestTree(image: Image): { number: number; namespace: Namespace } | undefined {
  const volume = image.richest();
  if (volume?.tree === undefined || volume.namespace === undefined) return undefined;
  return { number: volume.tree, namespace: volume.namespace };
}

/** Times within which a volume that is just being written is as old as its files. */
const SLOP = 2000;

/** What one walk over the times of a tree counts. */
class Times {
  readonly newer: Tally;
  readonly outside: Tally;
  readonly older: Tally;
  readonly clockStarts = starts.map(() => 0);
  undated = 0;
  dated = 0;
  first = Infinity;
  last = -Infinity;

  constructor(image: Image, number: number) {
    const context = treeContext(number, image);
    if (context === undefined) throw new RangeError(`Cannot find tree ${number}`);
    [this.newer, this.outside, this.older] = [
      new Tally(context),
      new Tally(context),
      new Tally(context),
    ];
  }

  /** Counts the time of a file, directory or link. */
  add(namespace: Namespace, node: number, made: number | undefined, now: number): void {
    const time = namespace.modified(node);
    if (Number.isNaN(time)) {
      this.undated++;
      return;
    }
    const counted = () => ({ node, span: dateSpan(namespace, node) });
    const clock = starts.findIndex(({ from }) => time >= from && time < from + DAY);
    if (clock >= 0) this.clockStarts[clock] = (this.clockStarts[clock] ?? 0) + 1;
    if (time < ERA || time > now) this.outside.add(counted);
    if (made !== undefined && time > made + SLOP) this.newer.add(counted);
    const parent = namespace.tree.parent(node);
    if (time > namespace.modified(parent) + DAY) {
      this.older.add(() => ({ node: parent, span: dateSpan(namespace, parent) }));
    }
    if (namespace.tree.isDirectory(node)) return;
    this.dated++;
    this.first = Math.min(this.first, time);
    this.last = Math.max(this.last, time);
  }
}

function* checkTimes(image: Image, { now }: ProofFacts): Iterable<Hit> {
  const richest = richestTree(image);
  if (richest === undefined) return;
  const { number, namespace } = richest;
  const made = volumeTime(image);
  const times = new Times(image, number);
  for (let node = 1; node < namespace.tree.count; node++) {
    times.add(namespace, node, made, now ?? Infinity);
  }
  const { newer, outside, older } = times;
  yield* newer.hits(
    rules.newer,
    `${entries(newer.count)} ${newer.count === 1 ? "is" : "are"} newer than the volume, ` +
      `which was made at ${formatInstant(made ?? 0)}: ${newer.listed}`,
  );
  yield* outside.hits(rules.outside, outsideMessage(times));
  yield* older.hits(
    rules.directory,
    `${entries(older.count)} ${older.count === 1 ? "is" : "are"} newer by more than a ` +
      `day than the directory that holds ${older.count === 1 ? "it" : "them"}: ${older.listed}`,
  );
  yield* windowOf(times);
}

function entries(count: number): string {
  return count === 1 ? "1 entry" : `${count} entries`;
}

function outsideMessage({ outside, clockStarts, undated }: Times): string {
  const apart = starts.flatMap(({ name }, index) => {
    const count = clockStarts[index] ?? 0;
    return count === 0 ? [] : [`${count} of ${name}`];
  });
  if (undated > 0) apart.push(`besides ${undated} without a date`);
  return `${entries(outside.count)} ${outside.count === 1 ? "is" : "are"} dated before ` +
    `1985 or behind the given time` + (apart.length === 0 ? "" : ` (${apart.join(", ")})`) +
    `: ${outside.listed}`;
}

/** Files from which on equal times mean something. */
const SEVERAL = 3;

function* windowOf({ dated, first, last }: Times): Iterable<Hit> {
  if (dated === 0) return;
  if (first === last && dated >= SEVERAL) {
    yield {
      rule: rules.equal,
      message: `all ${dated} files are dated ${formatInstant(first)}`,
    };
    return;
  }
  yield {
    rule: rules.window,
    message: `${counted(dated, "file")} ${dated === 1 ? "is" : "are"} dated ` +
      (first === last
        ? formatInstant(first)
        : `from ${formatInstant(first)} to ${formatInstant(last)}`),
  };
}

/** Quarter hours, as people write an offset. */
function offsetText(quarters: number): string {
  const minutes = Math.abs(quarters) * 15;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60].map((each) =>
    String(each).padStart(2, "0")
  );
  return `UTC${quarters < 0 ? "-" : "+"}${hours}:${rest}`;
}

/** Counts the offsets of one tree. */
class Offsets implements TreeJudge {
  readonly #counts = new Map<number, number>();
  #first: { readonly span: Span; readonly offset: number } | undefined;
  #other: Span | undefined;

  constructor(readonly tree: number) {}

  part({ records }: DirectoryView): Iterable<Hit> {
    for (const { bytes, reserved, span } of records) {
      // What is no date has no offset either.
      if (reserved !== undefined || Number.isNaN(epochOfTime7(bytes, DATE))) continue;
      const offset = ((bytes[DATE + 6] ?? 0) << 24) >> 24;
      this.#counts.set(offset, (this.#counts.get(offset) ?? 0) + 1);
      const at = () => logicalSpan(span.start + DATE + 6, 1);
      if (this.#first === undefined) this.#first = { span: at(), offset };
      else if (this.#other === undefined && offset !== this.#first.offset) this.#other = at();
    }
    return nothing;
  }

  end(): Iterable<Hit> {
    if (this.#other === undefined) return nothing;
    const counts = [...this.#counts].sort(([, a], [, b]) => b - a);
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const list = counts.slice(0, 8).map(([offset, count]) =>
      `${offsetText(offset)} ${count} times`
    );
    const more = counts.length > 8 ? `, and ${counts.length - 8} more` : "";
    return [{
      rule: rules.offsets,
      span: this.#other,
      message:
        `${total} records have ${counts.length} UTC offsets: ${list.join(", ")}${more}; the ` +
        `first that differs is here`,
      tree: this.tree,
      count: total,
    }];
  }
}

/** Where grub-mkrescue (and mkarchiso once) and mkarchiso put `2024-05-01-12-30-00-00.uuid`. */
const stampFolders = ["/.disk", "/boot"];
const stampName = /^(\d{4})-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)-(\d\d)\.uuid$/i;

function* checkIdentifier(image: Image): Iterable<Hit> {
  const richest = richestTree(image);
  const primary = [...treeDescriptors(image)].findLast(({ kind }) => kind === "primary");
  if (richest === undefined || primary === undefined) return;
  const { namespace, number } = richest;
  const { tree } = namespace;
  const recorded = decodeLatin1(primary.value.volumeModificationDateAndTime.raw.subarray(0, 16));
  for (const folder of stampFolders.flatMap((path) => namespace.find(path))) {
    for (const node of namespace.children(folder)) {
      const name = namespace.name(node).text;
      const digits = stampName.exec(name)?.slice(1).join("");
      if (digits === undefined || digits === recorded) continue;
      yield {
        rule: rules.identifier,
        span: descriptorField(primary, "volumeModificationDateAndTime"),
        message: `the file ${name} was named by the date ${digits}; the volume has ` +
          `${JSON.stringify(recorded)} (record at logical byte ${tree.record(node)})`,
        recorded: JSON.stringify(recorded),
        expected: JSON.stringify(digits),
        tree: number,
        node,
      };
    }
  }
}

/** Rules about the times of files. */
export const timeRules: RuleFamily = {
  rules,
  image: [checkTimes, checkIdentifier],
  tree: [(tree) => new Offsets(tree)],
};
