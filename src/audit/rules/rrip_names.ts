// Rules about names, sparse files and the index of Rock Ridge (RRIP 1.12 4.1.4, 4.1.7; RRIP 1.09).

import { logicalSpan } from "../../bytes/span.ts";
import { decodeUtf8, hex } from "../../bytes/text.ts";
import {
  alternateName,
  rockRidgeIndex,
  sparseFile,
  sparseFile110,
} from "../../decode/rockridge/layout.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import type { Hit, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { differingOrders } from "./byte_orders.ts";
import { hasAllEntries } from "./entries.ts";
import {
  byteAt,
  type EntriesCheck,
  type EntriesJudge,
  type EntriesOwner,
  indexBits,
  ownedBy,
  type RockRidgeEntries,
} from "./rrip_view.ts";
import { Few, Tally, type TreeContext } from "./tally.ts";

/** Rules about NM, SF and RR. */
export const nameRules = {
  unendedName: {
    id: "RRP-015",
    severity: "warning",
    title: "Name continuation never ends or exceeds 255",
    clause: "RRIP 1.12 4.1.4",
    rationale:
      "The rest of the name is missing, or systems cannot take all of it: they cut it, or " +
      "refuse the file.",
    remedy: "Take the name from the ISO identifier or from another namespace.",
    layouts: [alternateName.id],
  },
  notUtf8: {
    id: "RRP-018",
    severity: "info",
    title: "Name is not valid UTF-8",
    clause: "RRIP 1.12 4.1.4",
    rationale:
      "Rock Ridge records no character set: such names were made on a system with another " +
      "one, and are shown in a form of their own by each system.",
    remedy: "Extract with the character set of that system; the manifest keeps the bytes.",
    layouts: [alternateName.id],
  },
  sparse: {
    id: "RRP-026",
    severity: "warning",
    title: "Sparse file entry is inconsistent",
    clause: "RRIP 1.12 4.1.7",
    rationale:
      "The extent of a sparse file is a table of its parts, which hardly any reader follows: " +
      "with a wrong entry the file cannot be put together.",
    remedy: "Extract the extent as it is.",
    layouts: [sparseFile.id, sparseFile110.id],
  },
  index: {
    id: "RRP-027",
    severity: "info",
    title: "Obsolete RR flags contradict the entries",
    clause: "RRIP 1.09",
    rationale: "RR of RRIP 1.09 says which entries a record has, and later versions left it out. " +
      "Readers that trust it do not look for the others.",
    remedy: "Nothing to do for current systems, which look at the entries.",
    layouts: [rockRidgeIndex.id],
  },
} as const satisfies RuleTable;

const rules = nameRules;

const CONTINUES = 1;
/** Bytes of a name that systems take. */
const NAME_BYTES = 255;
/** Tables of 256 pointers lead to all that a size of 64 bits can count. */
const MOST_LEVELS = 8;
const TABLE_DEPTH = "tableDepth";

const orders = { [`${sparseFile.id}.*`]: rules.sparse, [`${sparseFile110.id}.*`]: rules.sparse };

class NameJudge implements EntriesJudge {
  readonly #context: TreeContext;
  readonly #unended = new Few("names");
  readonly #notUtf8: Tally;
  readonly #sparse = new Few("SF entries");
  readonly #index: Tally;

  constructor(context: TreeContext) {
    this.#context = context;
    this.#notUtf8 = new Tally(context);
    this.#index = new Tally(context);
  }

  record(entries: RockRidgeEntries, owner: EntriesOwner): void {
    const { sparse, index } = entries;
    if (index !== undefined) this.#indexOf(index, entries, owner);
    this.#text(entries, owner);
    if (isUnended(entries)) this.#unendedOf(entries, owner);
    if (sparse !== undefined) this.#sparseOf(sparse, owner);
  }

  #text(entries: RockRidgeEntries, { record, node }: EntriesOwner): void {
    const { name, lastName } = entries;
    if (name === undefined || record.reserved !== undefined || record.section > 0) return;
    const first = name.at + alternateName.size;
    if (name === lastName && isAscii(name.field, first, name.at + name.length)) return;
    const { tree } = this.#context;
    const bytes = tree.alternateName(node);
    if (bytes === undefined || decodeUtf8(bytes).valid) return;
    this.#notUtf8.add(() => ({
      node,
      span: logicalSpan(name.span.start + alternateName.size, name.length - alternateName.size),
      text: `${this.#context.path(node)} (${hex(bytes.subarray(0, 32))})`,
    }));
  }

  #unendedOf(entries: RockRidgeEntries, { record, node }: EntriesOwner): void {
    const { lastName, nameLength } = entries;
    if (lastName === undefined) return;
    const goesOn = (byteAt(lastName, 4) & CONTINUES) !== 0;
    // The rest may stand where the entries could not be read.
    if (goesOn && nameLength <= NAME_BYTES && !hasAllEntries(record)) return;
    this.#unended.take(() => ({
      rule: rules.unendedName,
      span: logicalSpan(lastName.span.start + 4, 1),
      message: goesOn
        ? `the last NM entry says that the name of ${nameLength} bytes goes on`
        : `the name has ${nameLength} bytes; systems take ${NAME_BYTES}`,
      recorded: String(nameLength),
      ...ownedBy(this.#context, node),
    }));
  }

  #sparseOf({ length, span, value, layout }: SystemUseEntry, { node }: EntriesOwner): void {
    const owner = ownedBy(this.#context, node);
    const take = (at: number, bytes: number, message: string, more: Partial<Hit>) => {
      const place = logicalSpan(span.start + at, bytes);
      this.#sparse.take(() => ({ rule: rules.sparse, span: place, message, ...more, ...owner }));
    };
    const lengths: readonly number[] = [sparseFile.size, sparseFile110.size];
    if (value === undefined || !lengths.includes(length)) {
      const message =
        `the SF entry has ${length} bytes; it has ${sparseFile110.size} in RRIP 1.10 ` +
        `and ${sparseFile.size} in 1.12`;
      return take(2, 1, message, { recorded: String(length) });
    }
    for (
      const { field: _, number: __, ...hit } of differingOrders({ layout, span, value }, orders)
    ) {
      this.#sparse.take(() => ({ ...hit, ...owner }));
    }
    if (length !== sparseFile.size) return;
    const depth = value[TABLE_DEPTH];
    if (depth > 0 && depth <= MOST_LEVELS) return;
    const message = `the tables of the sparse file have ${counted(depth, "level")}`;
    const { offset } = sparseFile.fields[TABLE_DEPTH];
    take(offset, 1, message, { recorded: String(depth), expected: `1 to ${MOST_LEVELS}` });
  }

  #indexOf(index: SystemUseEntry, entries: RockRidgeEntries, { record, node }: EntriesOwner): void {
    const flags = byteAt(index, 4);
    if (index.length < rockRidgeIndex.size || flags === entries.present) return;
    if (!hasAllEntries(record)) return;
    const { present } = entries;
    this.#index.add(() => ({
      node,
      span: logicalSpan(index.span.start + 4, 1),
      text: `${namesOf(flags)} of ${this.#context.path(node)}, which has ${namesOf(present)}`,
    }));
  }

  end(): Iterable<Hit> {
    const [names, index] = [this.#notUtf8, this.#index];
    return [
      ...this.#unended.hits,
      ...this.#sparse.hits,
      ...names.hits(rules.notUtf8, `${names.count} of the names: ${names.listed}`),
      ...index.hits(
        rules.index,
        `RR names other entries than its record has, ${
          counted(index.count, "time")
        }: ${index.listed}`,
      ),
    ];
  }
}

function isUnended({ lastName, nameLength }: RockRidgeEntries): boolean {
  if (lastName === undefined) return false;
  return nameLength > NAME_BYTES ||
    (lastName.length >= alternateName.size && (byteAt(lastName, 4) & CONTINUES) !== 0);
}

function isAscii(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}

function namesOf(flags: number): string {
  const names = Object.entries(indexBits).filter(([, bit]) => (flags & bit) !== 0);
  return names.length === 0 ? "nothing" : names.map(([name]) => name).join(" ");
}

/** Judges names, sparse files and the index of a tree. */
export const checkNames: EntriesCheck = (context) => new NameJudge(context);
