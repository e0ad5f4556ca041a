// Verifies an image against a list of digests: only what the list needs is read, in disc order.

import { type Algorithm, DigestSet } from "../kernel/digest.ts";
import { imageFacts, NotFoundError, unreadReason } from "../model/describe.ts";
import type { Image } from "../model/image.ts";
import type { VolumeKind } from "../model/namespace.ts";
import type { EngineChoice, Hashes, WorkOptions } from "../model/result.ts";
import type { SharedWork } from "../pass/crew.ts";
import { tool } from "../model/tool.ts";
import { readContent } from "./content.ts";
import { type ContentDigest, digestImage, type ImageDigests } from "./digest_image.ts";
import type { ListedRegion, ParsedManifest, RecordedDigest } from "./listed.ts";
import { type FileRef, Matching } from "./match.ts";
import type { VerifyEntry, VerifyResult, VerifyScope, VerifyState } from "./result.ts";
import { Window } from "./window.ts";

/** How to verify. */
export type VerifyOptions = SharedWork & {
  /**
   * The namespace that the paths belong to, or all of them. Where absent, what the list says or has most
   * paths of; a path that is not there is looked for in the others.
   */
  readonly volume?: VolumeKind | "all";
  /** The list is about the image file itself, by whatever name. */
  readonly image?: boolean;
};

/** Small files whose content tells SHA-256 from BLAKE3 where the list does not say which it has. */
const TRIED = 8;
const TRIED_BYTES = 1024 * 1024;

type Place = Pick<VerifyEntry, "path" | "pathBytes" | "offset" | "length" | "image">;

/** A verification whose digests are computed; its entries are made one at a time. */
export class Verification {
  /** The image that was read. */
  readonly image: Image;
  readonly #listed: ParsedManifest;
  readonly #matching: Matching;
  readonly #digests: ImageDigests;
  readonly #regions: readonly ContentDigest[];

  /** Made by {@linkcode openVerification}. */
  constructor(
    listed: ParsedManifest,
    matching: Matching,
    digests: ImageDigests,
    regions: readonly ContentDigest[],
  ) {
    this.image = digests.image;
    this.#listed = listed;
    this.#matching = matching;
    this.#digests = digests;
    this.#regions = regions;
  }

  /** What of the image the entries were about, once all of them are made. */
  checked(): VerifyScope {
    const { namesImage, passedOver } = this.#matching;
    const { image, regions } = this.#listed;
    return {
      image: namesImage || image !== undefined,
      regions: this.#regions.length,
      passedOver: passedOver + regions.length - this.#regions.length,
      files: Array.from(this.#matching.matched(), ({ volume, files }) => ({
        volume: volume.kind,
        files,
      })),
    };
  }

  /** The entries of the list in its order, then the files of the image that it does not have. */
  *entries(): Generator<VerifyEntry> {
    const listed = this.#listed;
    const extras = this.#extrasByDigest();
    for (let index = 0; index < listed.count; index++) {
      if (this.#matching.isOther(index)) continue;
      yield this.#entry(index, extras);
    }
    if (listed.image !== undefined) {
      yield this.#ofImage(this.image.path, recordedIn(listed.image));
    }
    for (const [index, found] of this.#regions.entries()) {
      const region = listed.regions[index];
      if (region === undefined) break;
      const { owner, name, offset, length, hashes } = region;
      const path = name === undefined ? `[${owner}]` : `[${owner}] ${name}`;
      yield compared({ path, offset, length }, recordedIn(hashes), found);
    }
    if (!this.#matching.listsFiles) return;
    for (const { volume, entry: { path, pathBytes } } of this.#matching.extras()) {
      const bytes = pathBytes === undefined ? {} : { pathBytes: hexOf(pathBytes) };
      yield { path, ...bytes, state: "extra", volume: volume.kind };
    }
  }

  #whole(): ContentDigest {
    const { whole } = this.#digests;
    if (whole !== undefined) return { state: "ok", hashes: whole };
    return { state: "unreadable", reason: "not all of the image file could be read" };
  }

  #entry(index: number, extras: ReadonlyMap<string, FileRef>): VerifyEntry {
    const { path, pathBytes } = this.#listed.path(index);
    const recorded = this.#listed.digests(index);
    if (this.#matching.isRenamedImage(index)) {
      const entry = compared({ path, image: true }, recorded, this.#whole());
      return { ...entry, state: "renamed", renamedTo: this.image.path };
    }
    if (this.#matching.isImage(index)) {
      return this.#ofImage(path === "" ? this.image.path : path, recorded);
    }
    const place = {
      path: `/${path}`,
      ...(pathBytes === undefined ? {} : { pathBytes: `2f${pathBytes}` }),
    };
    let worst: VerifyEntry | undefined;
    for (const { volume, node } of this.#matching.files(index)) {
      const { kind } = volume;
      const entry = {
        ...compared(place, recorded, this.#digests.of(volume, node)),
        volume: kind,
      };
      if (entry.state === "ok") return entry;
      worst ??= entry;
    }
    return worst ?? this.#missing(place, recorded, extras);
  }

  // An image file that is not whole explains why its digest is another.
  #ofImage(path: string, recorded: readonly RecordedDigest[]): VerifyEntry {
    const entry = compared({ path, image: true }, recorded, this.#whole());
    const early = this.image.volumeEnd - this.image.mapping.logicalSize;
    if (entry.state !== "mismatch" || early <= 0) return entry;
    return { ...entry, reason: `the image ends ${early} bytes before its volume does` };
  }

  #missing(
    place: Place,
    recorded: readonly RecordedDigest[],
    extras: ReadonlyMap<string, FileRef>,
  ): VerifyEntry {
    const [first] = recorded;
    const entry = {
      ...place,
      ...(first === undefined ? {} : { algorithm: first.algorithm, recorded: first.hex }),
    };
    const found = extras.get(recorded.map((each) => each.hex).join());
    const unread = unreadReason(this.image);
    if (unread !== undefined) return { ...entry, state: "unreadable", reason: unread };
    if (found === undefined || first === undefined) return { ...entry, state: "missing" };
    this.#matching.rename(found);
    const renamedTo = found.volume.namespace?.path(found.node) ?? "/";
    const { kind } = found.volume;
    return { ...entry, state: "renamed", volume: kind, computed: first.hex, renamedTo };
  }

  // By all the digests that missing files have. Having no bytes says nothing about where a file went.
  #extrasByDigest(): ReadonlyMap<string, FileRef> {
    const found = new Map<string, FileRef>();
    const { listsImages, missing } = this.#matching;
    if (missing === 0 || listsImages) return found;
    const shapes = this.#missingShapes();
    for (const { volume, node } of this.#matching.extras()) {
      const { hashes } = this.#digests.of(volume, node);
      if (hashes === undefined || volume.namespace?.contentSize(node) === 0) continue;
      for (const shape of shapes) {
        const key = shape.map((algorithm) => hashes[algorithm] ?? "").join();
        if (!found.has(key)) found.set(key, { volume, node });
      }
    }
    return found;
  }

  // The combinations of algorithms that missing files are listed with: one, as a rule.
  #missingShapes(): readonly (readonly Algorithm[])[] {
    const shapes = new Map<string, readonly Algorithm[]>();
    for (let index = 0; index < this.#listed.count; index++) {
      if (!this.#matching.files(index).next().done) continue;
      const shape = this.#listed.digests(index).map(({ algorithm }) => algorithm);
      if (shape.length > 0) shapes.set(shape.join(), shape);
    }
    return [...shapes.values()];
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function recordedIn(hashes: Hashes): RecordedDigest[] {
  const found: RecordedDigest[] = [];
  for (const [algorithm, hex] of Object.entries(hashes)) {
    // Hashes has no other keys than algorithms.
    found.push({ algorithm: algorithm as Algorithm, either: false, hex });
  }
  return found;
}

function compared(
  place: Place,
  recorded: readonly RecordedDigest[],
  { state, reason, hashes }: ContentDigest,
): VerifyEntry {
  const different = recorded.find(({ algorithm, hex }) => hashes?.[algorithm] !== hex);
  const shown = different ?? recorded.at(-1);
  if (shown === undefined) {
    return { ...place, state: "unreadable", reason: "the list records no digest for it" };
  }
  const head = { ...place, algorithm: shown.algorithm, recorded: shown.hex };
  const computed = hashes?.[shown.algorithm];
  if (computed === undefined) {
    const why = state === "cut" ? `cut: ${reason ?? ""}` : reason;
    return { ...head, state: "unreadable", ...(why === undefined ? {} : { reason: why }) };
  }
  return { ...head, state: different === undefined ? "ok" : "mismatch", computed };
}

/**
 * Reads what a list needs, in disc order. Paths are matched with and without a leading `./` or `/`. A
 * line with the image file's own name is about all its bytes; where no other line is about a file of it,
 * lines with names of images are passed over and counted, and all others are missing. A list of which no line is about a file
 * of the image is compared with the image file too, which may have had another name. Rejects with
 * NotFoundError where there is no such volume, or nothing of the image that the list is about can be
 * read, and with the signal's reason.
 */
export async function openVerification(
  image: Image,
  listed: ParsedManifest,
  options: VerifyOptions = {},
): Promise<Verification> {
  const matching = new Matching(image, listed, options);
  const told = await tellDigests(image, listed, matching, options.engines);
  if (told !== undefined) listed.settle(told);
  const work = {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.onEvent === undefined ? {} : { onEvent: options.onEvent }),
    ...(options.engines === undefined ? {} : { engines: options.engines }),
    ...(options.workers === undefined ? {} : { workers: options.workers }),
  };
  const digests = await digestImage(image, matching.volumes, {
    ...work,
    algorithms: algorithmsOf(listed),
    wanted: (volume, node) => matching.needs(volume, node),
    image: matching.namesImage || matching.findsNothing || listed.image !== undefined,
  });
  if (matching.findsNothing) findWhole(listed, matching, digests.whole ?? {});
  requireReadable(image, listed, matching);
  if (namesWhole(listed, matching, digests.whole?.blake3)) listed.settle("blake3");
  const regions = await digestRegions(image, matching.aboutImage ? [] : listed.regions, work);
  return new Verification(listed, matching, digests, regions);
}

// A volume that is not read yet says nothing about its files, so the list must be about something else.
function requireReadable(image: Image, listed: ParsedManifest, matching: Matching): void {
  const why = unreadReason(image);
  const others = matching.namesImage || matching.listsImages || listed.image !== undefined ||
    listed.regions.length > 0;
  if (why !== undefined && !others) {
    throw new NotFoundError(`Cannot verify ${image.path}: ${why}`);
  }
}

// The line that has the digests of the image file.
function findWhole(listed: ParsedManifest, matching: Matching, whole: Hashes): void {
  for (let index = 0; index < listed.count; index++) {
    const recorded = listed.digests(index);
    const isWhole = recorded.length > 0 &&
      recorded.every(({ algorithm, either, hex }) =>
        whole[algorithm] === hex || (either && whole.blake3 === hex)
      );
    if (isWhole) return matching.renameImage(index);
  }
}

/** Verifies an image against a list: `discern.verify/1`. See {@linkcode openVerification}. */
export async function verify(
  image: Image,
  listed: ParsedManifest,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const verification = await openVerification(image, listed, options);
  const entries = [...verification.entries()];
  const { passedOver } = verification.checked();
  return { ...verifyHead(image, passedOver), entries, summary: summarise(entries) };
}

/** A verification's document without its entries and their counts. */
export function verifyHead(
  image: Image,
  passedOver = 0,
): Omit<VerifyResult, "entries" | "summary"> {
  const others = passedOver === 0 ? {} : { passedOver };
  return { format: "discern.verify/1", tool, image: imageFacts(image), ...others };
}

/** Counts of entries by state. */
export function summarise(entries: Iterable<VerifyEntry>): Record<VerifyState, number> {
  const summary = { ok: 0, mismatch: 0, missing: 0, extra: 0, unreadable: 0, renamed: 0 };
  for (const { state } of entries) summary[state]++;
  return summary;
}

function algorithmsOf(listed: ParsedManifest): readonly Algorithm[] {
  const found = new Set(listed.algorithms());
  for (const { algorithm } of recordedIn(listed.image ?? {})) found.add(algorithm);
  if (listed.ambiguous) found.add("blake3");
  return found.size === 0 ? ["sha256"] : [...found];
}

// What digests of 64 digits are, where the content of some listed files shows it.
async function tellDigests(
  image: Image,
  listed: ParsedManifest,
  matching: Matching,
  engines?: EngineChoice,
): Promise<"sha256" | "blake3" | undefined> {
  let tried = 0;
  for (let index = 0; listed.ambiguous && index < listed.count && tried < TRIED; index++) {
    const either = listed.digests(index).find((each) => each.either);
    const [file] = matching.files(index);
    if (either === undefined || file === undefined) continue;
    const hashes = await smallHashes(image, file, engines);
    if (hashes === undefined) continue;
    tried++;
    if (hashes.sha256 === either.hex) return "sha256";
    if (hashes.blake3 === either.hex) return "blake3";
  }
  return listed.ambiguous ? await tellRegions(image, listed, engines) : undefined;
}

async function tellRegions(
  image: Image,
  listed: ParsedManifest,
  engines?: EngineChoice,
): Promise<"sha256" | "blake3" | undefined> {
  const window = new Window(image);
  let tried = 0;
  for (const [index, { offset, length, hashes }] of listed.regions.entries()) {
    if (!listed.isEither(index) || length > window.size || tried++ >= TRIED) continue;
    const what = () => `${length} bytes at ${offset} of ${image.path}`;
    const digests = new DigestSet(["sha256", "blake3"], { ...engines, bytes: length, what });
    digests.update((await window.file(offset, length)).bytes);
    const { sha256, blake3 } = digests.hex();
    if (sha256 === hashes.sha256) return "sha256";
    if (blake3 === hashes.sha256) return "blake3";
  }
  return undefined;
}

function namesWhole(listed: ParsedManifest, matching: Matching, blake3?: string): boolean {
  for (let index = 0; listed.ambiguous && index < listed.count; index++) {
    if (!matching.isImage(index)) continue;
    if (listed.digests(index).some((each) => each.either && each.hex === blake3)) return true;
  }
  return false;
}

async function smallHashes(
  image: Image,
  { volume: { namespace }, node }: FileRef,
  engines?: EngineChoice,
): Promise<Hashes | undefined> {
  if (namespace === undefined || namespace.contentSize(node) > TRIED_BYTES) return undefined;
  const bytes = namespace.contentSize(node);
  const what = () => namespace.path(node);
  const digests = new DigestSet(["sha256", "blake3"], { ...engines, bytes, what });
  const pieces = readContent(image, namespace, node);
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return value.state === "ok" ? digests.hex() : undefined;
    digests.update(value);
  }
}

// Few, and in any order: each is read by itself.
async function digestRegions(
  image: Image,
  regions: readonly ListedRegion[],
  { signal, engines }: Pick<WorkOptions, "signal" | "engines">,
): Promise<ContentDigest[]> {
  const window = new Window(image, signal);
  const found: ContentDigest[] = [];
  for (const { offset, length, hashes } of regions) {
    const algorithms = recordedIn(hashes).map(({ algorithm }) => algorithm);
    const what = () => `${length} bytes at ${offset} of ${image.path}`;
    const digests = new DigestSet(algorithms, { ...engines, bytes: image.source.size, what });
    let at = offset;
    let whole = true;
    while (at < offset + length && whole) {
      const wanted = Math.min(window.size, offset + length - at);
      const { bytes, unread } = await window.file(at, wanted);
      whole = bytes.length === wanted && unread.length === 0;
      digests.update(bytes);
      at += bytes.length;
    }
    found.push(
      whole
        ? { state: "ok", hashes: digests.hex() }
        : { state: "unreadable", reason: `offset ${at} of the image file could not be read` },
    );
  }
  return found;
}
