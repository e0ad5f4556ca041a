// What a byte of the file is: its region, structure and field, its path, its place in the content.

import { SECTOR, type Span } from "../bytes/span.ts";
import { fieldAt } from "../bytes/struct.ts";
import { imageFacts } from "./describe.ts";
import type { DirectoryView } from "./directory.ts";
import type { Image } from "./image.ts";
import type { VolumeKind } from "./namespace.ts";
import { pathTablePlace, type Place, recordPath, recordPlace, systemUsePlace } from "./places.ts";
import type { Region } from "./regions.ts";
import type { ExtentFacts, WhyResult } from "./result.ts";
import { holds, lastAtOrBefore, StructureIndex } from "./structures.ts";
import { tool } from "./tool.ts";

/** Part of a raw sector that is not user data. */
export type RawPart = "sync" | "header" | "subheader" | "codes" | "subchannel";

/** All that is known of one byte. Names and paths are made when they are asked for. */
export class Located {
  /** The byte in the opened file. */
  readonly offset: number;
  /** The logical byte; the nearest one where `rawPart` is set. */
  readonly logical: number;
  /** Who owns the byte. */
  readonly region: Region;
  /** What of a raw sector it is; absent for user data, and for bytes outside every sector. */
  readonly rawPart: RawPart | undefined;
  /** The structure and field that hold it. */
  readonly place: Place | undefined;
  readonly #image: Image;

  /** Takes what was found. */
  constructor(image: Image, offset: number, region: Region, rawPart?: RawPart, place?: Place) {
    this.#image = image;
    this.offset = offset;
    this.logical = image.mapping.logicalOffset(offset);
    this.region = region;
    this.rawPart = rawPart;
    this.place = place;
  }

  /** Name of the region; empty where nothing claims it. */
  get name(): string {
    return this.#image.regionName(this.region);
  }

  /** Kind of the volume whose tree the byte belongs to. */
  get volume(): VolumeKind | undefined {
    const { ref } = this.region;
    return ref === undefined || "name" in ref ? undefined : this.#image.namespaceOf(ref.tree)?.kind;
  }

  /** Path of what the structure describes, else of the file or directory that owns the byte. */
  get path(): string | undefined {
    const { ref } = this.region;
    if (this.place?.path !== undefined) return this.place.path();
    if (ref === undefined || "name" in ref) return undefined;
    return this.#image.namespaceOf(ref.tree)?.path(ref.node);
  }

  /** Position in the stored bytes of `path`. */
  get pathOffset(): number | undefined {
    const { ref, owner } = this.region;
    if (owner !== "file" || this.rawPart !== undefined) return undefined;
    if (ref === undefined || "name" in ref) return undefined;
    let before = 0;
    for (const { start, length } of this.#image.trees[ref.tree]?.extents(ref.node) ?? []) {
      if (this.logical >= start && this.logical < start + length) {
        return before + this.logical - start;
      }
      before += length;
    }
    return undefined;
  }
}

/** The part of a directory that a byte's structure is found in: its number, in parts of one size. */
type PartKey = { readonly tree: number; readonly node: number; readonly part: number };

/** Bytes of a part: large directories are never decoded whole. */
const PART = 16 * SECTOR;
const PARTS_KEPT = 8;
/** From the submode byte of the subheader to the user data (ECMA-130:1996 20.2.2). */
const SUBMODE_BEFORE_DATA = 6;
const FORM_2 = 0x20;
const FORM_2_DATA = 2324;

/** Locates bytes of one image. Keeps the last few directories, so bytes in order are cheap. */
export class Locator {
  readonly #image: Image;
  #structures: StructureIndex | undefined;
  readonly #parts = new Map<string, DirectoryView>();

  /** Nothing is read until a byte is asked for. */
  constructor(image: Image) {
    this.#image = image;
  }

  /**
   * What the byte at `offset` of the file is: at once where its directory is at hand, else later.
   * Throws RangeError outside the file.
   */
  at(offset: number): Located | Promise<Located> {
    const region = this.#image.regions.at(offset);
    if (region === undefined) {
      const { size } = this.#image.source;
      throw new RangeError(`Cannot locate byte ${offset}: the image has ${size}`);
    }
    const rawPart = rawPartAt(this.#image, offset);
    if (rawPart !== undefined) return this.#locateRaw(offset, region, rawPart);
    const logical = this.#image.mapping.logicalOffset(offset);
    const missing = this.#partsFor(region, logical).filter((key) => this.#part(key) === undefined);
    if (missing.length === 0) return this.#locate(offset, region);
    return this.#load(missing).then(() => this.#locate(offset, region));
  }

  #locateRaw(offset: number, region: Region, rawPart: RawPart): Located | Promise<Located> {
    const located = new Located(this.#image, offset, region, rawPart);
    const { source, container, mapping } = this.#image;
    // Bytes behind the first 2048 are user data too where the subheader says form 2 (ECMA-130 20.2.2).
    const hasForms = rawPart === "codes" && mapping.dataOffset >= 8 && container.mode === 2;
    if (!hasForms) return located;
    const submode = new Uint8Array(1);
    const first = mapping.fileOffset(located.logical - located.logical % SECTOR);
    const inData = offset < first + FORM_2_DATA;
    return source.read(first - SUBMODE_BEFORE_DATA, submode).then(
      () => {
        const isData = inData && ((submode[0] ?? 0) & FORM_2) !== 0;
        return isData ? new Located(this.#image, offset, region) : located;
      },
      () => located,
    );
  }

  #part({ tree, node, part }: PartKey): DirectoryView | undefined {
    return this.#parts.get(`${tree}/${node}/${part}`);
  }

  // A continuation area belongs to a record in the parent, or to the `.` or `..` of the directory.
  #partsFor({ owner, ref }: Region, logical: number): PartKey[] {
    if (ref === undefined || "name" in ref) return [];
    const tree = this.#image.trees[ref.tree];
    if (tree === undefined || (owner !== "directory" && owner !== "continuation")) return [];
    const key = (node: number, at: number): PartKey => {
      const part = Math.max(0, Math.floor((at - tree.extent(node, 0).start) / PART));
      return { tree: ref.tree, node, part };
    };
    if (owner === "directory") return [key(ref.node, logical)];
    const keys: PartKey[] = [];
    if (ref.node !== 0) keys.push(key(tree.parent(ref.node), tree.record(ref.node)));
    if (tree.isDirectory(ref.node)) keys.push({ tree: ref.tree, node: ref.node, part: 0 });
    return keys;
  }

  async #load(keys: readonly PartKey[]): Promise<void> {
    for (const { tree, node, part } of keys) {
      const view = await this.#image.readDirectoryPart(tree, node, part * PART, (part + 1) * PART);
      if (this.#parts.size >= PARTS_KEPT) {
        const [oldest] = this.#parts.keys();
        if (oldest !== undefined) this.#parts.delete(oldest);
      }
      this.#parts.set(`${tree}/${node}/${part}`, view);
    }
  }

  #locate(offset: number, region: Region): Located {
    const { mapping } = this.#image;
    const logical = mapping.logicalOffset(offset);
    const isData = mapping.fileOffset(logical) === offset;
    const place = isData
      ? this.#standalone(logical) ?? this.#dependent(logical, region)
      : undefined;
    return new Located(this.#image, offset, region, undefined, place);
  }

  #standalone(logical: number): Place | undefined {
    this.#structures ??= new StructureIndex(this.#image);
    const structure = this.#structures.at(logical);
    if (structure === undefined) return undefined;
    const { layout, span, value } = structure;
    const found = fieldAt(layout, logical - span.start);
    const head = { structure: layout.title, id: layout.id, span };
    if (found === undefined) return head;
    const [field, { offset, type, clause }] = found;
    return {
      ...head,
      field,
      fieldSpan: { space: "logical", start: span.start + offset, length: type.size },
      role: type.role,
      clause,
      value: () => type.format(value[field]),
    };
  }

  #dependent(logical: number, region: Region): Place | undefined {
    if (region.owner === "path-table") {
      const table = this.#image.pathTables.find(({ span }) => holds(span, logical));
      return table === undefined ? undefined : pathTablePlace(this.#image, table, logical);
    }
    const { ref } = region;
    const claimant = ref === undefined || "name" in ref ? -1 : ref.node;
    for (const key of this.#partsFor(region, logical)) {
      const view = this.#part(key);
      if (view === undefined) continue;
      const place = region.owner === "directory"
        ? this.#inDirectory(view, logical)
        : this.#inContinuation(view, logical, claimant);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  #inDirectory(view: DirectoryView, logical: number): Place | undefined {
    const { records } = view;
    const index = lastAtOrBefore(records.length, logical, (at) => records[at]?.span.start);
    const record = records[index];
    const namespace = this.#image.namespaceOf(view.tree);
    if (record !== undefined && holds(record.span, logical)) {
      return { ...recordPlace(record, logical), path: () => recordPath(namespace, view, record) };
    }
    return undefined;
  }

  // Only a record of the node that claims a continuation area, or `.` and `..`, can have it.
  #inContinuation(view: DirectoryView, logical: number, claimant: number): Place | undefined {
    const namespace = this.#image.namespaceOf(view.tree);
    for (const record of view.records) {
      const { node, reserved, continuations } = record;
      if (reserved === undefined ? node !== claimant : view.node !== claimant) continue;
      if (!continuations.some((span) => holds(span, logical))) continue;
      const place = systemUsePlace(record, logical);
      if (place !== undefined) return { ...place, path: () => recordPath(namespace, view, record) };
    }
    return undefined;
  }
}

/** Parts of a raw sector by what stands before and behind its user data (ECMA-130:1996 14). */
function rawPartAt({ mapping, container }: Image, offset: number): RawPart | undefined {
  const { stride, dataOffset } = mapping;
  if (stride === SECTOR) return undefined;
  const logical = mapping.logicalOffset(offset);
  const sector = mapping.fileOffset(logical - logical % SECTOR) - dataOffset;
  const at = offset - sector;
  if (at < 0 || at >= stride || (at >= dataOffset && at < dataOffset + SECTOR)) return undefined;
  const whole = stride >= 2352 && dataOffset >= 16;
  if (whole && at >= 2352) return "subchannel";
  if (at >= dataOffset + SECTOR) {
    return stride === 2448 && dataOffset === 0 ? "subchannel" : "codes";
  }
  if (whole) return at < 12 ? "sync" : at < 16 ? "header" : "subheader";
  // Sectors without sync have their header, their subheader, or both before the data.
  const header = stride === 2340 ? 4 : 0;
  if (at < header) return "header";
  return container.mode === 1 ? "header" : "subheader";
}

/** What the byte at `offset` of the file is. Throws RangeError outside the file. */
export async function locate(image: Image, offset: number): Promise<Located> {
  return await new Locator(image).at(offset);
}

/** Bytes of the file that a logical span begins at, and how many it has. */
function placed(image: Image, { start, length }: Span): ExtentFacts {
  return { offset: image.mapping.fileOffset(start), length };
}

/** What the byte at `offset` of the file is: `discern.why/1`. Rejects with RangeError outside the file. */
export async function why(image: Image, offset: number): Promise<WhyResult> {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset >= image.source.size) {
    const { size } = image.source;
    throw new RangeError(`Cannot locate byte ${offset}: the image has ${size}`);
  }
  const found = await locate(image, offset);
  const { region, name, place, volume, path, pathOffset, rawPart } = found;
  const fieldAt = place?.fieldSpan === undefined ? undefined : placed(image, place.fieldSpan);
  return {
    format: "discern.why/1",
    tool,
    image: imageFacts(image),
    offset,
    sector: Math.floor(found.logical / SECTOR),
    owner: region.owner,
    ...(name === "" ? {} : { name }),
    ...(place === undefined
      ? {}
      : { structure: place.structure, structureOffset: placed(image, place.span).offset }),
    ...(place?.field === undefined ? {} : { field: place.field }),
    ...(fieldAt === undefined ? {} : { fieldOffset: fieldAt.offset, fieldLength: fieldAt.length }),
    ...(place?.value === undefined ? {} : { value: place.value() }),
    ...(place?.clause === undefined ? {} : { clause: place.clause }),
    ...(volume === undefined ? {} : { volume }),
    ...(path === undefined ? {} : { path }),
    ...(pathOffset === undefined ? {} : { pathOffset }),
    region: { offset: region.start, length: region.length },
    ...(rawPart === undefined ? {} : { rawPart }),
  };
}
