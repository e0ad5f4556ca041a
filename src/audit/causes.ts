// Causes before symptoms: which finding explains another, by what the rules say of each other and by place.

import { SECTOR, type Span } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";
import type { Hit, Severity } from "./rule.ts";

/** Where a span lies in the opened file. */
export type Place = { readonly offset: number; readonly length: number; readonly sector: number };

/** A hit that is listed, with how often it was met. */
export type Kept = { readonly hit: Hit; place: Place | undefined; count: number };

/** Hits of a rule. */
export type HitsOf = (id: string) => readonly Kept[];

/** How grave a hit is: as its rule says, unless it says otherwise. */
export function severityOf({ severity, rule }: Hit): Severity {
  return severity ?? rule.severity;
}

// Rules whose hits say that something lies past the end of the image: one cut explains them all.
const explainedByCut: ReadonlySet<string> = new Set([
  "IMG-005",
  "ISO-DIR-012",
  "ISO-PTH-001",
  "ISO-PTH-002",
  "ISO-PVD-021",
  "JOL-011",
  "ISO-XAR-001",
  "SUS-006",
  "ELT-004",
  "ELT-013",
  "ELT-014",
  "MBR-002",
  "GPT-005",
  "GPT-008",
  "APM-003",
  "HFS-003",
]);

// Rules that say what was read at all: nothing of the image explains them.
const ownCauses: ReadonlySet<string> = new Set([
  "IMG-006",
  "IMG-007",
  "IMG-011",
  "IMG-023",
  "LIM-001",
  "LIM-003",
  "EXT-009",
]);

/**
 * Rules at `warning` that tools which record digests never break: fields that are recorded twice and differ,
 * and what else only changed bytes make. They explain a digest that fails as an error would.
 */
const torn: ReadonlySet<string> = new Set([
  "ISO-PVD-003",
  "ISO-PVD-004",
  "ISO-PVD-005",
  "ISO-PVD-015",
  "ISO-PVD-017",
  "ISO-DIR-005",
  "ISO-DIR-006",
  "ISO-DIR-025",
  "ISO-XAR-002",
  "ISO-PTH-003",
  "ISO-PTH-008",
  "ISO-PTH-012",
  "SUS-002",
  "ELT-025",
  // At `warning` for a boot record that has lost its signature only.
  "GPT-012",
]);

// Notes and infos that bytes off their place set off, which say nothing else.
const strayBytes: ReadonlySet<string> = new Set([
  "IMG-002",
  "EXT-004",
  "EXT-006",
  "EXT-007",
  "ISO-DIR-003",
  "ISO-DIR-040",
  "ISO-DIR-045",
  "ISO-DIR-031",
  "ISO-DIR-039",
]);

// Rules about what only a whole and undamaged descriptor leads to.
const explainedByDescriptor: ReadonlySet<string> = new Set([
  "ISO-VDS-003",
  "ISO-VDS-004",
  "ISO-VDS-010",
  "ISO-PVD-021",
  "ISO-PVD-022",
  "ISO-PTH-001",
  "ISO-PTH-002",
  "ISO-PTH-006",
  "ISO-PTH-007",
  "EXT-004",
  "XNS-001",
  // Digests over all of the image, and over the structures of a session.
  "PRF-001",
  "PRF-005",
  "PRF-006",
  "PRF-007",
]);

// Rules about what hangs on the records of a directory.
const explainedByDirectory: ReadonlySet<string> = new Set([
  "ISO-PTH-011",
  "XNS-001",
  "EXT-004",
  "RRP-011",
  "RRP-019",
  "PRF-001",
  "PRF-006",
  "PRF-007",
]);

// Rules about bytes of the system area and about digests over all of the image.
const explainedByShift = /^(MBR|GPT|APM|PRF|ELT-0(03|04)|IMG-00[15])/;

// Rules about addresses that lie past a session image as they are recorded.
const explainedByBase: ReadonlySet<string> = new Set([
  "IMG-016",
  "ISO-DIR-012",
  "ISO-PTH-001",
  "ISO-PVD-021",
  "SES-002",
  "ELT-004",
  "ELT-013",
  "ELT-014",
]);

/** A cause, and whether it explains another hit; the first that does is taken. */
type Explanation = {
  readonly rules: readonly string[];
  explains(cause: Kept, symptom: Kept, image: Image): boolean;
};

/** Whether one place lies in another. */
export function contains(outer: Place | undefined, inner: Place | undefined): boolean {
  if (outer === undefined || inner === undefined) return false;
  return inner.offset >= outer.offset &&
    inner.offset + inner.length <= outer.offset + outer.length;
}

function isGrave({ hit }: Kept): boolean {
  const severity = severityOf(hit);
  return severity === "error" || severity === "warning";
}

// A structure that begins in front of the point may reach behind it, or hold it.
function isBehind(cause: Kept, { place }: Kept, reach = 0): boolean {
  if (cause.place === undefined || place === undefined) return false;
  return place.offset + place.length > cause.place.offset - reach;
}

function lengthOf({ place }: Kept): number {
  return place?.length ?? -1;
}

// What the shift makes of the end of the image: as many bytes are missing there, or too many.
function isSameDistance(cause: Kept, symptom: Kept): boolean {
  const bytes = Math.abs(Number(cause.hit.recorded));
  return symptom.hit.rule.id === "IMG-001" && lengthOf(symptom) === bytes;
}

/** Causes from the most far-reaching on: none is explained by one that stands behind it. */
const explanations: readonly Explanation[] = [
  { rules: ["IMG-023"], explains: (cause, symptom) => contains(cause.place, symptom.place) },
  {
    rules: ["IMG-012", "IMG-013"],
    // It changed the whole file, and shifted what follows the first change.
    explains: (_cause, symptom) => isGrave(symptom),
  },
  {
    rules: ["IMG-009"],
    explains: (cause, { hit }) =>
      severityOf(cause.hit) === "error" && explainedByShift.test(hit.rule.id),
  },
  {
    rules: ["IMG-010"],
    explains: (cause, symptom, { mapping }) => {
      if (symptom.hit.rule.id === "IMG-001") return isSameDistance(cause, symptom);
      const isStray = strayBytes.has(symptom.hit.rule.id);
      return (isGrave(symptom) || isStray) && isBehind(cause, symptom, mapping.stride);
    },
  },
  {
    rules: ["IMG-001", "IMG-006"],
    explains: (_cause, { hit, place }, { source }) => {
      const touchesEnd = place !== undefined && place.length > 0 &&
        place.offset + place.length === source.size;
      return explainedByCut.has(hit.rule.id) || touchesEnd;
    },
  },
  { rules: ["IMG-020"], explains: (_cause, { hit }) => explainedByBase.has(hit.rule.id) },
  {
    rules: ["DMG-001", "DMG-002", "DMG-003", "DMG-004"],
    explains: (cause, symptom) => isGrave(cause) && contains(cause.place, symptom.place),
  },
  {
    rules: ["ISO-VDS-001", "ISO-VDS-016", "ISO-PVD-030"],
    explains: (cause, symptom) =>
      explainedByDescriptor.has(symptom.hit.rule.id) || isInSector(cause, symptom),
  },
  {
    rules: ["ISO-DIR-042"],
    explains: (cause, symptom) =>
      contains(cause.place, symptom.place) || explainedByDirectory.has(symptom.hit.rule.id),
  },
];

function isInSector({ place }: Kept, symptom: Kept): boolean {
  if (place === undefined || symptom.place === undefined) return false;
  return isGrave(symptom) && symptom.hit.rule.id.startsWith("ISO-PVD") &&
    Math.floor(symptom.place.offset / SECTOR) === Math.floor(place.offset / SECTOR);
}

/** Rules whose hits on sectors that follow each other are one loss: the first of them is its cause. */
const runs: ReadonlySet<string> = new Set(["ISO-VDS-001", "ISO-VDS-016", "ISO-DIR-042"]);

const rankOf = new Map(
  explanations.flatMap(({ rules }, rank) => rules.map((rule) => [rule, rank] as const)),
);

/** Where a span lies in the file. */
export function placeOf({ space, start, length }: Span, { mapping }: Image): Place {
  if (space === "file") {
    const sector = Math.max(0, Math.floor(mapping.logicalOffset(start) / SECTOR));
    return { offset: start, length, sector };
  }
  const offset = mapping.fileOffset(start);
  const end = length === 0 ? offset : mapping.fileOffset(start + length - 1) + 1;
  return { offset, length: end - offset, sector: Math.floor(start / SECTOR) };
}

/** Finds the cause of each hit of one audit. */
export class Causes {
  readonly #image: Image;
  readonly #all: readonly Kept[];
  readonly #hits: HitsOf;
  #firsts: ReadonlyMap<Kept, Kept> | undefined;
  #culprits: readonly Kept[] | undefined;

  /** `all` are the hits that are reported, `hits` gives those of a rule. */
  constructor(image: Image, all: readonly Kept[], hits: HitsOf) {
    this.#image = image;
    this.#all = all;
    this.#hits = hits;
  }

  /** The hit that explains another, if any does. */
  of(kept: Kept): Kept | undefined {
    const { rule } = kept.hit;
    const named = this.#named(kept);
    if (named !== undefined) return named;
    if (ownCauses.has(rule.id)) return undefined;
    const own = rankOf.get(rule.id) ?? explanations.length;
    for (const { rules, explains } of explanations.slice(0, own)) {
      for (const id of rules) {
        const found = this.#hits(id).find((cause) => explains(cause, kept, this.#image));
        if (found !== undefined) return this.#path(kept, id) ?? found;
      }
    }
    return runs.has(rule.id) ? this.#firstOfRun(kept) : this.#inside(kept);
  }

  /** What is wrong first in the bytes that a failing digest covers. */
  #inside(kept: Kept): Kept | undefined {
    const { covers } = kept.hit;
    if (covers === undefined) return undefined;
    this.#culprits ??= culpritsOf(this.#all);
    const places = covers.map((span) => placeOf(span, this.#image));
    return this.#culprits.find((culprit) =>
      !isBeside(culprit.hit, kept.hit) && isNarrower(culprit.hit, kept.hit) &&
      places.some((place) => contains(place, culprit.place))
    );
  }

  /** The hit that the rule itself names. */
  #named(kept: Kept): Kept | undefined {
    const { causedBy, causedAt } = kept.hit;
    if (causedBy === undefined) return undefined;
    const candidates = this.#hits(causedBy);
    return candidates.find((each) => each.place !== undefined && each.place.offset === causedAt) ??
      candidates.find((each) => contains(each.place, kept.place)) ?? candidates[0];
  }

  // Of several lost directories the one above a file of another namespace is its cause.
  #path({ hit }: Kept, id: string): Kept | undefined {
    if (id !== "ISO-DIR-042") return undefined;
    const path = this.#pathOf(hit);
    if (path === undefined) return undefined;
    return this.#hits(id).find((cause) => {
      const folder = this.#pathOf(cause.hit);
      return folder !== undefined && path.startsWith(folder === "/" ? folder : `${folder}/`);
    });
  }

  #pathOf({ tree, node }: Hit): string | undefined {
    if (tree === undefined || node === undefined) return undefined;
    return this.#image.namespaceOf(tree)?.path(node).toLowerCase();
  }

  #firstOfRun(kept: Kept): Kept | undefined {
    this.#firsts ??= firstsOf([...runs].flatMap((rule) => [...this.#hits(rule)]), this.#image);
    const first = this.#firsts.get(kept);
    return first === kept ? undefined : first;
  }
}

/** Hits that say which bytes are wrong, in the order of their places. */
function culpritsOf(all: readonly Kept[]): Kept[] {
  const culprits = all.filter(({ hit, place }) => {
    const severity = severityOf(hit);
    const isTorn = severity === "warning" && torn.has(hit.rule.id);
    return place !== undefined && (severity === "error" || isTorn);
  });
  return culprits.sort((a, b) => (a.place?.offset ?? 0) - (b.place?.offset ?? 0));
}

// A file that could not be decoded may never have been what its name says; its digest is of what it was.
function isBeside(cause: Hit, symptom: Hit): boolean {
  return cause.mayBeOriginal === true && cause.node !== undefined && cause.node === symptom.node &&
    cause.tree === symptom.tree;
}

// Of digests over the same bytes the first by its id explains the others, so that none go in a circle.
function isNarrower(cause: Hit, symptom: Hit): boolean {
  if (cause.covers === undefined) return true;
  const [bytes, wider] = [coveredBy(cause), coveredBy(symptom)];
  return bytes < wider || (bytes === wider && cause.rule.id < symptom.rule.id);
}

function coveredBy({ covers = [] }: Hit): number {
  return covers.reduce((sum, { length }) => sum + length, 0);
}

/** The first hit of each run of sectors. */
function firstsOf(hits: readonly Kept[], { mapping }: Image): Map<Kept, Kept> {
  const firsts = new Map<Kept, Kept>();
  let first: Kept | undefined;
  let end = -1;
  const sectorOf = ({ place }: Kept) => place?.sector ?? 0;
  for (const kept of [...hits].sort((a, b) => sectorOf(a) - sectorOf(b))) {
    if (kept.place === undefined) continue;
    const { sector, length } = kept.place;
    if (first === undefined || sector > end) first = kept;
    end = Math.max(end, sector + Math.max(1, Math.ceil(length / mapping.stride)));
    firsts.set(kept, first);
  }
  return firsts;
}
