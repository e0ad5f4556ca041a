// A tree as one system sees it: names, types and hierarchy of ISO 9660, Rock Ridge, Joliet, enhanced.

import { decodeLatin1, decodeUcs2, decodeUtf8, hex } from "../bytes/text.ts";
import { type Extent, fileFlags, type Tree } from "./tree.ts";

/** Kinds of volume that an image can hold; the names are those of every report. */
export type VolumeKind =
  | "iso9660"
  | "joliet"
  | "enhanced"
  | "rockridge"
  | "udf"
  | "hfs"
  | "hfsplus"
  | "highsierra";

/** What an entry is. */
export type EntryType = "file" | "directory" | "symlink" | "device" | "fifo" | "socket";

/** A name as text, with its bytes where the text cannot stand for them. */
export type Name = { readonly text: string; readonly bytes?: Uint8Array };

/** An entry met on a walk. */
export type Entry = {
  readonly node: number;
  /** Begins with `/`; names that are not valid text stand with one character a byte. */
  readonly path: string;
  /** The path's bytes, where some name in it is not valid text. */
  readonly pathBytes?: Uint8Array;
  readonly type: EntryType;
  /** Levels below the root. */
  readonly depth: number;
};

const typeOfMode: Readonly<Record<number, EntryType>> = {
  0o140000: "socket",
  0o120000: "symlink",
  0o100000: "file",
  0o060000: "device",
  0o020000: "device",
  0o040000: "directory",
  0o010000: "fifo",
};

const DEPTH_LIMIT = 1024;
const DOT_VERSION = /;1$/;

function isoName(bytes: Uint8Array, directory: boolean): Name {
  const { text, valid } = decodeUtf8(bytes);
  return named(directory ? text : stripVersion(text), valid, bytes);
}

// 8.3 names are recorded as `NAME.;1`: readers show neither the version 1 nor an empty extension.
function stripVersion(text: string): string {
  const plain = text.replace(DOT_VERSION, "");
  return plain.length > 1 && plain.endsWith(".") && plain !== ".." ? plain.slice(0, -1) : plain;
}

function named(text: string, valid: boolean, bytes: Uint8Array): Name {
  return valid ? { text } : { text, bytes };
}

/** One namespace of an image: a tree under the rules of a {@linkcode VolumeKind}. */
export class Namespace {
  /** The records. */
  readonly tree: Tree;
  /** Whose rules they are read by. */
  readonly kind: VolumeKind;

  /** Shows a tree under the rules of a kind. */
  constructor(tree: Tree, kind: VolumeKind) {
    this.tree = tree;
    this.kind = kind;
  }

  /** The name of a node in its directory; the root's is empty. */
  name(node: number): Name {
    if (node === 0) return { text: "" };
    const identifier = this.tree.identifier(node);
    const directory = this.tree.isDirectory(node);
    if (this.kind === "joliet") {
      const { text, valid } = decodeUcs2(identifier);
      return named(directory ? text : text.replace(DOT_VERSION, ""), valid, identifier);
    }
    if (this.kind === "enhanced") {
      const { text, valid } = decodeUtf8(identifier);
      return named(text, valid, identifier);
    }
    const alternate = this.kind === "rockridge" ? this.tree.alternateName(node) : undefined;
    if (alternate !== undefined) {
      const { text, valid } = decodeUtf8(alternate);
      return named(text, valid, alternate);
    }
    return isoName(identifier, directory);
  }

  /** What a node is: by its mode in Rock Ridge, else by the directory flag. */
  type(node: number): EntryType {
    if (this.kind === "rockridge") {
      if (this.tree.childLinks.has(node)) return "directory";
      if (this.tree.isDirectory(node)) return "directory";
      const type = typeOfMode[this.tree.mode(node) & 0o170000];
      // A record without the directory flag has no records below it, whatever its mode says.
      if (type !== undefined && type !== "directory") return type;
      return this.tree.targets.has(node) ? "symlink" : "file";
    }
    return this.tree.isDirectory(node) ? "directory" : "file";
  }

  /** Children as this namespace shows them: relocated directories stand at their placeholders. */
  *children(node: number): Generator<number> {
    const { tree } = this;
    const directory = this.kind === "rockridge" ? tree.childLinks.get(node) ?? node : node;
    for (const child of tree.children(directory)) {
      if (this.kind === "rockridge" && this.#isHidden(child)) continue;
      yield child;
    }
  }

  // A relocated directory is shown where its placeholder is; without one it stays visible, so that
  // nothing on the disc is lost. The directory that relocated ones were moved to is hidden while it holds
  // nothing else: libisofs marks it (RE), genisoimage only names it.
  #isHidden(node: number): boolean {
    const { tree } = this;
    if (tree.placeholders.size === 0) return false;
    if (tree.placeholders.has(node)) return true;
    if (!tree.isDirectory(node) || tree.parent(node) !== 0) return false;
    const made = tree.relocated.has(node) || this.name(node).text.toLowerCase() === "rr_moved";
    return made && this.#holdsOnlyRelocated(node);
  }

  #holdsOnlyRelocated(node: number): boolean {
    const { tree } = this;
    const first = tree.firstChild(node);
    if (first < 0) return false;
    for (let child = first; child < first + tree.childCount(node); child++) {
      if (!tree.placeholders.has(child)) return false;
    }
    return true;
  }

  /** Every entry below `from` (at `path`) in depth-first order, the node itself left out. */
  *entries(from = 0, path = "", pathBytes?: Uint8Array): Generator<Entry> {
    const stack = [{ node: from, path, bytes: pathBytes }];
    const walks = [this.children(from)];
    const open = new Set<number>([from]);
    while (walks.length > 0) {
      const parent = stack[stack.length - 1];
      const next = walks[walks.length - 1]?.next();
      if (next === undefined || next.done === true || parent === undefined) {
        walks.pop();
        const left = stack.pop();
        if (left !== undefined) open.delete(left.node);
        continue;
      }
      const node = next.value;
      const name = this.name(node);
      const entryPath = `${parent.path}/${name.text}`;
      const bytes = joinBytes(parent, name);
      const type = this.type(node);
      const entry = { node, path: entryPath, type, depth: walks.length };
      yield bytes === undefined ? entry : { ...entry, pathBytes: bytes };
      const goes = type === "directory" && walks.length < DEPTH_LIMIT && !open.has(node);
      if (goes) {
        open.add(node);
        stack.push({ node, path: entryPath, bytes });
        walks.push(this.children(node));
      }
    }
  }

  /** The path of a node in this namespace, beginning with `/`; `/` is the root. */
  path(node: number): string {
    const names: string[] = [];
    let at = node;
    for (let depth = 0; at !== 0 && depth < DEPTH_LIMIT; depth++) {
      const placeholder = this.kind === "rockridge" ? this.tree.placeholders.get(at) : undefined;
      const shown = placeholder ?? at;
      names.push(this.name(shown).text);
      at = this.tree.parent(shown);
    }
    return "/" + names.reverse().join("/");
  }

  /** The bytes of the path of a node, where some name in it is not valid text. */
  pathBytes(node: number): Uint8Array | undefined {
    const names: Name[] = [];
    let at = node;
    for (let depth = 0; at !== 0 && depth < DEPTH_LIMIT; depth++) {
      const placeholder = this.kind === "rockridge" ? this.tree.placeholders.get(at) : undefined;
      names.push(this.name(placeholder ?? at));
      at = this.tree.parent(placeholder ?? at);
    }
    let joined: { path: string; bytes: Uint8Array | undefined } = { path: "", bytes: undefined };
    for (const name of names.reverse()) {
      joined = { path: `${joined.path}/${name.text}`, bytes: joinBytes(joined, name) };
    }
    return joined.bytes;
  }

  /** Nodes at a path (more than one where names repeat); `/` and the empty path are the root. */
  find(path: string): number[] {
    let nodes = [0];
    for (const part of path.split("/").filter((part) => part !== "" && part !== ".")) {
      const next: number[] = [];
      for (const node of nodes) {
        for (const child of this.children(node)) {
          if (this.name(child).text === part || this.#identifierIs(child, part)) next.push(child);
        }
      }
      nodes = next;
    }
    return nodes;
  }

  // A path may be given as recorded, with its version: /README.TXT;1
  #identifierIs(node: number, text: string): boolean {
    return this.kind !== "joliet" && decodeLatin1(this.tree.identifier(node)) === text;
  }

  /** Bytes of the content: uncompressed where zisofs says so. Not of directories or links. */
  contentSize(node: number): number {
    const zisofs = this.kind === "rockridge" ? this.tree.zisofs.get(node) : undefined;
    return zisofs?.size ?? this.tree.size(node);
  }

  /** Extents of the stored bytes, in logical bytes. */
  extents(node: number): Extent[] {
    return this.tree.extents(node);
  }

  /** Modification time in milliseconds since 1970: Rock Ridge's, else the recording date; or NaN. */
  modified(node: number): number {
    const posix = this.kind === "rockridge" ? this.tree.modified(node) : NaN;
    return Number.isNaN(posix) ? this.tree.recorded(node) : posix;
  }

  /** Whether the entry need not be shown to the user (9.1.6, existence bit). */
  isHidden(node: number): boolean {
    return (this.tree.flags(node) & fileFlags.existence) !== 0;
  }

  /** Counts of paths of regular files, and of directories without the root. */
  count(): { readonly files: number; readonly directories: number } {
    let files = 0;
    let directories = 0;
    const pending = [0];
    const seen = new Set<number>([0]);
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      for (const child of this.children(node)) {
        const type = this.type(child);
        if (type === "file" && !this.tree.isAssociated(child)) files++;
        if (type !== "directory" || seen.has(child)) continue;
        seen.add(child);
        directories++;
        pending.push(child);
      }
    }
    return { files, directories };
  }
}

function joinBytes(
  parent: { readonly path: string; readonly bytes: Uint8Array | undefined },
  name: Name,
): Uint8Array | undefined {
  if (parent.bytes === undefined && name.bytes === undefined) return undefined;
  const encoder = new TextEncoder();
  const head = parent.bytes ?? encoder.encode(parent.path);
  const tail = name.bytes ?? encoder.encode(name.text);
  const joined = new Uint8Array(head.length + 1 + tail.length);
  joined.set(head);
  joined[head.length] = 0x2f;
  joined.set(tail, head.length + 1);
  return joined;
}

/** Hexadecimal of a path's bytes, where the path is not valid text. */
export function pathBytesHex(entry: Entry): string | undefined {
  return entry.pathBytes === undefined ? undefined : hex(entry.pathBytes);
}
