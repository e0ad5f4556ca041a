// The manifest of an image: every entry with its digests, and with `regions` every other byte too.

import type { Algorithm } from "../kernel/digest.ts";
import { type EntryQuery, imageFacts, unreadReason, volumesFor } from "../model/describe.ts";
import { entryFacts, nameFacts } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import type { ImageFacts } from "../model/result.ts";
import type { SharedWork } from "../pass/crew.ts";
import { tool } from "../model/tool.ts";
import { digestImage, type ImageDigests, type RegionDigest } from "./digest_image.ts";
import type { DigestedFile, ManifestFile, ManifestRegion, ManifestResult } from "./result.ts";

/** What a manifest holds. */
export type ManifestOptions = SharedWork & {
  /** Computed together in one pass; `sha256` where absent. */
  readonly algorithms?: readonly Algorithm[];
  /** A namespace of the image, or all of them; the richest where absent. */
  readonly volume?: EntryQuery["volume"];
  /**
   * Adds every region that is no file of these volumes: the extents of the files and the regions then
   * cover each byte of the image once. Of raw sectors the digests of files have the user data only, so
   * there the regions are all of the image by themselves, those of files among them.
   */
  readonly regions?: boolean;
  /** Adds the digests of the image file itself. */
  readonly image?: boolean;
  /** Keep what there is where the signal ends the work: files not read by then are `unreadable`. */
  readonly partial?: boolean;
  /** Bytes digested at a time; never changes a result. */
  readonly pieceSize?: number;
};

/** A manifest without its lists. */
export type ManifestHead = Omit<ManifestResult, "files" | "regions">;

/** A manifest whose digests are computed and packed; entries are made one at a time. */
export class Manifest {
  readonly #digests: ImageDigests;

  /** Made by {@linkcode openManifest}. */
  constructor(digests: ImageDigests) {
    this.#digests = digests;
  }

  /** All but the lists. */
  head(): ManifestHead {
    const { image, algorithms, whole, reread } = this.#digests;
    const facts: ImageFacts = imageFacts(image);
    return {
      format: "discern.manifest/1",
      tool,
      image: whole === undefined ? facts : { ...facts, hashes: whole },
      algorithms,
      ...(reread === 0 ? {} : { reread }),
    };
  }

  /** Every entry, in tree order. Entries of one path are all there. */
  *files(): Generator<ManifestFile> {
    const { image, volumes } = this.#digests;
    for (const volume of volumes) {
      for (const entry of volume.namespace?.entries() ?? []) {
        const facts = entryFacts(image, volume, entry);
        if (entry.type !== "file") {
          yield { ...facts, state: facts.state ?? "ok" };
          continue;
        }
        const { state, reason, hashes } = this.#digests.of(volume, entry.node);
        yield {
          ...facts,
          ...(hashes === undefined ? {} : { hashes }),
          state,
          ...(reason === undefined ? {} : { reason }),
        };
      }
    }
  }

  /** The files among the entries, without what a list of digests has no room for. */
  *digests(): Generator<DigestedFile> {
    const { volumes } = this.#digests;
    for (const volume of volumes) {
      for (const entry of volume.namespace?.entries() ?? []) {
        if (entry.type !== "file") continue;
        const { state, reason, hashes } = this.#digests.of(volume, entry.node);
        yield {
          ...nameFacts(volume, entry),
          state,
          ...(hashes === undefined ? {} : { hashes }),
          ...(reason === undefined ? {} : { reason }),
        };
      }
    }
  }

  /** What is no file, of a raw image everything, in the order of the image; empty unless asked for. */
  *regions(): Generator<ManifestRegion> {
    for (const region of this.#digests.regions()) yield regionFacts(region);
  }
}

function regionFacts({ owner, name, offset, length, hashes }: RegionDigest): ManifestRegion {
  return {
    owner,
    ...(name === "" ? {} : { name }),
    offset,
    length,
    ...(hashes === undefined ? {} : { hashes }),
  };
}

/**
 * Reads the image once in disc order and keeps the digests packed: for images of a million files.
 * Rejects with NotFoundError where there is no such volume, with TypeError for an unknown algorithm,
 * and with the signal's reason; damage is part of the result.
 */
export async function openManifest(
  image: Image,
  options: ManifestOptions = {},
): Promise<Manifest> {
  const { volume, ...digest } = options;
  // The image file has digests whether or not a volume of it is read.
  const noFiles = options.image === true && volume === undefined &&
    unreadReason(image) !== undefined;
  const volumes = noFiles ? [] : volumesFor(image, volume);
  return new Manifest(await digestImage(image, volumes, digest));
}

/** The entries of a manifest in tree order, one at a time; see {@linkcode openManifest}. */
export async function* manifestEntries(
  image: Image,
  options: ManifestOptions = {},
): AsyncGenerator<ManifestFile> {
  const manifest = await openManifest(image, options);
  for (const file of manifest.files()) {
    options.signal?.throwIfAborted();
    yield file;
  }
}

/** The manifest of an image: `discern.manifest/1`. See {@linkcode openManifest} for what it rejects with. */
export async function manifest(
  image: Image,
  options: ManifestOptions = {},
): Promise<ManifestResult> {
  const opened = await openManifest(image, options);
  const result = { ...opened.head(), files: [...opened.files()] };
  return options.regions === true ? { ...result, regions: [...opened.regions()] } : result;
}
