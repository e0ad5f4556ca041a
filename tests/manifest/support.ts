// Opens fixtures and corpus images for the tests of the manifest.

import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import type { ManifestFile } from "../../src/manifest/result.ts";
import type { Image } from "../../src/model/image.ts";
import type { VolumeKind } from "../../src/model/namespace.ts";
import {
  damagedFixture,
  type FixtureExpectation,
  fixtureFileName,
  fixtureImage,
} from "../support/fixtures.ts";

/** Examines bytes as a file of that name. */
export function openBytes(bytes: Uint8Array, name = "image.iso"): Promise<Image> {
  return examine(new MemorySource(bytes, name));
}

/** Examines a fixture. */
export async function openFixture(name: string): Promise<Image> {
  return await openBytes(await fixtureImage(name), fixtureFileName(name));
}

/** Examines a damaged fixture. */
export async function openDamaged(name: string): Promise<Image> {
  return await openBytes((await damagedFixture(name)).bytes);
}

/** The namespace that the paths of an expectation belong to; undefined for UDF. */
export function volumeOf({ names }: FixtureExpectation): VolumeKind | undefined {
  return { "rock-ridge": "rockridge", joliet: "joliet", iso9660: "iso9660", udf: undefined }[
    names
  ] as VolumeKind | undefined;
}

/** The entry at a path, where there is one. */
export function fileAt(files: readonly ManifestFile[], path: string): ManifestFile | undefined {
  return files.find((file) => file.path === path);
}

/** SHA-256 by the platform, lower-case hexadecimal. */
export async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes.slice())).toHex();
}

/** Text of what a file's name is in other programs: a byte that is not UTF-8 is one surrogate. */
export function surrogateEscaped(path: string, pathBytes: string | undefined): string {
  if (pathBytes === undefined) return path;
  const bytes = Uint8Array.fromHex(pathBytes);
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const taken = utf8At(bytes, at);
    text += taken?.text ?? String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
    at += taken?.length ?? 1;
  }
  return text;
}

function utf8At(bytes: Uint8Array, at: number): { text: string; length: number } | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      const part = bytes.subarray(at, at + length);
      return { text: new TextDecoder("utf-8", { fatal: true }).decode(part), length };
    } catch {
      continue;
    }
  }
  return undefined;
}
