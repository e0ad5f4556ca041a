// The damage matrix: one anomaly each in copies of images that public tools made, by the corpus's own
// script. Each has to be found, by a rule that fits, at its place.

import { assert, assertEquals } from "@std/assert";
import {
  audit,
  type AuditResult,
  ContainerError,
  examine,
  type Finding,
  type Image,
  MemorySource,
} from "../../src/mod.ts";
import { extentsInFile } from "../../src/model/entry.ts";
import { damageClasses, type Place } from "./damage_classes.ts";

/** A case in the script's index. */
type Case = { readonly id: string; readonly group: string; readonly ext: string };

/** Bytes of the file with the sectors, and their audit. */
type Audited = { readonly bytes: Uint8Array; readonly image: Image; readonly result: AuditResult };

const tools = [
  ...["xorriso", "genisoimage", "mkfs.vfat", "implantisomd5", "dvdisaster"],
  ...["/usr/lib/ISOLINUX/isolinux.bin", "/usr/lib/syslinux/modules/bios/ldlinux.c32"],
];

/** Groups whose classes have to be found; those of UDF only must not end the program. */
const found = ["A", "I", "D", "N", "Z", "R", "M"];

/** What nothing on the base contradicts but a digest over all of it, or what no rule is about yet. */
const unseen: Readonly<Record<string, string>> = {
  "D trunc-1byte": "where the layer of dvdisaster ends is not read from its header",
  "D trunc-1sector": "where the layer of dvdisaster ends is not read from its header",
  "D trailing-garbage": "where the layer of dvdisaster ends is not read from its header",
  "M ms-trunc": "the cut is in the padding behind the volume, whose size nothing records",
  "R cue-wrong-mode": "about the sheet, not the image",
  "R cue-index-beyond": "about the sheet, not the image",
  "R cue-file-missing": "about the sheet, not the image",
  "R cue-bad-numbers": "about the sheet, not the image",
};

/** Warnings of the undamaged images, each true of them. */
const justified: Readonly<Record<string, readonly string[]>> = {
  // The script formats the EFI boot image and puts no file into it.
  A: ["ELT-026"],
  I: ["ELT-026"],
  D: ["ELT-026"],
};

function available(): boolean {
  const test = "import os, shutil, sys\n" +
    "sys.exit(any(not shutil.which(x) and not os.path.exists(x) for x in sys.argv[1:]))";
  try {
    const args = ["-c", test, ...tools];
    return new Deno.Command("python3", { args, stdin: "null" }).outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function auditFile(folder: string, name: string): Promise<Audited> {
  const open = async (file: string) =>
    new MemorySource(await Deno.readFile(`${folder}/${file}`), file);
  const sidecars = (file: string) => open(file).catch(() => undefined);
  const image = await examine(await open(name), { sidecars });
  const bytes = await Deno.readFile(`${folder}/${name.replace(/\.cue$/, ".bin")}`);
  return { bytes, image, result: await audit(image, { deep: true }) };
}

/** Sectors in which two files differ. */
function changedSectors(a: Uint8Array, b: Uint8Array, size: number): Set<number> {
  const sectors = new Set<number>();
  const length = Math.max(a.length, b.length);
  for (let at = 0; at < length; at++) {
    if (a[at] === b[at]) continue;
    const sector = Math.floor(at / size);
    sectors.add(sector);
    at = (sector + 1) * size - 1;
  }
  return sectors;
}

const identity = ({ rule, offset, length, message }: Finding) =>
  [rule, offset, length, message].join(" ");

/** Byte ranges of the file of a path in the trees of an image. */
function extentsOf(image: Image, path: string): { start: number; end: number }[] {
  return image.volumes.flatMap(({ namespace }) => {
    if (namespace === undefined) return [];
    const nodes = Array.from({ length: namespace.tree.count }, (_, node) => node);
    return nodes.filter((node) => namespace.path(node) === path)
      .flatMap((node) => extentsInFile(image, namespace, node))
      .map(({ offset, length }) => ({ start: offset, end: offset + length }));
  });
}

/** Whether one of the sectors from `first` to `last` differs. */
function isChanged(base: Audited, damaged: Audited, first: number, last: number): boolean {
  return [...changedSectors(base.bytes, damaged.bytes, base.image.mapping.stride)]
    .some((sector) => first <= sector && sector <= last);
}

/** Whether a finding lies where its class says. */
function isAt(place: Place, finding: Finding, base: Audited, damaged: Audited): boolean {
  const { offset, length = 0, path } = finding;
  if (offset === undefined) return false;
  const end = offset + Math.max(1, length);
  if (place === "end") return offset === damaged.bytes.length;
  if (typeof place === "object" && "at" in place) return offset <= place.at && place.at < end;
  if (typeof place === "object") {
    const inside = extentsOf(base.image, place.file)
      .some((extent) => extent.start < end && offset < extent.end);
    return path === place.file || inside || finding.message.includes(place.file);
  }
  if (place === "covered") {
    const [, first, last] = /sectors (\d+) to (\d+)/.exec(finding.message) ?? [];
    return first !== undefined && isChanged(base, damaged, Number(first), Number(last));
  }
  const { stride } = base.image.mapping;
  const shift = place === "before" ? 1 : 0;
  const [first, last] = [Math.floor(offset / stride), Math.floor((end - 1) / stride)];
  return isChanged(base, damaged, first + shift, last + shift);
}

/** What is wrong with how a case was found; empty where nothing is. */
async function missed(work: string, { id, group, ext }: Case, base: Audited): Promise<string> {
  const damaged = await auditFile(`${work}/case/${group}`, `${id}.${ext}`);
  const known = new Set(base.result.findings.map(identity));
  const fresh = damaged.result.findings.filter((finding) => !known.has(identity(finding)));
  const said = damageClasses[id];
  if (said === undefined) return `${id}: no class of that name`;
  const isFound = fresh.some((finding) =>
    said.rules.includes(finding.rule) && isAt(said.place, finding, base, damaged)
  );
  if (isFound) return "";
  return `${group} ${id}: ${fresh.map(({ rule, offset }) => `${rule} at ${offset}`).join(", ")}`;
}

async function testGroup(work: string, group: string, cases: readonly Case[]): Promise<void> {
  const base = await auditFile(`${work}/base`, group === "R" ? "R.cue" : `${group}.iso`);
  const grave = base.result.findings.filter(({ severity, rule }) =>
    severity === "error" || severity === "warning" && !justified[group]?.includes(rule)
  );
  assertEquals(grave, [], `the undamaged image of group ${group}`);
  const wrong: string[] = [];
  for (const each of cases) {
    if (`${group} ${each.id}` in unseen) continue;
    const miss = await missed(work, each, base);
    if (miss !== "") wrong.push(miss);
  }
  assertEquals(wrong, []);
}

/** Cases that only have to end in a result, or in a word about the sheet. */
async function testEnds(work: string, cases: readonly Case[]): Promise<void> {
  for (const { id, group, ext } of cases) {
    try {
      await auditFile(`${work}/case/${group}`, `${id}.${ext}`);
    } catch (error) {
      assert(error instanceof ContainerError, `${group} ${id}: ${error}`);
    }
  }
}

const corpus = Deno.env.get("DISCERN_CORPUS");
const skipped = corpus === undefined
  ? " (skipped: DISCERN_CORPUS is not set)"
  : available()
  ? ""
  : ` (skipped: python3 does not find all of ${tools.join(", ")})`;

Deno.test({
  name: `audit() of the damage matrix finds each class at its place${skipped}`,
  ignore: skipped !== "",
  async fn(t) {
    const work = await Deno.makeTempDir();
    try {
      const args = [`${corpus}/../tools/mkcorpus.py`, work];
      const made = await new Deno.Command("python3", { args, stdin: "null" }).output();
      assert(made.success, new TextDecoder().decode(made.stderr));
      const index: readonly Case[] = JSON.parse(
        await Deno.readTextFile(`${work}/case/index.json`),
      );
      for (const group of found) {
        const cases = index.filter((each) => each.group === group);
        assert(cases.length > 0, `no case of group ${group}`);
        await t.step(`group ${group}`, () => testGroup(work, group, cases));
      }
      const rest = index.filter(({ group, id }) =>
        !found.includes(group) || `${group} ${id}` in unseen
      );
      await t.step("what is not told of", () => testEnds(work, rest));
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  },
});
