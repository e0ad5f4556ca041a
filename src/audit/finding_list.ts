// Hits become findings here: repeats folded, symptoms linked to their cause, all in a fixed order.

import { hex } from "../bytes/text.ts";
import type { Image } from "../model/image.ts";
import type { Namespace } from "../model/namespace.ts";
import { Causes, type Kept, type Place, placeOf, severityOf } from "./causes.ts";
import type { Finding } from "./result.ts";
import { type Hit, NO_CLAUSE } from "./rule.ts";
import { severities } from "./verdict.ts";

/** Findings of one rule that are listed one by one; the rest is counted. */
export const KEPT_PER_RULE = 1000;

type RuleHits = {
  readonly kept: Kept[];
  /** Kept hits by place and owner. */
  readonly byPlace: Map<string, Kept>;
  /** The hits past the limit: the first of them, and how many. */
  rest: Kept | undefined;
};

/** Takes the hits of one audit. */
export class FindingList {
  readonly #image: Image;
  readonly #wanted: (id: string) => boolean;
  readonly #byRule = new Map<string, RuleHits>();
  /** Hits of rules that are not reported; they are only counted, as the findings that they make. */
  #left: FindingList | undefined;

  /** `wanted` says which rules are reported. */
  constructor(image: Image, wanted: (id: string) => boolean) {
    this.#image = image;
    this.#wanted = wanted;
  }

  /** Takes a hit, `times` times; one of the same rule at the same place only adds to its count. */
  add(hit: Hit, times = hit.count ?? 1): void {
    const { id } = hit.rule;
    if (times < 1) return;
    if (!this.#wanted(id)) {
      this.#left ??= new FindingList(this.#image, () => true);
      return this.#left.add(hit, times);
    }
    let hits = this.#byRule.get(id);
    if (hits === undefined) {
      hits = { kept: [], byPlace: new Map(), rest: undefined };
      this.#byRule.set(id, hits);
    }
    const place = hit.span === undefined ? undefined : placeOf(hit.span, this.#image);
    const key = placeKey(hit, place);
    const same = hits.byPlace.get(key);
    if (same !== undefined) same.count += times;
    else if (hits.kept.length < KEPT_PER_RULE) {
      const kept = { hit, place, count: times };
      hits.kept.push(kept);
      hits.byPlace.set(key, kept);
    } else if (hits.rest === undefined) hits.rest = { hit, place, count: times };
    else hits.rest.count += times;
  }

  /** Findings of rules that are not reported. */
  get ignored(): number {
    return this.#left?.findings().length ?? 0;
  }

  /** Findings with causes before symptoms, then by severity, offset and id. */
  findings(): Finding[] {
    const all = [...this.#byRule.values()].flatMap(joined);
    const there = new Set(all);
    const causes = new Map<Kept, Kept>();
    const finder = new Causes(
      this.#image,
      all,
      (id) => this.#byRule.get(id)?.kept.filter((kept) => there.has(kept)) ?? [],
    );
    for (const kept of all) {
      const cause = finder.of(kept);
      // Two findings never explain each other: the first one stands.
      const isCircle = cause === kept || (cause !== undefined && causes.get(cause) === kept);
      if (cause !== undefined && !isCircle) causes.set(kept, cause);
    }
    const gravest = gravestOf(causes);
    const roots = all.filter((kept) => !causes.has(kept)).sort((a, b) =>
      rankOf(a, gravest) - rankOf(b, gravest) || inOrder(a, b)
    );
    const symptoms = foldSymptoms(all.filter((kept) => causes.has(kept)).sort(inOrder), causes);
    const index = new Map([...roots, ...symptoms].map((kept, at) => [kept, at]));
    return [...index.keys()].map((kept) => {
      const cause = rootOf(kept, causes);
      return this.#finding(kept, cause === undefined ? undefined : index.get(cause));
    });
  }

  #finding({ hit, place, count }: Kept, causedBy: number | undefined): Finding {
    const { rule } = hit;
    return {
      rule: rule.id,
      severity: severityOf(hit),
      confidence: hit.confidence ?? rule.confidence ?? "certain",
      title: rule.title,
      message: hit.message,
      ...place,
      ...this.#owner(hit),
      ...(hit.recorded === undefined ? {} : { recorded: hit.recorded }),
      ...(hit.expected === undefined ? {} : { expected: hit.expected }),
      ...(rule.clause === NO_CLAUSE ? {} : { clause: rule.clause }),
      remedy: rule.remedy,
      ...(causedBy === undefined ? {} : { causedBy }),
      count,
    };
  }

  #owner({ volume, tree, node }: Hit): Pick<Finding, "volume" | "path" | "pathBytes"> {
    const namespace = tree === undefined ? undefined : this.#namespace(tree, volume);
    const kind = volume ?? namespace?.kind;
    if (namespace === undefined || node === undefined || node >= namespace.tree.count) {
      return kind === undefined ? {} : { volume: kind };
    }
    return { volume: namespace.kind, ...pathFacts(namespace, node) };
  }

  #namespace(tree: number, volume: string | undefined): Namespace | undefined {
    const shown = this.#image.namespaceOf(tree);
    if (shown === undefined || volume === undefined || shown.kind === volume) return shown;
    const other = this.#image.volumes.find((each) => each.tree === tree && each.kind === volume);
    return other?.namespace ?? shown;
  }
}

// What is about no place and no file is told apart by what it says.
function placeKey({ volume, tree, node, severity, message }: Hit, place?: Place): string {
  const said = place === undefined && node === undefined ? message : "";
  return [place?.offset, place?.length, volume, tree, node, severity, said].join("|");
}

// Hits of one rule that touch are one range; those past the limit are one more finding.
function joined({ kept, rest }: RuleHits): Kept[] {
  const list: Kept[] = [];
  for (const each of [...kept].sort(inOrder)) {
    const last = list.at(-1);
    if (last !== undefined && touches(last, each)) {
      const length = last.place.length + (each.place?.length ?? 0);
      last.place = { ...last.place, length };
      last.count += each.count;
    } else list.push(each);
  }
  if (rest === undefined) return list;
  const message = `${rest.count} more like those listed; the first of them: ${rest.hit.message}`;
  const hit = { ...rest.hit, message };
  return [...list, { hit, place: rest.place, count: rest.count }];
}

function touches(a: Kept, b: Kept): a is Kept & { place: Place } {
  if (a.place === undefined || b.place === undefined || a.place.length === 0) return false;
  const same = a.hit.volume === b.hit.volume && a.hit.tree === b.hit.tree &&
    a.hit.node === b.hit.node && a.hit.severity === b.hit.severity;
  return same && a.hit.joins === true && b.hit.joins === true &&
    a.place.offset + a.place.length === b.place.offset;
}

function inOrder(a: Kept, b: Kept): number {
  const bySeverity = severities.indexOf(severityOf(a.hit)) - severities.indexOf(severityOf(b.hit));
  const offsetA = a.place?.offset ?? -1;
  const offsetB = b.place?.offset ?? -1;
  const byId = a.hit.rule.id < b.hit.rule.id ? -1 : a.hit.rule.id > b.hit.rule.id ? 1 : 0;
  return bySeverity || offsetA - offsetB || byId ||
    (a.place?.length ?? 0) - (b.place?.length ?? 0);
}

function rankOf(kept: Kept, gravest: ReadonlyMap<Kept, number>): number {
  const own = severities.indexOf(severityOf(kept.hit));
  return Math.min(own, gravest.get(kept) ?? own);
}

// The gravest of what each cause explains: with that it is listed.
function gravestOf(causes: ReadonlyMap<Kept, Kept>): ReadonlyMap<Kept, number> {
  const gravest = new Map<Kept, number>();
  for (const symptom of causes.keys()) {
    const cause = rootOf(symptom, causes);
    if (cause === undefined) continue;
    const own = severities.indexOf(severityOf(symptom.hit));
    gravest.set(cause, Math.min(own, gravest.get(cause) ?? own));
  }
  return gravest;
}

function rootOf(kept: Kept, causes: ReadonlyMap<Kept, Kept>): Kept | undefined {
  let cause = causes.get(kept);
  for (let steps = 0; cause !== undefined && steps < 16; steps++) {
    const next = causes.get(cause);
    if (next === undefined) return cause;
    cause = next;
  }
  return cause;
}

// Symptoms of one rule, severity and cause are one finding: the first of them, with the count of all.
function foldSymptoms(symptoms: readonly Kept[], causes: Map<Kept, Kept>): Kept[] {
  const folded = new Map<string, Kept[]>();
  const numbers = new Map<Kept, number>();
  for (const kept of symptoms) {
    const cause = rootOf(kept, causes);
    if (cause === undefined) continue;
    if (!numbers.has(cause)) numbers.set(cause, numbers.size);
    const key = `${kept.hit.rule.id}|${severityOf(kept.hit)}|${numbers.get(cause)}`;
    const group = folded.get(key);
    if (group === undefined) folded.set(key, [kept]);
    else group.push(kept);
  }
  return [...folded.values()].flatMap((group) => {
    const [first] = group;
    const cause = first === undefined ? undefined : rootOf(first, causes);
    if (first === undefined || cause === undefined || group.length === 1) return group;
    const count = group.reduce((sum, each) => sum + each.count, 0);
    const message = `${first.hit.message}; ${count - 1} more for the same cause`;
    const one = { hit: { ...first.hit, message }, place: first.place, count };
    causes.set(one, cause);
    return [one];
  });
}

function pathFacts(namespace: Namespace, node: number): Pick<Finding, "path" | "pathBytes"> {
  const path = namespace.path(node);
  const bytes = pathBytes(namespace, node);
  return bytes === undefined ? { path } : { path, pathBytes: hex(bytes) };
}

// Bytes of a path in which some name is not valid text.
function pathBytes(namespace: Namespace, node: number): Uint8Array | undefined {
  const { tree } = namespace;
  const names: Uint8Array[] = [];
  let valid = true;
  let at = node;
  for (let depth = 0; at !== 0 && depth < 1024; depth++) {
    const shown = (namespace.kind === "rockridge" ? tree.placeholders.get(at) : undefined) ?? at;
    const { text, bytes } = namespace.name(shown);
    if (bytes !== undefined) valid = false;
    names.push(bytes ?? new TextEncoder().encode(text));
    at = tree.parent(shown);
  }
  if (valid) return undefined;
  return Uint8Array.from(names.reverse().flatMap((name) => [0x2f, ...name]));
}
