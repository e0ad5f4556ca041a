// What the decoder tests share: an image examined from memory, and the bytes of a path in it.

import { assert } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine, type ExamineOptions } from "../../src/examine.ts";
import type { Image, Volume } from "../../src/model/image.ts";
import type { Namespace, VolumeKind } from "../../src/model/namespace.ts";
import { buildImage, type BuiltImage, type ImageSpec } from "../support/builder.ts";

/** Bytes that differ from place to place. */
export function pattern(length: number, step = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * step + at / 251) % 256);
}

/** Builds and examines. */
export async function built(
  spec: ImageSpec,
  options?: ExamineOptions,
): Promise<{ readonly built: BuiltImage; readonly image: Image }> {
  const made = buildImage(spec);
  return { built: made, image: await examine(new MemorySource(made.bytes()), options) };
}

/** The volume of a kind, which the test says is there. */
export function volumeOf(image: Image, kind: VolumeKind): Volume & { namespace: Namespace } {
  const volume = image.volumes.find((each) => each.kind === kind);
  assert(volume?.namespace !== undefined, `the image has no volume ${kind}`);
  return { ...volume, namespace: volume.namespace };
}

/** The node at a path. */
export function nodeAt(image: Image, kind: VolumeKind, path: string): number {
  const [node] = volumeOf(image, kind).namespace.find(path);
  assert(node !== undefined, `${kind} has no ${path}`);
  return node;
}

/** Stored bytes at a path, from its extents. */
export async function contentAt(image: Image, kind: VolumeKind, path: string): Promise<Uint8Array> {
  const { namespace } = volumeOf(image, kind);
  const parts: number[] = [];
  for (const { start, length } of namespace.extents(nodeAt(image, kind, path))) {
    parts.push(...(await image.read(start, length)).bytes);
  }
  return new Uint8Array(parts);
}

/** Paths of a volume in tree order. */
export function pathsOf(image: Image, kind: VolumeKind): string[] {
  return [...volumeOf(image, kind).namespace.entries()].map(({ path }) => path);
}

/** Kinds of the faults of an image. */
export function faultKinds(image: Image): string[] {
  return image.faults.map(({ kind }) => kind);
}
