// Parts that every document shares, and the documents that only describe an image (product contracts).

import type { Owner } from "../bytes/span.ts";
import type { EntryType, VolumeKind } from "./namespace.ts";

/** Digests by algorithm, lower-case hexadecimal. */
export type Hashes = {
  readonly md5?: string;
  readonly sha1?: string;
  readonly sha256?: string;
  readonly sha512?: string;
  readonly blake3?: string;
  readonly crc32?: string;
};

/** The program that made a document. */
export type ToolFacts = { readonly name: string; readonly version: string };

/** The image that a document is about. Offsets in the document are bytes of this file. */
export type ImageFacts = {
  readonly path: string;
  readonly bytes: number;
  readonly container: string;
  /** Bytes from one sector to the next. */
  readonly sectorSize: number;
  /** The data file, where a sheet was opened. */
  readonly dataPath?: string;
  /** Digests of the whole file, where all of it was read. */
  readonly hashes?: Hashes;
};

/** A volume, as documents list it. */
export type VolumeFacts = {
  readonly kind: VolumeKind;
  /** Absent where the kind is only recognised, and no label was met. */
  readonly label?: string;
  /** Hexadecimal of the label, where it is not valid text. */
  readonly labelBytes?: string;
  /** Absent, as are the counts, where the kind is only recognised. */
  readonly blocks?: number;
  /** Paths of regular files. */
  readonly files?: number;
  /** Directories, the root left out. */
  readonly directories?: number;
};

/** Contiguous bytes of the opened file. On raw images from the first to the last byte of user data. */
export type ExtentFacts = { readonly offset: number; readonly length: number };

/** An entry of a volume: what `list` prints, and `manifest` with digests. */
export type EntryFacts = {
  /** Begins with `/`. */
  readonly path: string;
  /** Hexadecimal of the path, where it is not valid text. */
  readonly pathBytes?: string;
  readonly volume: VolumeKind;
  readonly type: EntryType;
  /** Bytes of the content; 0 for what has none. */
  readonly bytes: number;
  /** Bytes stored, where they differ from the content (zisofs). */
  readonly storedBytes?: number;
  readonly extents?: readonly ExtentFacts[];
  /** Octal permissions with set-id and sticky bits, such as `0644`. */
  readonly mode?: string;
  readonly uid?: number;
  readonly gid?: number;
  readonly links?: number;
  /** RFC 3339 in UTC. */
  readonly modified?: string;
  /** Target of a symbolic link. */
  readonly target?: string;
  /** Hexadecimal of the target, where it is not valid text. */
  readonly targetBytes?: string;
  /** Device number of a device, `major,minor` as recorded (high, low). */
  readonly device?: string;
  /** Which of the two kinds of device it is. */
  readonly deviceType?: "block" | "character";
  /** The existence bit is set: need not be shown to the user. */
  readonly hidden?: boolean;
  /** An associated file (ECMA-119 6.5.4), such as a resource fork. */
  readonly associated?: boolean;
  /** CD-ROM XA attributes, hexadecimal. */
  readonly xa?: string;
  /** Names of extended attributes (AAIP); `acl` stands for an access control list. */
  readonly attributes?: readonly string[];
  /** How the entry was found, where no usable record leads to it or to a directory above it. */
  readonly found?: string;
  /** Recorded flags `ok`, `cut` past the image, `unreadable`: on another volume, or refused. */
  readonly state?: "ok" | "cut" | "unreadable";
};

/** `discern.list/1`. */
export type ListResult = {
  readonly format: "discern.list/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly volume: VolumeKind | "all";
  readonly session: number;
  readonly entries: readonly EntryFacts[];
};

/** A boot entry, as `info` lists it. */
export type BootFacts = {
  readonly platform: string;
  readonly bootable: boolean;
  readonly media: string;
  readonly loadSegment: number;
  readonly sectorCount: number;
  readonly offset: number;
  readonly bytes: number;
  readonly sizeFrom: string;
  readonly path?: string;
};

/** A partition, as `info` lists it. */
export type PartitionFacts = {
  readonly scheme: "mbr" | "gpt" | "apm";
  readonly index: number;
  readonly type: string;
  readonly name?: string;
  readonly offset: number;
  readonly length: number;
  readonly active?: boolean;
};

/** `discern.info/1`. */
export type InfoResult = {
  readonly format: "discern.info/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly volumes: readonly (VolumeFacts & {
    readonly created?: string;
    readonly modified?: string;
    readonly publisher?: string;
    readonly preparer?: string;
    readonly application?: string;
    readonly system?: string;
  })[];
  readonly boot: readonly BootFacts[];
  readonly partitions: readonly PartitionFacts[];
  readonly sessions: readonly {
    readonly number: number;
    readonly offset: number;
    readonly blocks: number;
    readonly label: string;
    readonly current: boolean;
  }[];
  /** How the sector layout was found. */
  readonly layout: string;
  /** What could not be read, in words. */
  readonly notes: readonly string[];
};

/** `discern.where/1`. */
export type WhereResult = {
  readonly format: "discern.where/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly path: string;
  /** Hexadecimal of the path, where it is not valid text. */
  readonly pathBytes?: string;
  readonly volume: VolumeKind;
  readonly type: EntryType;
  readonly bytes: number;
  readonly state?: "ok" | "cut" | "unreadable";
  readonly extents: readonly ExtentFacts[];
  /** Where the directory record is. */
  readonly record: ExtentFacts;
};

/** `discern.why/1`. */
export type WhyResult = {
  readonly format: "discern.why/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly offset: number;
  readonly sector: number;
  readonly owner: Owner;
  readonly name?: string;
  readonly structure?: string;
  readonly structureOffset?: number;
  readonly field?: string;
  readonly fieldOffset?: number;
  /** Bytes of the field. */
  readonly fieldLength?: number;
  readonly value?: string;
  readonly clause?: string;
  readonly volume?: VolumeKind;
  readonly path?: string;
  /** The byte's position in the content of `path`. */
  readonly pathOffset?: number;
  /** The region that holds the byte. */
  readonly region: ExtentFacts;
  /** Part of a raw sector that is not user data: `sync`, `header`, `subheader`, `codes`, `subchannel`. */
  readonly rawPart?: string;
};

/** `discern.map/1`. */
export type MapResult = {
  readonly format: "discern.map/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly runs: readonly {
    readonly offset: number;
    readonly length: number;
    readonly owner: Owner;
    readonly name?: string;
  }[];
};

/** What became of an entry that was to be extracted. */
export type ExtractState = "ok" | "renamed" | "cut" | "unreadable" | "skipped" | "refused";

/** An entry that was to be extracted. */
export type ExtractEntry = {
  readonly path: string;
  readonly pathBytes?: string;
  readonly type: EntryType;
  readonly state: ExtractState;
  /** Where it was written, below the folder; absent where nothing was. */
  readonly to?: string;
  /** Bytes written. */
  readonly bytes?: number;
  /** Why it was not delivered whole under its own name. */
  readonly reason?: string;
};

/** `discern.extract/1`. */
export type ExtractResult = {
  readonly format: "discern.extract/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly volume: VolumeKind;
  readonly folder: string;
  readonly entries: readonly ExtractEntry[];
  readonly summary: Readonly<Record<ExtractState, number>>;
};

/** Told of long work: bytes done of all bytes. */
export type ProgressEvent = {
  readonly type: "progress";
  readonly what: string;
  readonly done: number;
  readonly total: number;
};

/** One kernel at one kind of work, as fast as each engine does it. */
export type BenchRow = {
  readonly kernel: string;
  readonly workload: string;
  readonly engines: readonly {
    /** `plain` is our WebAssembly without vectors. */
    readonly engine: "wasm" | "plain" | "native" | "noble";
    /** GB/s of 10^9 bytes: the median of the rounds. */
    readonly rate: number;
    /** How often as fast `wasm` is. */
    readonly ratio: number;
  }[];
  /** For digests: the engine that `auto` takes on this machine. */
  readonly auto?: "wasm" | "native" | "noble";
};

/** `discern.bench/1`. */
export type BenchResult = {
  readonly format: "discern.bench/1";
  readonly tool: ToolFacts;
  /** The runtime, the system and the kind of processor. */
  readonly machine: string;
  /** How often everything was measured. */
  readonly rounds: number;
  readonly rows: readonly BenchRow[];
};

/** How digests are computed. Never changes a report. */
export type EngineChoice = {
  /** `auto`, the fastest there is, where absent; `native` needs an engine that was handed in. */
  readonly engine?: "auto" | "wasm" | "native" | "noble";
  /** Computes every digest by two engines, and rejects with an EngineError where they disagree. */
  readonly crossCheck?: boolean;
};

/** Options that all long work takes. */
export type WorkOptions = {
  readonly engines?: EngineChoice;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ProgressEvent) => void;
};
