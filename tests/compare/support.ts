// What the tests of comparisons share: opening, and checks that hold for every comparison.

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { compare, type CompareOptions } from "../../src/compare/compare.ts";
import type { CompareResult, FileChange } from "../../src/compare/result.ts";
import { examine } from "../../src/examine.ts";
import type { Image } from "../../src/model/image.ts";

/** Examines bytes under a name. */
export function open(bytes: Uint8Array, name = "image.iso"): Promise<Image> {
  return examine(new MemorySource(bytes, name));
}

/** Compares bytes with bytes. */
export async function compareBytes(
  a: Uint8Array,
  b: Uint8Array,
  options: CompareOptions = {},
): Promise<CompareResult> {
  return await compare(await open(a, "a.iso"), await open(b, "b.iso"), options);
}

/** A change as one word and one path. */
export function changeLine({ change, path, b }: FileChange): string {
  return change === "renamed" ? `${change} ${path} ${b?.path}` : `${change} ${path}`;
}

/** Changes of one kind, as lines. */
export function changesOf(result: CompareResult, ...kinds: readonly string[]): readonly string[] {
  return result.files.filter(({ change }) => kinds.includes(change)).map(changeLine);
}

/** Names of the fields that differ, each once, sorted. */
export function fieldNames(result: CompareResult): readonly string[] {
  return [...new Set(result.fields.map(({ structure, field }) => `${structure}.${field}`))].sort();
}

/**
 * Counts and stretches against the raw bytes: as many bytes differ as a plain loop finds, every one of
 * them lies in exactly one stretch that names owners, and sectors add up.
 */
export function checkAgainstBytes(a: Uint8Array, b: Uint8Array, result: CompareResult): void {
  const { sectors } = result;
  const common = Math.min(a.length, b.length);
  const covered = new Uint8Array(common);
  let listed = 0;
  for (const { offsetA, offsetB, length, different, ownerA, ownerB } of sectors.ranges) {
    assert(ownerA !== undefined || ownerB !== undefined);
    if (offsetA === undefined || offsetB === undefined) continue;
    assertEquals(offsetA, offsetB);
    assert(ownerA !== undefined && ownerB !== undefined);
    let count = 0;
    for (let at = offsetA; at < offsetA + length; at++) {
      covered[at] = (covered[at] ?? 0) + 1;
      if (a[at] !== b[at]) count++;
    }
    assertEquals(count, different, `stretch at ${offsetA}`);
    assert(a[offsetA] !== b[offsetA] && a[offsetA + length - 1] !== b[offsetA + length - 1]);
    listed += different;
  }
  let plain = 0;
  const sectorSet = new Set<number>();
  for (let at = 0; at < common; at++) {
    if (a[at] === b[at]) continue;
    plain++;
    sectorSet.add(Math.floor(at / sectors.size));
    assertEquals(covered[at], 1, `byte ${at}`);
  }
  if (a.length !== b.length && common % sectors.size !== 0) {
    sectorSet.add(Math.floor(common / sectors.size));
  }
  assertEquals(sectors.differentBytes, plain);
  assertEquals(listed, plain);
  assertEquals(sectors.different, sectorSet.size);
  const [inA, inB] = [Math.ceil(a.length / sectors.size), Math.ceil(b.length / sectors.size)];
  assertEquals(sectors.equal + sectors.different + sectors.onlyA, inA);
  assertEquals(sectors.equal + sectors.different + sectors.onlyB, inB);
  checkTail(sectors.ranges.filter((range) => range.offsetB === undefined), "offsetA", a, common);
  checkTail(sectors.ranges.filter((range) => range.offsetA === undefined), "offsetB", b, common);
}

function checkTail(
  ranges: CompareResult["sectors"]["ranges"],
  offset: "offsetA" | "offsetB",
  bytes: Uint8Array,
  common: number,
): void {
  let at = common;
  for (const range of ranges) {
    assertEquals(range[offset], at);
    at += range.length;
  }
  assertEquals(at, Math.max(bytes.length, common));
}

/** A comparison as its mirror must tell it. */
export function mirrored(result: CompareResult): unknown {
  const swap = { added: "removed", removed: "added" } as const;
  const { sectors, summary, files, fields, verdict } = result;
  return {
    verdict,
    sectors: { ...sectors, onlyA: sectors.onlyB, onlyB: sectors.onlyA, ranges: undefined },
    ranges: sectors.ranges.map(({ length, different, offsetA, offsetB, ownerA, ownerB }) => ({
      length,
      different,
      from: [offsetB, ownerB],
      to: [offsetA, ownerA],
    })),
    summary: { ...summary, added: summary.removed, removed: summary.added },
    files: files.map((file) => ({
      change: file.change === "added" || file.change === "removed"
        ? swap[file.change]
        : file.change,
      path: file.change === "renamed" ? file.b?.path : file.path,
      volume: file.volume,
      a: file.b,
      b: file.a,
      fields: file.fields,
      firstDifference: file.firstDifference,
    })).sort(byPath),
    fields: fields.map(({ field, a, b, offsetA, offsetB }) =>
      JSON.stringify([field, b, a, offsetB, offsetA])
    ).sort(),
  };
}

/** The same shape as {@linkcode mirrored} gives, of a comparison as it is. */
export function plain(result: CompareResult): unknown {
  const { sectors, summary, files, fields, verdict } = result;
  return {
    verdict,
    sectors: { ...sectors, ranges: undefined },
    ranges: sectors.ranges.map(({ length, different, offsetA, offsetB, ownerA, ownerB }) => ({
      length,
      different,
      from: [offsetA, ownerA],
      to: [offsetB, ownerB],
    })),
    summary,
    files: files.map(({ change, path, volume, a, b, fields, firstDifference }) => ({
      change,
      path,
      volume,
      a,
      b,
      fields,
      firstDifference,
    })).sort(byPath),
    fields: fields.map(({ field, a, b, offsetA, offsetB }) =>
      JSON.stringify([field, a, b, offsetA, offsetB])
    ).sort(),
  };
}

function byPath(one: { path?: string | undefined }, other: { path?: string | undefined }): number {
  return (one.path ?? "") < (other.path ?? "") ? -1 : (one.path ?? "") > (other.path ?? "") ? 1 : 0;
}
