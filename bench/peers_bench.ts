// How long do whole commands take beside other programs that do the same? One row for each goal; ours and
// the peers run in turn on images in the page cache. Written to bench/results/peers.json.
//
//   deno task bench:peers [FOLDER] [--rounds N] [--only WORDS]
//
// FOLDER has the images, or gets them; without it they are made in a temporary folder. With --only, the
// scenes whose title has one of the words (with commas) are run, and all other rows stay as they are.

import { parseArgs } from "node:util";
import { image, type ImageName } from "./images.ts";
import * as measuring from "./measure.ts";
import type { Place, Sampled, Tool } from "./measure.ts";
import { type Row, type Scene, scenes } from "./peer_rows.ts";
import {
  figure,
  figureText,
  goalText,
  type Host,
  isMet,
  median,
  type PeerResults,
  type PeerRow,
  readResults,
  type Timing,
  writeResults,
} from "./results.ts";

type Run = {
  readonly place: Place;
  readonly rounds: number;
  readonly tools: Partial<Record<Tool, string>>;
  readonly stamp: { readonly date: string; readonly commit: string };
};

async function play(scene: Scene, run: Run): Promise<PeerRow[]> {
  console.error(scene.title);
  const sizes = new Map<ImageName, number>();
  const why: string[] = [];
  for (const name of scene.images) {
    const found = await image(name, run.place);
    if ("missing" in found) why.push(found.missing);
    else sizes.set(name, found.bytes);
  }
  const absent = (key: string) =>
    (scene.lines[key]?.needs ?? []).filter((tool) => run.tools[tool] === undefined);
  const lines = new Map(Object.entries(scene.lines).filter(([key]) => absent(key).length === 0));
  const load = await measuring.load(run.place);
  const rounds = run.rounds * (scene.times ?? 1);
  const sampled = why.length > 0
    ? new Map<string, Sampled>()
    : await measuring.interleave(lines, rounds, run.place);
  const rows: PeerRow[] = [];
  for (const row of scene.rows) {
    const missing = absent(row.peer);
    const reasons = missing.length > 0 ? [`${missing.join(", ")} is not installed`] : why;
    const [ours, peer] = row.images ?? [scene.images[0], scene.images[0]];
    const bytes = [ours, peer].map((name) => name === undefined ? 0 : sizes.get(name) ?? 0);
    rows.push({
      id: row.id,
      what: row.what,
      image: ours ?? "-",
      beside: row.peer,
      bytes: [bytes[0] ?? 0, bytes[1] ?? 0],
      goals: row.goals,
      ...(reasons.length > 0
        ? { skipped: reasons.join("; ") }
        : await judge(row, scene, sampled, run)),
      ...run.stamp,
      load,
    });
  }
  return rows;
}

type Judged = Pick<PeerRow, "ours" | "peer" | "agreed" | "skipped" | "counted">;

async function judge(
  row: Row,
  scene: Scene,
  sampled: ReadonlyMap<string, Sampled>,
  { place }: Run,
): Promise<Judged> {
  const timings: Timing[] = [];
  for (const key of [row.ours, row.peer]) {
    const found = sampled.get(key);
    if (found === undefined) return { skipped: `${key} did not run` };
    if ("failure" in found) return { skipped: found.failure };
    timings.push({ command: scene.lines[key]?.text ?? key, samples: found.samples });
  }
  const [ours, peer] = timings;
  if (ours === undefined || peer === undefined) return { skipped: "it did not run" };
  const { agreement } = row;
  const counted = row.count === undefined ? {} : { counted: await row.count(place) };
  if (agreement === undefined) return { ours, peer, ...counted };
  const holds = agreement.holds(
    measuring.printed(row.ours, place),
    measuring.printed(row.peer, place),
  );
  if (!holds) return { skipped: `the results differ in ${agreement.what}` };
  return { ours, peer, agreed: agreement.what, ...counted };
}

const cells = (timing: Timing | undefined) =>
  timing === undefined
    ? "        -         - "
    : `${median(timing.samples.wall).toFixed(3).padStart(9)} ${
      median(timing.samples.cpu).toFixed(3).padStart(9)
    }`;

function print(rows: readonly PeerRow[]): void {
  console.log(`\n${"row".padEnd(24)}${"ours: wall".padStart(10)}       CPU  peer: wall       CPU`);
  for (const row of rows) {
    const goals = row.goals.map((goal) =>
      `${figureText(goal.measure, figure(goal.measure, row))} (${goalText(goal)}) ${
        isMet(goal, row) ? "met" : "missed"
      }`
    );
    const end = row.skipped === undefined ? goals.join("; ") : `skipped: ${row.skipped}`;
    console.log(`${row.id.padEnd(24)}${cells(row.ours)}   ${cells(row.peer)}   ${end}`);
  }
}

function isSameHost(results: PeerResults | undefined, host: Host): results is PeerResults {
  return results?.machine === host.machine && results.runtime === host.runtime;
}

function inOrder(rows: ReadonlyMap<string, PeerRow>): PeerRow[] {
  return scenes.flatMap((scene) => scene.rows).flatMap(({ id }) => rows.get(id) ?? []);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: { rounds: { type: "string", default: "5" }, only: { type: "string", default: "" } },
  });
  using temporary = measuring.scratchFolder();
  const scratch = temporary.path;
  const folder = positionals[0] ?? `${scratch}/images`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${scratch}/empty.ts`, "");
  const place = { folder, scratch };
  const words = values.only.split(",");
  const host = await measuring.host(place);
  const tools = await measuring.tools(place);
  const stamp = {
    date: new Date().toISOString().slice(0, 10),
    commit: await measuring.commit(place),
  };
  const before = readResults<PeerResults>("peers.json");
  const rows = new Map(isSameHost(before, host) ? before.rows.map((row) => [row.id, row]) : []);
  for (const scene of scenes.filter(({ title }) => words.some((word) => title.includes(word)))) {
    const found = await play(scene, { place, rounds: Number(values.rounds), tools, stamp });
    for (const row of found) rows.set(row.id, row);
    // After each scene, so that a run that is cut off keeps what it has.
    const results: PeerResults = { ...host, tools, rows: inOrder(rows) };
    writeResults("peers.json", results);
  }
  print(inOrder(rows));
}

if (import.meta.main) await main();
