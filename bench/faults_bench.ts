// How many faults that nobody tuned for are found: seeded single faults over ten images of fixtures/, judged
// by the audit and by other programs, to bench/results/faults.json.
//
//   deno task bench:faults [--count N] [--no-peers]

import type { AuditResult, Finding } from "../src/audit/result.ts";
import { audit } from "../src/audit/run.ts";
import { declaredEnd } from "../src/audit/volume_end.ts";
import { MemorySource } from "../src/bytes/source.ts";
import { examine } from "../src/examine.ts";
import type { Ranges } from "../src/model/ranges.ts";
import { readData } from "../src/proof/data_pass.ts";
import { ProofLedger } from "../src/proof/ledger.ts";
import { fixtureFileName, fixtureImage } from "../tests/support/fixtures.ts";
import { faultKinds, type FieldPlace, fieldsOf, type Mutant, mutate, seeded } from "./faults.ts";
import { commit, host, scratchFolder } from "./measure.ts";
import { type FaultResults, type FaultRow, type FaultTally, writeResults } from "./results.ts";

const images = [
  "sample",
  "iso-level1-genisoimage",
  "rr-joliet-many-genisoimage",
  "joliet-xorriso",
  "aaip-md5-xorriso",
  "isomd5-genisoimage",
  "zisofs1-xorriso",
  "hfsplus-xorriso",
  "multisession-xorriso",
  "mode1-2352",
] as const;

/** Bytes that a finding may cover and still say where the fault is. */
const NEAR = 64 * 1024;

/** What other programs are asked; `$F` is the image. */
const peers: Readonly<Record<string, readonly string[]>> = {
  "7z": ['7z l -slt "$F"; a=$?; 7z t "$F" || exit 1; exit $a'],
  xorriso: [
    'xorriso -indev "$F" -toc -pvd_info -report_el_torito plain -report_system_area plain -find / -exec lsdl',
  ],
  isovfy: ['isovfy "$F"'],
  fsstat: ['fsstat "$F" && fls -r -p "$F"'],
  bsdtar: ['bsdtar -tvf "$F" && bsdtar -xOf "$F" >/dev/null'],
};
const COMPLAINT =
  /error|warn|corrupt|damag|unexpected|invalid|truncat|fail|sorry|fatal|cannot|can't|missing|mismatch|bad /i;

type Judged = { readonly status: number; readonly complaints: ReadonlySet<string> };

type Base = {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly stride: number;
  readonly fields: readonly FieldPlace[];
  readonly known: ReadonlySet<string>;
  readonly proven: Ranges;
  readonly peers: ReadonlyMap<string, Judged>;
};

function keyOf({ rule, severity, offset, message }: Finding): string {
  return [rule, severity, offset, message].join("|");
}

async function auditOf(bytes: Uint8Array, name: string): Promise<AuditResult> {
  return await audit(await examine(new MemorySource(bytes, name)), { deep: true });
}

async function provenOf(bytes: Uint8Array, name: string): Promise<Ranges> {
  const image = await examine(new MemorySource(bytes, name));
  const ledger = new ProofLedger(image);
  const volumeEnd = declaredEnd(image);
  await readData(image, { algorithms: ["sha256"], volumeEnd, ledger, deep: true });
  return ledger.settle().proven;
}

async function ask(peer: string, path: string): Promise<Judged> {
  const script = (peers[peer] ?? []).join("\n");
  const command = new Deno.Command("timeout", {
    args: ["-k", "1", "10", "bash", "-c", script],
    env: { F: path, LC_ALL: "C.UTF-8" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const { code, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const lines = `${decoder.decode(stdout)}\n${decoder.decode(stderr)}`.split("\n");
  return { status: code, complaints: new Set(lines.filter((line) => COMPLAINT.test(line))) };
}

function complains(now: Judged, clean: Judged): boolean {
  return now.status !== clean.status ||
    [...now.complaints].some((line) => !clean.complaints.has(line));
}

async function baseOf(name: string, folder: string, withPeers: boolean): Promise<Base> {
  const bytes = (await fixtureImage(name)).slice();
  const file = fixtureFileName(name);
  const image = await examine(new MemorySource(bytes, file));
  const result = await audit(image, { deep: true });
  const path = `${folder}/${file}`;
  await Deno.writeFile(path, bytes);
  const judged = new Map<string, Judged>();
  for (const peer of withPeers ? Object.keys(peers) : []) judged.set(peer, await ask(peer, path));
  return {
    name,
    bytes,
    stride: image.mapping.stride,
    fields: await fieldsOf(image),
    known: new Set(result.findings.map(keyOf)),
    proven: await provenOf(bytes, file),
    peers: judged,
  };
}

type Verdict = {
  readonly detected: boolean;
  readonly noted: boolean;
  readonly localised: boolean;
  readonly cause: boolean;
};

function isNear({ offset, length = 0 }: Finding, mutant: Mutant, stride: number): boolean {
  if (offset === undefined || length > NEAR) return false;
  const from = Math.floor(offset / stride);
  const to = Math.floor((offset + Math.max(1, length) - 1) / stride);
  return mutant.changed.some(([start, end]) => {
    const first = Math.floor(start / stride);
    // Where bytes were lost or inserted, the place is where that begins.
    const isPoint = mutant.kind === "cut" || mutant.kind === "inserted byte";
    const last = isPoint ? first : Math.floor((end - 1) / stride);
    return from <= last && to >= first;
  });
}

const ends = ["IMG-001", "IMG-002", "IMG-005", "IMG-006"];
const shifts = ["IMG-005", "IMG-009", "IMG-010"];

// The finding that stands first is the cause: it has to be of the right kind, or at the right place.
function isCause(finding: Finding, mutant: Mutant, stride: number): boolean {
  if (mutant.kind === "cut") return ends.includes(finding.rule);
  if (mutant.kind === "inserted byte") {
    return shifts.includes(finding.rule) || isNear(finding, mutant, stride);
  }
  return isNear(finding, mutant, stride);
}

async function judge(mutant: Mutant, base: Base): Promise<Verdict> {
  const { findings } = await auditOf(mutant.bytes, fixtureFileName(base.name));
  const fresh = findings.filter((finding) => !base.known.has(keyOf(finding)));
  const grave = fresh.filter(({ severity }) => severity === "error" || severity === "warning");
  const [first] = grave.length > 0 ? grave : fresh;
  return {
    detected: grave.length > 0,
    noted: fresh.some(({ rule }) => rule !== "LIM-001" && rule !== "EXT-009"),
    localised: grave.some((finding) => isNear(finding, mutant, base.stride)),
    cause: first !== undefined && grave.length > 0 && isCause(first, mutant, base.stride),
  };
}

function emptyTally(): FaultTally {
  return { mutants: 0, detected: 0, noted: 0, localised: 0, cause: 0, peers: {} };
}

type MutableTally = { -readonly [K in keyof FaultTally]: FaultTally[K] };

function tally(into: MutableTally, verdict: Verdict, seen: ReadonlyMap<string, boolean>): void {
  into.mutants++;
  if (verdict.detected) into.detected++;
  if (verdict.noted) into.noted++;
  if (verdict.localised) into.localised++;
  if (verdict.cause) into.cause++;
  const counts = { ...into.peers };
  for (const [peer, found] of seen) counts[peer] = (counts[peer] ?? 0) + (found ? 1 : 0);
  into.peers = counts;
}

async function askAll(path: string, mutant: Mutant, base: Base): Promise<Map<string, boolean>> {
  const seen = new Map<string, boolean>();
  if (base.peers.size === 0) return seen;
  await Deno.writeFile(path, mutant.bytes);
  for (const [peer, clean] of base.peers) {
    seen.set(peer, complains(await ask(peer, path), clean));
  }
  return seen;
}

function isProven({ kind, changed }: Mutant, { proven }: Base): boolean {
  return changed.every(([start, end]) => {
    // Bytes that are lost or pushed away are told by the place where that begins.
    const isPoint = kind === "cut" || kind === "inserted byte";
    const length = isPoint ? 1 : end - start;
    return proven.measure(start, start + length) === length;
  });
}

async function run(count: number, withPeers: boolean): Promise<FaultRow[]> {
  using folder = scratchFolder();
  const rows = faultKinds.map((kind) => ({ kind, all: emptyTally(), proven: emptyTally() }));
  const random = seeded(1);
  for (const name of images) {
    const base = await baseOf(name, folder.path, withPeers);
    for (let index = 0; index < count / images.length; index++) {
      const row = rows[index % rows.length];
      if (row === undefined) continue;
      const mutant = mutate(base.bytes, row.kind, base.stride, base.fields, random);
      const verdict = await judge(mutant, base);
      const seen = await askAll(`${folder.path}/${fixtureFileName(name)}`, mutant, base);
      tally(row.all, verdict, seen);
      if (isProven(mutant, base)) tally(row.proven, verdict, seen);
      if (Deno.args.includes("--missed") && !verdict.detected) {
        console.log(`${name}: ${row.kind} at ${mutant.changed.map(([from]) => from).join(", ")}`);
      }
    }
    console.log(`${name}: done`);
  }
  return rows;
}

const countAt = Deno.args.indexOf("--count");
const count = countAt < 0 ? 2000 : Number(Deno.args[countAt + 1]);
const withPeers = !Deno.args.includes("--no-peers");
const place = { folder: new URL("..", import.meta.url).pathname, scratch: "/tmp" };
const rows = await run(count, withPeers);
const results: FaultResults = {
  ...await host(place),
  date: new Date().toISOString().slice(0, 10),
  commit: await commit(place),
  images,
  rows,
};
for (const { kind, all, proven } of rows) {
  console.log(kind, JSON.stringify(all), JSON.stringify(proven));
}
if (withPeers && count === 2000) {
  writeResults("faults.json", results);
}
