// Rules as rows of data, and what a check reports. The ids are those of the catalogue, permanent.

import type { Span } from "../bytes/span.ts";
import type { Fault } from "../bytes/struct.ts";
import type { Image } from "../model/image.ts";
import type { DirectoryPlace, DirectoryView } from "../model/directory.ts";
import type { ProofFacts } from "../model/proof.ts";

/** What a finding means for the bytes; see the style guide. */
export type Severity = "error" | "warning" | "info" | "note";

/** How sure a finding is, apart from how grave. */
export type Confidence = "certain" | "likely" | "guess";

/** The clause of a rule that rests on no standard; findings then carry none. */
export const NO_CLAUSE = "none";

/** A row of the catalogue. */
export type Rule = {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly clause: string;
  /** Why it matters, and known genuine tools that deviate. */
  readonly rationale: string;
  /** What the user can do. */
  readonly remedy: string;
  /** `certain` where absent. */
  readonly confidence?: Confidence;
  /** Ids of layouts that `discern rules ID` draws. */
  readonly layouts?: readonly string[];
  /** Fields of those layouts that it is about; those whose clause it names where absent. */
  readonly fields?: readonly string[];
  /** A finding of it, where that of its mutation case (examples.ts) is not the one to show. */
  readonly example?: RuleExample;
};

/** A finding as some image has it: what it says, what is recorded, and what is expected. */
export type RuleExample = {
  readonly message?: string;
  readonly recorded?: string;
  readonly expected?: string;
};

/** An example taken from an image, with the field that the finding points at. */
export type TakenExample = RuleExample & { readonly fields?: readonly string[] };

/** Rules by a name that the checks of the same file use. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** A rule fired. */
export type Hit = {
  readonly rule: Rule;
  /** The exact bytes, in the space they were found in; absent where there is no place. */
  readonly span?: Span;
  /** With the recorded numbers; never just "invalid". */
  readonly message: string;
  /** Where the catalogue's recipe says so. */
  readonly severity?: Severity;
  readonly confidence?: Confidence;
  readonly recorded?: string;
  readonly expected?: string;
  /** Kind of the volume whose tree it belongs to. */
  readonly volume?: string;
  /** Tree and node whose path the finding carries. */
  readonly tree?: number;
  readonly node?: number;
  /** Id of the rule whose finding explains this one, if that finding is there. */
  readonly causedBy?: string;
  /** File offset at which that finding begins, where the rule may have several. */
  readonly causedAt?: number;
  /** What a digest or checksum covers that fails: an error in there is why it does. */
  readonly covers?: readonly Span[];
  /** What is wrong may have been so from the start: it is not why a digest of the same file fails. */
  readonly mayBeOriginal?: boolean;
  /** How many places it stands for; 1 where absent. */
  readonly count?: number;
  /** Hits of this rule that touch are one range, not one finding each. */
  readonly joins?: boolean;
};

/** Judges what stands alone in an image. Pure: no input or output, clock or order dependence. */
export type ImageCheck = (image: Image, facts: ProofFacts) => Iterable<Hit>;

/** What a judge says of a part in which there is nothing to say, as in nearly all of them. */
export const nothing: readonly Hit[] = [];

/** Judges one directory, which comes in parts: what it must know of earlier ones it keeps small. */
export type DirectoryJudge = {
  /**
   * Judges a part; the records of all parts together are those of the directory. Parts are small, and
   * there are many judges: an array of few hits costs less than a generator of none.
   */
  readonly part?: (part: DirectoryView) => Iterable<Hit>;
  /** Says what only the whole directory shows; `last` is its last part. */
  readonly end?: (last: DirectoryView) => Iterable<Hit>;
};

/** Begins to judge a directory, undefined where there is nothing to judge. Pure likewise. */
export type DirectoryCheck = (
  directory: DirectoryPlace,
  image: Image,
) => DirectoryJudge | undefined;

/**
 * Judges one tree. The parts of all its directories come in turn, each directory from its start to its
 * end; what is known of earlier ones is kept small.
 */
export type TreeJudge = {
  readonly part?: (part: DirectoryView) => Iterable<Hit>;
  /** Says what only the whole tree shows. */
  readonly end?: () => Iterable<Hit>;
};

/** Begins to judge a tree, undefined where there is nothing to judge. Pure likewise. */
export type TreeCheck = (tree: number, image: Image) => TreeJudge | undefined;

/**
 * Picks the rule for a fault where its kind alone does not; undefined where another check reports it.
 * May give the hit its own confidence, severity or cause.
 */
export type FaultRule = (
  fault: Fault,
  image: Image,
) => Pick<Hit, "rule" | "severity" | "confidence" | "causedBy"> | undefined;

/** A file of `rules/`: its rows and its checks. */
export type RuleFamily = {
  readonly rules: RuleTable;
  readonly image?: readonly ImageCheck[];
  readonly directory?: readonly DirectoryCheck[];
  readonly tree?: readonly TreeCheck[];
  /** Fault kinds that decoders record, and the rule that judges each. */
  readonly faults?: Readonly<Record<string, Rule | FaultRule>>;
};
