// The audit: every rule over one image, its findings, losses and verdict. Read this first.

import { logicalSpan } from "../bytes/span.ts";
import { decodeLatin1 } from "../bytes/text.ts";
import type { Fault } from "../bytes/struct.ts";
import { imageFacts, volumeFacts } from "../model/describe.ts";
import type { DirectoryView } from "../model/directory.ts";
import type { HostFacts } from "../bytes/host.ts";
import type { Image } from "../model/image.ts";
import type { Supplied } from "../model/lists.ts";
import type { ProofFacts } from "../model/proof.ts";
import type { ProgressEvent } from "../model/result.ts";
import type { RescueLog } from "../model/rescue_log.ts";
import { tool } from "../model/tool.ts";
import type { SharedWork } from "../pass/crew.ts";
import { type Algorithm, readData } from "../proof/data_pass.ts";
import { readDisplaced } from "../proof/displaced.ts";
import { readProofFacts } from "../proof/facts.ts";
import { ProofLedger } from "../proof/ledger.ts";
import { type KnownFindings, newFindings } from "./baseline.ts";
import { FindingList } from "./finding_list.ts";
import { withFingerprints } from "./fingerprint.ts";
import { countLostDirectories, lossesOf } from "./losses.ts";
import { profileOf, underProfile } from "./profiles.ts";
import type { AuditResult, Finding, ProfileName } from "./result.ts";
import {
  type DirectoryCheck,
  type FaultRule,
  type Hit,
  nothing,
  type Rule,
  type TreeJudge,
} from "./rule.ts";
import { walkedTree } from "./rules/directory_view.ts";
import { families } from "./rules/mod.ts";
import { isWanted } from "./select.ts";
import { structuralClaims } from "./structural_claims.ts";
import { twinClaims } from "./twin_claims.ts";
import { verdictOf } from "./verdict.ts";
import { declaredEnd } from "./volume_end.ts";
import { Vouching } from "./vouched.ts";

/** How to audit an image. */
export type AuditOptions = SharedWork & {
  /** Leave out the pass over the data: no digests, and rules that need it say nothing. */
  readonly structureOnly?: boolean;
  /** Also checks the checksums inside the formats of files. */
  readonly deep?: boolean;
  /** A list of digests of files that the user gave. */
  readonly manifest?: Supplied;
  /** Digests of known files: those of the image are noted. */
  readonly hashSet?: Supplied;
  /** Digests of the image; SHA-256 where absent. */
  readonly hashes?: readonly Algorithm[];
  /** Rules to leave out: ids, or families such as `IMG`, `PVD`, `ISO-PVD`. */
  readonly ignore?: readonly string[];
  /** Rules to report, named likewise; all where absent. */
  readonly only?: readonly string[];
  /** Whom the audit is for; `archive` where absent. */
  readonly profile?: ProfileName;
  /** Findings of a former report, which do not count. */
  readonly known?: KnownFindings;
  /** Ranges that the rescue tool could not read. */
  readonly rescueLog?: RescueLog;
  /** List the files of which nothing is lost, too. */
  readonly files?: boolean;
  /** Keep what was found where the signal ends the work: rules that need the data say nothing then. */
  readonly partial?: boolean;
  /**
   * Time to judge dates by, in milliseconds since 1970. Absent, no date is judged by the clock: the same
   * image then has the same findings on any day.
   */
  readonly now?: number;
  /** What the storage around the file says of it. */
  readonly host?: HostFacts;
};

/** Records whose check is over before the data pass by. */
const MANY = 400_000;
const HEAD = 64 * 1024;
const TAIL = 4096;

/**
 * Audits an image: structure, then one pass over its data. What is wrong with the image is in the
 * result; rejects with the signal's reason only.
 */
export async function audit(image: Image, options: AuditOptions = {}): Promise<AuditResult> {
  const list = new FindingList(image, (id) => isWanted(id, options.only, options.ignore));
  const cut = new Cut(options);
  // The records are checked while the data pass by: its digests are made by other threads.
  let isChecking = true;
  const checking = checkDirectories(image, list, options).finally(() => isChecking = false);
  // Both at a time need more memory than one after the other: of very many records that is too much.
  if (image.trees.reduce((sum, tree) => sum + tree.count, 0) > MANY) {
    await checking.catch(cut.unlessPartial);
  }
  const [read] = await Promise.all([
    readFacts(image, options, () => isChecking, cut),
    checking.catch(cut.unlessPartial),
  ]);
  const facts = cut.isCut ? { ...read, interrupted: { bytes: cut.bytes } } : read;
  for (const check of families.flatMap((family) => family.image ?? [])) {
    for (const hit of check(image, facts)) list.add(hit);
  }
  addFaults(image, list);

  const { findings, ...left } = reported(list, image, options);
  const hashes = facts.data?.hashes;
  const vouching = new Vouching(image, facts);
  const lostDirectories = countLostDirectories(image, vouching.unread());
  return {
    format: "discern.audit/1",
    tool,
    image: { ...imageFacts(image), ...(hashes === undefined ? {} : { hashes }) },
    profile: options.profile ?? "archive",
    // Whatever findings are left out: what was not looked at to its end is not known to be whole.
    verdict: verdictOf(
      cut.isCut ? [...findings, { severity: "warning" }] : findings,
      isReadable(image, facts),
    ),
    volumes: image.volumes.map(volumeFacts),
    accounting: {
      bytes: image.source.size,
      owners: image.regions.totals(),
      ...vouching.owners(),
    },
    proof: vouching.proof(),
    losses: lossesOf(image, {
      unread: vouching.unread(),
      contradicted: vouching.contradicted(),
      ...(options.files === true ? { proven: vouching.proven() } : {}),
      all: options.files === true,
    }),
    ...(lostDirectories === 0 ? {} : { lostDirectories }),
    findings,
    ...left,
  };
}

// Fingerprints come before the profile, so that a baseline of one profile serves another.
function reported(
  list: FindingList,
  image: Image,
  { profile = "archive", known }: AuditOptions,
): { readonly findings: readonly Finding[]; readonly ignored?: number; readonly known?: number } {
  const found = withFingerprints(list.findings(), image);
  const moved = underProfile(found, profileOf(profile));
  const findings = known === undefined ? moved.findings : newFindings(moved.findings, known);
  const ignored = list.ignored + moved.left;
  return {
    findings,
    ...(ignored === 0 ? {} : { ignored }),
    ...(known === undefined ? {} : { known: moved.findings.length - findings.length }),
  };
}

/** Whether the signal ended the work, and how far the data had been read by then. */
class Cut {
  readonly #options: AuditOptions;
  isCut = false;
  /** Bytes of the file that the pass over the data had read. */
  bytes = 0;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** Takes what the pass over the data tells, and hands it on. */
  readonly onEvent = (event: ProgressEvent): void => {
    if (event.type === "progress" && event.what === "audit") this.bytes = event.done;
    this.#options.onEvent?.(event);
  };

  /** Takes the end of some work: throws what is no interrupt, and that too unless `partial` is set. */
  readonly unlessPartial = (error: unknown): undefined => {
    const { partial, signal } = this.#options;
    if (partial !== true || signal?.aborted !== true) throw error;
    this.isCut = true;
    return undefined;
  };
}

// Each directory is decoded once for all checks, a part at a time; those of other sessions belong to
// their own audit.
async function checkDirectories(
  image: Image,
  list: FindingList,
  { signal }: AuditOptions,
): Promise<void> {
  const checks = families.flatMap((family) => family.directory ?? []);
  const treeChecks = families.flatMap((family) => family.tree ?? []);
  const trees = new Set(image.volumes.map((volume) => volume.tree));
  for (const number of trees) {
    const tree = number === undefined ? undefined : image.trees[number];
    if (number === undefined || tree === undefined) continue;
    const judges = treeChecks.map((check) => check(number, image))
      .filter((judge) => judge !== undefined);
    for (let node = 0; node < tree.count; node++) {
      if (!tree.isDirectory(node) && node > 0) continue;
      // A folder that only holds what was found elsewhere has no records.
      if (tree.found.has(node) && tree.size(node) === 0) continue;
      signal?.throwIfAborted();
      await checkDirectory(number, node, checks, judges, image, list);
    }
    for (const judge of judges) addAll(judge.end?.(), list);
  }
}

async function checkDirectory(
  tree: number,
  node: number,
  checks: readonly DirectoryCheck[],
  treeJudges: readonly TreeJudge[],
  image: Image,
  list: FindingList,
): Promise<void> {
  const { start, length } = image.trees[tree]?.extent(node, 0) ?? { start: 0, length: 0 };
  const place = { tree, node, span: logicalSpan(start, length) };
  const judges = checks.map((check) => check(place, image)).filter((judge) => judge !== undefined);
  // What is read in place of records that are not there is no part of the tree.
  const ofTree = walkedTree(place, image) === undefined ? [] : treeJudges;
  let last: DirectoryView | undefined;
  for await (const part of image.directoryParts(tree, node)) {
    for (const judge of judges) addAll(judge.part?.(part), list);
    for (const judge of ofTree) addAll(judge.part?.(part), list);
    last = part;
  }
  if (last === undefined) return;
  for (const judge of judges) addAll(judge.end?.(last), list);
}

function addAll(hits: Iterable<Hit> = nothing, list: FindingList): void {
  if (hits === nothing) return;
  for (const hit of hits) list.add(hit);
}

async function readFacts(
  image: Image,
  options: AuditOptions,
  isBusy: () => boolean,
  cut: Cut,
): Promise<ProofFacts> {
  const { signal, engines, workers } = options;
  const { bytes: head } = await image.read(0, HEAD);
  const { size } = image.source;
  const { bytes: tail } = await image.readFile(
    Math.max(0, size - TAIL),
    new Uint8Array(Math.min(size, TAIL)),
  );
  const computed = { ...await readProofFacts(image), head, tail };
  const ledger = new ProofLedger(image);
  for (const claim of structuralClaims(image, computed)) ledger.claim(claim);
  for (const claim of twinClaims(image, computed)) ledger.claim(claim);
  const pass = options.structureOnly === true ? undefined : await readData(image, {
    algorithms: options.hashes ?? ["sha256"],
    volumeEnd: declaredEnd(image),
    ledger,
    ...(signal === undefined ? {} : { signal }),
    onEvent: cut.onEvent,
    ...(engines === undefined ? {} : { engines }),
    ...(workers === undefined ? {} : { workers }),
    isBusy,
    deep: options.deep === true,
    ...(options.manifest === undefined ? {} : { manifest: options.manifest }),
    ...(options.hashSet === undefined ? {} : { hashSet: options.hashSet }),
  }).catch(cut.unlessPartial);
  const leftOut = pass === undefined ? leftOutOf(options) : [];
  const raw = pass?.data.raw;
  const displaced = raw === undefined ? [] : await readDisplaced(image, raw);
  const changed = await image.source.changed?.();
  return {
    ...computed,
    ...(pass === undefined ? {} : { ...pass.facts, data: pass.data }),
    claims: ledger.settle(),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(displaced.length === 0 ? {} : { displaced }),
    ...(changed === undefined ? {} : { changed }),
    ...(options.rescueLog === undefined ? {} : { rescueLog: options.rescueLog }),
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.host === undefined ? {} : { host: options.host }),
  };
}

// A list that was given and not held against anything must not look as if it agreed.
function leftOutOf({ deep, manifest, hashSet }: AuditOptions): string[] {
  const lists = [manifest, hashSet].flatMap((list) => list === undefined ? [] : [list.name]);
  return [
    ...lists.map((name) => `no file was compared with ${name}`),
    ...(deep === true ? ["no checksum inside a file was checked"] : []),
  ];
}

// Kinds may be told apart by their structure: `truncated iso9660/...` before `truncated`.
function faultRules(): Map<string, Rule | FaultRule> {
  return new Map(families.flatMap((family) => Object.entries(family.faults ?? {})));
}

function addFaults(image: Image, list: FindingList): void {
  const rules = faultRules();
  const last = new Map<string, Fault>();
  const kept = new Map<string, number>();
  const add = (fault: Fault, times: number) => {
    const found = rules.get(`${fault.kind} ${fault.structure}`) ?? rules.get(fault.kind);
    const judged = typeof found === "function" ? found(fault, image) : found;
    if (judged === undefined) return;
    const { span, message, recorded, expected } = fault;
    list.add({
      ...("rule" in judged ? judged : { rule: judged }),
      message,
      ...(span === undefined ? {} : { span }),
      ...(recorded === undefined ? {} : { recorded }),
      ...(expected === undefined ? {} : { expected }),
      ...ownerOf(fault),
    }, times);
  };
  for (const fault of image.faults) {
    add(fault, 1);
    last.set(fault.kind, fault);
    kept.set(fault.kind, (kept.get(fault.kind) ?? 0) + 1);
  }
  // The recorder keeps only so many of a kind, and counts the rest.
  for (const [kind, fault] of last) add(fault, image.faultCount(kind) - (kept.get(kind) ?? 0));
}

// The tree decides which namespace is named; a fault without one names its volume itself.
function ownerOf({ volume, tree, node }: Fault): { tree?: number; node?: number; volume?: string } {
  if (tree !== undefined) return node === undefined ? { tree } : { tree, node };
  return volume === undefined ? {} : { volume };
}

// A volume that is recognised and not read is `unreadable` (LIM-001), as is a file without any.
function isReadable(image: Image, facts: ProofFacts): boolean {
  return image.sessions.length > 0 || isVolumeAsText(facts) ||
    (image.recognised.length === 0 && image.container.mode !== undefined);
}

// A volume that a transfer took for text is recognised, though nothing of it stands in its place.
function isVolumeAsText({ traces, head }: ProofFacts): boolean {
  if (traces?.textMode === undefined && traces?.transcoding === undefined) return false;
  return head !== undefined && decodeLatin1(head).includes("CD001");
}
