// One directory hierarchy as recorded, in columns: a million records cost no object each.

import { SECTOR, type Span } from "../bytes/span.ts";
import { ByteStrings, Column } from "./columns.ts";

/** Which descriptor the hierarchy hangs from. */
export type TreeKind = "primary" | "joliet" | "enhanced" | "supplementary";

/** File flags of a directory record (ECMA-119:1987 9.1.6). */
export const fileFlags = {
  existence: 1,
  directory: 2,
  associated: 4,
  record: 8,
  protection: 16,
  multiExtent: 128,
} as const;

/** Contiguous logical bytes of a file. */
export type Extent = { readonly start: number; readonly length: number };

/** What a record says of a file, before Rock Ridge. */
export type NodeRecord = {
  readonly parent: number;
  /** Logical byte at which the directory record begins. */
  readonly record: number;
  readonly identifier: Uint8Array;
  readonly flags: number;
  /** Milliseconds since 1970, or NaN. */
  readonly recorded: number;
};

/** POSIX facts of Rock Ridge (RRIP 1.12 4.1). */
export type PosixFacts = {
  readonly name?: Uint8Array;
  readonly mode?: number;
  readonly links?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Milliseconds since 1970, or NaN. */
  readonly modified?: number;
  readonly target?: Uint8Array;
  readonly device?: { readonly high: number; readonly low: number };
  /** Logical block of the relocated directory that this record stands for (CL). */
  readonly childLink?: number;
  /** The record is of a relocated directory (RE). */
  readonly relocated?: boolean;
  readonly zisofs?: Zisofs;
  /** Attributes of AAIP, the checksum index of libisofs left out. */
  readonly attributes?: readonly Attribute[];
  /** `isofs.cx`: index of the file's MD5 in the checksum array of libisofs. */
  readonly checksumIndex?: number;
  /** `isofs.ca` of libisofs. */
  readonly checksumArea?: ChecksumArea;
};

/** Where libisofs recorded the checksums of a session (`isofs.ca` of the root). */
export type ChecksumArea = {
  /** Logical block at which the session begins. */
  readonly start: number;
  /** Logical block at which the array of checksums begins: the end of what the first one covers. */
  readonly end: number;
  /** Checksums in the array, that of the session and that of the array among them. */
  readonly count: number;
  /** Bytes of a checksum. */
  readonly size: number;
  /** Name of the digest, `MD5`. */
  readonly type: string;
};

/** An extended attribute (AAIP 2.0); an empty name is an access control list. */
export type Attribute = { readonly name: string; readonly value: Uint8Array };

/** A compressed file (zisofs): what its ZF entry says. */
export type Zisofs = {
  readonly version: 1 | 2;
  /** Two letters: `pz`, `PZ`, `XZ`, `L4`, `ZD`, `B2`. */
  readonly algorithm: string;
  readonly headerSize: number;
  readonly blockSize: number;
  /** Bytes of the file's content. */
  readonly size: number;
};

const NO_STRING = 0xffffffff;

/** A hierarchy. Node 0 is the root; the children of a node have consecutive numbers. */
export class Tree {
  /** Which descriptor it hangs from. */
  readonly kind: TreeKind;
  /** Number of the session whose descriptors name it, from 0. */
  readonly session: number;
  /** Bytes of a logical block of its volume. */
  blockSize: number = SECTOR;
  /** The volume descriptor that names its root; absent in a tree that stands alone. */
  descriptor?: Span;
  /** Symbolic link targets as recorded, joined with `/`. */
  readonly targets: Map<number, Uint8Array> = new Map();
  /** Device numbers of block and character devices. */
  readonly devices: Map<number, { readonly high: number; readonly low: number }> = new Map();
  /** Compressed files. */
  readonly zisofs: Map<number, Zisofs> = new Map();
  /** Placeholder of a relocated directory (CL) to the node of that directory. */
  readonly childLinks: Map<number, number> = new Map();
  /** The reverse: relocated directory to its placeholder. */
  readonly placeholders: Map<number, number> = new Map();
  /** Placeholders whose child link is not resolved, to the logical block it names. */
  readonly pendingLinks: Map<number, number> = new Map();
  /** Relocated directory to the logical block that the PL entry of its `..` record names. */
  readonly parentLinks: Map<number, number> = new Map();
  /** Logical blocks of the extended attribute record, by node; nodes without one are left out. */
  readonly extendedLengths: Map<number, number> = new Map();
  /** Nodes with an RE entry. */
  readonly relocated: Set<number> = new Set();
  /** Files with at least one record on another volume of the set. */
  readonly elsewhere: Set<number> = new Set();
  /** CD-ROM XA attributes by node. */
  readonly xa: Map<number, number> = new Map();
  /** Extended attributes (AAIP) by node. */
  readonly attributes: Map<number, readonly Attribute[]> = new Map();
  /** Directories whose records could not all be read, with the reason. */
  readonly unreadable: Map<number, string> = new Map();
  /** Those of them whose entries another tree of the same files gave back. */
  readonly refilled: Set<number> = new Set();
  /**
   * Directories that no usable record leads to, with how they were found: `path-table L`, `orphan record at
   * sector 20`, ... What is below them was found with them; see {@linkcode Tree.foundBy}.
   */
  readonly found: Map<number, string> = new Map();
  /** Where the checksums of libisofs are, as the root says. */
  checksumArea?: ChecksumArea;
  /** Whether any record carries Rock Ridge entries. */
  hasRockRidge = false;
  /** Whether a limit stopped the walk: counts are then "at least". */
  limited = false;

  /** Children that were found apart from the records of their directory. */
  readonly #more = new Map<number, number[]>();
  /** Directories whose records lead elsewhere, in whose place others were found. */
  readonly #replaced = new Set<number>();
  readonly #parent = new Column(Int32Array);
  readonly #record = new Column(Float64Array);
  readonly #strings = new ByteStrings();
  readonly #identifier = new Column(Uint32Array);
  readonly #flags = new Column(Uint8Array);
  readonly #recorded = new Column(Float64Array);
  readonly #size = new Column(Float64Array);
  readonly #firstExtent = new Column(Int32Array);
  readonly #extentCount = new Column(Uint32Array);
  readonly #firstChild = new Column(Int32Array);
  readonly #childCount = new Column(Uint32Array);
  readonly #extentStart = new Column(Float64Array);
  readonly #extentLength = new Column(Float64Array);
  readonly #name = new Column(Uint32Array);
  readonly #mode = new Column(Uint32Array);
  readonly #links = new Column(Uint32Array);
  readonly #uid = new Column(Uint32Array);
  readonly #gid = new Column(Uint32Array);
  readonly #modified = new Column(Float64Array);
  readonly #checksumIndex = new Column(Uint32Array);

  /** An empty hierarchy; nodes follow by {@linkcode Tree.add}. */
  constructor(kind: TreeKind, session = 0) {
    this.kind = kind;
    this.session = session;
  }

  /** Nodes in the tree, the root among them. */
  get count(): number {
    return this.#parent.length;
  }

  /** Appends a record; returns its node. Its extents follow by {@linkcode Tree.addExtent}. */
  add({ parent, record, identifier, flags, recorded }: NodeRecord): number {
    this.#record.push(record);
    this.#identifier.push(this.#strings.push(identifier));
    this.#flags.push(flags);
    this.#recorded.push(recorded);
    this.#size.push(0);
    this.#firstExtent.push(-1);
    this.#extentCount.push(0);
    this.#firstChild.push(-1);
    this.#childCount.push(0);
    return this.#parent.push(parent);
  }

  /** Appends an extent to the node added last, or to one whose extents are the last added. */
  addExtent(node: number, start: number, length: number): void {
    if (this.#firstExtent.get(node) < 0) this.#firstExtent.set(node, this.#extentStart.length);
    this.#extentStart.push(start);
    this.#extentLength.push(length);
    this.#extentCount.set(node, this.#extentCount.get(node) + 1);
  }

  /** Adds to the data length of a node: the sum over its file sections. */
  addSize(node: number, bytes: number): void {
    this.#size.set(node, this.#size.get(node) + bytes);
  }

  /** Sets the flags of a node, as its final record has them. */
  setFlags(node: number, flags: number): void {
    this.#flags.set(node, flags);
  }

  /** Says that the nodes `[first, first + count)` are the children of `node`. */
  setChildren(node: number, first: number, count: number): void {
    this.#firstChild.set(node, first);
    this.#childCount.set(node, count);
  }

  /** Says that `node`, which was found in the way that `how` names, is a child of `parent`. */
  addFound(parent: number, node: number, how: string): void {
    this.found.set(node, how);
    const known = this.#more.get(parent);
    if (known === undefined) this.#more.set(parent, [node]);
    else known.push(node);
  }

  /** Shows `by` in place of `node`, a directory whose record leads elsewhere, and under its name. */
  replace(node: number, by: number): void {
    this.#replaced.add(node);
    const name = this.alternateName(node);
    if (name !== undefined) this.setPosix(by, { name, mode: this.mode(node) });
  }

  /** Whether another directory is shown in the place of this one. */
  isReplaced(node: number): boolean {
    return this.#replaced.has(node);
  }

  /** Gives a directory that was found the name that it has elsewhere, as Rock Ridge would. */
  rename(node: number, name: Uint8Array): void {
    if (!this.hasRockRidge || this.alternateName(node) !== undefined) return;
    const isRecorded = this.hasPosix(node);
    this.setPosix(node, {
      name,
      ...(isRecorded
        ? {
          mode: this.mode(node),
          links: this.links(node),
          uid: this.uid(node),
          gid: this.gid(node),
          modified: this.modified(node),
        }
        : {}),
    });
  }

  /** How a node, or the nearest directory above it that was, was found; undefined where records lead to it. */
  foundBy(node: number): string | undefined {
    if (this.found.size === 0) return undefined;
    for (let at = node, steps = 0; steps <= this.count; at = this.parent(at), steps++) {
      const how = this.found.get(at);
      if (how !== undefined || at === 0) return how;
    }
    return undefined;
  }

  /** Children of a directory: those of its records, then those that were found apart from them. */
  *children(node: number): Generator<number> {
    const first = this.firstChild(node);
    for (let child = first; child >= 0 && child < first + this.childCount(node); child++) {
      if (!this.#replaced.has(child)) yield child;
    }
    yield* this.#more.get(node) ?? [];
  }

  /** Attaches Rock Ridge facts to a node. */
  setPosix(node: number, facts: PosixFacts): void {
    this.hasRockRidge = true;
    while (this.#mode.length <= node) {
      this.#name.push(NO_STRING);
      this.#mode.push(0);
      this.#links.push(0);
      this.#uid.push(0);
      this.#gid.push(0);
      this.#modified.push(NaN);
    }
    if (facts.name !== undefined) this.#name.set(node, this.#strings.push(facts.name));
    this.#mode.set(node, facts.mode ?? 0);
    this.#links.set(node, facts.links ?? 0);
    this.#uid.set(node, facts.uid ?? 0);
    this.#gid.set(node, facts.gid ?? 0);
    this.#modified.set(node, facts.modified ?? NaN);
    if (facts.target !== undefined) this.targets.set(node, facts.target);
    if (facts.device !== undefined) this.devices.set(node, facts.device);
    if (facts.zisofs !== undefined) this.zisofs.set(node, facts.zisofs);
    if (facts.childLink !== undefined) this.pendingLinks.set(node, facts.childLink);
    if (facts.attributes !== undefined) this.attributes.set(node, facts.attributes);
    if (facts.checksumIndex !== undefined) {
      while (this.#checksumIndex.length <= node) this.#checksumIndex.push(0);
      this.#checksumIndex.set(node, facts.checksumIndex);
    }
    if (facts.checksumArea !== undefined && node === 0) this.checksumArea = facts.checksumArea;
    if (facts.relocated === true) this.relocated.add(node);
  }

  /** Parent node; the root is its own. */
  parent(node: number): number {
    return this.#parent.get(node);
  }

  /** Logical byte at which the (first) directory record of a node begins. */
  record(node: number): number {
    return this.#record.get(node);
  }

  /** File or directory identifier as recorded. */
  identifier(node: number): Uint8Array {
    return this.#strings.get(this.#identifier.get(node));
  }

  /** File flags as recorded (9.1.6). */
  flags(node: number): number {
    return this.#flags.get(node);
  }

  /** Whether the ISO 9660 directory flag is set. */
  isDirectory(node: number): boolean {
    return (this.flags(node) & fileFlags.directory) !== 0;
  }

  /** Whether the record is of an associated file (6.5.4). */
  isAssociated(node: number): boolean {
    return (this.flags(node) & fileFlags.associated) !== 0;
  }

  /** Recording date in milliseconds since 1970, or NaN. */
  recorded(node: number): number {
    return this.#recorded.get(node);
  }

  /** Stored bytes of all file sections, as recorded. */
  size(node: number): number {
    return this.#size.get(node);
  }

  /** Number of extents of a node. */
  extentCount(node: number): number {
    return this.#extentCount.get(node);
  }

  /** Extent `index` of a node, in logical bytes; it may reach past the image. */
  extent(node: number, index: number): Extent {
    const at = this.#firstExtent.get(node) + index;
    return { start: this.#extentStart.get(at), length: this.#extentLength.get(at) };
  }

  /** All extents of a node in the order of the file's bytes. */
  extents(node: number): Extent[] {
    const extents: Extent[] = [];
    const count = this.extentCount(node);
    for (let index = 0; index < count; index++) extents.push(this.extent(node, index));
    return extents;
  }

  /** First child of a directory, or -1. */
  firstChild(node: number): number {
    return this.#firstChild.get(node);
  }

  /** Number of children. */
  childCount(node: number): number {
    return this.#childCount.get(node);
  }

  /** Whether the node has Rock Ridge facts. */
  hasPosix(node: number): boolean {
    return this.#mode.get(node) !== 0 || this.#alternate(node) !== NO_STRING;
  }

  #alternate(node: number): number {
    return node < this.#name.length ? this.#name.get(node) : NO_STRING;
  }

  /** Rock Ridge name (NM) as recorded, if there is one. */
  alternateName(node: number): Uint8Array | undefined {
    const index = this.#alternate(node);
    return index === NO_STRING ? undefined : this.#strings.get(index);
  }

  /** POSIX mode with its file type bits, or 0. */
  mode(node: number): number {
    return this.#mode.get(node);
  }

  /** Index of the file's MD5 in the checksum array of libisofs, or 0. */
  checksumIndex(node: number): number {
    return this.#checksumIndex.get(node);
  }

  /** POSIX link count, or 0. */
  links(node: number): number {
    return this.#links.get(node);
  }

  /** POSIX user id. */
  uid(node: number): number {
    return this.#uid.get(node);
  }

  /** POSIX group id. */
  gid(node: number): number {
    return this.#gid.get(node);
  }

  /** Modification time of Rock Ridge in milliseconds since 1970, or NaN. */
  modified(node: number): number {
    return node < this.#modified.length ? this.#modified.get(node) : NaN;
  }
}
