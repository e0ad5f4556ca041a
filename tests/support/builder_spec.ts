// What an image for the builder is made of, and what the builder says of the image it made.

import type { ExtendedAttributes, Identifier } from "./iso_encode.ts";
import type { Entry, Locate, Posix, xaAttributes } from "./susp_encode.ts";

/** A hierarchy of the image. */
export type TreeName = "primary" | "joliet" | "enhanced";

/** What files and directories have in common. */
export type NodeSpec = {
  /** Identifier in the primary tree, as recorded: `A.TXT;1`. */
  readonly name: Identifier;
  /** Name in the Joliet and enhanced trees; the identifier without its version where absent. */
  readonly longName?: string;
  /** Identifier in the Joliet tree as bytes, where it is no text. */
  readonly jolietBytes?: Uint8Array;
  /** Rock Ridge name; the long name where absent. */
  readonly posixName?: Identifier;
  readonly posix?: Partial<Posix>;
  /** Flags besides directory, associated and multi-extent (9.1.6): 1 is hidden. */
  readonly flags?: number;
  readonly date?: Uint8Array;
  readonly extendedAttributes?: ExtendedAttributes;
  /** Entries of the primary record after those of Rock Ridge. */
  readonly systemUse?: readonly Entry[];
  /** Entries of its continuation areas; each area but the last leads on to the next. */
  readonly continuation?: readonly (readonly Entry[])[];
  /** No Rock Ridge entries but those given. */
  readonly bare?: boolean;
  /** Attributes of CD-ROM XA at the start of the system use field. */
  readonly xa?: Parameters<typeof xaAttributes>[0];
  /** Number of the volume that holds it. */
  readonly sequence?: number;
  /** The only trees that have it. */
  readonly only?: readonly TreeName[];
};

/** A file, or what is recorded as one. */
export type FileSpec = NodeSpec & {
  /** Its bytes; `{ size }` is a file of zeros that is not held in memory. */
  readonly content?: Identifier | { readonly size: number };
  readonly associated?: boolean;
  readonly interleave?: { readonly unit: number; readonly gap: number };
  /** Lengths of its file sections; the last one has the rest. */
  readonly sections?: readonly number[];
  /** Target of a symbolic link, where it is one. */
  readonly target?: string;
  /** Recorded in place of the true numbers. */
  readonly recorded?: { readonly location?: number; readonly dataLength?: number };
};

/** A directory. */
export type DirectorySpec = NodeSpec & {
  readonly children: readonly (FileSpec | DirectorySpec)[];
  /** Entries of its `.` and `..` records after those of Rock Ridge. */
  readonly dot?: readonly Entry[];
  readonly dotDot?: readonly Entry[];
  /** Continuation areas of its `.` record. */
  readonly dotContinuation?: readonly (readonly Entry[])[];
};

/** A boot record: the catalogue's 32-byte entries, or other bytes for the use field. */
export type BootSpec =
  | { readonly catalog: (locate: Locate) => readonly Uint8Array[] }
  | { readonly system: string; readonly use: Uint8Array };

/** An image to build. */
export type ImageSpec = {
  readonly children: readonly (FileSpec | DirectorySpec)[];
  readonly root?: Omit<DirectorySpec, "name" | "children">;
  readonly blockSize?: 512 | 1024 | 2048;
  readonly volumeIdentifier?: string;
  readonly systemIdentifier?: string;
  readonly rockRidge?: "1.09" | "1.10" | "1.12";
  /** Level of Joliet. */
  readonly joliet?: 1 | 2 | 3;
  /** A tree of its own, or the primary one under a second descriptor (mkisofs). */
  readonly enhanced?: "own" | "shared";
  readonly volumeSet?: { readonly size: number; readonly sequence: number };
  readonly boot?: readonly BootSpec[];
  readonly partition?: {
    readonly name: string;
    readonly location: number;
    readonly size: number;
  };
  readonly optionalPathTables?: readonly ("L" | "M")[];
  /** Primary descriptors in the set. */
  readonly primaries?: number;
  /** Every primary record has XA attributes. */
  readonly xa?: boolean;
  /** An SP entry even without Rock Ridge. */
  readonly susp?: boolean;
  /** Keep the order of the children as given. */
  readonly unsorted?: boolean;
  readonly applicationUse?: Uint8Array;
  /** Bytes after the volume. */
  readonly trailer?: Uint8Array;
};

/** Bytes in the image. */
export type Place = { readonly offset: number; readonly length: number };

/** A built image, with where everything is. Keys are `primary:/SUB/A.TXT;1`, identifiers as recorded. */
export type BuiltImage = {
  readonly size: number;
  readonly blockSize: number;
  /** Everything that is not zero. */
  readonly parts: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  /** `primary`, `boot`, `joliet`, `enhanced`, `partition`, `terminator`, in order. */
  readonly descriptors: readonly { readonly kind: string; readonly offset: number }[];
  /** One place a file section. */
  readonly records: ReadonlyMap<string, readonly Place[]>;
  /** Extents of directories, and of files one a section (all units of an interleaved one). */
  readonly extents: ReadonlyMap<string, readonly Place[]>;
  /** Keys are `primary:L`, `primary:L optional`, ... */
  readonly pathTables: ReadonlyMap<string, Place>;
  readonly continuations: readonly Place[];
  readonly catalogs: readonly number[];
  /** The whole image; not for those that are larger than memory. */
  bytes(): Uint8Array;
};
