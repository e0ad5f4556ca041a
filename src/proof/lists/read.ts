// Reads the lists of an image ahead of the pass: what each records of which file that is there.

import { logicalSpan } from "../../bytes/span.ts";
import { startsWithText } from "../../bytes/text.ts";
import type { Image } from "../../model/image.ts";
import type { Supplied } from "../../model/lists.ts";
import type { Zisofs } from "../../model/tree.ts";
import type { ProverContext } from "../prover.ts";
import { digestOf, type ListedDigest, type ListParser } from "./digest_lines.ts";
import { ListEntries } from "./entries.ts";
import { findLists, folderOf, type LinePlace, List } from "./find.ts";
import { otherForms } from "./forms.ts";
import { endings, expandedText, isCompressed } from "./expand.ts";
import { type Budget, eachLine, type Line, storedText, type TextSource } from "./line_reader.ts";
import { beginsEntry, isDamaged, isWide } from "./line_shapes.ts";
import { type FileRef, namespacesOf, PathIndex } from "./path_index.ts";
import { readRepository, type RepositoryEntry } from "./rpm.ts";

/** Bytes of the texts of all lists of an image, expanded. */
const TEXT = 256 * 1024 * 1024;
/** Bytes of a list that is parsed whole. */
const WHOLE = 16 * 1024 * 1024;
/** Lines by which it is told whether a text is a list, and which folder its names are relative to. */
const PROBED = 64;
/** Begins a text with a signature of itself (RFC 9580 7). */
const SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----";
/** Entries for the content of compressed files that are kept, each by itself. */
const PLAIN = 100_000;
/** Names of absent files that are kept of a list. */
const NAMED = 1000;

/** An entry for the content of a file that is only there compressed: a table, or a file of zisofs. */
export type PlainEntry = {
  readonly list: number;
  readonly entry: ListedDigest;
  readonly file: FileRef;
};

/** All lists of an image. */
export type ReadLists = {
  readonly lists: readonly List[];
  readonly entries: ListEntries;
  readonly plain: readonly PlainEntry[];
  /** Entries for the content of compressed files that were too many to keep. */
  readonly skipped: number;
  /** Whether there are more lists, or more text in them, than is read. */
  readonly limited: boolean;
};

/** Reads every list, and the one that the user gave. Never throws on image data. */
export async function readLists(
  { image, signal, manifest }: Pick<ProverContext, "image" | "signal" | "manifest">,
): Promise<ReadLists> {
  const { lists, byHash, limited } = findLists(image);
  const reader = new ListsReader(image, lists);
  for (const entry of byHash) reader.entries.add(entry);
  // Tables of repositories are added while the others are read.
  for (let number = 0; number < lists.length; number++) {
    signal?.throwIfAborted();
    const list = lists[number];
    if (list !== undefined) await reader.read(list, number);
  }
  if (manifest !== undefined) reader.give(manifest);
  return {
    lists,
    entries: reader.entries,
    plain: reader.plain.kept,
    skipped: reader.plain.skipped,
    limited: limited || reader.limited,
  };
}

/** The text of a file of the image: expanded where its name says that it is compressed. */
function textOf(
  image: Image,
  { name, names: { tree }, node }: List,
  budget: Budget,
): TextSource | undefined {
  return expandedText(name, storedText(image, tree, node, budget), tree.size(node), budget);
}

class PlainEntries {
  readonly kept: PlainEntry[] = [];
  skipped = 0;

  add(entry: PlainEntry): void {
    if (this.kept.length < PLAIN) this.kept.push(entry);
    else this.skipped++;
  }
}

class ListsReader {
  readonly entries: ListEntries;
  readonly plain = new PlainEntries();
  readonly #image: Image;
  readonly #lists: List[];
  readonly #index: PathIndex;
  readonly #budget: Budget = { left: TEXT };

  constructor(image: Image, lists: List[]) {
    this.#image = image;
    this.#lists = lists;
    this.#index = new PathIndex(image);
    this.entries = new ListEntries(image);
  }

  get limited(): boolean {
    return this.#budget.left <= 0;
  }

  /** Takes the list that the user gave: its names are relative to the root. */
  give({ name, list: given }: Supplied): void {
    const [place] = namespacesOf(this.#image);
    if (place === undefined) return;
    const list = new List(otherForms.given, { ...place, node: 0 }, name, "/");
    const number = this.#lists.push(list) - 1;
    const taker = new Taker(list, number, this.#index, this.entries, this.plain);
    const own = this.#image.path.split(/[\\/]/).at(-1);
    for (let index = 0; index < given.count; index++) {
      const { path } = given.path(index);
      // A line about the image file itself is for `verify`.
      if (path === "" || path === own) continue;
      for (const { algorithm, either, hex: digest } of given.digests(index)) {
        const entry = { path, digest, line: 0, at: -1, length: 0 };
        taker.take({ ...entry, algorithm });
        if (!either || this.#index.find(`/${path}`) === undefined) continue;
        list.either = true;
        list.listed--;
        taker.take({ ...entry, algorithm: "blake3" });
      }
    }
    taker.end();
  }

  async read(list: List, number: number): Promise<void> {
    const { reading, parser } = list.form;
    if (reading === "by-hash" || reading === "given") return;
    const text = textOf(this.#image, list, this.#budget);
    if (text === undefined) {
      list.state = "codec";
      return;
    }
    const taker = new Taker(list, number, this.#index, this.entries, this.plain);
    if (reading === "json") await this.#json(list, taker, text);
    else if (parser === undefined) await this.#repository(list, taker, text);
    else await this.#lines(list, taker, text, parser());
    // The first lines of a list that is cut are as good as any; what a broken stream expands to is not.
    const isWhole = list.state === "read";
    if (isWhole || (list.state !== "none" && !isCompressed(list.name))) taker.end();
    if (list.state === "read" && list.listed === 0) list.state = "none";
    if (taker.isEntryTooLong && ["read", "none"].includes(list.state)) list.state = "line";
  }

  async #lines(list: List, taker: Taker, text: TextSource, parser: ListParser): Promise<void> {
    const isWhole = await eachLine(text, (line) => {
      if (line.number === 1 && isWide(line.bytes)) {
        list.state = "encoding";
        return false;
      }
      if (line.bytes[0] === 0x2d && startsWithText(line.bytes, SIGNED)) list.isSigned = true;
      const found = parser.line(line);
      return found === "comment" || (found === undefined ? taker.bad(line) : taker.take(found));
    }, (head) => taker.tooLong(head));
    const last = parser.end?.();
    if (last !== undefined) taker.take(last);
    if (!isWhole && list.state === "read") list.state = this.limited ? "limit" : "cut";
  }

  async #repository(list: List, taker: Taker, text: TextSource): Promise<void> {
    const at = list.names.tree.extentCount(list.node) > 0
      ? list.names.tree.extent(list.node, 0)
      : { start: -1, length: 0 };
    const end = await readRepository(text, (entry) => {
      taker.take({ ...entry, at: at.start, length: at.length });
      if (entry.type === "primary") this.#addPrimary(list, entry);
    });
    if (end === "whole" || list.state !== "read") return;
    list.state = end === "xml" ? "broken" : this.limited ? "limit" : "cut";
  }

  #addPrimary(list: List, entry: RepositoryEntry): void {
    const base = repositoryBase(list);
    const file = this.#index.find(base + entry.path);
    if (file === undefined || file.names.type(file.node) !== "file") return;
    const path = file.names.path(file.node);
    this.#lists.push(new List(otherForms.primary, file, path, base));
  }

  async #json(list: List, taker: Taker, text: TextSource): Promise<void> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const { bytes } of text) {
      size += bytes.length;
      if (size > WHOLE) break;
      parts.push(bytes);
    }
    const whole = new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
    if (size > WHOLE) {
      list.state = "limit";
      return;
    }
    let document: unknown;
    try {
      document = JSON.parse(new TextDecoder().decode(whole));
    } catch {
      list.state = "broken";
      return;
    }
    const { start, length } = list.names.tree.extent(list.node, 0);
    for (const entry of extraFiles(document)) taker.take({ ...entry, line: 0, at: start, length });
  }
}

/** `extra_files.json` of RHEL: `{"data":[{"file","size","checksums":{"sha256":...}}]}`. */
function* extraFiles(document: unknown): Generator<Omit<ListedDigest, "line" | "at" | "length">> {
  const data = isRecord(document) && Array.isArray(document.data) ? document.data : [];
  for (const each of data) {
    if (!isRecord(each) || typeof each.file !== "string" || !isRecord(each.checksums)) continue;
    const { file, size, checksums } = each;
    for (const name of ["sha512", "sha256", "sha1", "md5"]) {
      const text = checksums[name];
      const found = typeof text === "string" ? digestOf(name, text) : undefined;
      if (found === undefined) continue;
      yield { ...found, path: file, ...(typeof size === "number" ? { size } : {}) };
      break;
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

// `repomd.xml` stands in `repodata`; names are relative to the folder of that.
function repositoryBase({ folder }: List): string {
  return folderOf(folder.slice(0, -1)) || "/";
}

function basesOf(list: List): readonly string[] {
  if (list.base !== undefined) return [list.base];
  const { folder, form } = list;
  if (form.reading === "repomd") return [repositoryBase(list)];
  if (form.base === "own") return [folder];
  const archive = folder.lastIndexOf("/dists/");
  if (form.base === "archive" && archive >= 0) return [folder.slice(0, archive + 1)];
  return [...new Set([folder, folderOf(folder.slice(0, -1)) || "/", "/"])];
}

/** Takes the entries of one list: the first ones tell whether it is one, and the folder of its names. */
class Taker {
  readonly #list: List;
  readonly #number: number;
  readonly #index: PathIndex;
  readonly #entries: ListEntries;
  readonly #plain: PlainEntries;
  #pending: ListedDigest[] = [];
  #bad = 0;
  /** A line that was passed over begins as entries do. */
  isEntryTooLong = false;
  #base: string | undefined;

  constructor(
    list: List,
    number: number,
    index: PathIndex,
    entries: ListEntries,
    plain: PlainEntries,
  ) {
    this.#list = list;
    this.#number = number;
    this.#index = index;
    this.#entries = entries;
    this.#plain = plain;
  }

  /** Takes an entry; false where the text is no such list after all. */
  take(entry: ListedDigest): boolean {
    if (this.#base !== undefined) {
      this.#settle(entry, this.#base);
      return true;
    }
    this.#pending.push(entry);
    return this.#pending.length + this.#bad < PROBED || this.#decide();
  }

  /** Takes a line that is no entry. */
  bad(line: Line): boolean {
    const { damaged } = this.#list;
    this.#bad++;
    // Prose between the entries of a list is none of its entries; a digest that is nearly one is.
    if (isDamaged(line.bytes)) {
      damaged.count++;
      damaged.first ??= placeOf({ line: line.number, at: line.at, length: line.bytes.length });
    }
    return this.#base !== undefined || this.#pending.length + this.#bad < PROBED || this.#decide();
  }

  /** Takes the first bytes of a line that is too long. */
  tooLong({ bytes }: Line): void {
    this.isEntryTooLong ||= beginsEntry(bytes);
  }

  end(): void {
    if (this.#base === undefined) this.#decide();
  }

  #decide(): boolean {
    const { form } = this.#list;
    if (this.#pending.length === 0 || (form.probed === true && this.#bad > this.#pending.length)) {
      if (this.#list.state === "read") this.#list.state = "none";
      return false;
    }
    let most = -1;
    const bases = basesOf(this.#list);
    for (const base of bases) {
      const found = bases.length === 1 ? 0 : this.#pending
        .filter(({ path }) => this.#index.find(base + path) !== undefined).length;
      if (found > most) [most, this.#base] = [found, base];
    }
    const { folder } = this.#list;
    for (const entry of this.#pending.splice(0)) this.#settle(entry, this.#base ?? folder);
    return true;
  }

  #settle(entry: ListedDigest, base: string): void {
    const list = this.#list;
    const path = entry.path === "" ? namedAfter(list) : base + entry.path;
    if (path === undefined) return;
    list.listed++;
    const file = this.#index.find(path);
    if (file === undefined) return this.#absent(entry, path);
    // Folders, and links to what another line may be about.
    if (file.names.type(file.node) !== "file") return;
    const { algorithm, digest, size = -1 } = entry;
    if (algorithm === undefined) {
      list.unchecked++;
      return;
    }
    if (zisofsOf(file) !== undefined) {
      this.#plain.add({ list: this.#number, entry, file });
      return;
    }
    const { tree, node } = file;
    const place = placeOf(entry);
    this.#entries.add({ list: this.#number, ...place, tree, node, algorithm, digest, size });
  }

  #absent(entry: ListedDigest, path: string): void {
    const list = this.#list;
    if (list.form.reading === "lines" && list.form.kind === "repository") {
      for (const ending of entry.algorithm === undefined ? [] : endings) {
        const file = this.#index.find(`${path}${ending}`);
        if (file === undefined) continue;
        this.#plain.add({ list: this.#number, entry, file });
        return;
      }
    }
    const { absent } = list;
    absent.count++;
    if (!this.#index.records(path)) absent.renamed++;
    if (absent.names.length < NAMED) absent.names.push(path);
    absent.first ??= placeOf(entry);
  }
}

/** What the record of a file says of its compression by zisofs. */
export function zisofsOf({ names, node }: FileRef): Zisofs | undefined {
  return names.kind === "rockridge" ? names.tree.zisofs.get(node) : undefined;
}

// A digest alone in `x.iso.md5` is of `x.iso`.
function namedAfter({ path, name }: List): string | undefined {
  return name.lastIndexOf(".") > 0 ? path.slice(0, path.lastIndexOf(".")) : undefined;
}

function placeOf(
  { line, at, length }: Pick<ListedDigest, "line" | "at" | "length">,
): LinePlace {
  return at < 0 ? { line } : { line, record: logicalSpan(at, length) };
}
