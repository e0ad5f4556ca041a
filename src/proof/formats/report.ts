// What checkers find out, kept small: a million files that hold cost a few numbers each.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import type { Claim, ClaimSink, Strength } from "../../model/claims.ts";
import { Column } from "../../model/columns.ts";
import type {
  FormatFacts,
  FormatFailure,
  FormatUnchecked,
  ZisofsFault,
} from "../../model/format_proof.ts";
import type { Extent, Zisofs } from "../../model/tree.ts";
import { checkExpansion, type Failure, type FormatReport, type ZisofsFailure } from "./format.ts";

/** Failures kept of all files; the rest is counted. */
const KEPT = 1000;
/** Failures of one file that are told apart. */
const KEPT_OF_FILE = 8;
/** Reasons kept; there are not many. */
const REASONS = 256;

/** A file as its report names it. */
export type ReportedFile = {
  readonly tree: number;
  readonly node: number;
  readonly format: string;
  readonly zisofs: Zisofs | undefined;
  /** In the order of the file's bytes. */
  readonly extents: readonly Extent[];
  readonly path: () => string;
};

/** The logical spans of bytes `[from, to)` of a file. */
export function spansOf(extents: readonly Extent[], from: number, to: number): Span[] {
  const spans: Span[] = [];
  let before = 0;
  for (const { start, length } of extents) {
    const first = Math.max(from, before);
    const last = Math.min(to, before + length);
    if (last > first) spans.push(logicalSpan(start + first - before, last - first));
    before += length;
  }
  return spans;
}

class Kept<T> {
  readonly kept: T[] = [];
  count = 0;

  add(value: T): void {
    this.count++;
    if (this.kept.length < KEPT) this.kept.push(value);
  }
}

/** A kind of proof that held. */
type Kind = {
  readonly what: string;
  readonly strength: Strength;
  readonly kind: "format" | "twin";
};

/** Keeps the reports of all files. */
export class Findings {
  readonly #failures = new Kept<FormatFailure>();
  readonly #remarks = new Kept<FormatFailure>();
  readonly #zisofs = new Kept<ZisofsFault>();
  readonly #unchecked = new Map<string, FormatUnchecked>();
  readonly #claims: Claim[] = [];
  readonly #kinds: Kind[] = [];
  /** Stretches that hold, in bytes of the image. */
  readonly #kind = new Column(Uint32Array);
  readonly #start = new Column(Float64Array);
  readonly #length = new Column(Float64Array);
  /** Failures in files that look as if they were damaged on purpose, with what they claim. */
  #byDesign: { readonly failure: FormatFailure; readonly claim: Claim }[] = [];
  readonly #testFiles = new Set<string>();

  /** Takes a stretch that holds. */
  hold(held: Kind, spans: readonly Span[], joins: boolean): void {
    let kind = this.#kinds.findIndex((each) =>
      each.what === held.what && each.strength === held.strength && each.kind === held.kind
    );
    if (kind < 0) kind = this.#kinds.push(held) - 1;
    for (const { start, length } of spans) {
      const last = this.#start.length - 1;
      const isNext = joins && last >= 0 && this.#kind.get(last) === kind &&
        this.#start.get(last) + this.#length.get(last) === start;
      if (isNext) this.#length.set(last, this.#length.get(last) + length);
      else {
        this.#kind.push(kind);
        this.#start.push(start);
        this.#length.push(length);
      }
    }
  }

  /** Takes a failure and its claim. */
  fail(failure: FormatFailure, claim: Claim): void {
    if (failure.byDesign === true && this.#testFiles.size <= BY_DESIGN) {
      this.#testFiles.add(`${failure.tree} ${failure.node}`);
      this.#byDesign.push({ failure, claim });
      return;
    }
    this.#failures.add(failure);
    this.#claims.push(claim);
  }

  /** Takes what is no damage. */
  remark(failure: FormatFailure): void {
    this.#remarks.add(failure);
  }

  /** Takes a fault of a compressed file. */
  failZisofs(fault: ZisofsFault, claim: Claim | undefined): void {
    this.#zisofs.add(fault);
    if (claim !== undefined) this.#claims.push(claim);
  }

  /** Takes bytes that were not checked. */
  uncheck(
    reason: string,
    { format, tree, node }: ReportedFile,
    bytes: number,
    isNew: boolean,
  ): void {
    const key = `${format}: ${reason}`;
    const known = this.#unchecked.get(key);
    if (known === undefined && this.#unchecked.size >= REASONS) return;
    const { files = 0, bytes: before = 0 } = known ?? {};
    this.#unchecked.set(key, {
      ...(known ?? { format, reason, tree, node }),
      files: files + (isNew ? 1 : 0),
      bytes: before + bytes,
    });
  }

  /** Makes the claims, and gives the facts. */
  finish(claims: ClaimSink): Omit<FormatFacts, "deep" | "files" | "reread"> {
    // Test suites have one or two damaged files of a kind; damage of the image does not choose them.
    const areMany = this.#testFiles.size > BY_DESIGN;
    for (const { failure, claim } of this.#byDesign) {
      if (areMany) {
        const { byDesign: _, ...plain } = failure;
        this.#failures.add(plain);
        claims.claim(claim);
      } else this.#remarks.add(failure);
    }
    this.#byDesign = [];
    for (let at = 0; at < this.#start.length; at++) {
      const kind = this.#kinds[this.#kind.get(at)];
      if (kind === undefined) continue;
      const spans = [logicalSpan(this.#start.get(at), this.#length.get(at))];
      claims.claim({ ...kind, holds: true, spans });
    }
    for (const claim of this.#claims) claims.claim(claim);
    const list = <T>({ kept, count }: Kept<T>) => ({ kept, count });
    return {
      failures: list(this.#failures),
      remarks: list(this.#remarks),
      unchecked: [...this.#unchecked.values()],
      zisofs: list(this.#zisofs),
    };
  }
}

/** Files that may be damaged on purpose. */
const BY_DESIGN = 2;

const TEST_FOLDER = /(^|[/_.-])(tests?|testdata|testsuite|fixtures?|fuzz\w*|corpus)([/_.-]|$)/i;
const TEST_NAME = /(trunc|corrupt|broken|invalid|damaged|malformed|bad)[^/]*$/i;

/** Sizes that files are cut to on purpose: damage of the image leaves the sizes of files as they are. */
function isRound(size: number): boolean {
  return size % 512 === 0 || size % 1000 === 0;
}

function looksDamagedByDesign(path: string): boolean {
  return TEST_FOLDER.test(path) || TEST_NAME.test(path);
}

/** The report of one file. */
export class FileReport implements FormatReport {
  readonly #findings: Findings;
  readonly #file: ReportedFile;
  #kept = 0;
  /** Whether something of the file held before: what touches it is one stretch. */
  #holds = false;
  #reached = 0;
  #content = 0;
  /** See {@linkcode FormatReport.size}. */
  readonly size: number;
  #zisofsKept = 0;
  /** Why bytes of it were not checked: it counts once for each reason. */
  #reasons: Set<string> | undefined;

  /** Keeps what is reported in `findings`. */
  constructor(findings: Findings, file: ReportedFile) {
    this.#findings = findings;
    this.#file = file;
    this.size = file.extents.reduce((sum, { length }) => sum + length, 0);
  }

  /** See {@linkcode FormatReport.zisofs}. */
  get zisofs(): Zisofs | undefined {
    return this.#file.zisofs;
  }

  /** See {@linkcode FormatReport.reached}. */
  get reached(): number {
    return this.#reached;
  }

  /** See {@linkcode FormatReport.holds}. */
  holds(
    what: string,
    strength: Strength,
    from: number,
    to: number,
    kind: "format" | "twin" = "format",
  ): void {
    if (to <= from) return;
    this.#reached = Math.max(this.#reached, to);
    const spans = spansOf(this.#file.extents, from, to);
    this.#findings.hold({ what, strength, kind }, spans, this.#holds);
    this.#holds = true;
  }

  /** See {@linkcode FormatReport.fails}. */
  fails(failure: Failure): void {
    this.#reached = Math.max(this.#reached, failure.to);
    // A file of which very much fails says nothing more by each further place.
    if (this.#kept++ >= KEPT_OF_FILE) return;
    const found = this.#failure(failure);
    const isShortened = failure.cut === true && isRound(this.size);
    const isTest = isShortened || looksDamagedByDesign(this.#file.path());
    this.#findings.fail(isTest ? { ...found, byDesign: true } : found, this.#claim(failure));
  }

  #failure(failure: Failure): FormatFailure {
    const { message, recorded, computed, resource, strength } = failure;
    const { tree, node, format } = this.#file;
    return {
      ...{ tree, node, format, message, span: this.#suspect(failure)[0] ?? logicalSpan(0, 0) },
      ...(recorded === undefined ? {} : { recorded }),
      ...(computed === undefined ? {} : { computed }),
      ...(resource === true ? { resource } : {}),
      ...(strength === "structure" ? { structure: true } : {}),
    };
  }

  #suspect({ from, to, suspectFrom = from, suspectTo = to }: Failure): Span[] {
    const most = this.#file.extents.reduce((sum, { length }) => sum + length, 0);
    const first = Math.min(suspectFrom, Math.max(0, most - 1));
    return spansOf(this.#file.extents, first, Math.max(first + 1, Math.min(suspectTo, most)));
  }

  #claim(failure: Failure): Claim {
    const { what, from, to, recorded, computed, strength = "checksum" } = failure;
    const { tree, node, extents } = this.#file;
    return {
      ...{ kind: "format", what, strength, holds: false, tree, node },
      spans: spansOf(extents, from, to),
      suspect: this.#suspect(failure),
      ...(recorded === undefined ? {} : { recorded }),
      ...(computed === undefined ? {} : { computed }),
    };
  }

  /** See {@linkcode FormatReport.remarks}. */
  remarks(failure: Failure): void {
    if (this.#kept++ < KEPT_OF_FILE) this.#findings.remark(this.#failure(failure));
  }

  /** See {@linkcode FormatReport.failsZisofs}. */
  failsZisofs({ problem, expected, ...failure }: ZisofsFailure): void {
    if (this.#zisofsKept++ >= KEPT_OF_FILE) return;
    const { format: _, computed: __, resource: ___, byDesign: ____, ...plain } = this.#failure(
      failure,
    );
    const fault = { ...plain, problem, ...(expected === undefined ? {} : { expected }) };
    this.#findings.failZisofs(fault, problem === "no-entry" ? undefined : this.#claim(failure));
  }

  /** See {@linkcode FormatReport.grew}. */
  grew(content: number): void {
    this.#content += content;
    checkExpansion(this.#content, this.size);
  }

  /** See {@linkcode FormatReport.unchecked}. */
  unchecked(reason: string, from: number, to: number): void {
    this.#reasons ??= new Set();
    const isNew = !this.#reasons.has(reason);
    if (this.#reasons.size < REASONS) this.#reasons.add(reason);
    this.#findings.uncheck(reason, this.#file, Math.max(0, to - from), isNew);
  }
}
