// Measured speeds of engines, kept in the user's cache folder (XDG Base Directory Specification 0.8)
// where the permissions for it are there already: none is ever asked for.

import { type EngineKind, engineKinds, type EngineTable, type Workload } from "../kernel/engine.ts";
import { type Algorithm, algorithms } from "../kernel/kernels.ts";

const FORMAT = "discern.engines/1";
const NAME = "engines.json";
/** More than a table takes. */
const MOST_BYTES = 16 * 1024;
/** GB/s that no engine reaches. */
const MOST_RATE = 10_000;

type Descriptor = Parameters<typeof Deno.permissions.querySync>[0];

function isGranted(descriptor: Descriptor): boolean {
  return Deno.permissions.querySync(descriptor).state === "granted";
}

function variable(name: string): string | undefined {
  if (!isGranted({ name: "env", variable: name })) return undefined;
  const value = Deno.env.get(name);
  // The specification says to ignore relative paths.
  return value?.startsWith("/") ? value : undefined;
}

/** The folder for what discern keeps, or undefined where there is none or its place may not be known. */
export function cacheFolder(): string | undefined {
  if (typeof Deno === "undefined") return undefined;
  const home = variable("HOME");
  const base = variable("XDG_CACHE_HOME") ?? (home === undefined ? undefined : `${home}/.cache`);
  return base === undefined ? undefined : `${base}/discern`;
}

/**
 * What a table holds for: this version, runtime and kind of machine. Nothing tells processors apart
 * without a permission that no image needs.
 */
function keyOf(version: string): string {
  const { build, version: runtime } = Deno;
  return `${version} deno ${runtime.deno} v8 ${runtime.v8} ${build.os} ${build.arch}`;
}

/** The table kept for this version of discern, or undefined where there is none that can be trusted. */
export function readEngineTable(
  version: string,
  folder: string | undefined = cacheFolder(),
): EngineTable | undefined {
  if (folder === undefined) return undefined;
  const path = `${folder}/${NAME}`;
  try {
    if (!isGranted({ name: "read", path })) return undefined;
    // A pipe would be waited for, and a device never ends.
    const { isFile, size } = Deno.statSync(path);
    if (!isFile || size > MOST_BYTES) return undefined;
    const kept: unknown = JSON.parse(Deno.readTextFileSync(path));
    if (!isObject(kept) || kept.format !== FORMAT || kept.key !== keyOf(version)) return undefined;
    return checkedTable(kept.rates);
  } catch {
    return undefined; // Whatever is wrong with it, it is only a cache
  }
}

/** Whether a table could be kept. */
export function mayKeepEngineTable(folder: string | undefined = cacheFolder()): boolean {
  return folder !== undefined && isGranted({ name: "write", path: folder });
}

/** Keeps a table, whole or not at all; says whether it did. */
export function writeEngineTable(
  version: string,
  rates: EngineTable,
  folder: string | undefined = cacheFolder(),
): boolean {
  if (folder === undefined || !mayKeepEngineTable(folder)) return false;
  const kept = `${folder}/${NAME}.${crypto.randomUUID()}`;
  try {
    Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ format: FORMAT, key: keyOf(version), rates }, undefined, 2);
    Deno.writeTextFileSync(kept, `${text}\n`, { createNew: true });
    Deno.renameSync(kept, `${folder}/${NAME}`);
    return true;
  } catch {
    forget(kept);
    return false;
  }
}

function forget(path: string): void {
  try {
    Deno.removeSync(path);
  } catch {
    // It was never made.
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A table made of nothing but known names and possible numbers, or undefined. */
function checkedTable(value: unknown): EngineTable | undefined {
  if (!isObject(value)) return undefined;
  const table: { [algorithm in Algorithm]?: EngineTable[Algorithm] & object } = {};
  for (const [name, row] of Object.entries(value)) {
    const algorithm = algorithms.find((each) => each === name);
    const checked = checkedRow(row);
    if (algorithm === undefined || checked === undefined) return undefined;
    table[algorithm] = checked;
  }
  return algorithms.every((algorithm) => algorithm in table) ? table : undefined;
}

function checkedRow(value: unknown): (EngineTable[Algorithm] & object) | undefined {
  if (!isObject(value)) return undefined;
  const row: { [engine in EngineKind]?: Record<Workload, number> } = {};
  for (const [name, rates] of Object.entries(value)) {
    const engine = engineKinds.find((each) => each === name);
    if (engine === undefined || !isObject(rates)) return undefined;
    const { stream, files, ...more } = rates;
    if (!isRate(stream) || !isRate(files) || Object.keys(more).length > 0) return undefined;
    row[engine] = { stream, files };
  }
  return row;
}

function isRate(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= MOST_RATE;
}
