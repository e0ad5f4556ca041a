// Rules between the hierarchies of one disc, file by file: ISO 9660 or Rock Ridge, Joliet, the enhanced tree.
// HFS and UDF are recognised only.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { Namespace } from "../../model/namespace.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { quoted } from "./directory_view.ts";
import { groupEnd, type Side, sidesOf } from "./file_starts.ts";
import { Mangling } from "./mangling.ts";
import { Tally, treeContext } from "./tally.ts";

const rules = {
  oneOnly: {
    id: "XNS-001",
    severity: "warning",
    title: "File visible in one namespace only",
    clause: "none",
    rationale:
      "Systems show different discs: the file was hidden on purpose (mkisofs -hide, -hide-joliet), or a " +
      "record of one tree is damaged. Boot catalogues and directories of relocated ones do not count.",
    remedy: "List both trees; extract the file from the one that shows it.",
  },
  lengths: {
    id: "XNS-002",
    severity: "warning",
    title: "Same extent, different length",
    clause: "none",
    rationale:
      "One of the two records is damaged, or one system was meant to see less of the file.",
    remedy: "Extract the file from both trees; the longer one may reach into the next file.",
  },
  names: {
    id: "XNS-003",
    severity: "note",
    title: "Names differ beyond normal mangling",
    clause: "none",
    rationale:
      "Short names are made from long ones by cutting and replacing letters; these were given apart.",
    remedy: "Look at both names.",
    confidence: "likely",
  },
  times: {
    id: "XNS-005",
    severity: "note",
    title: "Times differ between namespaces",
    clause: "none",
    rationale:
      "Some tools give one tree the times of the files and another the time of the mastering.",
    remedy: "Do not rely on one of the times alone.",
  },
} as const satisfies RuleTable;

function* checkTrees(image: Image): Iterable<Hit> {
  const [first, ...others] = sidesOf(image);
  if (first === undefined) return;
  const catalogs = new Set(image.boot.map(({ entry }) => Math.floor(entry.start / SECTOR)));
  for (const other of others) {
    const match = new Match(image, first, other, catalogs);
    yield* match.hits();
  }
}

/** Faults after which records of a directory are missing, and the rules that tell of them. */
const losing: Readonly<Record<string, string>> = {
  "record-length": "ISO-DIR-001",
  "record-crosses-sector": "ISO-DIR-002",
  "name-length-zero": "ISO-DIR-007",
  "directory-not-records": "ISO-DIR-042",
  "directory-overrun": "ISO-DIR-042",
  "directory-sector-blank": "ISO-DIR-042",
  "directory-tail-blank": "ISO-DIR-042",
};

/** Files that only one tree has of which twins are looked for in the other: that may cost the square. */
const PAIRED = 200;

/** A file, and the lengths that it should have. */
type Suspect = { readonly node: number; readonly expected: string };

/** What comes of two hierarchies laid side by side. */
class Match {
  readonly #mangling = new Mangling();
  readonly #image: Image;
  readonly #a: Side;
  readonly #b: Side;
  readonly #catalogs: ReadonlySet<number>;
  readonly #onlyA: Tally;
  readonly #onlyB: Tally;
  readonly #moved: Tally;
  /** The first files that only one tree has. */
  readonly #aloneA: number[] = [];
  readonly #aloneB: number[] = [];
  /** Files that have another length than those that begin at the same place. */
  readonly #suspects: Suspect[] = [];
  readonly #lengths: Tally;
  readonly #names: Tally;
  readonly #times: Tally;
  #largest = 0;

  constructor(image: Image, a: Side, b: Side, catalogs: ReadonlySet<number>) {
    this.#image = image;
    this.#a = a;
    this.#b = b;
    this.#catalogs = catalogs;
    const tally = ({ number }: Side) => {
      const context = treeContext(number, image);
      if (context === undefined) throw new RangeError(`Cannot find tree ${number}`);
      return new Tally(context);
    };
    [this.#onlyA, this.#onlyB, this.#moved] = [tally(a), tally(b), tally(b)];
    [this.#lengths, this.#names, this.#times] = [tally(b), tally(b), tally(b)];
  }

  *hits(): Iterable<Hit> {
    const [a, b] = [this.#a, this.#b];
    this.#compare();
    this.#settleAlone();
    yield* this.#moved.hits(
      rules.oneOnly,
      `${counted(this.#moved.count, "file")} of the ${b.name} tree ` +
        `${
          this.#moved.count === 1 ? "has" : "have"
        } the name of one in the ${a.name} tree and data ` +
        `at another place: ${this.#moved.listed}`,
    );
    yield* this.#onlyHits(this.#onlyA, a, b);
    yield* this.#onlyHits(this.#onlyB, b, a);
    yield* this.#lengths.hits(
      rules.lengths,
      `${counted(this.#lengths.count, "file")} of the ${b.name} tree ` +
        `${
          this.#lengths.count === 1 ? "begins" : "begin"
        } where a file of the ${a.name} tree does ` +
        `and ${this.#lengths.count === 1 ? "has" : "have"} another length: ${this.#lengths.listed}`,
    );
    yield* this.#names.hits(
      rules.names,
      `${counted(this.#names.count, "file")} of the ${b.name} tree ` +
        `${this.#names.count === 1 ? "has a name that is" : "have names that are"} not made from ` +
        `that in the ${a.name} tree: ${this.#names.listed}`,
    );
    yield* this.#times.hits(
      rules.times,
      `${counted(this.#times.count, "file")} ${this.#times.count === 1 ? "has" : "have"} other ` +
        `times in the ${b.name} tree than in the ISO 9660 records, by up to ` +
        `${counted(Math.round(this.#largest / 1000), "second")}: ${this.#times.listed}`,
    );
  }

  /** What took records from a tree, where that is known. */
  #lossOf({ number }: Side): string | undefined {
    const fault = this.#image.faults.find(({ tree, kind }) =>
      tree === number && losing[kind] !== undefined
    );
    return fault === undefined ? undefined : losing[fault.kind];
  }

  #onlyHits(tally: Tally, side: Side, other: Side): Iterable<Hit> {
    return tally.hits(
      rules.oneOnly,
      `${counted(tally.count, "file")} of the ${side.name} tree ` +
        `${
          tally.count === 1 ? "has" : "have"
        } data that no file of the ${other.name} tree begins ` +
        `with: ${tally.listed}`,
    );
  }

  // Both lists are in order: one walk over the two finds what begins at the same place.
  #compare(): void {
    const [a, b] = [this.#a, this.#b];
    let [i, j] = [0, 0];
    while (i < a.files.starts.length || j < b.files.starts.length) {
      const one = a.files.starts[i] ?? Infinity;
      const other = b.files.starts[j] ?? Infinity;
      const endA = one <= other ? groupEnd(a.files, i) : i;
      const endB = other <= one ? groupEnd(b.files, j) : j;
      if (endB === j) this.#addOnly(a, b, i);
      else if (endA === i) this.#addOnly(b, a, j);
      else if (endA - i === 1 && endB - j === 1) this.#addPair(i, j);
      else this.#addLengths({ from: i, to: endA }, { from: j, to: endB });
      [i, j] = [endA, endB];
    }
  }

  #addOnly(side: Side, other: Side, at: number): void {
    // In a tree that was not read to its end a file is not absent, only unknown.
    if (!other.whole) return;
    const { namespace, files } = side;
    const node = files.nodes[at] ?? 0;
    const start = files.starts[at] ?? 0;
    if (this.#catalogs.has(Math.floor(start / SECTOR)) || namespace.tree.isAssociated(node)) return;
    const alone = side === this.#a ? this.#aloneA : this.#aloneB;
    if (alone.length < PAIRED) alone.push(node);
    else this.#countAlone(side, node);
  }

  #countAlone(side: Side, node: number): void {
    const tally = side === this.#a ? this.#onlyA : this.#onlyB;
    tally.add(() => ({ node, span: logicalSpan(side.namespace.tree.record(node), 33) }));
  }

  // One file in both trees, with data at two places: one of the two records is damaged.
  #settleAlone(): void {
    const [a, b] = [this.#a.namespace, this.#b.namespace];
    const bySize = new Map<number, number[]>();
    for (const node of this.#aloneA) {
      const size = a.tree.size(node);
      bySize.set(size, [...bySize.get(size) ?? [], node]);
    }
    const paired = new Set<number>();
    const sectorOf = ({ tree }: Namespace, at: number) => tree.extent(at, 0).start / SECTOR;
    const isMoved = (node: number) => {
      const twin = bySize.get(b.tree.size(node))?.find((one) =>
        !paired.has(one) && this.#mangling.isMangledFrom(a, one, b, node)
      );
      if (twin === undefined) return false;
      paired.add(twin);
      this.#moved.add(() => ({
        node,
        span: logicalSpan(b.tree.record(node) + 2, 8),
        text: `${quoted(b.path(node))} (sector ${sectorOf(b, node)}, not ${sectorOf(a, twin)})`,
      }));
      return true;
    };
    for (const node of this.#aloneB) if (!isMoved(node)) this.#countAlone(this.#b, node);
    for (const suspect of this.#suspects) if (!isMoved(suspect.node)) this.#countLength(suspect);
    for (const node of this.#aloneA) if (!paired.has(node)) this.#countAlone(this.#a, node);
  }

  #countLength({ node, expected }: Suspect): void {
    const { tree } = this.#b.namespace;
    this.#lengths.add(() => ({
      node,
      span: logicalSpan(tree.record(node) + 10, 8),
      text: `${quoted(this.#b.namespace.path(node))} (${tree.size(node)} bytes, not ${expected})`,
    }));
  }

  #addLengths(
    a: { readonly from: number; readonly to: number },
    b: { readonly from: number; readonly to: number },
  ): void {
    const sizes = new Set<number>();
    for (let at = a.from; at < a.to; at++) {
      sizes.add(this.#a.namespace.tree.size(this.#a.files.nodes[at] ?? 0));
    }
    const { tree } = this.#b.namespace;
    for (let at = b.from; at < b.to; at++) {
      const node = this.#b.files.nodes[at] ?? 0;
      const size = tree.size(node);
      if (sizes.has(size)) continue;
      const suspect = { node, expected: [...sizes].slice(0, 3).join(" or ") };
      if (this.#suspects.length < PAIRED) this.#suspects.push(suspect);
      else this.#countLength(suspect);
    }
  }

  #addPair(a: number, b: number): void {
    const one = this.#a.files.nodes[a] ?? 0;
    const node = this.#b.files.nodes[b] ?? 0;
    const { namespace } = this.#b;
    const { tree } = namespace;
    const other = this.#a.namespace.tree;
    if (tree.size(node) !== other.size(one)) {
      this.#addLengths({ from: a, to: a + 1 }, { from: b, to: b + 1 });
    }
    if (!this.#mangling.isMangledFrom(this.#a.namespace, one, namespace, node)) {
      this.#names.add(() => ({
        node,
        span: logicalSpan(tree.record(node) + 33, tree.identifier(node).length),
        text: `${quoted(namespace.path(node))} (${quoted(this.#a.namespace.path(one))})`,
      }));
    }
    const apart = Math.abs(tree.recorded(node) - other.recorded(one));
    if (!(apart > 2000)) return;
    this.#largest = Math.max(this.#largest, apart);
    this.#times.add(() => ({ node, span: logicalSpan(tree.record(node) + 18, 7) }));
  }
}

/** Rules between namespaces. */
export const namespaceRules: RuleFamily = {
  rules,
  image: [checkTrees],
};
