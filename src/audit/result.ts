// The document of an audit: `discern.audit/1`.

import type { Owner } from "../bytes/span.ts";
import type { ImageFacts, ToolFacts, VolumeFacts } from "../model/result.ts";
import type { Confidence, RuleExample, Severity } from "./rule.ts";

/** `damaged` with an error, else `suspicious` with a warning, else `intact`; or nothing could be read. */
export type Verdict = "intact" | "suspicious" | "damaged" | "unreadable";

/** Whom an audit is for; it moves severities. `archive` leaves all as the catalogue lists them. */
export type ProfileName = "archive" | "distro" | "forensic" | "dump" | "conform";

/** An entry of the catalogue at a byte range of the opened file. */
export type Finding = {
  readonly rule: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly message: string;
  /** First byte in the opened file; absent where the finding has no place. */
  readonly offset?: number;
  readonly length?: number;
  /** Logical sector of the first byte. */
  readonly sector?: number;
  readonly volume?: string;
  readonly path?: string;
  readonly pathBytes?: string;
  readonly recorded?: string;
  readonly expected?: string;
  /** Absent where the rule rests on no standard. */
  readonly clause?: string;
  readonly remedy: string;
  /** Index of the finding that explains this one. */
  readonly causedBy?: number;
  /** Findings of this rule and place folded into one. */
  readonly count: number;
  /** The same for the same fault in every report: 16 hexadecimal digits, and a number among its like. */
  readonly fingerprint?: string;
};

/** What of a file is there. */
export type LossState = "intact" | "cut" | "lost" | "contradicted" | "unproven";

/** A file of which something is missing, or contradicted. */
export type Loss = {
  readonly path: string;
  readonly pathBytes?: string;
  readonly volume: string;
  readonly bytes: number;
  readonly lost: number;
  /** Bytes that a proof contradicts; absent where there are none. */
  readonly contradicted?: number;
  readonly state: LossState;
};

/** `discern.audit/1`. */
export type AuditResult = {
  readonly format: "discern.audit/1";
  readonly tool: ToolFacts;
  readonly image: ImageFacts;
  readonly profile: ProfileName;
  readonly verdict: Verdict;
  readonly volumes: readonly VolumeFacts[];
  readonly accounting: {
    readonly bytes: number;
    readonly owners: Partial<Readonly<Record<Owner, number>>>;
    /** Of the bytes of each owner, those that a proof vouches for, and those that one contradicts. */
    readonly proven?: Partial<Readonly<Record<Owner, number>>>;
    readonly contradicted?: Partial<Readonly<Record<Owner, number>>>;
  };
  readonly proof: {
    readonly proven: number;
    readonly contradicted: number;
    readonly unproven: number;
    readonly by: Readonly<Record<string, number>>;
  };
  readonly losses: readonly Loss[];
  /** Directories of which not all can be read, where there are any: what they held is unknown. */
  readonly lostDirectories?: number;
  readonly findings: readonly Finding[];
  /** Findings that `ignore`, `only` or the profile left out. */
  readonly ignored?: number;
  /** Findings that the baseline has, which are left out; there where a baseline is. */
  readonly known?: number;
};

/** A structure as its standard lays it out. */
export type LayoutFacts = {
  readonly id: string;
  readonly title: string;
  readonly clause: string;
  /** Bytes of the structure. */
  readonly size: number;
  readonly fields: readonly {
    readonly name: string;
    /** First byte from the start of the structure, and bytes. */
    readonly offset: number;
    readonly length: number;
    readonly clause: string;
    /** Whether the rule that the layout is shown with is about it. */
    readonly concerned?: true;
  }[];
};

/** A rule of the catalogue. */
export type RuleFacts = {
  readonly id: string;
  readonly severity: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly clause: string;
  readonly rationale: string;
  readonly remedy: string;
  /** The severity under each profile. */
  readonly profiles: Readonly<Record<ProfileName, Severity | "left-out">>;
  /** Profiles that show its findings before all others. */
  readonly first?: readonly ProfileName[];
  /** What some image had recorded, and should have. */
  readonly example?: RuleExample;
  readonly layouts?: readonly LayoutFacts[];
};

/** `discern.rules/1`. */
export type RulesResult = {
  readonly format: "discern.rules/1";
  readonly tool: ToolFacts;
  readonly rules: readonly RuleFacts[];
};

/** `discern.summary/1`: the last line of several audits. */
export type SummaryResult = {
  readonly format: "discern.summary/1";
  readonly tool: ToolFacts;
  /** Images asked for, those that could not be opened among them. */
  readonly images: number;
  /** 2 if any is 2, else 1 if any is 1. */
  readonly status: 0 | 1 | 2;
  /** Images by the exit status that each alone would have. */
  readonly statuses: Readonly<Record<"0" | "1" | "2", number>>;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly findings: Readonly<Record<Severity, number>>;
  /** Bytes of all images that were opened. */
  readonly bytes: number;
  readonly proof: {
    readonly proven: number;
    readonly contradicted: number;
    readonly unproven: number;
  };
  /** Files of which something is lost or contradicted, and the bytes that are lost. */
  readonly losses: { readonly files: number; readonly bytes: number };
  /** Findings that baselines have; there where a baseline is. */
  readonly known?: number;
  /** Images that could not be opened, and why. */
  readonly failed?: readonly { readonly path: string; readonly reason: string }[];
};
