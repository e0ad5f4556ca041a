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

/** All that is known of one byte. */
export type Located = {
  /** The byte in the opened file. */
  readonly offset: number;
  /** The logical byte; the nearest one where `rawPart` is set. */
  readonly logical: number;
  readonly region: Region;
  /** Name of the region; absent where nothing claims it. */
  readonly name?: string;
  /** What of a raw sector it is; absent for user data, and for bytes outside every sector. */
  readonly rawPart?: RawPart;
  readonly place?: Place;
  /** Kind of the volume whose tree the byte belongs to. */
  readonly volume?: VolumeKind;
  readonly path?: string;
  /** Position in the stored bytes of `path`. */
  readonly pathOffset?: number;
};

/** A directory view that a byte's structure is found in. */
type ViewKey = { readonly tree: number; readonly node: number };

const VIEWS_KEPT = 8;
/** From the submode byte of the subheader to the user data (ECMA-130:1996 20.2.2). */
const SUBMODE_BEFORE_DATA = 6;
const FORM_2 = 0x20;
const FORM_2_DATA = 2324;

/** Locates bytes of one image. Keeps the last few directories, so bytes in order are cheap. */
export class Locator {
  readonly #image: Image;
  #structures: StructureIndex | undefined;
  readonly #views = new Map<string, DirectoryView>();

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
    const missing = this.#viewsFor(region).filter((key) => this.#view(key) === undefined);
    if (missing.length === 0) return this.#locate(offset, region);
    return this.#load(missing).then(() => this.#locate(offset, region));
  }

  #locateRaw(offset: number, region: Region, rawPart: RawPart): Located | Promise<Located> {
    const located = { ...this.#head(offset, region), ...this.#owner(region) };
    const { source, container, mapping } = this.#image;
    // Bytes behind the first 2048 are user data too where the subheader says form 2 (ECMA-130 20.2.2).
    const hasForms = rawPart === "codes" && mapping.dataOffset >= 8 && container.mode === 2;
    if (!hasForms) return { ...located, rawPart };
    const submode = new Uint8Array(1);
    const first = located.logical - located.logical % SECTOR;
    const at = mapping.fileOffset(first) - SUBMODE_BEFORE_DATA;
    const inData = offset < mapping.fileOffset(first) + FORM_2_DATA;
    return source.read(at, submode).then(
      () => ((submode[0] ?? 0) & FORM_2) !== 0 && inData ? located : { ...located, rawPart },
      () => ({ ...located, rawPart }),
    );
  }

  async #load(keys: readonly ViewKey[]): Promise<void> {
    for (const { tree, node } of keys) {
      const view = await this.#image.readDirectory(tree, node);
      if (this.#views.size >= VIEWS_KEPT) {
        const [oldest] = this.#views.keys();
        if (oldest !== undefined) this.#views.delete(oldest);
      }
      this.#views.set(`${tree}/${node}`, view);
    }
  }

  #view({ tree, node }: ViewKey): DirectoryView | undefined {
    return this.#views.get(`${tree}/${node}`);
  }

  // A continuation area belongs to a record in the parent, or to the `.` or `..` of the directory.
  #viewsFor({ owner, ref }: Region): ViewKey[] {
    if (ref === undefined || "name" in ref) return [];
    const tree = this.#image.trees[ref.tree];
    if (tree === undefined) return [];
    if (owner === "directory") return [ref];
    if (owner !== "continuation") return [];
    const keys = [{ tree: ref.tree, node: tree.parent(ref.node) }];
    if (ref.node !== 0 && tree.isDirectory(ref.node)) keys.push(ref);
    return keys;
  }

  #head(offset: number, region: Region): Located {
    const logical = this.#image.mapping.logicalOffset(offset);
    const name = this.#image.regionName(region);
    return { offset, logical, region, ...(name === "" ? {} : { name }) };
  }

  #locate(offset: number, region: Region): Located {
    const head = this.#head(offset, region);
    const { logical } = head;
    if (this.#image.mapping.fileOffset(logical) !== offset) return head;
    const place = this.#standalone(logical) ?? this.#dependent(logical, region);
    return {
      ...head,
      ...this.#owner(region),
      ...this.#content(logical, region),
      ...(place === undefined ? {} : { place }),
      ...(place?.path === undefined ? {} : { path: place.path }),
    };
  }

  #owner({ ref, owner }: Region): Partial<Located> {
    if (ref === undefined || "name" in ref) return {};
    const namespace = this.#image.namespaceOf(ref.tree);
    if (namespace === undefined) return {};
    const path = owner === "continuation" ? {} : { path: namespace.path(ref.node) };
    return { volume: namespace.kind, ...path };
  }

  #content(logical: number, { ref, owner }: Region): Partial<Located> {
    if (owner !== "file" || ref === undefined || "name" in ref) return {};
    const tree = this.#image.trees[ref.tree];
    let before = 0;
    for (let index = 0; index < (tree?.extentCount(ref.node) ?? 0); index++) {
      const { start, length } = tree?.extent(ref.node, index) ?? { start: 0, length: 0 };
      if (logical >= start && logical < start + length) {
        return { pathOffset: before + logical - start };
      }
      before += length;
    }
    return {};
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
    for (const key of this.#viewsFor(region)) {
      const view = this.#view(key);
      const place = view === undefined ? undefined : this.#inDirectory(view, logical);
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
      return { ...recordPlace(record, logical), path: recordPath(namespace, view, record) };
    }
    for (const each of records) {
      if (!each.continuations.some((span) => holds(span, logical))) continue;
      const place = systemUsePlace(each, logical);
      if (place !== undefined) return { ...place, path: recordPath(namespace, view, each) };
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
  const { region, name, place, volume, path, pathOffset, rawPart, logical } = await locate(
    image,
    offset,
  );
  const fieldAt = place?.fieldSpan === undefined ? undefined : placed(image, place.fieldSpan);
  return {
    format: "discern.why/1",
    tool,
    image: imageFacts(image),
    offset,
    sector: Math.floor(logical / SECTOR),
    owner: region.owner,
    ...(name === undefined ? {} : { name }),
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
