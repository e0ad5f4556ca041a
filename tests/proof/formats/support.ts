// Runs a checker over bytes in memory, in pieces of any size, and images with given files.

import { checkExpansion, type Format } from "../../../src/proof/formats/format.ts";
import { formats } from "../../../src/proof/formats/mod.ts";
import { Pipe } from "../../../src/proof/formats/reader.ts";
import { runFormat } from "../../../src/proof/formats/run.ts";
import type { Zisofs } from "../../../src/model/tree.ts";
import { buildImage } from "../../support/builder.ts";

/** What a checker said of a file. */
export type Said = {
  /** Name of the format; empty where none is known. */
  format: string;
  /** Bytes under checksums that hold. */
  held: number;
  readonly whats: Set<string>;
  readonly failures: string[];
  readonly remarks: string[];
  readonly unchecked: string[];
  /** Bytes that are said not to be checked. */
  open: number;
};

async function runInto(
  format: Format,
  bytes: Uint8Array,
  { piece, zisofs }: Required<CheckOptions>,
  said: Said,
): Promise<void> {
  const pipe = new Pipe(
    bytes.length,
    (at, length) => Promise.resolve(bytes.slice(at, at + length)),
  );
  let grown = 0;
  const report = {
    zisofs,
    size: bytes.length,
    reached: 0,
    holds: (what: string, strength: string, from: number, to: number) => {
      said.whats.add(what);
      report.reached = Math.max(report.reached, to);
      if (strength !== "structure") said.held += to - from;
    },
    fails: ({ message, to }: { message: string; to: number }) => {
      said.failures.push(message);
      report.reached = Math.max(report.reached, to);
    },
    remarks: ({ message }: { message: string }) => said.remarks.push(message),
    failsZisofs: ({ message, problem }: { message: string; problem: string }) =>
      said.failures.push(`${problem}: ${message}`),
    grew: (content: number) => checkExpansion(grown += content, bytes.length),
    unchecked: (reason: string, from: number, to: number) => {
      said.unchecked.push(reason);
      said.open += to - from;
    },
  };
  const checked = runFormat(format, pipe, report).finally(() => pipe.close());
  // What is thrown is heard below.
  checked.catch(() => {});
  const buffer = new Uint8Array(piece);
  for (let at = 0; at < bytes.length; at += piece) {
    const part = bytes.subarray(at, at + piece);
    buffer.set(part);
    await pipe.feed(buffer.subarray(0, part.length));
    // Pieces are overwritten once they were used.
    buffer.fill(0xaa);
  }
  await checked;
}

/** How to check. */
export type CheckOptions = { readonly piece?: number; readonly zisofs?: Zisofs };

/** Checks bytes by the first format that knows them. */
export async function checkBytes(
  bytes: Uint8Array,
  { piece = 1024 * 1024, zisofs }: CheckOptions = {},
  name = "file",
): Promise<Said> {
  const said: Said = {
    ...{ format: "", held: 0, whats: new Set<string>() },
    ...{ failures: [], remarks: [], unchecked: [], open: 0 },
  };
  const probed = { name: () => name, size: bytes.length, zisofs };
  const format = formats.find((each) => each.probe(bytes.subarray(0, 2048), probed));
  if (format === undefined) return said;
  said.format = format.name;
  // Required says that the options are there, not that a value is.
  const options = { piece, zisofs } as Required<CheckOptions>;
  await runInto(format, bytes, options, said);
  return said;
}

/** An image with files at its root, by their names in the primary tree. */
export function imageOf(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const children = Object.entries(files).map(([name, content]) => ({ name: `${name};1`, content }));
  return buildImage({ children }).bytes();
}

/** Bytes of base64. */
export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text.replace(/\s/g, "")), (character) => character.charCodeAt(0));
}
