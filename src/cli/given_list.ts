// The list of digests that the user names on the command line.

import type { ParsedManifest } from "../manifest/listed.ts";
import { parseManifest } from "../manifest/parse.ts";
import { PlatformError } from "../platform/errors.ts";
import { readWhole } from "../platform/file_source.ts";
import { gather } from "../platform/stdin.ts";
import type { Job } from "./job.ts";

/** Bytes of a list that are read at most. */
const LIST_LIMIT = 1024 ** 3;

/** Hexadecimal digits of the digests that are known. */
const DIGEST = /^(?:[0-9a-f]{8}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i;

/** Reads a list of digests: a file, `-` for standard input, or one digest in place of the list. */
export async function readList(path: string, job: Job): Promise<ParsedManifest> {
  const bytes = path === "-" ? await gather(job.io.stdin, LIST_LIMIT) : await readFile(path, job);
  const listed = parseManifest(bytes);
  if ("error" in listed) throw new PlatformError(`${listed.error} (${path})`);
  return listed;
}

// A digest may stand for the list that would hold it, unless a file has that name.
async function readFile(path: string, job: Job): Promise<Uint8Array | string> {
  try {
    return await readWhole(path, LIST_LIMIT, job.io.signal);
  } catch (error) {
    const isAbsent = error instanceof PlatformError && ["ENOENT", "DENIED"].includes(error.code);
    if (isAbsent && DIGEST.test(path)) return path;
    throw error;
  }
}
