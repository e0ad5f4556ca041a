// What the folder of an image and its file system say of it. Nothing is asked for that is not permitted: the
// permission to read the image alone goes on sufficing.

import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BesideFile, HostFacts } from "../bytes/host.ts";
import { readHead } from "./file_source.ts";

/** Names that are looked at, and those that are kept. */
const KEPT = 1000;
/** Bytes of a control file: one bit for each MiB, so 8 TiB. */
const CONTROL = 1024 * 1024;
/** Blocks of stat(2), whatever those of the file system are. */
const STAT_BLOCK = 512;

function mayRead(path: string): boolean {
  if (typeof Deno === "undefined") return true;
  // Not granted means that the user would be asked: then the folder is left alone.
  return Deno.permissions.querySync({ name: "read", path }).state === "granted";
}

function isWindows(): boolean {
  return typeof Deno !== "undefined" && Deno.build.os === "windows";
}

// What names of parts, side files and descriptions of one image have in common.
function stemOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}

function besideOf(path: string): BesideFile[] {
  const folder = dirname(path);
  const own = basename(path);
  const stem = stemOf(own);
  const names = readdirSync(folder).filter((name) => name !== own && name.startsWith(stem));
  return names.sort().slice(0, KEPT).map((name) => {
    const size = sizeOf(join(folder, name));
    return size === undefined ? { name } : { name, size };
  });
}

/** Gathers what is known of the file at a path. What may not be looked at is left out; never throws. */
export function hostFacts(path: string): HostFacts {
  try {
    if (!mayRead(path)) return {};
    const { blocks } = statSync(path);
    // Windows counts no blocks.
    const allocated = isWindows() || !(blocks >= 0) ? {} : { allocated: blocks * STAT_BLOCK };
    if (!mayRead(dirname(path))) return allocated;
    const aria2 = readHead(`${path}.aria2`, CONTROL);
    return {
      ...allocated,
      beside: besideOf(path),
      ...(aria2 === undefined ? {} : { aria2 }),
    };
  } catch {
    return {};
  }
}
