// What `info`, `list`, `where` and `map` say of an image: facts from the model, with no opinion on them.

import { hex } from "../bytes/text.ts";
import type { Structure } from "../bytes/struct.ts";
import { entryFacts, extentFacts, lostDirectory, recordNode } from "./entry.ts";
import type { BootEntry, Image, Volume } from "./image.ts";
import type { Entry, Namespace, VolumeKind } from "./namespace.ts";
import type {
  BootFacts,
  EntryFacts,
  ExtentFacts,
  ImageFacts,
  InfoResult,
  ListResult,
  MapResult,
  VolumeFacts,
  WhereResult,
} from "./result.ts";
import { tool } from "./tool.ts";

/** Which entries of an image are meant. */
export type EntryQuery = {
  /** A namespace of the image, or all of them; the richest where absent. */
  readonly volume?: VolumeKind | "all" | undefined;
  /** A file or folder, with or without a leading slash; the root where absent. */
  readonly path?: string | undefined;
};

/** An entry found, with the namespace that shows it. */
export type FoundEntry = {
  readonly volume: Volume;
  readonly namespace: Namespace;
  readonly entry: Entry;
};

/** No such volume or path in the image. */
export class NotFoundError extends Error {
  /** Takes the whole message. */
  constructor(message: string) {
    super(message);
    this.name = "NotFoundError";
  }
}

/** The image as documents name it. */
export function imageFacts(image: Image): ImageFacts {
  const { name, sectorSize, dataPath } = image.container;
  return {
    path: image.path,
    bytes: image.source.size,
    container: name,
    sectorSize,
    ...(dataPath === undefined ? {} : { dataPath }),
  };
}

/** A volume with its counts; of one that is only recognised nothing but its kind and label is known. */
export function volumeFacts(volume: Volume): VolumeFacts {
  const { kind, label, labelBytes, blocks, namespace } = volume;
  const known = namespace !== undefined || label !== "";
  return {
    kind,
    ...(known ? { label } : {}),
    ...(labelBytes === undefined ? {} : { labelBytes: hex(labelBytes) }),
    ...(namespace === undefined ? {} : { blocks, ...namespace.count() }),
  };
}

const descriptorTexts = {
  publisher: "publisherIdentifier",
  preparer: "dataPreparerIdentifier",
  application: "applicationIdentifier",
  system: "systemIdentifier",
} as const;

const descriptorTimes = {
  created: "volumeCreationDateAndTime",
  modified: "volumeModificationDateAndTime",
} as const;

function fieldText(structure: Structure, name: string): string | undefined {
  const field = structure.layout.fields[name];
  return field === undefined ? undefined : field.type.format(structure.value[name]);
}

function descriptorFacts(image: Image, volume: Volume): Partial<InfoResult["volumes"][number]> {
  const facts: Record<string, string> = {};
  const { start, space } = volume.descriptor;
  for (const structure of image.structures()) {
    const { span, owner, layout } = structure;
    if (owner !== "descriptor" || span.start !== start || span.space !== space) continue;
    for (const [fact, field] of Object.entries(descriptorTexts)) {
      const text = fieldText(structure, field);
      if (text !== undefined && text !== "") facts[fact] = text;
    }
    for (const [fact, field] of Object.entries(descriptorTimes)) {
      const text = layout.fields[field] === undefined ? undefined : fieldText(structure, field);
      if (text !== undefined && /^\d{4}-/.test(text)) facts[fact] = text;
    }
  }
  return facts;
}

const platforms: Readonly<Record<number, string>> = {
  0x00: "x86",
  0x01: "powerpc",
  0x02: "mac",
  0xef: "efi",
};

const mediaNames = ["none", "floppy-1.2", "floppy-1.44", "floppy-2.88", "hard-disk"];

function bootFacts(image: Image, entry: BootEntry): BootFacts {
  return {
    platform: platforms[entry.platform] ?? `0x${entry.platform.toString(16).padStart(2, "0")}`,
    bootable: entry.bootable,
    media: mediaNames[entry.media] ?? String(entry.media),
    loadSegment: entry.loadSegment,
    sectorCount: entry.sectorCount,
    offset: image.mapping.fileOffset(entry.sector * 2048),
    bytes: entry.bytes,
    sizeFrom: entry.sizeFrom,
    ...(entry.path === undefined ? {} : { path: entry.path }),
  };
}

/** What an image is, on one screen: `discern.info/1`. */
export function info(image: Image): InfoResult {
  const unread = image.recognised.map(({ what }) => `${what} is recognised, and not read yet`);
  return {
    format: "discern.info/1",
    tool,
    image: imageFacts(image),
    volumes: image.volumes.map((volume) => ({
      ...volumeFacts(volume),
      ...descriptorFacts(image, volume),
    })),
    boot: image.boot.map((entry) => bootFacts(image, entry)),
    partitions: image.partitions.map(({ scheme, index, type, name, start, length, active }) => ({
      scheme,
      index,
      type,
      ...(name === undefined ? {} : { name }),
      offset: start,
      length,
      ...(active === undefined ? {} : { active }),
    })),
    sessions: image.sessions.map(({ number, start, blocks, label }) => ({
      number,
      offset: image.mapping.fileOffset(start * 2048),
      blocks,
      label,
      current: number === image.session,
    })),
    layout: image.container.evidence,
    notes: [...image.container.notes, ...unread],
  };
}

/** Why no file of an image can be read; undefined where it has a namespace. */
export function unreadReason(image: Image): string | undefined {
  if (image.volumes.some((volume) => volume.namespace !== undefined)) return undefined;
  const [first] = image.recognised;
  return first === undefined
    ? "no volume is found in it"
    : `${first.what} is recognised, and not read yet`;
}

/**
 * The namespaces that a query means. Throws NotFoundError, with what there is, where the image has
 * none of that kind.
 */
export function volumesFor(image: Image, kind: EntryQuery["volume"]): readonly Volume[] {
  const why = unreadReason(image);
  if (why !== undefined) {
    throw new NotFoundError(`Cannot read the files of ${image.path}: ${why}`);
  }
  const readable = image.volumes.filter((volume) => volume.namespace !== undefined);
  if (kind === "all") return readable;
  const richest = image.richest();
  if (kind === undefined) return richest === undefined ? [] : [richest];
  const found = readable.find((volume) => volume.kind === kind);
  if (found !== undefined) return [found];
  const there = readable.map((volume) => volume.kind).join(", ");
  throw new NotFoundError(`Cannot show volume ${kind} of ${image.path}: it has ${there}`);
}

/** The path of a node in a namespace, with its bytes where they are not valid text. */
export function placeOf(
  namespace: Namespace,
  node: number,
): { readonly path: string; readonly pathBytes?: Uint8Array } {
  const { tree, kind } = namespace;
  const parts: Uint8Array[] = [];
  let valid = true;
  let at = node;
  for (let depth = 0; at !== 0 && depth < 1024; depth++) {
    const shown = (kind === "rockridge" ? tree.placeholders.get(at) : undefined) ?? at;
    const { text, bytes } = namespace.name(shown);
    valid &&= bytes === undefined;
    parts.unshift(bytes ?? new TextEncoder().encode(text));
    at = tree.parent(shown);
  }
  const path = namespace.path(node);
  if (valid) return { path };
  const whole: number[] = [];
  for (const part of parts) whole.push(0x2f, ...part);
  return { path, pathBytes: Uint8Array.from(whole) };
}

/**
 * The entries at a path, more than one where names repeat or volumes are joined. Throws NotFoundError
 * where no volume of the query has the path.
 */
export function findEntries(image: Image, query: EntryQuery): readonly FoundEntry[] {
  const found: FoundEntry[] = [];
  const volumes = volumesFor(image, query.volume);
  for (const volume of volumes) {
    const { namespace } = volume;
    if (namespace === undefined) continue;
    for (const node of namespace.find(query.path ?? "/")) {
      const type = namespace.type(node);
      const entry = { node, ...placeOf(namespace, node), type, depth: 0 };
      found.push({ volume, namespace, entry });
    }
  }
  if (found.length > 0) return found;
  const kinds = volumes.map((volume) => volume.kind).join(", ");
  throw new NotFoundError(
    `Cannot find ${query.path ?? "/"} in ${image.path}: no entry of ${kinds} has that path`,
  );
}

/**
 * Every entry that a query means: the entry itself, or all below it where it is a directory. Throws
 * NotFoundError at once where there is no such volume or path.
 */
export function walkEntries(image: Image, query: EntryQuery): Generator<FoundEntry> {
  return walkFrom(findEntries(image, query));
}

function* walkFrom(starts: readonly FoundEntry[]): Generator<FoundEntry> {
  for (const found of starts) {
    const { namespace, volume, entry } = found;
    if (entry.type !== "directory") {
      yield found;
      continue;
    }
    const path = entry.node === 0 ? "" : entry.path;
    for (const below of namespace.entries(entry.node, path, entry.pathBytes)) {
      yield { volume, namespace, entry: below };
    }
  }
}

/** A directory of which not all records could be read: what they told of is not among the entries. */
export type LostDirectory = {
  readonly entry: Entry;
  readonly state: "cut" | "unreadable";
  readonly reason: string;
};

/** The directories among what a query means whose records could not all be read, the root among them. */
export function* lostDirectories(image: Image, query: EntryQuery): Generator<LostDirectory> {
  for (const found of findEntries(image, query)) {
    const { namespace, entry } = found;
    if (entry.type !== "directory" || !mayLoseDirectories(image, namespace)) continue;
    for (const { entry: each } of withBelow(found)) {
      const lost = lostDirectory(image, namespace, each.node);
      if (lost !== undefined) yield { entry: each, ...lost };
    }
  }
}

function* withBelow(found: FoundEntry): Generator<FoundEntry> {
  yield found;
  yield* walkFrom([found]);
}

// Nearly no image has any: then its entries need not be walked once more.
function mayLoseDirectories(image: Image, namespace: Namespace): boolean {
  const { tree } = namespace;
  if (tree.unreadable.size > 0) return true;
  for (let node = 0; node < tree.count; node++) {
    if (lostDirectory(image, namespace, node) !== undefined) return true;
  }
  return false;
}

/**
 * The facts of every entry that a query means, one at a time: a million of them need no memory. Throws
 * NotFoundError at once where there is no such volume or path.
 */
export function listEntries(image: Image, query: EntryQuery = {}): Generator<EntryFacts> {
  return factsOf(image, walkEntries(image, query));
}

function* factsOf(image: Image, entries: Iterable<FoundEntry>): Generator<EntryFacts> {
  for (const { volume, entry } of entries) yield entryFacts(image, volume, entry);
}

/** A listing without its entries; those come from {@linkcode listEntries}. */
export function listHead(image: Image, query: EntryQuery = {}): Omit<ListResult, "entries"> {
  const [volume] = volumesFor(image, query.volume);
  return {
    format: "discern.list/1",
    tool,
    image: imageFacts(image),
    volume: query.volume === "all" ? "all" : volume?.kind ?? "iso9660",
    session: image.session,
  };
}

/** What a volume holds: `discern.list/1`. Throws NotFoundError where there is no such volume or path. */
export function list(image: Image, query: EntryQuery = {}): ListResult {
  return { ...listHead(image, query), entries: [...listEntries(image, query)] };
}

// The record's first byte is its length (ECMA-119:1987 9.1.1).
async function recordPlace(image: Image, start: number): Promise<ExtentFacts> {
  const { bytes } = await image.read(start, 1);
  const length = Math.max(1, bytes[0] ?? 1);
  const [place] = extentFacts(image.mapping, [{ start, length }]);
  return place ?? { offset: 0, length: 0 };
}

/**
 * Where an entry lies: `discern.where/1`. Of entries with one name the first is shown. Rejects with
 * NotFoundError where there is no such volume or path.
 */
export async function where(image: Image, query: EntryQuery): Promise<WhereResult> {
  const [found] = findEntries(image, query);
  if (found === undefined) throw new NotFoundError(`Cannot find ${query.path ?? "/"}`);
  const { volume, namespace, entry } = found;
  const facts = entryFacts(image, volume, entry);
  const node = recordNode(namespace, entry.node);
  const extents = facts.extents ?? [];
  return {
    format: "discern.where/1",
    tool,
    image: imageFacts(image),
    path: facts.path,
    ...(facts.pathBytes === undefined ? {} : { pathBytes: facts.pathBytes }),
    volume: volume.kind,
    type: facts.type,
    bytes: facts.bytes,
    ...(facts.state === undefined ? {} : { state: facts.state }),
    extents,
    record: await recordPlace(image, namespace.tree.record(node)),
  };
}

/** One stretch of the map. */
export type MapRun = MapResult["runs"][number];

/** Who owns what, from the first byte to the last, one run at a time. */
export function* mapRuns(image: Image): Generator<MapRun> {
  for (const region of image.regions) {
    const name = image.regionName(region);
    const run = { offset: region.start, length: region.length, owner: region.owner };
    yield name === "" ? run : { ...run, name };
  }
}

/** A map without its runs; those come from {@linkcode mapRuns}. */
export function mapHead(image: Image): Omit<MapResult, "runs"> {
  return { format: "discern.map/1", tool, image: imageFacts(image) };
}

/** Who owns every byte of an image: `discern.map/1`. */
export function map(image: Image): MapResult {
  return { ...mapHead(image), runs: [...mapRuns(image)] };
}
