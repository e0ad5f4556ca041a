// Holds the entries of lists against the digests of the files: what is proven, what differs, and why.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { type Algorithm, DigestSet } from "../../kernel/digest.ts";
import type { Claim, ClaimSink } from "../../model/claims.ts";
import type { Image } from "../../model/image.ts";
import type { ListFacts, ListMismatch, ListReport } from "../../model/lists.ts";
import type { FiledEntry } from "./entries.ts";
import type { List } from "./find.ts";
import { expandedText, isCompressed, zisofsText } from "./expand.ts";
import { type Budget, storedText, type TextSource } from "./line_reader.ts";
import { type PlainEntry, type ReadLists, zisofsOf } from "./read.ts";
import { undone } from "./undo.ts";

/** Files that differ of which all is kept: as many as findings of a rule are listed, and some. */
const KEPT = 4096;
/** Entries of a list that must have been compared before it may be called stale: damage hits a few files. */
const STALE = 10;
/** Files that differ from a stale list of which the paths are kept. */
const NAMED = 3;
/** Bytes of boot images that are read again. */
const UNDO = 256 * 1024 * 1024;
/** Bytes of compressed tables, and of compressed files (zisofs), that are expanded to be digested. */
const PLAIN = 256 * 1024 * 1024;

/** Files that are written when an image is made, by the end of their paths in lower case. */
const writtenLate =
  /\/(?:boot\.cat|boot\.catalog|isolinux\.bin|eltorito\.img|efi\.img|bto\.xml|\.disk\/[^/]*uuid[^/]*)$/;

const shown: Readonly<Record<Algorithm, string>> = {
  md5: "MD5",
  sha1: "SHA-1",
  sha256: "SHA-256",
  sha512: "SHA-512",
  blake3: "BLAKE3",
  crc32: "CRC-32",
};

/** An algorithm as messages name it. */
export function algorithmName(algorithm: Algorithm): string {
  return shown[algorithm];
}

/** Gives the digest of a file by its number. */
export type DigestSource = (file: number, algorithm: Algorithm) => string | undefined;

type Tally = { compared: number; differing: number };

type Difference = { readonly entry: FiledEntry; readonly mismatch: ListMismatch };

/** Judges all entries of an image. */
export class ListJudge {
  readonly #image: Image;
  readonly #read: ReadLists;
  readonly #digests: DigestSource;
  readonly #claims: ClaimSink;
  readonly #tallies: readonly Tally[];
  readonly #differences: Difference[] = [];
  readonly #missed: ListFacts["unread"][number][] = [];
  readonly #undoBudget = { left: UNDO };
  /** Compressed files (zisofs) that could not be expanded. */
  readonly #packed: PlainEntry[] = [];

  /** Claims go to `claims`. */
  constructor(image: Image, read: ReadLists, digests: DigestSource, claims: ClaimSink) {
    this.#image = image;
    this.#read = read;
    this.#digests = digests;
    this.#claims = claims;
    this.#tallies = read.lists.map(() => ({ compared: 0, differing: 0 }));
  }

  /** Judges everything; what is found is for the rules. */
  async judge(): Promise<Omit<ListFacts, "signatures">> {
    const { entries } = this.#read;
    const told = new Set<string>();
    const unlikely = this.#unlikely();
    for (let index = 0; index < entries.count; index++) {
      const entry = entries.get(index);
      if (unlikely.get(entry.list) === entry.algorithm) continue;
      const computed = this.#digests(entry.file, entry.algorithm);
      if (computed === undefined) {
        this.#unread(entry);
        continue;
      }
      const key = `${entry.list} ${entry.file}`;
      await this.#compare(entry, computed, told.has(key));
      if (computed !== entry.digest) told.add(key);
    }
    await this.#judgePlain();
    const stale = this.#tallies.map(({ compared, differing }, list) =>
      compared >= STALE && 2 * differing > compared &&
      this.#read.lists[list]?.form.kind !== "manifest"
    );
    for (const { entry, mismatch } of this.#differences) {
      if (mismatch.excuse === undefined && stale[entry.list] !== true) {
        this.#claims.claim(this.#claimOf(entry, false, mismatch.computed));
      }
    }
    return {
      lists: this.#reports(stale),
      mismatches: this.#differences.filter(({ entry }) => stale[entry.list] !== true)
        .map(({ mismatch }) => mismatch),
      unread: this.#missed,
      limited: this.#read.limited,
      skipped: this.#read.skipped,
      packed: this.#packed.map(({ list, file: { tree, node } }) => ({
        tree,
        node,
        list: this.#read.lists[list]?.path ?? "",
      })),
    };
  }

  #unread({ tree, node, list }: FiledEntry): void {
    if (this.#missed.length >= KEPT) return;
    this.#missed.push({ tree, node, list: this.#read.lists[list]?.path ?? "" });
  }

  // Which of two algorithms a list has whose digests may be of either: that of which more hold.
  #unlikely(): ReadonlyMap<number, Algorithm> {
    const { entries, lists } = this.#read;
    const held = new Map<number, number>();
    for (const [number, { either }] of lists.entries()) if (either) held.set(number, 0);
    for (let index = 0; held.size > 0 && index < entries.count; index++) {
      const { list, file, algorithm, digest } = entries.get(index);
      const more = held.get(list);
      if (more === undefined || this.#digests(file, algorithm) !== digest) continue;
      if (algorithm === "sha256") held.set(list, more + 1);
      if (algorithm === "blake3") held.set(list, more - 1);
    }
    return new Map([...held].map(([list, more]) => [list, more >= 0 ? "blake3" : "sha256"]));
  }

  async #compare(entry: FiledEntry, computed: string, isTold: boolean): Promise<void> {
    const list = this.#read.lists[entry.list];
    const tally = this.#tallies[entry.list];
    if (list === undefined || tally === undefined || isSelf(list, entry)) return;
    tally.compared++;
    if (computed === entry.digest) return this.#claims.claim(this.#claimOf(entry, true, computed));
    // What a broken stream expands to need not be what was compressed.
    if (list.state === "cut" && isCompressed(list.name)) return void tally.compared--;
    // Of a file with several digests in one list, the first that differs says it all.
    if (isTold) return void tally.compared--;
    const excuse = await this.#excuse(list, entry, computed);
    if (excuse === undefined) tally.differing++;
    if (this.#differences.length >= KEPT) return;
    this.#differences.push({ entry, mismatch: this.#mismatch(list, entry, computed, excuse) });
  }

  async #excuse(
    { path, names, form }: List,
    entry: FiledEntry,
    computed: string,
  ): Promise<ListMismatch["excuse"]> {
    if (form.kind === "manifest") return undefined;
    // The digests of two contents have one digit in sixteen in common.
    if (commonDigits(entry.digest, computed) * 4 >= computed.length * 3) return "record";
    const tree = this.#image.trees[entry.tree];
    const file = this.#image.namespaceOf(entry.tree)?.path(entry.node) ?? names.path(entry.node);
    if (tree === undefined) return undefined;
    const table = await undone(this.#image, tree, entry.node, entry, this.#undoBudget);
    if (table === "holds") {
      this.#claims.claim({
        ...this.#claimOf(entry, true, computed),
        spans: unpatched(tree.extent(entry.node, 0)),
      });
      return "undone";
    }
    if (table === "table") return "name";
    if (table === "damaged") return undefined;
    const lower = file.toLowerCase();
    return writtenLate.test(lower) || lower.startsWith(`${path.toLowerCase()}.`)
      ? "name"
      : undefined;
  }

  #mismatch(
    list: List,
    entry: FiledEntry,
    computed: string,
    excuse: ListMismatch["excuse"],
  ): ListMismatch {
    const { line, tree, node, algorithm, digest, size } = entry;
    const actual = this.#image.trees[tree]?.size(node) ?? 0;
    const record = entry.record ?? spanOf(list);
    return {
      list: list.path,
      line,
      ...(record === undefined ? {} : { record }),
      kind: list.form.kind,
      tree,
      node,
      algorithm: shown[algorithm],
      recorded: digest,
      computed,
      ...(size < 0 || size === actual ? {} : { sizes: { recorded: size, actual } }),
      ...(excuse === undefined ? {} : { excuse }),
    };
  }

  #claimOf(entry: FiledEntry, holds: boolean, computed: string): Claim {
    const list = this.#read.lists[entry.list];
    const { tree, node, algorithm, digest } = entry;
    const record = entry.record ?? (list === undefined ? undefined : spanOf(list));
    const kind = list?.form.kind === "manifest" ? "manifest" : "list";
    return {
      kind,
      what: `${shown[algorithm]} in ${list?.path ?? ""}`,
      strength: algorithm === "crc32" ? "checksum" : "digest",
      holds,
      spans: this.#image.trees[tree]?.extents(node)
        .map(({ start, length }) => logicalSpan(start, length)) ?? [],
      tree,
      node,
      ...(record === undefined ? {} : { record }),
      recorded: digest,
      computed,
    };
  }

  // A list may have the digest of a table that is only there compressed: that holds for what it expands to.
  // One of a compressed file (zisofs) is of its content, or of the bytes that are stored.
  async #judgePlain(): Promise<void> {
    const budget = { left: PLAIN };
    const byFile = new Map<string, PlainEntry[]>();
    for (const each of this.#read.plain) {
      const key = `${each.file.tree} ${each.file.node}`;
      const group = byFile.get(key);
      if (group === undefined) byFile.set(key, [each]);
      else group.push(each);
    }
    for (const group of byFile.values()) {
      const [first] = group;
      if (first === undefined) continue;
      const { node, tree } = first.file;
      const found = await this.#plainDigests(first, group, budget);
      if (found === undefined) {
        // A stream that is broken is no such table; the digest of the compressed file tells.
        if (zisofsOf(first.file) !== undefined) this.#packed.push(first);
        continue;
      }
      for (const { list, entry } of group) {
        const { algorithm, digest, line, at, length } = entry;
        if (algorithm === undefined) continue;
        const isEither = this.#read.lists[list]?.either === true;
        if (isEither && algorithm !== likely(digest, found)) continue;
        const record = at < 0 ? {} : { record: logicalSpan(at, length) };
        const filed = { list, line, ...record, file: -1, tree, node, algorithm, digest, size: -1 };
        const [content, stored] = found.map((digests) => digests[algorithm] ?? "");
        const computed = stored === digest ? stored : content;
        await this.#compare(filed, computed ?? "", false);
      }
    }
  }

  /** Digests of the content of a compressed file, and of its stored bytes where lists may mean them. */
  async #plainDigests(
    { file }: PlainEntry,
    group: readonly PlainEntry[],
    budget: Budget,
  ): Promise<readonly Partial<Record<Algorithm, string>>[] | undefined> {
    const { names: { tree }, node } = file;
    const algorithms = [...new Set(group.flatMap(({ entry }) => entry.algorithm ?? []))];
    const zisofs = zisofsOf(file);
    const whole = new DigestSet(zisofs === undefined ? [] : algorithms);
    const stored = digested(storedText(this.#image, tree, node, budget), whole);
    const text = zisofs === undefined
      ? expandedText(file.names.name(node).text, stored, tree.size(node), budget)
      : zisofsText(stored, tree.size(node), zisofs, budget);
    const content = new DigestSet(algorithms);
    const isWhole = text !== undefined && await drained(digested(text, content));
    if (zisofs === undefined) return isWhole ? [content.hex()] : undefined;
    return isWhole && await drained(stored) ? [content.hex(), whole.hex()] : undefined;
  }

  #firstDiffering(number: number): string[] {
    const paths = new Set<string>();
    for (const { entry: { list, tree, node }, mismatch } of this.#differences) {
      if (list !== number || mismatch.excuse !== undefined) continue;
      paths.add(this.#image.namespaceOf(tree)?.path(node) ?? "");
      if (paths.size >= NAMED) break;
    }
    return [...paths];
  }

  #reports(stale: readonly boolean[]): ListReport[] {
    const reports: ListReport[] = [];
    for (const [number, list] of this.#read.lists.entries()) {
      const { state, absent, damaged } = list;
      if (state === "none") continue;
      const isQuiet = state === "read" && absent.count === 0 && damaged.count === 0 &&
        stale[number] !== true;
      if (isQuiet || reports.length >= KEPT) continue;
      const span = spanOf(list);
      reports.push({
        list: list.path,
        kind: list.form.kind,
        partial: list.form.partial === true,
        state,
        ...(span === undefined ? {} : { span }),
        listed: list.listed,
        compared: this.#tallies[number]?.compared ?? 0,
        differing: this.#tallies[number]?.differing ?? 0,
        stale: stale[number] === true,
        firstDiffering: stale[number] === true ? this.#firstDiffering(number) : [],
        absent,
        damaged,
      });
    }
    return reports;
  }
}

/** Whether an entry is of its own list, which cannot have its own digest. */
function isSelf(list: List, { tree, node }: FiledEntry): boolean {
  return list.form.kind !== "manifest" && list.tree === tree && list.node === node;
}

/** The algorithm of a digest that may be SHA-256 or BLAKE3. */
function likely(
  digest: string,
  found: readonly Partial<Record<Algorithm, string>>[],
): Algorithm {
  return found.some(({ blake3 }) => blake3 === digest) ? "blake3" : "sha256";
}

/** A text whose bytes are digested as they pass. */
async function* digested(text: TextSource, digests: DigestSet): TextSource {
  for (;;) {
    const { done, value } = await text.next();
    if (done === true) return value;
    digests.update(value.bytes);
    yield value;
  }
}

/** Reads a text to its end; gives whether it is whole. */
async function drained(text: TextSource): Promise<boolean> {
  let next = await text.next();
  while (next.done !== true) next = await text.next();
  return next.value;
}

function commonDigits(a: string, b: string): number {
  let common = 0;
  for (let at = 0; at < a.length; at++) if (a[at] === b[at]) common++;
  return common;
}

function spanOf({ names, node, form }: List): Span | undefined {
  if (form.reading === "given" || names.tree.extentCount(node) === 0) return undefined;
  const { start, length } = names.tree.extent(node, 0);
  return logicalSpan(start, length);
}

// All but the table, which nothing vouches for.
function unpatched({ start, length }: { readonly start: number; readonly length: number }): Span[] {
  return [logicalSpan(start, 8), logicalSpan(start + 64, length - 64)];
}
