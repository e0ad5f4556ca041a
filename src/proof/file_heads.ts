// The first bytes of every file while they pass by: what files are, apart from what their names say.

import { SECTOR, type Span } from "../bytes/span.ts";
import { startsWithText } from "../bytes/text.ts";
import type { Image } from "../model/image.ts";
import type { Namespace } from "../model/namespace.ts";
import type {
  FileList,
  NamedFile,
  SignatureBreak,
  SignatureFacts,
} from "../model/signature_facts.ts";
import type { Observer } from "../pass/client.ts";
import type { Prover, ProverContext } from "./prover.ts";
import {
  autorunCommand,
  extensionOf,
  isDocument,
  isShortcut,
  keepsPromise,
  nestedImage,
  programOf,
} from "./signatures.ts";

/** Files of one kind that are named. */
const KEPT = 100;
/** A volume descriptor of a nested image stands so many bytes after its start (ECMA-119:1987 6.2.1). */
const DESCRIPTOR = 16 * SECTOR;
/** Nodes of a tree that a key has room for; the limit of records is below it. */
const NODES = 2 ** 22;

/** Makes the reader of first bytes, for the files of the namespace with the most to say. */
export function headProver({ image }: ProverContext): Promise<Prover | undefined> {
  const volume = image.richest();
  const { namespace, tree } = volume ?? {};
  if (namespace === undefined || tree === undefined) return Promise.resolve(undefined);
  const heads = new FileHeads(image, namespace, tree);
  return Promise.resolve({
    observers: [heads],
    finish: () => ({ signatures: heads.facts() }),
  });
}

class Files {
  readonly #kept: NamedFile[] = [];
  #count = 0;

  add(file: NamedFile): void {
    this.#count++;
    if (this.#kept.length < KEPT) this.#kept.push(file);
  }

  facts(): FileList {
    return { kept: this.#kept, count: this.#count };
  }
}

class FileHeads implements Observer {
  readonly #image: Image;
  readonly #namespace: Namespace;
  readonly #tree: number;
  /** Logical sector and node of every head, and of every place for a nested descriptor, sorted. */
  readonly #heads: Float64Array;
  readonly #descriptors: Float64Array;
  #head = 0;
  #descriptor = 0;
  #programs = 0;
  readonly #disguised = new Files();
  readonly #shortcuts = new Files();
  readonly #hidden = new Files();
  readonly #autorun = new Files();
  readonly #nested = new Files();
  readonly #promises = new Promises();

  constructor(image: Image, namespace: Namespace, tree: number) {
    this.#image = image;
    this.#namespace = namespace;
    this.#tree = tree;
    const { mapping } = image;
    const files = namespace.tree;
    const heads: number[] = [];
    const descriptors: number[] = [];
    for (let node = 1; node < files.count; node++) {
      if (files.isDirectory(node) || files.extentCount(node) === 0) continue;
      if (files.elsewhere.has(node) || files.zisofs.has(node)) continue;
      const { start, length } = files.extent(node, 0);
      if (length === 0 || start >= mapping.logicalSize || start % SECTOR !== 0) continue;
      heads.push(start / SECTOR * NODES + node);
      if (length <= DESCRIPTOR + SECTOR) continue;
      descriptors.push((start + DESCRIPTOR) / SECTOR * NODES + node);
    }
    this.#heads = Float64Array.from(heads).sort();
    this.#descriptors = Float64Array.from(descriptors).sort();
  }

  /** Takes the bytes of the file from `offset` on: the user data of a sector lie whole in a piece. */
  take(offset: number, bytes: Uint8Array, unread: readonly Span[]): void {
    const end = offset + bytes.length;
    for (; this.#head < this.#heads.length; this.#head++) {
      const head = this.#at(this.#heads[this.#head] ?? 0, offset, bytes, unread);
      if (head.start + SECTOR > end) break;
      if (head.bytes !== undefined) this.#look(head.node, head.bytes);
    }
    for (; this.#descriptor < this.#descriptors.length; this.#descriptor++) {
      const found = this.#at(this.#descriptors[this.#descriptor] ?? 0, offset, bytes, unread);
      if (found.start + SECTOR > end) break;
      if (found.bytes === undefined || !startsWithText(found.bytes, "CD001", 1)) continue;
      this.#nested.add({ tree: this.#tree, node: found.node, what: "an ISO 9660 image" });
    }
  }

  #at(key: number, offset: number, bytes: Uint8Array, unread: readonly Span[]) {
    const node = key % NODES;
    const sector = (key - node) / NODES;
    const start = this.#image.mapping.fileOffset(sector * SECTOR);
    const at = start - offset;
    const isRefused = unread.some((span) =>
      span.start < start + SECTOR && start < span.start + span.length
    );
    if (at < 0 || isRefused) return { node, start };
    const { length } = this.#namespace.tree.extent(node, 0);
    return { node, start, bytes: bytes.subarray(at, at + Math.min(SECTOR, length)) };
  }

  #look(node: number, head: Uint8Array): void {
    const name = this.#namespace.name(node).text.replace(/;\d+$/, "");
    const extension = extensionOf(name);
    const file = { tree: this.#tree, node };
    const holds = keepsPromise(extension, head);
    if (holds !== undefined) {
      this.#promises.add(this.#namespace.tree.extent(node, 0).start, node, holds);
    }
    const program = programOf(head);
    if (program !== undefined && program !== "a script") this.#programs++;
    if (program !== undefined && isDocument(extension)) {
      this.#disguised.add({ ...file, what: program });
    }
    if (program !== undefined && this.#namespace.isHidden(node)) {
      this.#hidden.add({ ...file, what: program });
    }
    if (isShortcut(head)) this.#shortcuts.add({ ...file, what: "a shortcut" });
    const nested = nestedImage(head);
    if (nested !== undefined) this.#nested.add({ ...file, what: nested });
    if (name.toLowerCase() !== "autorun.inf" || this.#namespace.tree.parent(node) !== 0) return;
    const command = autorunCommand(head);
    if (command !== undefined) this.#autorun.add({ ...file, what: command });
  }

  facts(): SignatureFacts {
    const signatureBreak = this.#promises.broken(this.#tree);
    return {
      disguised: this.#disguised.facts(),
      shortcuts: this.#shortcuts.facts(),
      hiddenPrograms: this.#hidden.facts(),
      programs: this.#programs,
      files: this.#heads.length,
      autorun: this.#autorun.facts(),
      nested: this.#nested.facts(),
      ...(signatureBreak === undefined ? {} : { signatureBreak }),
    };
  }
}

/** Files with known extensions, in the order of the image. */
const FILES = 20;
/** Of them on each side at least. */
const SIDE = 5;

/** Finds the place from which on files no longer begin as their names promise. */
class Promises {
  readonly #starts: number[] = [];
  readonly #nodes: number[] = [];
  readonly #holds: boolean[] = [];

  add(start: number, node: number, holds: boolean): void {
    this.#starts.push(start);
    this.#nodes.push(node);
    this.#holds.push(holds);
  }

  broken(tree: number): SignatureBreak | undefined {
    const count = this.#holds.length;
    if (count < FILES) return undefined;
    const all = this.#holds.filter((each) => each).length;
    let best: SignatureBreak | undefined;
    let held = 0;
    for (let at = 0; at < count; at++) {
      const behind = count - at;
      const behindHolds = all - held;
      const isBreak = at >= SIDE && behind >= SIDE && this.#holds[at] === false &&
        held >= 0.9 * at && behindHolds <= 0.1 * behind;
      if (
        isBreak && (best === undefined || behindHolds / behind < best.behindHolds / best.behind)
      ) {
        const first = { tree, node: this.#nodes[at] ?? 0 };
        const start = this.#starts[at] ?? 0;
        best = { start, first, before: at, beforeHolds: held, behind, behindHolds };
      }
      if (this.#holds[at] === true) held++;
    }
    return best;
  }
}
