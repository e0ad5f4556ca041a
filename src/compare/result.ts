// The document of a comparison: `discern.compare/1`.

import type { Owner } from "../bytes/span.ts";
import type { ManifestFile } from "../manifest/result.ts";
import type { ImageFacts, ToolFacts } from "../model/result.ts";

/** See the product contract: tried in the order identical, same-except-times, same-content, different. */
export type CompareVerdict = "identical" | "same-content" | "same-except-times" | "different";

/** A stretch of differing bytes and who owns it on each side. */
export type DifferentRange = {
  readonly offsetA: number;
  readonly offsetB: number;
  readonly length: number;
  readonly ownerA?: Owner;
  readonly ownerB?: Owner;
  readonly name?: string;
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
  readonly volume?: string;
  readonly path?: string;
};

/** How a file changed. */
export type ChangeKind = "added" | "removed" | "content" | "metadata" | "moved" | "renamed";

/** A path whose file changed. */
export type FileChange = {
  readonly path: string;
  readonly change: ChangeKind;
  readonly volume?: string;
  readonly a?: Partial<ManifestFile>;
  readonly b?: Partial<ManifestFile>;
  /** Names of the facts that differ. */
  readonly fields?: readonly string[];
};

/** `discern.compare/1`. */
export type CompareResult = {
  readonly format: "discern.compare/1";
  readonly tool: ToolFacts;
  readonly a: ImageFacts;
  readonly b: ImageFacts;
  readonly verdict: CompareVerdict;
  readonly sectors: {
    readonly size: number;
    readonly equal: number;
    readonly different: number;
    readonly onlyA: number;
    readonly onlyB: number;
    readonly ranges: readonly DifferentRange[];
  };
  readonly fields: readonly FieldDifference[];
  readonly files: readonly FileChange[];
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
