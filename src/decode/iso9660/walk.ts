// Walks a directory hierarchy (ECMA-119:1987 6.8) into columns, breadth first, each extent once.

import { logicalSpan, roundUp, SECTOR } from "../../bytes/span.ts";
import { type Fault, fieldSpan, type Values, valuesOf } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import { epochOfTime7 } from "../../bytes/time.ts";
import { entryValue, type SystemUseEntry } from "../../model/directory.ts";
import { type Extent, fileFlags, type PosixFacts, type Tree } from "../../model/tree.ts";
import {
  decodeArea,
  NAME_BYTES,
  posixFacts,
  type SystemUseMode,
  systemUseMode,
  TARGET_BYTES,
  xaAttributeBits,
} from "../rockridge/decode.ts";
import { parentLink } from "../rockridge/layout.ts";
import type { Budget, BudgetName } from "./budget.ts";
import type { Context } from "./context.ts";
import { Continuations, type ContinuationSink, noteUnread } from "./continuations.ts";
import {
  holdsRecords,
  type RecordHead,
  recordHead,
  type RecordPlace,
  RecordPlaces,
  recordPlaces,
} from "./directory.ts";
import { type ExtentPart, readExtent } from "./extent_parts.ts";
import { sectionExtents, sumOf } from "./extents.ts";
import { directoryRecord, extendedAttributeRecord } from "./layout.ts";
import { resolveChildLinks } from "../rockridge/relocation.ts";

/** What a walk needs to know of its volume. */
export type WalkVolume = {
  /** Kind for faults: `iso9660`, `joliet`, `enhanced`. */
  readonly volume: string;
  /** Number of the tree in the image. */
  readonly treeIndex: number;
  readonly blockSize: number;
  /** Sequence number of this volume in its set (LSB first copy); 0 where nothing tells. */
  readonly sequence: number;
};

/** Where the root directory is. */
export type Root = { readonly start: number; readonly length: number; readonly record: number };

/** Bytes of a directory that are held at a time. */
const PART = 512 * SECTOR;

type Chain = {
  readonly node: number;
  readonly identifier: Uint8Array;
  readonly flags: number;
  readonly at: number;
};

/** One walk over one tree. */
export class TreeWalk {
  readonly #context: Context;
  readonly #volume: WalkVolume;
  readonly #tree: Tree;
  readonly #budget: Budget;
  /** Logical start of a directory extent to its node. */
  readonly #visited = new Map<number, number>();
  readonly #continuations: Continuations;
  #mode: SystemUseMode = { active: false, skip: 0 };
  readonly #limited = new Set<BudgetName>();
  #stopped = false;
  readonly #later: { readonly node: number; readonly read: () => Promise<void> }[] = [];
  #faultNode = 0;

  constructor(tree: Tree, volume: WalkVolume, context: Context, budget: Budget) {
    this.#tree = tree;
    this.#volume = volume;
    this.#context = context;
    this.#budget = budget;
    this.#continuations = new Continuations(context, budget, volume.blockSize);
  }

  /** How system use fields are read in this tree; known once the root was read. */
  get mode(): SystemUseMode {
    return this.#mode;
  }

  /** Walks from the root down. Faults say what could not be read; never throws on image data. */
  async walk(root: Root): Promise<void> {
    const tree = this.#tree;
    tree.add({
      parent: 0,
      record: root.record,
      identifier: new Uint8Array([0]),
      flags: fileFlags.directory,
      recorded: NaN,
    });
    tree.addExtent(0, root.start, root.length);
    tree.addSize(0, root.length);
    await this.walkFrom(0);
  }

  /** The node of the directory that begins at a logical byte, if the walk met it. */
  directoryAt(start: number): number | undefined {
    return this.#visited.get(start);
  }

  /** Walks the directories among the nodes from `first` on, and all below them. */
  async walkFrom(first: number): Promise<void> {
    const tree = this.#tree;
    for (let node = first; node < tree.count && !this.#stopped; node++) {
      if (!tree.isDirectory(node)) continue;
      this.#context.signal?.throwIfAborted();
      await this.#directory(node);
    }
  }

  /** Joins relocated directories with their placeholders, once all directories are walked. */
  resolveLinks(): void {
    const tree = this.#tree;
    const { blockSize } = this.#volume;
    const directoryAt = (block: number) => this.#visited.get(block * blockSize);
    for (const { placeholder, block } of resolveChildLinks(tree, directoryAt)) {
      this.#faultNode = placeholder;
      this.#fault({
        kind: "child-link",
        structure: "rockridge/cl",
        span: logicalSpan(tree.record(placeholder), 1),
        message: `the child link names logical block ${block}, where no relocated directory is`,
        recorded: String(block),
      });
    }
  }

  #fault(fault: Omit<Fault, "volume" | "structure"> & { readonly structure?: string }): void {
    this.#context.out.fault({
      structure: directoryRecord.id,
      volume: this.#volume.volume,
      tree: this.#volume.treeIndex,
      node: this.#faultNode,
      ...fault,
    });
  }

  readonly #scoped = {
    structure: () => {},
    fault: (fault: Fault) =>
      this.#context.out.fault({
        volume: this.#volume.volume,
        tree: this.#volume.treeIndex,
        node: this.#faultNode,
        ...fault,
      }),
  };

  async #directory(node: number): Promise<void> {
    const tree = this.#tree;
    const { start, length } = tree.extent(node, 0);
    this.#faultNode = node;
    if (!this.#claimExtent(node, start, length)) return;
    const { limits, logicalSize } = this.#context;
    const wanted = Math.min(length, limits.directoryBytes);
    const origin = { start, volume: this.#volume.volume, node };
    const there = Math.min(wanted, logicalSize - start);
    const places = new RecordPlaces(origin, there, this.#scoped);
    const first = tree.count;
    let chain: Chain | undefined;
    for await (const part of this.#parts(node, { start, length }, wanted)) {
      const { bytes, from } = part;
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
      for (const place of places.of(bytes, from, part.length)) {
        if (!this.#budget.take("records", 1)) {
          this.#limit("records", node, start + from + place.at, "directory records");
          this.#stopped = true;
          break;
        }
        chain = this.#record(node, start + from, view, bytes, place, chain);
        if (this.#later.length > 0) await this.#readLater(node);
      }
      if (this.#stopped) break;
    }
    this.#endChain(chain, start, undefined);
    if (tree.count > first) tree.setChildren(node, first, tree.count - first);
  }

  // Each limit is said once a tree; what it left out makes every count "at least".
  #limit(name: BudgetName, node: number, at: number, what: string): void {
    this.#tree.limited = true;
    if (this.#limited.has(name)) return;
    this.#limited.add(name);
    this.#faultNode = node;
    this.#fault({
      kind: "limit",
      span: logicalSpan(at, 1),
      message: `the limit of ${this.#budget.limit(name)} ${what} was reached; the walk goes on ` +
        `without those behind this place`,
    });
  }

  /** Claims a directory extent; false, with a fault, where it is not to be read. */
  #claimExtent(node: number, start: number, length: number): boolean {
    const { limits, logicalSize, out } = this.#context;
    const tree = this.#tree;
    const known = this.#visited.get(start);
    if (known !== undefined) {
      this.#noteRevisit(node, known, start);
      return false;
    }
    this.#visited.set(start, node);
    const record = logicalSpan(tree.record(node) + 2, 8);
    if (length === 0 || start + length > logicalSize) {
      const message = length === 0
        ? `the directory at logical byte ${start} has a data length of 0`
        : `the directory extent [${start}, ${
          start + length
        }) ends past the image, at ${logicalSize}`;
      this.#fault({ kind: "directory-outside", span: record, message, recorded: String(start) });
    }
    if (length === 0 || start >= logicalSize) {
      tree.unreadable.set(node, "outside the image");
      return false;
    }
    out.claim(logicalSpan(start, length), "directory", { tree: this.#volume.treeIndex, node });
    if (!this.#mayRead(node, start, Math.min(length, limits.directoryBytes))) return false;
    this.#claimSlack(start + length, node);
    return true;
  }

  /** The parts of a directory extent; none, with a fault, where it holds no records. */
  async *#parts(
    node: number,
    extent: Extent,
    wanted: number,
  ): AsyncGenerator<ExtentPart> {
    const tree = this.#tree;
    const { start, length } = extent;
    for await (const part of readExtent(this.#context.read, { start, length: wanted }, PART)) {
      if (part.unread.length > 0) tree.unreadable.set(node, "storage error");
      if (part.from === 0) {
        if (wanted < length) {
          this.#fault({
            kind: "limit",
            span: logicalSpan(start + wanted, length - wanted),
            message: `a directory of ${length} bytes is longer than the limit of ${wanted}`,
          });
        }
        if (!holdsRecords(part.bytes)) {
          tree.unreadable.set(node, "holds no records");
          this.#fault({
            kind: "directory-not-records",
            span: logicalSpan(start, Math.min(length, SECTOR)),
            message: `the extent at logical byte ${start} does not hold directory records`,
          });
          return;
        }
        // Without its root a tree shows what is in use in the first directory that can be read.
        if (node === 0 || tree.unreadable.has(0)) this.#findMode(part.bytes);
      }
      yield part;
    }
  }

  // Directories may hang below each other without end, or lie over each other in an image that is small.
  #mayRead(node: number, start: number, length: number): boolean {
    const { limits } = this.#context;
    const tree = this.#tree;
    let depth = 0;
    for (let at = node; at !== 0 && depth <= limits.depth; at = tree.parent(at)) depth++;
    if (depth > limits.depth) {
      tree.limited = true;
      tree.unreadable.set(node, "too deep");
      this.#fault({
        kind: "limit",
        span: logicalSpan(tree.record(node), 1),
        message: `a directory is deeper than the limit of ${limits.depth} levels; it is not read`,
      });
      return false;
    }
    if (this.#budget.take("allDirectoryBytes", length)) return true;
    tree.unreadable.set(node, "limit reached");
    this.#limit("allDirectoryBytes", node, start, "bytes of directories");
    return false;
  }

  #noteRevisit(node: number, known: number, start: number): void {
    const tree = this.#tree;
    let ancestor = tree.parent(node);
    while (ancestor !== 0 && ancestor !== known) ancestor = tree.parent(ancestor);
    const loop = ancestor === known;
    tree.unreadable.set(node, loop ? "points at one of its ancestors" : "already read elsewhere");
    this.#fault({
      kind: loop ? "directory-loop" : "directory-shared",
      span: logicalSpan(tree.record(node) + 2, 8),
      message: loop
        ? `the directory at logical byte ${start} is one of its own ancestors`
        : `the directory at logical byte ${start} is also reached by another path`,
    });
  }

  // The system use field of the root's `.` record decides for the whole tree (SUSP 1.12 5.3).
  #findMode(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const length = bytes[0] ?? 0;
    if (this.#mode.active || length < directoryRecord.size + 1 || length > bytes.length) return;
    const head = recordHead(view, { at: 0, length });
    this.#mode = systemUseMode(bytes.subarray(head.systemUse, length));
    if (this.#mode.active) return;
    // Without SP in a damaged `.`, the first records still show what is in use.
    const silent = { structure: () => {}, fault: () => {} };
    const origin = { start: 0, volume: "", node: 0 };
    let tried = 0;
    for (const place of recordPlaces(bytes, origin, silent)) {
      if (++tried > 8 || this.#mode.active) break;
      const { systemUse } = recordHead(view, place);
      this.#mode = systemUseMode(bytes.subarray(place.at + systemUse, place.at + place.length));
    }
  }

  // Few records need more bytes than their own: those reads wait here, so that the rest need no promise.
  async #readLater(parent: number): Promise<void> {
    for (const { node, read } of this.#later.splice(0)) {
      this.#faultNode = node;
      await read();
    }
    this.#faultNode = parent;
  }

  #record(
    parent: number,
    start: number,
    view: DataView,
    bytes: Uint8Array,
    place: RecordPlace,
    chain: Chain | undefined,
  ): Chain | undefined {
    const head = recordHead(view, place);
    const reserved = head.identifier.length === 1 && (head.identifier[0] ?? 2) < 2;
    const field = bytes.subarray(place.at + head.systemUse, place.at + place.length);
    const fieldStart = start + place.at + head.systemUse;
    if (reserved) {
      const isRoot = parent === 0 && head.identifier[0] === 0;
      this.#systemUse(field, fieldStart, parent, isRoot, (entries, xa) => {
        if (isRoot || this.#tree.found.has(parent)) this.#keepFacts(parent, entries, xa);
        const link = parentLinkOf(entries);
        if (link !== undefined) this.#tree.parentLinks.set(parent, link);
      });
      return chain;
    }
    const continues = chain !== undefined && equalBytes(chain.identifier, head.identifier) &&
      ((chain.flags ^ head.flags) & fileFlags.associated) === 0;
    if (chain !== undefined && !continues) this.#endChain(chain, start, place.at);
    const node = continues ? chain.node : this.#addNode(parent, start, bytes, place, head);
    this.#faultNode = node;
    this.#addSection(node, head, start + place.at);
    this.#systemUse(field, fieldStart, node, false, (entries, xa) => {
      if (!continues) this.#keepFacts(node, entries, xa);
    });
    const goesOn = (head.flags & fileFlags.multiExtent) !== 0 &&
      (head.flags & fileFlags.directory) === 0;
    if (continues && !goesOn) this.#tree.setFlags(node, head.flags);
    this.#faultNode = parent;
    return goesOn
      ? { node, identifier: head.identifier, flags: head.flags, at: start + place.at }
      : undefined;
  }

  #addNode(
    parent: number,
    start: number,
    bytes: Uint8Array,
    { at }: RecordPlace,
    head: RecordHead,
  ): number {
    const date = at + directoryRecord.fields.recordingDateAndTime.offset;
    return this.#tree.add({
      parent,
      record: start + at,
      identifier: head.identifier,
      flags: head.flags,
      recorded: epochOfTime7(bytes, date),
    });
  }

  #endChain(chain: Chain | undefined, start: number, at: number | undefined): void {
    if (chain === undefined) return;
    this.#faultNode = chain.node;
    this.#fault({
      kind: "section-chain",
      span: logicalSpan(chain.at + directoryRecord.fields.fileFlags.offset, 1),
      message: at === undefined
        ? "the directory ends after a record that is not the final one of its file"
        : `the record at logical byte ${
          start + at
        } has another identifier, yet the file before it goes on`,
    });
  }

  #addSection(node: number, head: RecordHead, record: number): void {
    const { blockSize, treeIndex, sequence } = this.#volume;
    const { logicalSize, out } = this.#context;
    const tree = this.#tree;
    const directory = (head.flags & fileFlags.directory) !== 0;
    tree.addSize(node, head.dataLength);
    const isOther = head.sequence !== sequence && head.sequence !== 0 && sequence !== 0;
    if (isOther) tree.elsewhere.add(node);
    if (head.extendedLength > 0) {
      if (!tree.extendedLengths.has(node)) tree.extendedLengths.set(node, head.extendedLength);
      this.#later.push({ node, read: () => this.#extendedRecord(node, head, record) });
    }
    if (directory) {
      const start = (head.location + head.extendedLength) * blockSize;
      tree.addExtent(node, start, head.dataLength);
      return;
    }
    const room = this.#budget.left("interleavedExtents");
    const extents = sectionExtents(head, blockSize, logicalSize, 1 + room);
    this.#budget.take("interleavedExtents", Math.max(0, extents.length - 1));
    if (extents.length > room && sumOf(extents) < head.dataLength) {
      this.#limit("interleavedExtents", node, record, "extents of interleaved files");
    }
    for (const extent of extents) {
      tree.addExtent(node, extent.start, extent.length);
      if (tree.elsewhere.has(node)) continue;
      out.claimFor(treeIndex, node, "file", extent.start, extent.length);
      this.#claimSlack(extent.start + extent.length, node);
    }
  }

  #claimSlack(end: number, node: number): void {
    const { blockSize, treeIndex } = this.#volume;
    const length = roundUp(end, blockSize) - end;
    this.#context.out.claimFor(treeIndex, node, "slack", end, length);
  }

  async #extendedRecord(node: number, head: RecordHead, record: number): Promise<void> {
    const { blockSize } = this.#volume;
    const { logicalSize, out, read } = this.#context;
    const start = head.location * blockSize;
    const length = head.extendedLength * blockSize;
    if (start + length > logicalSize) {
      this.#fault({
        kind: "extended-record-outside",
        structure: extendedAttributeRecord.id,
        span: logicalSpan(record + 1, 1),
        message: `the extended attribute record [${start}, ${start + length}) ends past the image`,
        recorded: String(head.extendedLength),
      });
      return;
    }
    const { bytes } = await read(start, extendedAttributeRecord.size);
    const value = valuesOf(extendedAttributeRecord, bytes);
    const span = logicalSpan(start, extendedAttributeRecord.size);
    // Its blocks are claimed for the file below: a claim of its own would overlap that one.
    if (value !== undefined) {
      out.structures.add({ layout: extendedAttributeRecord, span, value, owner: "file" });
      this.#noteExtendedLength(value, start, length);
    }
    out.claim(logicalSpan(start, length), "file", { tree: this.#volume.treeIndex, node });
  }

  #noteExtendedLength(
    value: Values<typeof extendedAttributeRecord.fields>,
    start: number,
    length: number,
  ): void {
    const { lengthOfApplicationUse: { le, be }, lengthOfEscapeSequences: escapes } = value;
    const needed = extendedAttributeRecord.size + Math.min(le, be) + escapes;
    if (needed <= length) return;
    this.#fault({
      kind: "extended-record-length",
      structure: extendedAttributeRecord.id,
      span: fieldSpan(
        extendedAttributeRecord,
        "lengthOfApplicationUse",
        logicalSpan(start, length),
      ),
      message:
        `the extended attribute record needs ${needed} bytes, ${le} of them for application ` +
        `use and ${escapes} for escape sequences; its directory record gives it ${length}`,
      recorded: String(le),
    });
  }

  // Decodes the system use of a record and hands on its entries, those of continuations among them.
  #systemUse(
    field: Uint8Array,
    start: number,
    node: number,
    root: boolean,
    take: (entries: readonly SystemUseEntry[], xa: number | undefined) => void,
  ): void {
    if (field.length === 0) return;
    const mode = root ? { ...this.#mode, skip: 0 } : this.#mode;
    const { limits } = this.#context;
    const area = decodeArea(field, start, "record", mode, limits.systemUseEntries, this.#scoped);
    noteUnread(area, start + field.length, limits.systemUseEntries, this.#scoped);
    const xa = xaAttributeBits(area.other);
    const { next } = area;
    if (next === undefined) return take(area.entries, xa);
    this.#later.push({
      node,
      read: async () => {
        const more = await this.#continuations.read(next, this.#mode, this.#sink(node));
        take([...area.entries, ...more], xa);
      },
    });
  }

  #sink(node: number): ContinuationSink {
    const { treeIndex } = this.#volume;
    const what = "bytes of continuation areas";
    return {
      recorder: this.#scoped,
      claim: (span) => this.#context.out.claim(span, "continuation", { tree: treeIndex, node }),
      spent: (at) => this.#limit("allContinuationBytes", node, at, what),
    };
  }

  // A few records can share continuation areas and so give each other names of megabytes.
  #noteLongName(node: number, { name, target }: PosixFacts): void {
    const long = name?.length === NAME_BYTES ? NAME_BYTES : TARGET_BYTES;
    if (name?.length !== NAME_BYTES && target?.length !== TARGET_BYTES) return;
    this.#tree.limited = true;
    this.#faultNode = node;
    this.#fault({
      kind: "limit",
      span: logicalSpan(this.#tree.record(node), 1),
      message:
        `the limit of ${long} bytes of a name or link target was reached; the rest is left out`,
    });
  }

  #keepFacts(node: number, entries: readonly SystemUseEntry[], xa: number | undefined): void {
    if (xa !== undefined) this.#tree.xa.set(node, xa);
    this.#faultNode = node;
    const facts = posixFacts(entries, this.#scoped);
    if (facts === undefined) return;
    this.#noteLongName(node, facts);
    if (this.#budget.take("attributes", facts.attributes?.length ?? 0)) {
      this.#tree.setPosix(node, facts);
      return;
    }
    const { attributes: _, ...others } = facts;
    this.#limit("attributes", node, this.#tree.record(node), "extended attributes");
    this.#tree.setPosix(node, others);
  }
}

// The logical block that a PL entry names as the original parent.
function parentLinkOf(entries: readonly SystemUseEntry[]): number | undefined {
  const entry = entries.find(({ signature }) => signature === "PL");
  return entry === undefined ? undefined : entryValue(entry, parentLink)?.locationOfParent.le;
}
