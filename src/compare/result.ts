// The document of a comparison: `discern.compare/1`.

import type { Owner } from "../bytes/span.ts";
import type { FieldRole } from "../bytes/struct.ts";
import type { ManifestFile } from "../manifest/result.ts";
import type { VolumeKind } from "../model/namespace.ts";
import type { ImageFacts, ToolFacts } from "../model/result.ts";

/** See the product contract: tried in the order identical, same-except-times, same-content, different. */
export type CompareVerdict = "identical" | "same-content" | "same-except-times" | "different";

/**
 * A stretch from its first to its last differing byte, within one region of each image. Bytes that only
 * one image has carry the offset of that one alone.
 */
export type DifferentRange = {
  readonly offsetA?: number;
  readonly offsetB?: number;
  /** Bytes of the stretch; of user data where containers differ. */
  readonly length: number;
  /** Bytes of the stretch that differ. */
  readonly different: number;
  readonly ownerA?: Owner;
  readonly ownerB?: Owner;
  /** Name of the region in the first image, or in the second where the first names none. */
  readonly name?: string;
  /** Name in the second image, where it is another. */
  readonly nameB?: string;
  /** Stretches folded into this one, where there are too many to list. */
  readonly count?: number;
};

/** A field of a structure that both images have, recorded differently. */
export type FieldDifference = {
  readonly structure: string;
  readonly field: string;
  readonly offsetA?: number;
  readonly offsetB?: number;
  readonly a?: string;
  readonly b?: string;
  readonly clause: string;
  readonly role?: FieldRole;
  readonly volume?: string;
  readonly path?: string;
  /** Fields of this name folded into this entry, where there are too many to list. */
  readonly count?: number;
};

/** How a file changed. */
export type ChangeKind = "added" | "removed" | "content" | "metadata" | "moved" | "renamed";

/** A path whose file changed. `a` and `b` have the facts that differ; all facts of what only one has. */
export type FileChange = {
  /** In the first image; in the second where only that has it. */
  readonly path: string;
  /** Hexadecimal of the path, where it is not valid text. */
  readonly pathBytes?: string;
  readonly change: ChangeKind;
  readonly volume?: string;
  readonly a?: Partial<ManifestFile>;
  readonly b?: Partial<ManifestFile>;
  /** Names of the facts that differ. */
  readonly fields?: readonly string[];
  /** First byte of the content that differs, where both have as many. */
  readonly firstDifference?: number;
};

/** `discern.compare/1`. */
export type CompareResult = {
  readonly format: "discern.compare/1";
  readonly tool: ToolFacts;
  readonly a: ImageFacts;
  readonly b: ImageFacts;
  readonly verdict: CompareVerdict;
  /** The namespaces whose files were compared, the richest first. */
  readonly volumes: readonly VolumeKind[];
  readonly sectors: {
    /** Bytes from one sector to the next. */
    readonly size: number;
    readonly equal: number;
    readonly different: number;
    readonly onlyA: number;
    readonly onlyB: number;
    /** Bytes that differ, of those that both have. */
    readonly differentBytes: number;
    readonly ranges: readonly DifferentRange[];
  };
  readonly fields: readonly FieldDifference[];
  readonly files: readonly FileChange[];
  /** What was not compared or not listed, in words. */
  readonly notes?: readonly string[];
  /** Every differing byte is one that `--ignore` names. */
  readonly ignored?: true;
  readonly summary: {
    readonly added: number;
    readonly removed: number;
    readonly content: number;
    readonly metadata: number;
    readonly moved: number;
    readonly renamed: number;
    readonly unchanged: number;
  };
};
