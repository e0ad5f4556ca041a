// Mutation cases of IMG-008, 017 and 019: layouts and sizes of the whole file.

import { fixtureImage } from "../../support/fixtures.ts";
import { rawImage } from "../../support/raw_builder.ts";
import { SparseSource } from "../../support/sources.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const RAW = 2352;
const level1 = await fixtureImage("iso-level1-genisoimage");
const sectors = level1.length / 2048;

/** Samples of sound: no sync pattern, no sector of one byte. */
function sound(count: number): Uint8Array {
  return Uint8Array.from({ length: count * RAW }, (_, at) => (at * 31 + at / 7) % 251);
}

function behind(before: Uint8Array, after: Uint8Array): Uint8Array {
  const whole = new Uint8Array(before.length + after.length);
  whole.set(before);
  whole.set(after, before.length);
  return whole;
}

ruleCases("IMG-008", [
  {
    name: "audio tracks behind the data, without a sheet",
    image: () => rawImage(level1),
    mutate: (view) => behind(new Uint8Array(view.buffer), sound(400)),
    hits: [{ space: "file", start: sectors * RAW, length: RAW, severity: "info" }],
  },
  {
    name: "twenty sectors of a data track are of another size",
    image: () => rawImage(level1),
    mutate: (view) => new Uint8Array(view.buffer).set(sound(20), (sectors - 30) * RAW),
    hits: [
      { space: "file", start: 373_968, length: RAW, severity: "warning" },
      { rule: "CDR-001", space: "file", start: 373_968, length: 44_700 },
      { rule: "EXT-004", space: "file", start: 373_984, length: 46_736 },
    ],
  },
]);

ruleCases("IMG-017", [
  {
    name: "the partition ends before the volume",
    image: "isohybrid-mbr-syslinux",
    prepare: (view) => view.setUint32(446 + 12, 1_974_272 / 512, true),
    mutate: (view) => view.setUint32(446 + 12, 2_097_152 / 512, true),
    hits: [{ severity: "info" }],
  },
], structure);

ruleCases("IMG-019", [
  {
    name: "a CD of 74 minutes was read to its end",
    image: "iso-level1-genisoimage",
    mutate: () => level1,
    source: (bytes, name) => new SparseSource(333_000 * 2048, [{ at: 0, bytes }], name),
    hits: [{
      space: "file",
      start: level1.length,
      length: 333_000 * 2048 - level1.length,
      severity: "info",
    }],
  },
], structure);
