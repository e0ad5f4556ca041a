// Rules about the attributes of Rock Ridge over a whole tree: PX and PN (RRIP 1.12 4.1.1, 4.1.2).

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { decodeLatin1 } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import {
  extensionsReference,
  posixAttributes,
  posixAttributes112,
  posixDevice,
  rockRidgeIndex,
} from "../../decode/rockridge/layout.ts";
import { entryValue, type RecordView, type SystemUseEntry } from "../../model/directory.ts";
import type { Tree } from "../../model/tree.ts";
import { type Hit, nothing, type RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { differingOrders } from "./byte_orders.ts";
import { hasAllEntries } from "./entries.ts";
import {
  type EntriesCheck,
  type EntriesJudge,
  type EntriesOwner,
  indexBits,
  LINK_TYPE,
  numberAt,
  ownedBy,
  type RockRidgeEntries,
  TYPE_BITS,
} from "./rrip_view.ts";
import { Few, Tally, type TreeContext } from "./tally.ts";

/** Rules about PX and PN. */
export const attributeRules = {
  attributesLength: {
    id: "RRP-002",
    severity: "info",
    title: "PX length does not fit the announced version",
    clause: "RRIP 1.12 4.1.1",
    rationale:
      "The extension is announced under the name of one version and written like another: " +
      "bsdtar announces RRIP_1991A and writes PX of RRIP 1.12. Readers go by the length.",
    remedy: "Nothing to do; it tells writers apart.",
    layouts: [posixAttributes.id, posixAttributes112.id],
  },
  attributesMissing: {
    id: "RRP-004",
    severity: "warning",
    title: "Attributes missing on some records",
    clause: "RRIP 1.12 4.1.1",
    rationale: "Other records of the tree have a PX entry, so readers make up mode and owner of " +
      "this one. A damaged signature is the usual reason.",
    remedy: "Set the mode by hand; fetch the sector again.",
    layouts: [posixAttributes.id, directoryRecord.id],
  },
  modes: {
    id: "RRP-006",
    severity: "note",
    title: "Set-id, sticky or world-writable modes",
    clause: "RRIP 1.12 4.1.1",
    rationale:
      "A program with a set-id bit runs with the rights of its owner once it is installed " +
      "with its mode; files that anyone may write to are easy to replace.",
    remedy: "Extract without modes unless they are wanted.",
    layouts: [posixAttributes.id],
  },
  device: {
    id: "RRP-007",
    severity: "warning",
    title: "Device entry and type disagree",
    clause: "RRIP 1.12 4.1.2",
    rationale:
      "A device node needs its number, and nothing else has one: one of the two entries is " +
      "damaged. Numbers that differ by byte order name two devices.",
    remedy: "Do not make device nodes from this image; they hold no data.",
    layouts: [posixDevice.id, posixAttributes.id],
  },
  mixedVersions: {
    id: "RRP-028",
    severity: "info",
    title: "Mixed Rock Ridge versions",
    clause: "RRIP 1.12 4.1",
    rationale:
      "Records of two revisions come from two programs, from sessions that were added, or " +
      "from OpenSolaris, whose master has entries of 1.09 beside those of 1.12.",
    remedy: "Nothing to do; readers go by each entry.",
    layouts: [posixAttributes.id, posixAttributes112.id, rockRidgeIndex.id],
  },
  builder: {
    id: "RRP-029",
    severity: "note",
    title: "Builder identity visible",
    clause: "RRIP 1.12 4.1.1, 4.1.2",
    rationale: "Numbers of users, groups and files come from the system on which the image was " +
      "made, unless the master was told to leave them out (genisoimage -r does).",
    remedy: "Compare them with those of other images to find out where it was made.",
    layouts: [posixAttributes112.id],
  },
} as const satisfies RuleTable;

const rules = attributeRules;

const TYPE_NAMES: Readonly<Record<number, string>> = {
  0xc000: "a socket",
  0xa000: "a symbolic link",
  0x8000: "a file",
  0x6000: "a block device",
  0x4000: "a directory",
  0x2000: "a character device",
  0x1000: "a FIFO",
};
const BLOCK_DEVICE = 0x6000;
const CHARACTER_DEVICE = 0x2000;
const OWN_SERIALS = 0xffffff00;
const SET_USER = 0o4000;
const SET_GROUP = 0o2000;
const STICKY = 0o1000;
const WORLD_WRITABLE = 0o2;
const NOTABLE = SET_USER | SET_GROUP | STICKY | WORLD_WRITABLE;

const orders = { [`${posixDevice.id}.*`]: rules.device };

/** Length of PX in the version that an extension is announced as; undefined where that is not known. */
function announcedLength(record: RecordView): { name: string; length: number } | undefined {
  const names = record.systemUse.map((entry) => {
    const length = entryValue(entry, extensionsReference)?.lengthOfIdentifier ?? 0;
    return decodeLatin1(entry.bytes.subarray(extensionsReference.size).subarray(0, length));
  });
  const old = names.includes("RRIP_1991A");
  const latest = names.find((name) => name === "IEEE_P1282" || name === "IEEE_1282");
  if (old === (latest !== undefined)) return undefined;
  return latest === undefined
    ? { name: "RRIP_1991A", length: posixAttributes.size }
    : { name: latest, length: posixAttributes112.size };
}

class AttributeJudge implements EntriesJudge {
  readonly #context: TreeContext;
  readonly #otherLength: Tally;
  readonly #otherLengths = new Set<number>();
  readonly #old: Tally;
  readonly #latest: Tally;
  readonly #indexed: Tally;
  readonly #missing = new Few("records");
  readonly #modes: Tally;
  readonly #kinds = [0, 0, 0, 0];
  readonly #devices = new Few("entries");
  readonly #serials = new Numbers();
  /** Greatest serial number that the writer may have counted itself. */
  readonly #own: number;
  #announced: { readonly name: string; readonly length: number } | undefined;

  constructor(context: TreeContext) {
    this.#context = context;
    this.#otherLength = new Tally(context);
    this.#old = new Tally(context);
    this.#latest = new Tally(context);
    this.#indexed = new Tally(context);
    this.#modes = new Tally(context);
    const { tree, image } = context;
    this.#own = Math.max(tree.count, image.mapping.logicalSize / tree.blockSize);
  }

  record(entries: RockRidgeEntries, owner: EntriesOwner): void {
    const { record, node } = owner;
    const { attributes, index } = entries;
    const isRootDot = node === 0 && record.reserved === 0;
    if (isRootDot) this.#announced = announcedLength(record);
    if (index !== undefined) this.#indexed.add(() => ({ node, span: index.span }));
    if (attributes === undefined) this.#noteMissing(owner);
    else this.#length(attributes, node);
    if (record.reserved !== undefined && !isRootDot) return;
    if (attributes !== undefined && (entries.mode & NOTABLE) !== 0) this.#mode(entries, node);
    this.#device(entries, owner);
  }

  #noteMissing({ record, node }: EntriesOwner): void {
    // Sections of a file are one file: its first record decides.
    if (record.section > 0 || !hasAllEntries(record)) return;
    const which = record.reserved === undefined ? "" : record.reserved === 0 ? " ." : " ..";
    this.#missing.take(() => ({
      rule: rules.attributesMissing,
      span: record.span,
      message: `the record${which} of ${this.#context.path(node)} has no PX entry`,
      ...ownedBy(this.#context, node),
    }));
  }

  #length(attributes: SystemUseEntry, node: number): void {
    const { length } = attributes;
    const tally = length >= posixAttributes112.size ? this.#latest : this.#old;
    tally.add(() => ({ node, span: attributes.span }));
    if (tally === this.#latest) this.#serial(numberAt(attributes, 36));
    if (length === (this.#announced?.length ?? length)) return;
    this.#otherLength.add(() => ({ node, span: logicalSpan(attributes.span.start + 2, 1) }));
    this.#otherLengths.add(length);
  }

  // Writers that number the files themselves count entries (libisofs) or blocks, or write numbers just
  // below 2^32 for files without a place (bsdtar): those of a file system are the others.
  #serial(serial: number): void {
    if (serial > this.#own && serial < OWN_SERIALS) this.#serials.add(serial);
  }

  #mode(entries: RockRidgeEntries, node: number): void {
    const { mode, attributes } = entries;
    if (attributes === undefined || (mode & TYPE_BITS) === LINK_TYPE) return;
    // A moved directory is counted at its placeholder.
    if ((entries.present & indexBits.RE) !== 0) return;
    for (const [kind, bit] of [SET_USER, SET_GROUP, STICKY, WORLD_WRITABLE].entries()) {
      if ((mode & bit) !== 0) this.#kinds[kind] = (this.#kinds[kind] ?? 0) + 1;
    }
    this.#modes.add(() => ({
      node,
      span: fieldSpan(posixAttributes, "fileMode", attributes.span),
      text: `${(mode & 0o7777).toString(8).padStart(4, "0")} of ${this.#context.path(node)}`,
    }));
  }

  #device(entries: RockRidgeEntries, { record, node }: EntriesOwner): void {
    const { attributes, device } = entries;
    const type = entries.mode & TYPE_BITS;
    const isDevice = type === BLOCK_DEVICE || type === CHARACTER_DEVICE;
    if (device === undefined && !isDevice) return;
    const owner = ownedBy(this.#context, node);
    const take = (span: Span, message: string) =>
      this.#devices.take(() => ({ rule: rules.device, span, message, ...owner }));
    if (device === undefined) {
      if (attributes === undefined || !hasAllEntries(record)) return;
      const span = fieldSpan(posixAttributes, "fileMode", attributes.span);
      return take(span, `the mode is that of ${TYPE_NAMES[type]}, and no PN entry has its number`);
    }
    const { value, layout, span } = device;
    if (value === undefined) {
      return take(span, `the PN entry has ${device.length} bytes, not ${posixDevice.size}`);
    }
    for (
      const { field: _, number: __, ...hit } of differingOrders({ layout, span, value }, orders)
    ) {
      this.#devices.take(() => ({ ...hit, ...owner }));
    }
    if (isDevice || attributes === undefined) return;
    const what = TYPE_NAMES[type] ?? "no known type";
    take(span, `a PN entry on a record whose mode is that of ${what}`);
  }

  *end(): Generator<Hit> {
    if (this.#old.count + this.#latest.count > 0) {
      yield* this.#missing.hits;
    }
    yield* this.#devices.hits;
    const { name = "", length = 0 } = this.#announced ?? {};
    const others = this.#otherLength;
    yield* others.hits(
      rules.attributesLength,
      `PX has ${[...this.#otherLengths].join(" or ")} bytes in ${
        counted(others.count, "record")
      }; it has ${length} in the version that ${name} announces`,
      { expected: String(length) },
    );
    yield* this.#mixed();
    const [user, group, sticky, writable] = this.#kinds;
    yield* this.#modes.hits(
      rules.modes,
      `set-user-id ${user}, set-group-id ${group}, sticky ${sticky}, writable by all ${writable}: ` +
        this.#modes.listed,
    );
    yield* this.#builder();
  }

  // bsdtar writes RR beside PX of RRIP 1.12 in every record, which RRP-002 tells.
  #mixed(): readonly Hit[] {
    const [old, latest, indexed] = [this.#old, this.#latest, this.#indexed];
    const isLatest = this.#announced?.length === posixAttributes112.size;
    const others = old.count > 0 ? old : isLatest ? indexed : undefined;
    if (latest.count === 0 || others === undefined) return nothing;
    const few = latest.count < others.count ? latest : others;
    const message = `PX of RRIP 1.12 ${counted(latest.count, "time")}, of 1.09 or 1.10 ${
      counted(old.count, "time")
    }, RR of 1.09 ${counted(indexed.count, "time")}; the fewer are of ${few.listed}`;
    return few.hits(rules.mixedVersions, message);
  }

  *#builder(): Generator<Hit> {
    const { tree, number } = this.#context;
    const [users, groups] = [new Numbers(), new Numbers()];
    for (let node = 0; node < tree.count; node++) {
      users.add(tree.uid(node));
      groups.add(tree.gid(node));
    }
    const sources = countSources(tree);
    const serials = this.#serials;
    if (users.isZero && groups.isZero && serials.isZero && sources === 0) return;
    const parts = [`user ids ${users}`, `group ids ${groups}`];
    if (!serials.isZero) parts.push(`serial numbers ${serials}`);
    if (sources > 0) parts.push(`source devices and inodes on ${sources} entries`);
    yield { rule: rules.builder, message: parts.join("; "), tree: number };
  }
}

function countSources(tree: Tree): number {
  let count = 0;
  for (const attributes of tree.attributes.values()) {
    if (attributes.some(({ name }) => name === "isofs.di")) count++;
  }
  return count;
}

/** Different numbers that are told apart; of more of them only least and greatest are known. */
const TOLD_APART = 4;

/** Different numbers of one kind, as a message names them. */
class Numbers {
  readonly #different = new Set<number>();
  #least = Infinity;
  #greatest = 0;

  add(number: number): void {
    if (number < this.#least) this.#least = number;
    if (number > this.#greatest) this.#greatest = number;
    if (this.#different.size <= TOLD_APART) this.#different.add(number);
  }

  /** Whether nothing but 0 was there. */
  get isZero(): boolean {
    return this.#greatest === 0;
  }

  toString(): string {
    if (this.#different.size > TOLD_APART) return `from ${this.#least} to ${this.#greatest}`;
    return [...this.#different].sort((a, b) => a - b).join(", ");
  }
}

/** Judges PX and PN of a tree. */
export const checkAttributes: EntriesCheck = (context) => new AttributeJudge(context);
