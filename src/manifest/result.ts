// The documents of manifests and their verification: `discern.manifest/1`, `discern.verify/1`.

import type { Owner } from "../bytes/span.ts";
import type { Algorithm } from "../kernel/digest.ts";
import type { VolumeKind } from "../model/namespace.ts";
import type { EntryFacts, Hashes, ImageFacts, ToolFacts } from "../model/result.ts";

/** An entry with its digests; no `hashes` on what was not read whole, or has no content. */
export type ManifestFile = EntryFacts & {
  readonly hashes?: Hashes;
  readonly state: "ok" | "cut" | "unreadable";
  /** Why the state is not `ok`, with the numbers. */
  readonly reason?: string;
};

/** What of a file stands in a list of digests. */
export type DigestedFile = Pick<
  ManifestFile,
  "path" | "pathBytes" | "volume" | "type" | "bytes" | "associated" | "hashes" | "state" | "reason"
>;

/** Bytes of the image file with one owner, with their digests: no file, unless its sectors are raw. */
export type ManifestRegion = {
  readonly owner: Owner;
  readonly name?: string;
  readonly offset: number;
  readonly length: number;
  readonly hashes?: Hashes;
};

/** `discern.manifest/1`. */
export type ManifestResult = {
  readonly format: "discern.manifest/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly algorithms: readonly Algorithm[];
  /** Bytes read a second time, of files whose extents one pass could not serve in their order. */
  readonly reread?: number;
  readonly files: readonly ManifestFile[];
  /** Only where asked for. */
  readonly regions?: readonly ManifestRegion[];
};

/** What verifying an entry came to. */
export type VerifyState = "ok" | "mismatch" | "missing" | "extra" | "unreadable" | "renamed";

/** One entry verified. */
export type VerifyEntry = {
  readonly path: string;
  readonly pathBytes?: string;
  readonly state: VerifyState;
  /** Where the file was found; absent for what is no file of a volume. */
  readonly volume?: VolumeKind;
  /** The entry is the image file itself. */
  readonly image?: true;
  readonly algorithm?: Algorithm;
  readonly recorded?: string;
  readonly computed?: string;
  /** The path in the image, or that of the image file, where it was found under another name. */
  readonly renamedTo?: string;
  /** Place in the image of an entry that is no file; its `path` is then `[owner] name`. */
  readonly offset?: number;
  readonly length?: number;
  /** Why the state is `unreadable`, or what explains a `mismatch`. */
  readonly reason?: string;
};

/** What of an image a verification was about. */
export type VerifyScope = {
  /** Whether the image file itself was. */
  readonly image: boolean;
  readonly regions: number;
  /** Lines of the list that are of other files than the image and what is in it. */
  readonly passedOver: number;
  readonly files: readonly { readonly volume: VolumeKind; readonly files: number }[];
};

/** `discern.verify/1`. */
export type VerifyResult = {
  readonly format: "discern.verify/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  /** Lines of the list that are of other files and no entries; absent where there are none. */
  readonly passedOver?: number;
  readonly entries: readonly VerifyEntry[];
  readonly summary: Readonly<Record<VerifyState, number>>;
};
