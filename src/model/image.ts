// The neutral image: what `examine` found, and the only thing that audit, manifest and compare read.

import type { ByteSource } from "../bytes/source.ts";
import { SECTOR, type Span } from "../bytes/span.ts";
import type { Fault, Fields, Layout, Structure } from "../bytes/struct.ts";
import type { AppleMap } from "./apple_map.ts";
import type { DirectoryView } from "./directory.ts";
import type { HfsFacts } from "./hfs.ts";
import type { SectorMapping } from "./mapping.ts";
import type { PathTable } from "./path_table.ts";
import { Namespace, type VolumeKind } from "./namespace.ts";
import type { ClaimRef, Region, RegionMap } from "./regions.ts";
import type { FaultLog, StructureLog } from "./recorder.ts";
import type { Tree } from "./tree.ts";

/** A track of the data file, as its sheet has it. Both places are bytes of the file. */
export type SheetTrack = {
  readonly number: number;
  readonly audio: boolean;
  /** Where it begins, its pause included: index 0, or index 1 where there is none. */
  readonly start: number;
  readonly index1: number;
};

/** An image that does not begin where its file does. */
export type Shift = {
  /** Byte of the file at which sector 0 begins; below 0 where that many bytes are missing. */
  readonly bytes: number;
  /** Byte of the file at which the primary descriptor was found. */
  readonly signature: number;
  /** What stands before the image, where that is known. */
  readonly what?: string;
};

/** A file that begins with a later session of its disc, whose addresses count from the start of the disc. */
export type SessionBase = {
  /** LBA of the first sector in the file. */
  readonly lba: number;
  /** Where the root's own record was found, in bytes of the file. */
  readonly root: number;
  /** Whether headers of raw sectors say the same. */
  readonly headers: boolean;
};

/** What holds the sectors. */
export type ContainerFacts = {
  /** `iso`, `bin`, `cue`, ... */
  readonly name: string;
  /** Bytes from one sector to the next. */
  readonly sectorSize: number;
  /** How the layout was decided, and what came second. */
  readonly evidence: string;
  /** File offset of the first sector that decided the layout. */
  readonly evidenceAt: number;
  /** Mode of the raw sectors, where they are raw: 1 or 2. */
  readonly mode?: 1 | 2;
  /** Name of the data file, where a sheet was opened. */
  readonly dataPath?: string;
  /** Tracks of the data file in its order, where a sheet names them. */
  readonly tracks?: readonly SheetTrack[];
  /** How far the image is off its place, where it is. */
  readonly shift?: Shift;
  /** The session that the file begins with, where that is not the first of its disc. */
  readonly session?: SessionBase;
  /** What of the container could not be understood or used. */
  readonly notes: readonly string[];
};

/** A set of volume descriptors and where its session starts. */
export type Session = {
  /** From 1, in the order of the image. */
  readonly number: number;
  /** Logical sector at which the session begins; its descriptors stand 16 sectors later. */
  readonly start: number;
  /** Blocks of the session, as its primary descriptor counts them. */
  readonly blocks: number;
  readonly blockSize: number;
  readonly label: string;
  /** The set at sector 16 of an image with libisofs' emulated sessions: a copy for the last one. */
  readonly relocated: boolean;
};

/** One namespace of the image, with its tree where it can be read. */
export type Volume = {
  readonly kind: VolumeKind;
  readonly label: string;
  /** Bytes of the label, where they are not valid text. */
  readonly labelBytes?: Uint8Array;
  /** Volume space size in logical blocks. */
  readonly blocks: number;
  readonly blockSize: number;
  readonly session: number;
  /** Number of the tree in `image.trees`; absent where the kind is only recognised. */
  readonly tree?: number;
  readonly namespace?: Namespace;
  /** Where the descriptor is. */
  readonly descriptor: Span;
};

/** Boot information table of a boot image: what it records of the file that it is in. */
export type InformationTable = {
  readonly span: Span;
  readonly fileLength: number;
  /** Sum of the words of 32 bits of the file from byte 64 on. */
  readonly checksum: number;
};

/** A boot entry of the El Torito catalogue. */
export type BootEntry = {
  readonly platform: number;
  readonly bootable: boolean;
  /** Low four bits of the media byte: 0 no emulation, 1 to 3 floppy, 4 hard disk. */
  readonly media: number;
  readonly loadSegment: number;
  /** Units of 512 bytes to load. */
  readonly sectorCount: number;
  /** First logical sector of the boot image. */
  readonly sector: number;
  /** Bytes of the boot image as far as the image tells, at least the count; see {@linkcode sizeFrom}. */
  readonly bytes: number;
  readonly sizeFrom: "file" | "fat" | "partition" | "media" | "count";
  /** Where the catalogue entry is. */
  readonly entry: Span;
  /** Path and bytes of the file that covers the boot image. */
  readonly path?: string;
  readonly fileBytes?: number;
  /** The table that mkisofs patches into it, where one is there. */
  readonly informationTable?: InformationTable;
};

/** A partition of any scheme. */
export type Partition = {
  readonly scheme: "mbr" | "gpt" | "apm";
  readonly index: number;
  /** Type byte, type GUID or type name. */
  readonly type: string;
  readonly name?: string;
  /** First byte in the file, and length. */
  readonly start: number;
  readonly length: number;
  readonly active?: boolean;
  readonly entry: Span;
};

/** A GUID partition table: the header at one of its two places, and the array that it names. */
export type GptTable = {
  /** The one in block 1 is primary; one found elsewhere is the backup, even where it stands alone. */
  readonly role: "primary" | "backup";
  /** 512 or 2048, as the place of the header shows. */
  readonly blockSize: number;
  /** The fields of the header. */
  readonly header: Span;
  /** Header size as recorded, in bytes. */
  readonly headerSize: number;
  /** The entry array; absent where it is not whole in the image, or absurd. */
  readonly array?: Span;
  /** The first byte behind the fields, to the end of the block, that is not zero. */
  readonly stray?: Span;
};

/** Bytes of a logical span: short at the end of the image; `unread` are bytes that the storage refused. */
export type Reading = { readonly bytes: Uint8Array; readonly unread: readonly Span[] };

/** A kind of volume that was recognised and is not read. */
export type Recognised = {
  readonly kind: VolumeKind;
  readonly what: string;
  readonly span: Span;
  readonly label?: string;
  /** Blocks of the volume and bytes of each, where they are known. */
  readonly blocks?: number;
  readonly blockSize?: number;
};

/** The parts that {@linkcode Image} is made of. */
export type ImageParts = {
  readonly source: ByteSource;
  readonly path: string;
  readonly container: ContainerFacts;
  readonly mapping: SectorMapping;
  readonly sessions: readonly Session[];
  readonly session: number;
  readonly volumes: readonly Volume[];
  readonly trees: readonly Tree[];
  readonly pathTables: readonly PathTable[];
  readonly recognised: readonly Recognised[];
  readonly boot: readonly BootEntry[];
  readonly partitions: readonly Partition[];
  readonly gpt: readonly GptTable[];
  readonly appleMaps: readonly AppleMap[];
  readonly hfs: HfsFacts;
  readonly structures: StructureLog;
  readonly faults: FaultLog;
  /** Tiles the file: only some work needs it. */
  readonly regions: () => RegionMap;
  /** Logical bytes that the current volume claims, from its descriptor; 0 where there is none. */
  readonly volumeEnd: number;
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly readFile: (offset: number, into: Uint8Array) => Promise<Reading>;
  readonly readFileNow: (offset: number, into: Uint8Array) => Reading | undefined;
  readonly readDirectory: (tree: number, node: number) => Promise<DirectoryView>;
  readonly readDirectoryParts: (
    tree: number,
    node: number,
    partBytes: number,
  ) => AsyncGenerator<DirectoryView>;
  readonly readDirectoryPart: (
    tree: number,
    node: number,
    from: number,
    to: number,
  ) => Promise<DirectoryView>;
};

/** Bytes of a directory that are decoded at a time: their records are objects, and cost far more. */
const DIRECTORY_PART = 16 * SECTOR;

/** An examined image. Nothing in it changes any more. */
export class Image {
  readonly #parts: ImageParts;
  #regions: RegionMap | undefined;

  /** Takes its parts as they are; `examine` makes them. */
  constructor(parts: ImageParts) {
    this.#parts = parts;
  }

  /** The opened file. */
  get source(): ByteSource {
    return this.#parts.source;
  }
  /** The path or name that the user gave. */
  get path(): string {
    return this.#parts.path;
  }
  /** What holds the sectors. */
  get container(): ContainerFacts {
    return this.#parts.container;
  }
  /** Where sectors lie in the file. */
  get mapping(): SectorMapping {
    return this.#parts.mapping;
  }
  /** Sessions in the order of the image. */
  get sessions(): readonly Session[] {
    return this.#parts.sessions;
  }
  /** Number of the session that `volumes` shows. */
  get session(): number {
    return this.#parts.session;
  }
  /** Namespaces of the current session, and volumes that are recognised only. */
  get volumes(): readonly Volume[] {
    return this.#parts.volumes;
  }
  /** Trees of every session. */
  get trees(): readonly Tree[] {
    return this.#parts.trees;
  }
  /** Path tables of every tree. */
  get pathTables(): readonly PathTable[] {
    return this.#parts.pathTables;
  }
  /** Volumes recognised but not read. */
  get recognised(): readonly Recognised[] {
    return this.#parts.recognised;
  }
  /** Boot entries of every catalogue. */
  get boot(): readonly BootEntry[] {
    return this.#parts.boot;
  }
  /** Partitions of every scheme. */
  get partitions(): readonly Partition[] {
    return this.#parts.partitions;
  }
  /** GUID partition tables: the primary one before its backup. */
  get gpt(): readonly GptTable[] {
    return this.#parts.gpt;
  }
  /** Apple partition maps; the first one is that of the partitions. */
  get appleMaps(): readonly AppleMap[] {
    return this.#parts.appleMaps;
  }
  /** HFS and HFS Plus volumes: their headers and sizes. */
  get hfs(): HfsFacts {
    return this.#parts.hfs;
  }
  /** What decoding could not get past. */
  get faults(): readonly Fault[] {
    return this.#parts.faults.kept;
  }
  /** Faults of a kind, those not kept among them. */
  faultCount(kind: string): number {
    return this.#parts.faults.count(kind);
  }
  /** Who owns what. */
  get regions(): RegionMap {
    return this.#regions ??= this.#parts.regions();
  }
  /** The logical byte after the current volume, as its descriptor says; 0 where there is none. */
  get volumeEnd(): number {
    return this.#parts.volumeEnd;
  }

  /** Structures of one layout, in the order in which they were decoded. */
  structuresOf<F extends Fields>(layout: Layout<F>): readonly Structure<F>[] {
    return this.#parts.structures.of(layout);
  }

  /** Every structure that stands alone (not records of directories, path tables and system use). */
  structures(): Iterable<Structure> {
    return this.#parts.structures.all();
  }

  /** Logical bytes; unreadable ones are listed, and zero in the result. */
  read(start: number, length: number): Promise<Reading> {
    return this.#parts.read(start, length);
  }

  /**
   * Bytes of the file itself, sync, header and codes of raw sectors among them, read into `into`. The
   * result is a view of it, short at the end; unreadable bytes are listed, and zero.
   */
  readFile(offset: number, into: Uint8Array): Promise<Reading> {
    return this.#parts.readFile(offset, into);
  }

  /**
   * The same without waiting, where the source can and does not fail; undefined elsewhere. Callers let
   * timers and signals have their turn themselves.
   */
  readFileNow(offset: number, into: Uint8Array): Reading | undefined {
    return this.#parts.readFileNow(offset, into);
  }

  /** The records of one directory, decoded now. */
  readDirectory(tree: number, node: number): Promise<DirectoryView> {
    return this.#parts.readDirectory(tree, node);
  }

  /**
   * The records that begin in bytes `[from, to)` of one directory, both whole sectors from its start:
   * the way to read directories of any size.
   */
  readDirectoryPart(tree: number, node: number, from: number, to: number): Promise<DirectoryView> {
    return this.#parts.readDirectoryPart(tree, node, from, to);
  }

  /**
   * The records of one directory from its start to its end, decoded a part at a time: `partBytes` of
   * its extent, which are whole sectors. Records, nodes and sections are those of the whole.
   */
  directoryParts(
    tree: number,
    node: number,
    partBytes: number = DIRECTORY_PART,
  ): AsyncGenerator<DirectoryView> {
    return this.#parts.readDirectoryParts(tree, node, partBytes);
  }

  /** The namespace that a tree is shown under: Rock Ridge before ISO for the primary one. */
  namespaceOf(tree: number): Namespace | undefined {
    const shown = this.volumes.filter((volume) => volume.tree === tree);
    const best = shown.find((volume) => volume.kind === "rockridge") ?? shown[0];
    if (best?.namespace !== undefined) return best.namespace;
    const other = this.trees[tree];
    return other === undefined ? undefined : new Namespace(other, kindOfTree(other));
  }

  /** The namespace with the most to say: Rock Ridge, Joliet, enhanced, ISO 9660. */
  richest(): Volume | undefined {
    for (const kind of ["rockridge", "joliet", "enhanced", "iso9660"] as const) {
      const volume = this.volumes.find((each) => each.kind === kind && each.namespace);
      if (volume !== undefined) return volume;
    }
    return undefined;
  }

  /** What a claim is called: the path of its node, or its name. */
  claimName(ref: ClaimRef): string {
    if ("name" in ref) return ref.name;
    const path = this.namespaceOf(ref.tree)?.path(ref.node) ?? "";
    const session = this.trees[ref.tree]?.session ?? this.session;
    return session === this.session ? path : `session ${session}: ${path}`;
  }

  /** What a region is called; empty for `unclaimed`. */
  regionName(region: Region): string {
    return region.ref === undefined ? "" : this.claimName(region.ref);
  }
}

function kindOfTree(tree: Tree): VolumeKind {
  if (tree.kind === "joliet") return "joliet";
  if (tree.kind === "enhanced") return "enhanced";
  return tree.hasRockRidge ? "rockridge" : "iso9660";
}
