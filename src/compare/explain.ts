// Why bytes differ: which of them are recorded times or made of them, and which the user ignores.

import { gptEntry, gptHeader, masterBootRecord } from "../decode/partition/layout.ts";
import type { Located, Locator } from "../model/locate.ts";
import { type Implanted, implantedAt } from "./implanted.ts";
import type { Side } from "./side.ts";

/** The byte at one position of both images. */
export type LocatedPair = {
  readonly position: number;
  readonly a: Located;
  readonly b: Located;
};

/** Says up to which position the bytes from a pair on are explained; undefined where they are not. */
export type Explain = (pair: LocatedPair) => number | undefined;

/** Goes over differing bytes in order and asks for an explanation of each, a field at a time. */
export class Explanation {
  /** Whether every byte so far was explained. */
  holds: boolean;
  readonly #a: Side;
  readonly #b: Side;
  readonly #locators: readonly [Locator, Locator];
  readonly #explain: Explain;
  #until = 0;

  /** `locators` are those of `a` and `b`; a second explanation may share them. */
  constructor(
    a: Side,
    b: Side,
    locators: readonly [Locator, Locator],
    explain: Explain,
    holds = true,
  ) {
    this.#a = a;
    this.#b = b;
    this.#locators = locators;
    this.#explain = explain;
    this.holds = holds;
  }

  /** Takes a run of differing bytes; runs come in order. */
  async take(start: number, end: number): Promise<void> {
    let at = Math.max(start, this.#until);
    while (at < end && this.holds) {
      const [locatorA, locatorB] = this.#locators;
      const foundA = locatorA.at(this.#a.offset(at));
      const a = foundA instanceof Promise ? await foundA : foundA;
      const foundB = locatorB.at(this.#b.offset(at));
      const b = foundB instanceof Promise ? await foundB : foundB;
      const until = this.#explain({ position: at, a, b });
      if (until === undefined) this.holds = false;
      else at = this.#until = Math.max(until, at + 1);
    }
  }
}

const gptIds: ReadonlySet<string> = new Set([gptHeader.id, gptEntry.id]);
const gptChecksums: ReadonlySet<string> = new Set(["headerCrc32", "partitionEntryArrayCrc32"]);

/**
 * Explains times, and what is derived from them: identifiers of MBR and GPT with the checksums over
 * those, digests that cover the whole image, codes of raw sectors. Whether the checksums are right is
 * for the audit to say.
 */
export class TimeExplainer {
  readonly #a: Side;
  readonly #implantedA: readonly Implanted[];
  readonly #implantedB: readonly Implanted[];
  #times = 0;
  #gptIdentifiers = 0;
  #gptChecksums = 0;
  #explainedSector = -1;

  /** Takes the implanted records of both images. */
  constructor(a: Side, implantedA: readonly Implanted[], implantedB: readonly Implanted[]) {
    this.#a = a;
    this.#implantedA = implantedA;
    this.#implantedB = implantedB;
  }

  /** Whether what was explained hangs together: derived values need something they derive from. */
  get consistent(): boolean {
    return this.#times > 0 && (this.#gptChecksums === 0 || this.#gptIdentifiers > 0);
  }

  readonly explain: Explain = (pair) => {
    const { position, a, b } = pair;
    const sector = Math.floor(position / this.#a.stride);
    if (a.rawPart !== undefined || b.rawPart !== undefined) {
      // A sector's codes cover the times in it, which stand before them.
      const codes = a.rawPart === "codes" && b.rawPart === "codes";
      return codes && this.#explainedSector === sector ? position + 1 : undefined;
    }
    const end = this.#field(pair) ?? this.#implanted(pair);
    if (end !== undefined) this.#explainedSector = sector;
    return end;
  };

  #field({ a, b }: LocatedPair): number | undefined {
    const [one, other] = [a.place, b.place];
    if (one?.fieldSpan === undefined || other?.fieldSpan === undefined) return undefined;
    const same = one.id === other.id && one.field === other.field &&
      one.fieldSpan.length === other.fieldSpan.length &&
      a.logical - one.fieldSpan.start === b.logical - other.fieldSpan.start;
    if (!same || !this.#derives(one.id, one.field ?? "", one.role ?? "value")) return undefined;
    return this.#a.ofLogical(one.fieldSpan.start + one.fieldSpan.length - 1) + 1;
  }

  #derives(id: string, field: string, role: string): boolean {
    if (role === "time") this.#times++;
    else if (role === "identifier" && gptIds.has(id)) this.#gptIdentifiers++;
    else if (role === "checksum" && gptIds.has(id) && gptChecksums.has(field)) this.#gptChecksums++;
    else return role === "identifier" && id === masterBootRecord.id;
    return true;
  }

  #implanted({ a, b }: LocatedPair): number | undefined {
    const one = implantedAt(this.#implantedA, a.logical);
    const other = implantedAt(this.#implantedB, b.logical);
    if (one === undefined || other === undefined || one.field.role !== "checksum") return undefined;
    const same = one.record.id === other.record.id && one.field.name === other.field.name &&
      one.field.offset === other.field.offset && one.field.length === other.field.length;
    if (!same) return undefined;
    return this.#a.ofLogical(one.record.start + one.field.offset + one.field.length - 1) + 1;
  }
}

/** Words of `--ignore` that stand for a whole class. */
export const IGNORE_TIMES = "times";

/** Explains what the user ignores: times, owners, names and paths, structures, fields. */
export class IgnoreExplainer {
  readonly #a: Side;
  readonly #b: Side;
  readonly #implanted: readonly [readonly Implanted[], readonly Implanted[]];
  readonly #words: ReadonlySet<string>;
  readonly #times: TimeExplainer;

  /** `implanted` are the records of `a` and `b`; `times` explains what the word `times` stands for. */
  constructor(
    a: Side,
    b: Side,
    implanted: readonly [readonly Implanted[], readonly Implanted[]],
    words: readonly string[],
    times: TimeExplainer,
  ) {
    this.#a = a;
    this.#b = b;
    this.#implanted = implanted;
    // A folder may be named with a slash behind it.
    this.#words = new Set(words.map((word) => word.toLowerCase().replace(/(?<=.)\/+$/, "")));
    this.#times = times;
  }

  readonly explain: Explain = (pair) => {
    if (this.#words.has(IGNORE_TIMES)) {
      const end = this.#times.explain(pair);
      if (end !== undefined) return end;
    }
    const one = this.#end(this.#a, pair.a, this.#implanted[0]);
    const other = this.#end(this.#b, pair.b, this.#implanted[1]);
    return one === undefined || other === undefined ? undefined : Math.min(one, other);
  };

  /** Whether the bytes that only one image has are ignored. */
  tail(side: Side, from: number): boolean {
    for (let at = from; at < side.size;) {
      const { index, end } = side.regionAt(at);
      const region = side.image.regions.region(index);
      if (!this.#names(region.owner, side.image.regionName(region))) return false;
      at = end;
    }
    return true;
  }

  #end(
    side: Side,
    { place, region, name, logical, rawPart }: Located,
    implanted: readonly Implanted[],
  ): number | undefined {
    const inside = rawPart === undefined ? implantedAt(implanted, logical) : undefined;
    if (inside !== undefined) {
      const { record: { title, id, start }, field: { name, offset, length } } = inside;
      if (this.#names(title, id, name, `${title}.${name}`)) {
        return side.ofLogical(start + offset + length - 1) + 1;
      }
    }
    if (place !== undefined) {
      const field = place.field ?? "";
      const whole = this.#names(place.structure, place.id, place.path?.() ?? "");
      const span = whole ? place.span : place.fieldSpan;
      if (span !== undefined && (whole || this.#names(field, `${place.structure}.${field}`))) {
        return side.ofLogical(span.start + span.length - 1) + 1;
      }
    }
    if (!this.#names(region.owner, name)) return undefined;
    return side.position(region.start + region.length - 1) + 1;
  }

  // A path stands for all that lies below it too.
  #names(...names: readonly string[]): boolean {
    for (const name of names) {
      const lower = name.toLowerCase();
      if (name !== "" && this.#words.has(lower)) return true;
      for (let at = lower.lastIndexOf("/"); at > 0; at = lower.lastIndexOf("/", at - 1)) {
        if (this.#words.has(lower.slice(0, at))) return true;
      }
    }
    return false;
  }
}
