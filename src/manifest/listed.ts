// The files of a list of digests, packed: what a list in any format comes to once it is read.

import { hex } from "../bytes/text.ts";
import { type Algorithm, algorithms } from "../kernel/digest.ts";
import { ByteStrings, Column } from "../model/columns.ts";
import { fromHex } from "../kernel/hex.ts";
import type { Hashes } from "../model/result.ts";

/** Formats that are read. */
export type ManifestFormat = "gnu" | "bsd" | "discern";

/** A region of a list: bytes of the image that are no file. */
export type ListedRegion = {
  readonly owner: string;
  readonly name?: string;
  readonly offset: number;
  readonly length: number;
  readonly hashes: Hashes;
};

/** A recorded digest; of 64 digits it may be SHA-256 or BLAKE3 where the list does not say. */
export type RecordedDigest = {
  readonly algorithm: Algorithm;
  readonly either: boolean;
  readonly hex: string;
};

/** A path as a list has it. */
export type ListedPath = {
  /**
   * Without leading `./` and `/`, and empty for a digest that stands alone; a component that is not UTF-8 has
   * one character a byte.
   */
  readonly path: string;
  /** Hexadecimal of the path's bytes, where it is not valid text. */
  readonly pathBytes?: string;
};

const EITHER = 0x80;
const NONE = -1;

/** The files of a list with their digests, packed: a line costs its path and its digest. */
export class ParsedManifest {
  /** How the list is written. */
  readonly format: ManifestFormat;
  /** Digests of the image file itself, where the list has them apart from its files. */
  readonly image: Hashes | undefined;
  readonly #regions: ListedRegion[];
  /** Regions with a digest of 64 digits that the list does not name. */
  readonly #eitherRegions = new Set<number>();
  readonly #paths: string[] = [];
  readonly #pathBytes = new Map<number, string>();
  readonly #volumes = new Map<number, string>();
  readonly #first = new Column(Int32Array);
  readonly #next = new Column(Int32Array);
  readonly #algorithm = new Column(Uint8Array);
  readonly #digests = new ByteStrings();
  readonly #byPath = new Map<string, number>();
  #ambiguous = false;

  /** Made by {@linkcode parseManifest}. */
  constructor(format: ManifestFormat, image?: Hashes, regions: readonly ListedRegion[] = []) {
    this.format = format;
    this.image = image;
    this.#regions = [...regions];
  }

  /** What is no file. */
  get regions(): readonly ListedRegion[] {
    return this.#regions;
  }

  /** Adds digests of a region: to the one listed last where that is the same. */
  addRegion(region: ListedRegion, either = false): void {
    const last = this.#regions.at(-1);
    const joins = last !== undefined && last.offset === region.offset &&
      last.length === region.length && last.owner === region.owner;
    if (joins) this.#regions.pop();
    const hashes = { ...joins ? last.hashes : {}, ...region.hashes };
    const index = this.#regions.push({ ...region, hashes }) - 1;
    if (either) this.#eitherRegions.add(index);
    this.#ambiguous ||= either;
  }

  /** Whether the SHA-256 of a region may be its BLAKE3. */
  isEither(region: number): boolean {
    return this.#eitherRegions.has(region);
  }

  /** Files listed. A path with digests of several algorithms is one. */
  get count(): number {
    return this.#paths.length;
  }

  /** Path of a file. */
  path(index: number): ListedPath {
    const path = this.#paths[index] ?? "";
    const pathBytes = this.#pathBytes.get(index);
    return pathBytes === undefined ? { path } : { path, pathBytes };
  }

  /** Kind of the volume that a file is listed under, where the list says it. */
  volume(index: number): string | undefined {
    return this.#volumes.get(index);
  }

  /** Digests recorded for a file; none where it was listed as not readable. */
  digests(index: number): RecordedDigest[] {
    const found: RecordedDigest[] = [];
    for (let at = this.#first.get(index); at !== NONE; at = this.#next.get(at)) {
      const code = this.#algorithm.get(at);
      const algorithm = algorithms[code % EITHER] ?? "sha256";
      found.push({ algorithm, either: code >= EITHER, hex: hex(this.#digests.get(at)) });
    }
    return found;
  }

  /** Algorithms of all digests. */
  algorithms(): ReadonlySet<Algorithm> {
    const found = new Set<Algorithm>();
    for (let at = 0; at < this.#algorithm.length; at++) {
      found.add(algorithms[this.#algorithm.get(at) % EITHER] ?? "sha256");
    }
    return found;
  }

  /** Whether there are digests of 64 digits that the list does not name. */
  get ambiguous(): boolean {
    return this.#ambiguous;
  }

  /** Says what the digests of 64 digits are that the list does not name. */
  settle(algorithm: "sha256" | "blake3"): void {
    this.#ambiguous = false;
    for (let at = 0; at < this.#algorithm.length; at++) {
      if (this.#algorithm.get(at) < EITHER) continue;
      this.#algorithm.set(at, algorithms.indexOf(algorithm));
    }
    for (const index of algorithm === "blake3" ? this.#eitherRegions : []) {
      const region = this.#regions[index];
      if (region?.hashes.sha256 === undefined) continue;
      const { sha256: blake3, ...others } = region.hashes;
      this.#regions[index] = { ...region, hashes: { ...others, blake3 } };
    }
    this.#eitherRegions.clear();
  }

  /** Adds a digest: to the file of that path listed last, unless that has one of the algorithm. */
  add(place: ListedPath, algorithm: Algorithm, digest: Uint8Array, either = false): void {
    const key = pathKey(place);
    const known = this.#byPath.get(key);
    const joins = known !== undefined &&
      !this.digests(known).some((each) => each.algorithm === algorithm);
    this.#append(joins ? known : this.addFile(place), algorithm, digest, either);
  }

  /** Adds a file with its digests. */
  addFile(place: ListedPath, hashes: Hashes = {}, volume?: string): number {
    const index = this.#paths.push(place.path) - 1;
    if (place.pathBytes !== undefined) this.#pathBytes.set(index, place.pathBytes);
    if (volume !== undefined) this.#volumes.set(index, volume);
    this.#byPath.set(pathKey(place), index);
    this.#first.push(NONE);
    for (const algorithm of algorithms) {
      const text = hashes[algorithm];
      if (text !== undefined) this.#append(index, algorithm, fromHex(text), false);
    }
    return index;
  }

  #append(index: number, algorithm: Algorithm, digest: Uint8Array, either: boolean): void {
    const at = this.#digests.push(digest);
    this.#ambiguous ||= either;
    this.#algorithm.push(algorithms.indexOf(algorithm) + (either ? EITHER : 0));
    this.#next.push(NONE);
    let last = this.#first.get(index);
    if (last === NONE) return this.#first.set(index, at);
    while (this.#next.get(last) !== NONE) last = this.#next.get(last);
    this.#next.set(last, at);
  }
}

/** What tells paths apart: the text, and the bytes where that cannot stand for them. */
export function pathKey({ path, pathBytes }: ListedPath): string {
  return pathBytes === undefined ? path : `${path}\0${pathBytes}`;
}
