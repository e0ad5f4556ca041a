// Rules about the names of a Joliet tree, and about how much of the primary one it has.

import { logicalSpan } from "../../bytes/span.ts";
import { decodeUcs2 } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import type { DirectoryView, RecordView } from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import type { Tree } from "../../model/tree.ts";
import {
  type Hit,
  nothing,
  type Rule,
  type RuleFamily,
  type RuleTable,
  type TreeJudge,
} from "../rule.ts";
import { isDirectory, quoted, recordField } from "./directory_view.ts";
import { Few, Tally, type TreeContext, treeContext } from "./tally.ts";

const rules = {
  forbidden: {
    id: "JOL-006",
    severity: "warning",
    title: "Name holds forbidden characters",
    clause: "Joliet, allowed characters",
    rationale:
      "Windows cannot make or open a file of such a name, though other systems can. A single " +
      "one is often a damaged character.",
    remedy: "Take the name from Rock Ridge or the primary tree, or extract under another one.",
    layouts: [directoryRecord.id],
  },
  long: {
    id: "JOL-007",
    severity: "info",
    title: "Name longer than 64 units",
    clause: "Joliet, identifier length",
    rationale: "genisoimage and xorriso write up to 103 units on request (-joliet-long); Windows " +
      "reads them, older systems may not.",
    remedy: "Nothing to do for current systems.",
    layouts: [directoryRecord.id],
  },
  surrogates: {
    id: "JOL-008",
    severity: "info",
    title: "Name uses surrogate pairs",
    clause: "Joliet, UCS-2",
    rationale: "UCS-2 has no characters beyond 65,535: Windows reads such names as UTF-16, older " +
      "systems show two unknown characters.",
    remedy: "Nothing to do for current systems; a lone half is a damaged name.",
    layouts: [directoryRecord.id],
  },
  versions: {
    id: "JOL-010",
    severity: "info",
    title: "Version suffix used inconsistently",
    clause: "Joliet, identifiers",
    rationale:
      "Some masters end every name in ;1, genisoimage and xorriso none. Both in one tree " +
      "are the work of two programs, and some readers show the suffix.",
    remedy: "Treat names with and without ;1 as the same.",
    layouts: [directoryRecord.id],
  },
  stub: {
    id: "JOL-012",
    severity: "warning",
    title: "Joliet tree is empty or a stub",
    clause: "Joliet, directory hierarchy",
    rationale:
      "Windows prefers this tree and shows hardly any of the files that the primary tree has. " +
      "Some masters hide files on purpose.",
    remedy: "Read the image by its primary tree or Rock Ridge.",
    layouts: [directoryRecord.id],
  },
} as const satisfies RuleTable;

/** Units that a name may have (Joliet). */
const UNITS = 64;
/** As many as fit a record of 254 bytes. */
const MOST_UNITS = 110;
const VERSION = /;[0-9]+$/;

const forbiddenUnits: ReadonlySet<number> = new Set(
  [..."*/:?\\;"].map((character) => character.charCodeAt(0)),
);

function isForbidden(unit: number): boolean {
  return unit < 0x20 || forbiddenUnits.has(unit);
}

/** Whether a name needs a closer look; most of a million do not. */
function isOdd(identifier: Uint8Array): boolean {
  if (identifier.length > 2 * UNITS) return true;
  for (let at = 0; at + 1 < identifier.length; at += 2) {
    const high = identifier[at] ?? 0;
    if (high >= 0xd8 && high <= 0xdf) return true;
    if (high === 0 && isForbidden(identifier[at + 1] ?? 0)) return true;
  }
  return false;
}

class NameJudge implements Required<TreeJudge> {
  readonly #context: TreeContext;
  readonly #forbidden = new Few("names");
  readonly #tooLong = new Few("names");
  readonly #unpaired = new Few("names");
  readonly #long: Tally;
  readonly #pairs: Tally;
  readonly #versioned: Tally;
  readonly #plain: Tally;

  constructor(context: TreeContext) {
    this.#context = context;
    this.#long = new Tally(context);
    this.#pairs = new Tally(context);
    this.#versioned = new Tally(context);
    this.#plain = new Tally(context);
  }

  part({ records }: DirectoryView): Iterable<Hit> {
    for (const record of records) {
      const { node, section, identifier } = record;
      if (node === undefined || section > 0) continue;
      this.#version(record, node);
      if (isOdd(identifier)) this.#judge(record, node);
    }
    return nothing;
  }

  #version(record: RecordView, node: number): void {
    if (isDirectory(record)) return;
    const { identifier } = record;
    const { length } = identifier;
    const versioned = length >= 4 && identifier[length - 1] === 0x31 &&
      identifier[length - 3] === 0x3b && identifier[length - 4] === 0;
    const tally = versioned ? this.#versioned : this.#plain;
    tally.add(() => ({ node, span: nameSpan(record) }));
  }

  #judge(record: RecordView, node: number): void {
    const { text, valid } = decodeUcs2(record.identifier);
    const name = isDirectory(record) ? text : text.replace(VERSION, "");
    const bad = [...name].findIndex((character) => isForbidden(character.charCodeAt(0)));
    const owner = { tree: this.#context.number, node };
    const take = (few: Few, rule: Rule, message: string, more: Partial<Hit> = {}) =>
      few.take(() => ({ rule, span: nameSpan(record), message, ...owner, ...more }));
    if (bad >= 0) {
      const at = [...name].slice(0, bad).join("").length;
      const message = `the name ${quoted(text)} holds ${quoted(name.charAt(at))} as character ${
        bad + 1
      }`;
      take(this.#forbidden, rules.forbidden, message);
    }
    this.#surrogates(record, node, text, valid, take);
    if (name.length > MOST_UNITS) {
      const message = `a name of ${name.length} units; ${MOST_UNITS} fit a record`;
      const span = recordField(record, "lengthOfFileIdentifier");
      take(this.#tooLong, rules.long, message, { span, severity: "warning" });
    } else if (name.length > UNITS) {
      this.#long.add(() => ({
        node,
        span: recordField(record, "lengthOfFileIdentifier"),
        text: `${name.length} units of ${quoted(text)}`,
      }));
    }
  }

  #surrogates(
    record: RecordView,
    node: number,
    text: string,
    valid: boolean,
    take: (few: Few, rule: Rule, message: string, more: Partial<Hit>) => void,
  ): void {
    if (!/[\ud800-\udfff]/.test(text)) return;
    if (valid) {
      this.#pairs.add(() => ({ node, span: nameSpan(record) }));
      return;
    }
    // An odd number of bytes is an error of its own (JOL-005).
    if (record.identifier.length % 2 !== 0) return;
    const message = `the name ${quoted(text)} has half of a surrogate pair`;
    take(this.#unpaired, rules.surrogates, message, { severity: "warning" });
  }

  end(): Iterable<Hit> {
    return [
      ...[this.#forbidden, this.#tooLong, this.#unpaired].flatMap((few) => few.hits),
      ...this.#long.hits(
        rules.long,
        `${this.#long.count} of the names have more than ${UNITS} units: ${this.#long.listed}`,
      ),
      ...this.#pairs.hits(
        rules.surrogates,
        `${this.#pairs.count} of the names have surrogate pairs: ${this.#pairs.listed}`,
      ),
      ...this.#versionHits(),
    ];
  }

  #versionHits(): readonly Hit[] {
    const [versioned, plain] = [this.#versioned, this.#plain];
    if (versioned.count === 0 || plain.count === 0) return nothing;
    const isFew = versioned.count <= plain.count;
    const message =
      `${versioned.count} files have a name with ;1 and ${plain.count} one without; ` +
      (isFew ? `with it: ${versioned.listed}` : `without it: ${plain.listed}`);
    return (isFew ? versioned : plain).hits(rules.versions, message);
  }
}

function nameSpan({ span, identifier }: RecordView) {
  return logicalSpan(span.start + directoryRecord.size, identifier.length);
}

function checkNames(number: number, image: Image): TreeJudge | undefined {
  const context = treeContext(number, image);
  return context?.tree.kind === "joliet" ? new NameJudge(context) : undefined;
}

function countFiles(tree: Tree): number {
  let files = 0;
  for (let node = 0; node < tree.count; node++) if (!tree.isDirectory(node)) files++;
  return files;
}

// A tree that could not be read whole says nothing of what it has.
function checkStub(number: number, image: Image): TreeJudge | undefined {
  const tree = image.trees[number];
  if (tree?.kind !== "joliet" || tree.unreadable.size > 0 || tree.limited) return undefined;
  const volume = image.volumes.find((each) => each.kind === "iso9660");
  const primary = volume?.tree === undefined ? undefined : image.trees[volume.tree];
  if (primary === undefined || primary.kind !== "primary") return undefined;
  return { end: () => judgeStub(number, tree, primary) };
}

function judgeStub(number: number, tree: Tree, primary: Tree): readonly Hit[] {
  const [files, all] = [countFiles(tree), countFiles(primary)];
  if (files * 10 >= all) return nothing;
  const { start, length } = tree.extent(0, 0);
  return [{
    rule: rules.stub,
    span: logicalSpan(start, length),
    message: `the Joliet tree has ${files} files, the primary one ${all}`,
    recorded: String(files),
    tree: number,
    node: 0,
  }];
}

/** Rules about the names and the extent of a Joliet tree. */
export const jolietTreeRules: RuleFamily = { rules, tree: [checkNames, checkStub] };
