// How do time and memory of examine() grow with the number of entries? Each size is measured in fresh
// processes; the fastest of three runs is shown, and the highest memory of all.
//
//   deno run --allow-read --allow-write --allow-run=deno bench/million_bench.ts [FOLDER] [FLAT]
//
// FOLDER holds the images and is kept, so that a second run need not make them again; with a second
// argument all entries stand in one directory.

import { examine } from "../src/examine.ts";
import { FileSource } from "../src/platform/file_source.ts";
import { writeMillion } from "./make_million.ts";

const sizes = [1_000, 10_000, 100_000, 1_000_000];
const RUNS = 3;
const MIB = 1024 * 1024;

type Measure = {
  /** Nodes of the tree without the root. */
  readonly entries: number;
  readonly milliseconds: number;
  /** Bytes of the process at its largest, everything included. */
  readonly peak: number;
  /** The same before the image was opened. */
  readonly idle: number;
};

/** Largest resident size of this process so far (Linux), or the present one. */
function peakBytes(): number {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // Other systems do not tell.
  }
  return Deno.memoryUsage().rss;
}

async function measureHere(path: string): Promise<Measure> {
  const idle = peakBytes();
  const source = FileSource.open(path);
  const start = performance.now();
  const image = await examine(source);
  const milliseconds = performance.now() - start;
  const entries = (image.trees[0]?.count ?? 1) - 1;
  return { entries, milliseconds, peak: peakBytes(), idle };
}

async function measureApart(path: string): Promise<Measure> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--allow-read", import.meta.filename ?? "", "--here", path],
    stdout: "piped",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`Cannot measure ${path}: ${new TextDecoder().decode(stderr)}`);
  // The child prints one Measure.
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function measureSize(path: string): Promise<Measure> {
  const runs: Measure[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measureApart(path));
  const fastest = runs.reduce((best, run) => run.milliseconds < best.milliseconds ? run : best);
  return { ...fastest, peak: Math.max(...runs.map((run) => run.peak)) };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

async function main(folder: string, flat: boolean): Promise<void> {
  const results: Measure[] = [];
  console.log("| entries | examine, s | µs an entry | peak, MiB | above idle, MiB |");
  console.log("| ---: | ---: | ---: | ---: | ---: |");
  for (const size of sizes) {
    const path = `${folder}/${flat ? "flat" : "entries"}-${size}.iso`;
    if (!exists(path)) writeMillion(path, size, flat ? 1 : undefined);
    const result = await measureSize(path);
    if (result.entries !== size) {
      throw new Error(`Cannot trust ${path}: ${result.entries} entries were found`);
    }
    results.push(result);
    const each = result.milliseconds * 1000 / size;
    console.log(
      `| ${size} | ${(result.milliseconds / 1000).toFixed(2)} | ${each.toFixed(1)} | ` +
        `${Math.round(result.peak / MIB)} | ${Math.round((result.peak - result.idle) / MIB)} |`,
    );
  }
  const path = `${folder}/million${flat ? "-flat" : ""}.json`;
  const json = { deno: Deno.version.deno, v8: Deno.version.v8, runs: RUNS, results };
  Deno.writeTextFileSync(path, JSON.stringify(json, null, 2) + "\n");
  console.log(`written: ${path}`);
}

if (Deno.args[0] === "--here") {
  console.log(JSON.stringify(await measureHere(Deno.args[1] ?? "")));
} else {
  const folder = Deno.args[0] ?? Deno.makeTempDirSync({ prefix: "discern-million-" });
  await main(folder, Deno.args[1] !== undefined);
}
