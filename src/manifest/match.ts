// Finds the files of an image that the lines of a list are about.

import { Column } from "../model/columns.ts";
import { volumesFor } from "../model/describe.ts";
import type { Image, Volume } from "../model/image.ts";
import type { Entry, VolumeKind } from "../model/namespace.ts";
import { type ListedPath, type ParsedManifest, pathKey } from "./listed.ts";

/** A file of the image. */
export type FileRef = { readonly volume: Volume; readonly node: number };

/** Names of what lists of images have beside this one: other images, archives, ways to get them. */
const IMAGE_NAME =
  /\.(?:iso|im[ga]|bin|cue|raw|udf|md[fs]|nrg|ccd|sub|toc|chd|dmg|vdi|vmdk|vhdx?|qcow2?|ova|wsl|tar|torrent|metalink|meta4|zsync|jigdo|template)(?:\.(?:gz|xz|bz2|zst|lz|7z|zip|asc|sig))*$/i;

const END = -1;
const MATCHED = 1;
const EXTRA = 2;
const RENAMED = 3;

/** Listed files by path; the same path may be listed more than once. */
class PathIndex {
  /** Whether some path is listed more than once. */
  repeats = false;
  readonly #first = new Map<string, number>();
  readonly #next: Int32Array;

  constructor(listed: ParsedManifest) {
    this.#next = new Int32Array(listed.count).fill(END);
    for (let index = listed.count - 1; index >= 0; index--) {
      const key = pathKey(listed.path(index));
      const later = this.#first.get(key);
      this.repeats ||= later !== undefined;
      this.#next[index] = later ?? END;
      this.#first.set(key, index);
    }
  }

  *find(entry: Entry): Generator<number> {
    let at = this.#first.get(pathKey(listedPathOf(entry))) ?? END;
    for (; at !== END; at = this.#next[at] ?? END) yield at;
  }
}

/** The path of an entry as lists have it. */
function listedPathOf({ path, pathBytes }: Entry): ListedPath {
  const short = path.slice(1);
  return pathBytes === undefined
    ? { path: short }
    : { path: short, pathBytes: hexOf(pathBytes.subarray(1)) };
}

function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** Which files of an image the files of a list are, and which are on one side only. */
export class Matching {
  readonly volumes: readonly Volume[];
  readonly #listed: ParsedManifest;
  /** By volume and node: what was found. */
  readonly #marks: readonly Uint8Array[];
  readonly #first: Int32Array;
  readonly #next = new Column(Int32Array);
  readonly #volume = new Column(Uint8Array);
  readonly #node = new Column(Uint32Array);
  readonly #image = new Set<number>();
  #renamed = false;

  /** The entry whose digest is that of the image file, though it has another name. */
  #renamedImage = END;
  /** Lines that are not found, and of those the ones that {@linkcode isOther} says. */
  #missing = 0;
  #passedOver = 0;
  readonly #aboutImage: boolean;

  /** Throws NotFoundError where the image has no volume of the kind. */
  constructor(
    image: Image,
    listed: ParsedManifest,
    { volume, image: aboutImage }: {
      readonly volume?: VolumeKind | "all";
      readonly image?: boolean;
    } = {},
  ) {
    this.#listed = listed;
    this.#aboutImage = aboutImage === true;
    this.#first = new Int32Array(listed.count).fill(END);
    const index = new PathIndex(listed);
    const chosen = aboutImage === true ? [] : volumesOf(image, listed, index, volume);
    const others = volume !== undefined || aboutImage === true ? [] : readableOf(image)
      .filter((each) => !chosen.includes(each));
    this.volumes = [...chosen, ...others];
    this.#marks = this.volumes.map(({ namespace }) => new Uint8Array(namespace?.tree.count ?? 0));
    const kinds = new Set(image.volumes.map(({ kind }) => kind));
    for (const number of chosen.keys()) this.#matchVolume(number, index, kinds);
    // What is not found yet, or is listed more than once, is looked for there; nothing there is extra.
    for (const number of others.keys()) {
      if (index.repeats || this.#anyUnmatched()) {
        this.#matchOther(chosen.length + number, index, kinds);
      }
    }
    this.#findImage(image);
    this.#count();
  }

  #count(): void {
    this.#missing = 0;
    this.#passedOver = 0;
    for (let index = 0; index < this.#listed.count; index++) {
      if (this.#first[index] !== END || this.isImage(index)) continue;
      if (this.isOther(index)) this.#passedOver++;
      else this.#missing++;
    }
  }

  #matchVolume(number: number, index: PathIndex, kinds: ReadonlySet<string>): void {
    const volume = this.volumes[number];
    const marks = this.#marks[number];
    if (volume?.namespace === undefined || marks === undefined) return;
    for (const entry of volume.namespace.entries()) {
      if (entry.type !== "file") continue;
      for (const listed of index.find(entry)) {
        if (this.#mayBeIn(listed, volume, kinds)) this.#match(listed, number, entry.node);
      }
      const counts = !volume.namespace.tree.isAssociated(entry.node);
      if (counts && marks[entry.node] === 0) marks[entry.node] = EXTRA;
    }
  }

  #matchOther(number: number, index: PathIndex, kinds: ReadonlySet<string>): void {
    const volume = this.volumes[number];
    if (volume?.namespace === undefined) return;
    for (const entry of volume.namespace.entries()) {
      if (entry.type !== "file") continue;
      const found = [...index.find(entry)];
      for (const listed of found) {
        const first = this.#first[listed] ?? END;
        const isOpen = found.length > 1 || first === END || this.#volume.get(first) === number;
        if (isOpen && this.#mayBeIn(listed, volume, kinds)) {
          this.#match(listed, number, entry.node);
        }
      }
    }
  }

  // A list may name the volume of a file; one that this image does not have says nothing here.
  #mayBeIn(listed: number, { kind }: Volume, kinds: ReadonlySet<string>): boolean {
    const named = this.#listed.volume(listed);
    return named === undefined || named === kind || !kinds.has(named);
  }

  #match(listed: number, number: number, node: number): void {
    this.#first[listed] = this.#add(listed, number, node);
    const marks = this.#marks[number];
    if (marks !== undefined) marks[node] = MATCHED;
  }

  #anyUnmatched(): boolean {
    return this.#first.includes(END);
  }

  #add(listed: number, volume: number, node: number): number {
    this.#volume.push(volume);
    this.#node.push(node);
    return this.#next.push(this.#first[listed] ?? END);
  }

  // A list may name the image file itself: that line is about all its bytes, as is a digest alone. Where
  // the whole list is said to be about the image, its one line may have any name. In discern's JSON what
  // is listed as a file is one.
  #findImage(image: Image): void {
    if (this.#listed.format === "discern") return;
    const names = new Set([image.path, image.source.name].map(baseName));
    const paths = new Set<string>();
    for (let index = 0; index < this.#listed.count; index++) {
      if (this.#first[index] !== END) continue;
      const { path } = this.#listed.path(index);
      paths.add(path);
      if (path === "" || names.has(baseName(path))) this.#image.add(index);
    }
    if (this.#aboutImage && this.#image.size === 0 && paths.size === 1) {
      for (let index = 0; index < this.#listed.count; index++) this.#image.add(index);
    }
  }

  /** Listed files that the image does not have, lines about the image file apart. */
  get missing(): number {
    return this.#missing;
  }

  /** The caller says that the list is about the image file. */
  get aboutImage(): boolean {
    return this.#aboutImage;
  }

  /** The list is about image files, of which this is one: no line is about a file of it. */
  get listsImages(): boolean {
    return this.#aboutImage || (this.#namesImageOnly && this.#missing === 0);
  }

  /** Whether the list is one of files, so that it tells which ones the image has besides. */
  get listsFiles(): boolean {
    return !this.#aboutImage && (!this.#namesImageOnly || this.#renamed);
  }

  get #namesImageOnly(): boolean {
    return this.#image.size > 0 && this.#node.length === 0;
  }

  /** Whether a line is of another file than the image and its files, and says nothing about them. */
  isOther(index: number): boolean {
    if (this.isImage(index)) return false;
    if (this.#aboutImage) return true;
    return this.#namesImageOnly && IMAGE_NAME.test(this.#listed.path(index).path);
  }

  /** Lines that are of other files. */
  get passedOver(): number {
    return this.#passedOver;
  }

  /** Whether no line is about a file of the image, nor about the image file. */
  get findsNothing(): boolean {
    const { count, format } = this.#listed;
    return format !== "discern" && count > 0 && this.#image.size === 0 && this.#node.length === 0;
  }

  /** Says that a line is about the image file, though it has another name. */
  renameImage(index: number): void {
    this.#image.add(index);
    this.#renamedImage = index;
    this.#count();
  }

  /** Whether a line is about the image file under another name. */
  isRenamedImage(index: number): boolean {
    return index === this.#renamedImage;
  }

  /** Whether a listed file is the image file itself. */
  isImage(index: number): boolean {
    return this.#image.has(index);
  }

  /** Whether some line is about the image file itself. */
  get namesImage(): boolean {
    return this.#image.size > 0;
  }

  /** How many files of each volume the list is about. */
  *matched(): Generator<{ readonly volume: Volume; readonly files: number }> {
    for (const [number, volume] of this.volumes.entries()) {
      let files = 0;
      for (const mark of this.#marks[number] ?? []) {
        if (mark === MATCHED || mark === RENAMED) files++;
      }
      if (files > 0) yield { volume, files };
    }
  }

  /** The files that a listed file may be; several where names repeat. */
  *files(index: number): Generator<FileRef> {
    for (let at = this.#first[index] ?? END; at !== END; at = this.#next.get(at)) {
      const volume = this.volumes[this.#volume.get(at)];
      if (volume !== undefined) yield { volume, node: this.#node.get(at) };
    }
  }

  /** Whether a file's digests are needed: it is listed, or may be a missing file under another name. */
  needs(volume: Volume, node: number): boolean {
    const mark = this.#mark(volume, node);
    return mark === MATCHED || (mark === EXTRA && this.missing > 0 && !this.listsImages);
  }

  #mark(volume: Volume, node: number): number {
    return this.#marks[this.volumes.indexOf(volume)]?.[node] ?? 0;
  }

  /** Says that a file is a listed one under another name: it is no extra any more. */
  rename({ volume, node }: FileRef): void {
    const marks = this.#marks[this.volumes.indexOf(volume)];
    if (marks !== undefined) marks[node] = RENAMED;
    this.#renamed = true;
  }

  /** Files that the list does not have, in tree order. */
  *extras(): Generator<FileRef & { readonly entry: Entry }> {
    if (this.listsImages) return;
    for (const volume of this.volumes) {
      for (const entry of volume.namespace?.entries() ?? []) {
        const { node } = entry;
        if (this.#mark(volume, node) === EXTRA) yield { volume, node, entry };
      }
    }
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function readableOf(image: Image): Volume[] {
  const readable = image.volumes.filter((volume) => volume.namespace !== undefined);
  const richest = image.richest();
  return readable.sort((a, b) => Number(b === richest) - Number(a === richest));
}

// The volumes that the list names; else the one that has most of its paths, the richest of those.
function volumesOf(
  image: Image,
  listed: ParsedManifest,
  index: PathIndex,
  wanted: VolumeKind | "all" | undefined,
): readonly Volume[] {
  if (wanted !== undefined) return volumesFor(image, wanted);
  const readable = readableOf(image);
  const named = new Set<string>();
  for (let at = 0; at < listed.count; at++) {
    const kind = listed.volume(at);
    if (kind !== undefined) named.add(kind);
  }
  const there = readable.filter(({ kind }) => named.has(kind));
  if (there.length > 0) return there;
  if (listed.count === 0) return [];
  let [best] = readable.length === 0 ? [] : volumesFor(image, undefined);
  let most = best === undefined ? 0 : countPaths(best, index);
  for (const volume of readable) {
    const count = volume === best || most === listed.count ? 0 : countPaths(volume, index);
    if (count > most) [best, most] = [volume, count];
  }
  return best === undefined ? [] : [best];
}

function countPaths({ namespace }: Volume, index: PathIndex): number {
  let count = 0;
  for (const entry of namespace?.entries() ?? []) {
    if (entry.type === "file" && !index.find(entry).next().done) count++;
  }
  return count;
}
