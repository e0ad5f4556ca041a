// Runs whole command lines and measures them: wall and CPU to the millisecond by bash's `time`, which
// counts a pipeline with all its children, and the peak of resident memory by GNU time where it is.

import config from "../deno.json" with { type: "json" };
import type { Host, Samples } from "./results.ts";

/** Where command lines run: `folder` is their working directory, `scratch` is theirs to fill. */
export type Place = { readonly folder: string; readonly scratch: string };

/** A temporary folder that goes with its scope, or with the signal that ends the bench. */
export function scratchFolder(): { readonly path: string } & Disposable {
  const path = Deno.makeTempDirSync({ prefix: "discern-bench-" });
  const remove = () => Deno.removeSync(path, { recursive: true });
  const end = () => {
    remove();
    Deno.exit(130);
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, end);
  return {
    path,
    [Symbol.dispose]: () => {
      for (const signal of signals) Deno.removeSignalListener(signal, end);
      remove();
    },
  };
}

/** What one run of a command line cost. */
export type Measured = {
  readonly status: number;
  /** Seconds. */
  readonly wall: number;
  /** Seconds of user and system together. */
  readonly cpu: number;
  /** KiB, of the command `discern` or `deno` in the line. */
  readonly peak?: number;
};

/** A command line that is to be measured. */
export type Line = {
  /** In bash's syntax; `discern` and `deno` are functions, `$SCRATCH` is a folder of its own. */
  readonly text: string;
  /** Exit statuses that mean it did its work; 0 where absent. */
  readonly statuses?: readonly number[];
  /** What is done before each run and is not measured. */
  readonly before?: string;
  /** The most rounds, for what takes minutes; it has no warm-up either. */
  readonly most?: number;
};

const root = `${import.meta.dirname ?? "."}/..`;

/** Permissions of `deno task discern`, so that the bench runs what users run. */
export const flags: string = /deno run (.*?) "/.exec(config.tasks.discern)?.[1] ?? "";

const functions = `
deno() { if [ -x /usr/bin/time ]; then /usr/bin/time -q -f %M -o "$SCRATCH/peak" "$DENO" "$@"; else "$DENO" "$@"; fi; }
discern() { deno run ${flags} "$MAIN" "$@"; }
`;

const timed = `${functions}
rm -f "$SCRATCH/peak"; TIMEFORMAT='%3R %3U %3S'
{ time eval "$1" >"$SCRATCH/$2.out" 2>"$SCRATCH/$2.err"; } 2>"$SCRATCH/times"`;

const text = new TextDecoder();

/** Runs `script` by bash in a place; gives its standard output. Throws where it fails. */
export async function shell(script: string, { folder, scratch }: Place): Promise<string> {
  const { success, stdout, stderr } = await bash(["-c", functions + script], { folder, scratch });
  if (success) return text.decode(stdout);
  throw new Error(`Cannot run ${script}: ${text.decode(stderr).trim()}`);
}

function bash(args: string[], { folder, scratch }: Place): Promise<Deno.CommandOutput> {
  return new Deno.Command("bash", {
    args,
    cwd: folder,
    env: {
      SCRATCH: scratch,
      DENO: Deno.execPath(),
      MAIN: `${root}/src/cli/main.ts`,
      LC_ALL: "C.UTF-8",
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
}

/** Runs a line once; what it prints goes to the files `KEY.out` and `KEY.err` of the scratch folder. */
export async function measure(line: Line, key: string, place: Place): Promise<Measured> {
  if (line.before !== undefined) await shell(line.before, place);
  const { code } = await bash(["-c", timed, "bash", line.text, key], place);
  const read = (name: string) => Deno.readTextFileSync(`${place.scratch}/${name}`).trim();
  if (!(line.statuses ?? [0]).includes(code)) {
    const reason = read(`${key}.err`).split("\n").at(-1) || `status ${code}`;
    throw new Error(`Cannot measure ${line.text}: ${reason}`);
  }
  // The shell itself may have written lines before those of `time`.
  const [wall = NaN, user = NaN, system = NaN] = (read("times").split("\n").at(-1) ?? "")
    .split(" ").map(Number);
  const times = { status: code, wall, cpu: round(user + system) };
  try {
    return { ...times, peak: Number(read("peak")) };
  } catch {
    return times;
  }
}

const round = (seconds: number) => Math.round(seconds * 1000) / 1000;

/** What a line printed to standard output when it was last measured. */
export function printed(key: string, { scratch }: Place): string {
  return Deno.readTextFileSync(`${scratch}/${key}.out`);
}

/** What came of a line: its samples, or why there are none. */
export type Sampled = { readonly samples: Samples } | { readonly failure: string };

/**
 * Runs every line once in each round, forwards and backwards in turn, so that a busy moment and the
 * state of the page cache fall on all. The first round warms up and does not count.
 */
export async function interleave(
  lines: ReadonlyMap<string, Line>,
  rounds: number,
  place: Place,
): Promise<Map<string, Sampled>> {
  const found = new Map<string, Sampled>();
  const samples = new Map<string, { wall: number[]; cpu: number[]; peak: number[] }>();
  for (let turn = 0; turn <= rounds; turn++) {
    const keys = turn % 2 === 0 ? [...lines.keys()] : [...lines.keys()].reverse();
    for (const key of keys) {
      const line = lines.get(key);
      if (line === undefined || found.has(key)) continue;
      if (line.most !== undefined && (turn === 0 || turn > line.most)) continue;
      try {
        const { wall, cpu, peak } = await measure(line, key, place);
        console.error(
          `  ${turn === 0 ? "warm-up" : `round ${turn}`}  ${wall.toFixed(3)} s  ${key}`,
        );
        if (turn === 0) continue;
        const series = samples.get(key) ?? { wall: [], cpu: [], peak: [] };
        samples.set(key, series);
        series.wall.push(wall);
        series.cpu.push(cpu);
        if (peak !== undefined) series.peak.push(peak);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        found.set(key, { failure: error.message });
      }
    }
  }
  for (const [key, series] of samples) if (!found.has(key)) found.set(key, { samples: series });
  return found;
}

const versions = {
  bsdtar: "bsdtar --version",
  openssl: "openssl version",
  rhash: "rhash --version",
  hashdeep: "hashdeep -V",
  b3sum: "b3sum --version",
  "7z": "7z",
  fiwalk: "fiwalk -V",
  cmp: "cmp --version",
  sha256sum: "sha256sum --version",
  md5sum: "md5sum --version",
  xorriso: "xorriso --version 2>/dev/null",
} as const;

/** A peer: a program from the packages of the system. */
export type Tool = keyof typeof versions;

/** The first line of what each peer says of itself; absent peers are not in it. */
export async function tools(place: Place): Promise<Partial<Record<Tool, string>>> {
  const found: Partial<Record<Tool, string>> = {};
  // Keys of the table above, which TypeScript widens to strings.
  for (const tool of Object.keys(versions) as Tool[]) {
    const script = `command -v ${tool} >/dev/null || exit 0; { ${
      versions[tool]
    }; } 2>&1 | grep -m1 . || true`;
    const line = (await shell(script, place)).trim();
    if (line !== "") found[tool] = /^[\d.]+$/.test(line) ? `${tool} ${line}` : line;
  }
  return found;
}

/** The machine, the system and the runtime that a bench ran on. */
export async function host(place: Place): Promise<Host> {
  const script = `sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1; nproc
sed -n 's/^MemTotal: *//p' /proc/meminfo; uname -sr
grep -m1 ^flags /proc/cpuinfo | tr ' ' '\\n' | grep -xE 'sha_ni|pclmulqdq|avx2|avx512f' | tr '\\n' ' '`;
  const [cpu = "", cores = "", memory = "", system = "", features = ""] =
    (await shell(script, place)).split("\n");
  return {
    machine: `${cpu || Deno.build.arch}, ${cores} cores, ${
      Math.round(Number.parseInt(memory) / 1024 ** 2)
    } GiB of memory (${features.trim()})`,
    runtime: `Deno ${Deno.version.deno}, V8 ${Deno.version.v8}, ${system}`,
  };
}

/** The commit that is measured, with `+` where the working tree differs from it. */
export async function commit(place: Place): Promise<string> {
  const script = `git rev-parse --short=7 HEAD && git status --porcelain -- src asm deno.json`;
  const [id = "", ...changes] = (await shell(script, { ...place, folder: root })).trim().split(
    "\n",
  );
  return changes.length > 0 ? `${id}+` : id;
}

/** Load of the machine over the last minute. */
export async function load(place: Place): Promise<number> {
  return Number.parseFloat(await shell("cat /proc/loadavg || true", place)) || 0;
}
