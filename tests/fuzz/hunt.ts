// Runs the library over mutants of images and says what must never happen: a throw, a slow run, a
// region map that does not tile, memory that grows.

import { audit } from "../../src/audit/run.ts";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { compare } from "../../src/compare/compare.ts";
import { manifest } from "../../src/manifest/manifest.ts";
import { info } from "../../src/model/describe.ts";
import { why } from "../../src/model/locate.ts";
import type { Image } from "../../src/model/image.ts";
import { corpusEntry, corpusFile, corpusRoot } from "../support/corpus.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { mutant, type Victim, victim } from "./mutants.ts";

/** Milliseconds that one mutant may take. */
const SLOW = 5000;
/** Bytes by which the process may grow over a hunt. */
const GROWTH = 512 * 1024 * 1024;

const corpusVictims = [
  "files/open98/disk.iso.gz", // GPT, isohybrid, El Torito
  "files/libarchive/test_read_format_iso_rockridge_ce.iso.gz",
  "files/libcdio/copying-rr.iso.gz",
  "files/libarchive/test_read_format_iso_multi_extent.iso.gz",
  "files/libarchive/test_read_format_iso_zisofs.iso.gz",
  "files/libarchive/test_read_format_iso_joliet_long.iso.gz",
  "files/libcdio/isofs-m1.bin.gz", // raw sectors
  "files/isolyzer/iso9660_hfs_part.iso.gz", // Apple partition map
  "files/util-linux/udf.img.gz", // bridge
  "files/syzkaller/iso9660_14.img.gz", // bridge
];

const fixtureVictims = [
  "multisession-xorriso",
  "rr-deep-genisoimage",
  "aaip-md5-xorriso",
  "eltorito-genisoimage",
  "hfs-part-genisoimage",
  "mode2-form1-2352",
  "isohybrid-syslinux",
  "iso-level4-genisoimage",
  "zisofs2-xorriso",
  "xa1-genisoimage",
];

/** Ten images: of the corpus where there is one, else fixtures. */
export async function victims(): Promise<Victim[]> {
  if (corpusRoot() === undefined) {
    return await Promise.all(
      fixtureVictims.map(async (name) => victim(name, await fixtureImage(name))),
    );
  }
  return await Promise.all(
    corpusVictims.map(async (file) => victim(file, await corpusFile(corpusEntry(file)))),
  );
}

/** What is wrong with the tiling of an image, or undefined. */
export function tilingProblem(image: Image): string | undefined {
  let at = 0;
  for (const { start, length, owner } of image.regions) {
    if (start !== at) {
      return `a region of ${owner} begins at ${start}, the one before ends at ${at}`;
    }
    if (!(length > 0)) return `a region of ${owner} at ${start} has ${length} bytes`;
    at += length;
  }
  return at === image.source.size ? undefined : `regions end at ${at} of ${image.source.size}`;
}

/** Everything that reads the model, in turn. */
async function use(image: Image, number: number, whole: Uint8Array): Promise<void> {
  info(image);
  switch (number % 6) {
    case 0:
    case 2:
      await audit(image, { structureOnly: true });
      break;
    case 1:
      await audit(image);
      break;
    case 4:
      await compare(await examine(new MemorySource(whole)), image);
      break;
    case 5:
      for (let at = 0; at < image.source.size; at += 4099) await why(image, at);
      break;
    case 3:
      if (image.volumes.some((volume) => volume.namespace !== undefined)) {
        await manifest(image, { volume: "all", regions: true });
      }
  }
}

/** What went wrong with mutant `number` of an image, or undefined. */
export async function problemOf(victim: Victim, number: number): Promise<string | undefined> {
  const bytes = mutant(victim, number);
  const begin = performance.now();
  try {
    const image = await examine(new MemorySource(bytes, "mutant.iso"));
    const tiling = tilingProblem(image);
    if (tiling !== undefined) return tiling;
    await use(image, number, victim.bytes);
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`;
  }
  const took = performance.now() - begin;
  return took > SLOW ? `took ${Math.round(took)} ms` : undefined;
}

/** Hunts through `count` mutants of ten images; gives a line for each that went wrong. */
export async function hunt(count: number): Promise<string[]> {
  const images = await victims();
  const problems: string[] = [];
  const before = Deno.memoryUsage().rss;
  let most = before;
  for (let number = 0; number < count; number++) {
    const image = images[number % images.length];
    if (image === undefined) break;
    const problem = await problemOf(image, number);
    if (problem !== undefined) problems.push(`mutant ${number} of ${image.name}: ${problem}`);
    most = Math.max(most, Deno.memoryUsage().rss);
  }
  if (most - before > GROWTH) problems.push(`the process grew by ${most - before} bytes`);
  return problems;
}
