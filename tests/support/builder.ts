// Builds ISO 9660 images in memory with structures that no mastering tool makes: extended attribute
// records, interleave, several file sections, odd block sizes, raw system use entries. Written from
// ECMA-119:1987, SUSP 1.12 and RRIP 1.12, not from our decoder.

import {
  ascii,
  bootRecord,
  concat,
  directoryRecord,
  extendedAttributeRecord,
  number32,
  partitionDescriptor,
  pathTableRecord,
  recordLength,
  setTerminator,
  treeDescriptor,
  ucs2,
} from "./iso_encode.ts";
import {
  alternateName,
  continuation,
  type Entry,
  entry,
  extensionsReference,
  linkComponents,
  type Locate,
  type Posix,
  posixAttributes,
  sharingProtocol,
  symbolicLink,
  timeStamps,
  xaAttributes,
} from "./susp_encode.ts";
import type {
  BuiltImage,
  DirectorySpec,
  FileSpec,
  ImageSpec,
  NodeSpec,
  Place,
  TreeName,
} from "./builder_spec.ts";

export type {
  BootSpec,
  BuiltImage,
  DirectorySpec,
  FileSpec,
  ImageSpec,
  NodeSpec,
  Place,
  TreeName,
} from "./builder_spec.ts";

const SECTOR = 2048;
const escapes = { 1: "%/@", 2: "%/C", 3: "%/E" } as const;
const extensionIds = { "1.09": "RRIP_1991A", "1.10": "RRIP_1991A", "1.12": "IEEE_P1282" } as const;
// Gaps of interleaved files are filled, so that reading one as data shows.
const GAP_FILL = 0xa5;

type Area = { entries: readonly Entry[]; length: number; offset: number };

type Section = {
  readonly location: number;
  readonly dataLength: number;
  readonly xarLength: number;
};

type RecordPlan = {
  readonly identifier: Uint8Array;
  readonly spec: NodeSpec;
  readonly inline: readonly Entry[];
  readonly areas: readonly Area[];
  readonly flags: number;
  /** The numbers of the record, known once everything is placed. */
  readonly target: () => Section;
  /** Offset in the directory extent. */
  at: number;
  readonly size: number;
  readonly key: string;
};

type DirectoryPlan = {
  readonly spec: DirectorySpec;
  readonly path: string;
  readonly identifier: Uint8Array;
  readonly parent: number;
  readonly records: RecordPlan[];
  length: number;
  xarLength: number;
  location: number;
};

function isDirectory(spec: FileSpec | DirectorySpec): spec is DirectorySpec {
  return "children" in spec;
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, each) => sum + each.length, 0);
}

function contentSize({ content = "" }: FileSpec): number {
  return typeof content === "object" && "size" in content ? content.size : content.length;
}

function longName(spec: NodeSpec): string {
  const name = typeof spec.name === "string" ? spec.name : String.fromCharCode(...spec.name);
  return spec.longName ?? name.replace(/\.?;1$/, "");
}

/** Builds an image. */
export function buildImage(spec: ImageSpec): BuiltImage {
  return new Builder(spec).build();
}

class Builder {
  readonly #spec: ImageSpec;
  readonly #blockSize: number;
  readonly #parts: { at: number; bytes: Uint8Array }[] = [];
  readonly #descriptors: { kind: string; offset: number }[] = [];
  readonly #records = new Map<string, Place[]>();
  readonly #extents = new Map<string, Place[]>();
  readonly #pathTables = new Map<string, Place>();
  readonly #areas: Area[] = [];
  readonly #catalogs: number[] = [];
  readonly #trees = new Map<TreeName, DirectoryPlan[]>();
  readonly #sections = new Map<NodeSpec, Section[]>();
  readonly #places = new Map<NodeSpec, Place[]>();
  readonly #serials = new Map<NodeSpec, number>();
  #cursor = 0;

  constructor(spec: ImageSpec) {
    this.#spec = spec;
    this.#blockSize = spec.blockSize ?? SECTOR;
  }

  build(): BuiltImage {
    const { primaries = 1, boot = [], joliet, enhanced, partition, trailer } = this.#spec;
    const descriptors = primaries + boot.length + (joliet ? 1 : 0) + (enhanced ? 1 : 0) +
      (partition ? 1 : 0) + 1;
    this.#cursor = (16 + descriptors) * SECTOR;
    const names: TreeName[] = ["primary"];
    if (joliet) names.push("joliet");
    if (enhanced === "own") names.push("enhanced");
    for (const name of names) this.#trees.set(name, this.#planTree(name));
    for (const name of names) this.#placePathTables(name);
    for (const name of names) for (const plan of this.#tree(name)) this.#placeDirectory(plan);
    this.#placeAreas();
    for (const name of names) for (const plan of this.#tree(name)) this.#placeFiles(plan, name);
    this.#placeCatalogs();
    this.#align(SECTOR);
    const end = this.#cursor;
    for (const name of names) this.#writeTree(name);
    this.#writeDescriptors(end);
    if (trailer) this.#write(end, trailer);
    return this.#built(end + (trailer?.length ?? 0));
  }

  #built(size: number): BuiltImage {
    const parts = this.#parts;
    return {
      size,
      blockSize: this.#blockSize,
      parts,
      descriptors: this.#descriptors,
      records: this.#records,
      extents: this.#extents,
      pathTables: this.#pathTables,
      continuations: this.#areas.map(({ offset, length }) => ({ offset, length })),
      catalogs: this.#catalogs,
      bytes() {
        const bytes = new Uint8Array(size);
        for (const part of parts) bytes.set(part.bytes, part.at);
        return bytes;
      },
    };
  }

  #tree(name: TreeName): DirectoryPlan[] {
    return this.#trees.get(name) ?? [];
  }

  #write(at: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#parts.push({ at, bytes });
  }

  #align(unit: number): void {
    this.#cursor = Math.ceil(this.#cursor / unit) * unit;
  }

  #take(length: number, unit = this.#blockSize): number {
    this.#align(unit);
    const at = this.#cursor;
    this.#cursor += length;
    return at;
  }

  // Directories breadth first, as a path table numbers them (6.9.1).
  #planTree(name: TreeName): DirectoryPlan[] {
    const root = { ...this.#spec.root, name: new Uint8Array(1), children: this.#spec.children };
    const plans: DirectoryPlan[] = [this.#directoryPlan(root, "", new Uint8Array(1), 0)];
    for (let number = 0; number < plans.length; number++) {
      const plan = plans[number];
      if (plan !== undefined) this.#planRecords(plan, number, name, plans);
    }
    return plans;
  }

  #directoryPlan(
    spec: DirectorySpec,
    path: string,
    identifier: Uint8Array,
    parent: number,
  ): DirectoryPlan {
    const xar = spec.extendedAttributes;
    const xarLength = xar === undefined
      ? 0
      : Math.ceil(extendedAttributeRecord(xar).length / this.#blockSize);
    return { spec, path, identifier, parent, records: [], length: 0, xarLength, location: 0 };
  }

  #planRecords(plan: DirectoryPlan, number: number, name: TreeName, plans: DirectoryPlan[]): void {
    const parent = () => plans[plan.parent] ?? plan;
    const self = (of: DirectoryPlan) => (): Section => ({
      location: of.location,
      dataLength: of.length,
      xarLength: of.xarLength,
    });
    const dots = [
      { id: 0, target: self(plan), key: `${plan.path}/.` },
      { id: 1, target: () => self(parent())(), key: `${plan.path}/..` },
    ];
    for (const { id, target, key } of dots) {
      const entries = this.#dotEntries(plan, number, id, name);
      const areas = id === 0 && name === "primary" ? plan.spec.dotContinuation ?? [] : [];
      const identifier = new Uint8Array([id]);
      this.#addRecord(plan, { identifier, spec: plan.spec, flags: 2, target, key }, entries, areas);
    }
    for (const { identifier, spec } of this.#childrenOf(plan.spec, name)) {
      const text = name === "joliet"
        ? new TextDecoder("utf-16be").decode(identifier)
        : String.fromCharCode(...identifier);
      const path = `${plan.path}/${text}`;
      this.#planChild(plan, number, spec, identifier, path, name, plans);
    }
    plan.length = Math.ceil((plan.length || 1) / SECTOR) * SECTOR;
  }

  #planChild(
    plan: DirectoryPlan,
    number: number,
    spec: FileSpec | DirectorySpec,
    identifier: Uint8Array,
    path: string,
    name: TreeName,
    plans: DirectoryPlan[],
  ): void {
    const entries = name === "primary" ? this.#nodeEntries(spec) : [];
    const areas = name === "primary" ? spec.continuation ?? [] : [];
    if (isDirectory(spec)) {
      const child = this.#directoryPlan(spec, path, identifier, number);
      plans.push(child);
      const target = () => ({
        location: child.location,
        dataLength: child.length,
        xarLength: child.xarLength,
      });
      const flags = 2 + (spec.flags ?? 0);
      this.#addRecord(plan, { identifier, spec, flags, target, key: path }, entries, areas);
      return;
    }
    const count = Math.max(1, (spec.sections?.length ?? 0) + (spec.sections ? 1 : 0));
    const key = spec.associated ? `${path} (associated)` : path;
    for (let index = 0; index < count; index++) {
      const target = () => this.#fileSection(spec, index);
      const more = index + 1 < count ? 0x80 : 0;
      const flags = (spec.flags ?? 0) + (spec.associated ? 4 : 0) + more;
      this.#addRecord(plan, { identifier, spec, flags, target, key }, entries, areas);
    }
  }

  #fileSection(spec: FileSpec, index: number): Section {
    const section = this.#sections.get(spec)?.[index] ??
      { location: 0, dataLength: 0, xarLength: 0 };
    return { ...section, ...spec.recorded };
  }

  #childrenOf(
    spec: DirectorySpec,
    name: TreeName,
  ): { identifier: Uint8Array; spec: FileSpec | DirectorySpec }[] {
    const shown = spec.children.filter(({ only }) => only === undefined || only.includes(name))
      .map((spec) => ({ identifier: identifierIn(spec, name), spec }));
    if (this.#spec.unsorted) return shown;
    return shown.sort((a, b) => compareRecords(a, b, name));
  }

  #addRecord(
    plan: DirectoryPlan,
    record: Pick<RecordPlan, "identifier" | "spec" | "flags" | "target" | "key">,
    entries: readonly Entry[],
    continued: readonly (readonly Entry[])[],
  ): void {
    const inline = [...entries];
    const areas = continued.map((each) => [...each]);
    const length = () =>
      recordLength(record.identifier.length, sizeOf(inline) + (areas.length > 0 ? 28 : 0));
    // What does not fit goes on in a continuation area, as every writer does.
    while (length() > 254) {
      const last = inline.pop();
      if (last === undefined) throw new RangeError(`Cannot fit the record of ${record.key}`);
      if (areas.length === 0) areas.push([]);
      areas[0]?.unshift(last);
    }
    const planned = areas.map((each, index): Area => {
      const extra = index + 1 < areas.length ? 28 : 0;
      return { entries: each, length: sizeOf(each) + extra, offset: 0 };
    });
    this.#areas.push(...planned);
    const size = length();
    const left = SECTOR - plan.length % SECTOR;
    if (size > left) plan.length += left;
    plan.records.push({ ...record, inline, areas: planned, at: plan.length, size });
    plan.length += size;
  }

  #dotEntries(plan: DirectoryPlan, number: number, id: number, name: TreeName): Entry[] {
    if (name !== "primary") return [];
    const { rockRidge, susp, xa } = this.#spec;
    const entries: Entry[] = [];
    if (xa) entries.push(xaAttributes({ attributes: 0x8d55 }));
    const root = number === 0 && id === 0;
    if (root && (rockRidge || susp)) entries.push(sharingProtocol(xa ? 14 : 0));
    if (rockRidge && !plan.spec.bare) {
      if (rockRidge === "1.09") entries.push(entry("RR", new Uint8Array([0x81])));
      entries.push(this.#posix(plan.spec, 0o40755), timeStamps());
      if (root) entries.push(extensionsReference(extensionIds[rockRidge]));
    }
    return [...entries, ...(id === 0 ? plan.spec.dot : plan.spec.dotDot) ?? []];
  }

  #posix(spec: NodeSpec, mode: number): Uint8Array {
    const posix: Posix = { mode, ...spec.posix };
    if (this.#spec.rockRidge !== "1.12") return posixAttributes(posix);
    const serial = this.#serials.get(spec) ?? this.#serials.size + 1;
    this.#serials.set(spec, serial);
    return posixAttributes({ serial, ...posix });
  }

  #nodeEntries(spec: FileSpec | DirectorySpec): Entry[] {
    const entries: Entry[] = [];
    if (spec.xa !== undefined || this.#spec.xa) entries.push(xaAttributes(spec.xa ?? {}));
    const { rockRidge } = this.#spec;
    if (rockRidge && !spec.bare) {
      const target = isDirectory(spec) ? undefined : spec.target;
      const type = isDirectory(spec) ? 0o40755 : target === undefined ? 0o100644 : 0o120777;
      if (rockRidge === "1.09") {
        entries.push(entry("RR", new Uint8Array([target === undefined ? 0x89 : 0x8d])));
      }
      entries.push(this.#posix(spec, type));
      entries.push(alternateName(spec.posixName ?? longName(spec)));
      if (target !== undefined) entries.push(symbolicLink(linkComponents(target)));
      entries.push(timeStamps());
    }
    return [...entries, ...spec.systemUse ?? []];
  }

  #placePathTables(name: TreeName): void {
    const size = this.#pathTableSize(name);
    const kinds = ["L", "L optional", "M", "M optional"];
    for (const kind of kinds) {
      const type = kind[0] === "L" ? "L" : "M";
      if (kind.length > 1 && !this.#spec.optionalPathTables?.includes(type)) continue;
      this.#pathTables.set(`${name}:${kind}`, { offset: this.#take(size), length: size });
    }
  }

  #pathTableSize(name: TreeName): number {
    return this.#tree(name).reduce(
      (sum, { identifier }) => sum + 8 + identifier.length + identifier.length % 2,
      0,
    );
  }

  #placeDirectory(plan: DirectoryPlan): void {
    this.#align(SECTOR);
    plan.location = this.#cursor / this.#blockSize;
    const { extendedAttributes } = plan.spec;
    if (extendedAttributes) {
      const length = plan.xarLength * this.#blockSize;
      this.#write(this.#take(length), extendedAttributeRecord(extendedAttributes));
    }
    this.#take(plan.length);
  }

  // Areas share a sector and stay inside it, unless one is longer.
  #placeAreas(): void {
    this.#align(SECTOR);
    for (const area of this.#areas) {
      const left = SECTOR - this.#cursor % SECTOR;
      if (area.length > left) this.#align(SECTOR);
      area.offset = this.#cursor;
      this.#cursor += area.length;
    }
  }

  #placeFiles(plan: DirectoryPlan, name: TreeName): void {
    for (const { spec, key } of plan.records) {
      if ("children" in spec) continue;
      if (!this.#sections.has(spec)) this.#placeFile(spec);
      this.#extents.set(`${name}:${key}`, this.#places.get(spec) ?? []);
    }
  }

  #placeFile(spec: FileSpec): void {
    const total = contentSize(spec);
    const { content = "", sections = [] } = spec;
    const bytes = typeof content === "object" && "size" in content ? undefined : ascii(content);
    const lengths = [...sections, total - sections.reduce((sum, each) => sum + each, 0)];
    const placed: Section[] = [];
    const places: Place[] = [];
    this.#sections.set(spec, placed);
    this.#places.set(spec, places);
    let from = 0;
    for (const length of lengths) {
      const part = bytes?.subarray(from, from + length);
      const section = this.#placeSection(spec, length, part, places);
      placed.push(section);
      from += length;
    }
  }

  #placeSection(
    { extendedAttributes, interleave }: FileSpec,
    length: number,
    bytes: Uint8Array | undefined,
    places: Place[],
  ): Section {
    const size = this.#blockSize;
    this.#align(size);
    const location = this.#cursor / size;
    const xar = extendedAttributes && extendedAttributeRecord(extendedAttributes);
    const xarLength = xar ? Math.ceil(xar.length / size) : 0;
    const unit = (interleave?.unit ?? 0) * size;
    const gap = (interleave?.gap ?? 0) * size;
    // With interleave the extended attribute record has the first file unit to itself (6.4.6).
    if (xar) {
      this.#write(this.#take(xarLength * size), xar);
      if (interleave) this.#fillGap(location * size + unit, gap);
    }
    if (!interleave) {
      const offset = this.#take(length);
      if (bytes) this.#write(offset, bytes);
      places.push({ offset, length });
      return { location, dataLength: length, xarLength };
    }
    for (let at = 0; at < length; at += unit) {
      const part = Math.min(unit, length - at);
      const offset = this.#take(part);
      if (bytes) this.#write(offset, bytes.subarray(at, at + part));
      places.push({ offset, length: part });
      if (at + unit < length) this.#fillGap(this.#cursor, gap);
    }
    return { location, dataLength: length, xarLength };
  }

  #fillGap(from: number, gap: number): void {
    this.#cursor = from;
    this.#write(this.#take(gap), new Uint8Array(gap).fill(GAP_FILL));
  }

  #placeCatalogs(): void {
    for (const boot of this.#spec.boot ?? []) {
      if (!("catalog" in boot)) continue;
      const bytes = concat(...boot.catalog(this.#locate));
      const offset = this.#take(Math.max(SECTOR, bytes.length), SECTOR);
      this.#write(offset, bytes);
      this.#catalogs.push(offset);
    }
  }

  readonly #locate: Locate = (path) => {
    const plans = this.#tree("primary");
    const directory = plans.find((plan) =>
      plan.path === path || (path === "/" && plan.path === "")
    );
    if (directory !== undefined) return directory.location;
    for (const plan of plans) {
      const record = plan.records.find(({ key }) => key === path);
      if (record !== undefined) return record.target().location;
    }
    throw new RangeError(`Cannot locate ${path}: the image has no such path`);
  };

  #bytesOf(entries: readonly Entry[]): Uint8Array {
    return concat(
      ...entries.map((each) => each instanceof Uint8Array ? each : each.make(this.#locate)),
    );
  }

  #writeTree(name: TreeName): void {
    const plans = this.#tree(name);
    for (const plan of plans) {
      const start = (plan.location + plan.xarLength) * this.#blockSize;
      const key = `${name}:${plan.path === "" ? "/" : plan.path}`;
      this.#extents.set(key, [{ offset: start, length: plan.length }]);
      for (const record of plan.records) this.#writeRecord(record, start, name);
    }
    for (const [key, { offset }] of this.#pathTables) {
      if (key.startsWith(`${name}:`)) this.#writePathTable(plans, offset, key.includes(":M"));
    }
  }

  #writeRecord(record: RecordPlan, start: number, name: TreeName): void {
    const { identifier, spec, inline, areas, flags, at, size, key } = record;
    const interleave = "interleave" in spec ? (spec as FileSpec).interleave : undefined;
    const { location, dataLength, xarLength } = record.target();
    const systemUse = concat(this.#bytesOf(inline), this.#continuationTo(areas[0]));
    const bytes = directoryRecord({
      identifier,
      location,
      dataLength,
      flags,
      xarLength,
      systemUse,
      sequence: spec.sequence ?? this.#spec.volumeSet?.sequence ?? 1,
      ...(spec.date ? { date: spec.date } : {}),
      ...interleave,
    });
    this.#write(start + at, bytes);
    for (const [index, area] of areas.entries()) {
      const next = this.#continuationTo(areas[index + 1]);
      this.#write(area.offset, concat(this.#bytesOf(area.entries), next));
    }
    const places = this.#records.get(`${name}:${key}`) ?? [];
    places.push({ offset: start + at, length: size });
    this.#records.set(`${name}:${key}`, places);
  }

  #continuationTo(area: Area | undefined): Uint8Array {
    if (area === undefined) return new Uint8Array(0);
    const block = Math.floor(area.offset / this.#blockSize);
    return continuation(block, area.offset - block * this.#blockSize, area.length);
  }

  #writePathTable(plans: readonly DirectoryPlan[], offset: number, msb: boolean): void {
    const records = plans.map(({ identifier, location, parent, xarLength }) =>
      pathTableRecord(identifier, location, parent + 1, xarLength, msb)
    );
    this.#write(offset, concat(...records));
  }

  #writeDescriptors(end: number): void {
    const { primaries = 1, boot = [], joliet, enhanced, partition } = this.#spec;
    for (let count = 0; count < primaries; count++) {
      this.#descriptor("primary", this.#treeDescriptor("primary", 1, 1, "", end));
    }
    let catalog = 0;
    for (const each of boot) {
      const elTorito = () => number32((this.#catalogs[catalog++] ?? 0) / SECTOR);
      const bytes = "catalog" in each
        ? bootRecord("EL TORITO SPECIFICATION", elTorito())
        : bootRecord(each.system, each.use);
      this.#descriptor("boot", bytes);
    }
    if (joliet) {
      this.#descriptor("joliet", this.#treeDescriptor("joliet", 2, 1, escapes[joliet], end));
    }
    if (enhanced) {
      const tree = enhanced === "own" ? "enhanced" : "primary";
      this.#descriptor("enhanced", this.#treeDescriptor(tree, 2, 2, "", end));
    }
    if (partition) {
      const { name, location, size } = partition;
      this.#descriptor("partition", partitionDescriptor(name, location, size));
    }
    this.#descriptor("terminator", setTerminator());
  }

  #descriptor(kind: string, bytes: Uint8Array): void {
    const offset = (16 + this.#descriptors.length) * SECTOR;
    this.#descriptors.push({ kind, offset });
    this.#write(offset, bytes);
  }

  #treeDescriptor(
    name: TreeName,
    type: 1 | 2,
    version: 1 | 2,
    escape: string,
    end: number,
  ): Uint8Array {
    const root = this.#tree(name)[0];
    const block = (kind: string) => {
      const table = this.#pathTables.get(`${name}:${kind}`);
      return table === undefined ? 0 : table.offset / this.#blockSize;
    };
    return treeDescriptor({
      type,
      version,
      wide: name === "joliet",
      flags: 0,
      escapeSequences: ascii(escape),
      systemIdentifier: this.#spec.systemIdentifier ?? "",
      volumeIdentifier: this.#spec.volumeIdentifier ?? "BUILT",
      volumeSpaceSize: end / this.#blockSize,
      setSize: this.#spec.volumeSet?.size ?? 1,
      sequence: this.#spec.volumeSet?.sequence ?? 1,
      blockSize: this.#blockSize,
      pathTableSize: this.#pathTableSize(name),
      pathTables: [block("L"), block("L optional"), block("M"), block("M optional")],
      root: directoryRecord({
        identifier: new Uint8Array(1),
        location: root?.location ?? 0,
        dataLength: root?.length ?? 0,
        xarLength: root?.xarLength ?? 0,
        flags: 2,
        sequence: this.#spec.volumeSet?.sequence ?? 1,
      }),
      ...(this.#spec.applicationUse ? { applicationUse: this.#spec.applicationUse } : {}),
    });
  }
}

function identifierIn(spec: NodeSpec, name: TreeName): Uint8Array {
  if (name === "primary") return ascii(spec.name);
  if (name === "enhanced") return new TextEncoder().encode(longName(spec));
  return spec.jolietBytes ?? ucs2(longName(spec));
}

// Order of records (9.3): name and extension padded with spaces, version descending, associated first.
function compareRecords(
  a: { identifier: Uint8Array; spec: FileSpec | DirectorySpec },
  b: { identifier: Uint8Array; spec: FileSpec | DirectorySpec },
  name: TreeName,
): number {
  const [left, right] = [a, b].map(({ identifier }) => String.fromCharCode(...identifier));
  if (name !== "primary") return compareText(left ?? "", right ?? "", 0);
  const [first, second] = [splitIdentifier(left ?? ""), splitIdentifier(right ?? "")];
  return compareText(first.name, second.name, 0x20) ||
    compareText(first.extension, second.extension, 0x20) || second.version - first.version ||
    associated(b.spec) - associated(a.spec);
}

function associated(spec: FileSpec | DirectorySpec): number {
  return "associated" in spec && spec.associated ? 1 : 0;
}

function splitIdentifier(text: string): { name: string; extension: string; version: number } {
  const [identifier = "", version = "0"] = text.split(";");
  const dot = identifier.indexOf(".");
  if (dot < 0) return { name: identifier, extension: "", version: Number(version) };
  const name = identifier.slice(0, dot);
  return { name, extension: identifier.slice(dot + 1), version: Number(version) };
}

function compareText(a: string, b: string, padding: number): number {
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const left = at < a.length ? a.charCodeAt(at) : padding;
    const right = at < b.length ? b.charCodeAt(at) : padding;
    if (left !== right) return left - right;
  }
  return 0;
}
