// Mutation cases of IMG-006, 007, 011, 022, 023 and 024.

import { MemorySource } from "../../../src/bytes/source.ts";
import { badRange } from "../../support/sources.ts";
import { cutTo, setBoth16, setBoth32 } from "../edits.ts";
import { ruleCases } from "../rule_cases.ts";

const PVD = 32768;

ruleCases("IMG-006", [
  {
    name: "the file ends in the system area",
    image: "iso-level1-genisoimage",
    mutate: (view) => cutTo(view, 20_000),
    hits: [{ space: "file", start: 0, length: 20_000 }],
  },
  {
    name: "the file ends inside the first descriptor",
    image: "iso-level1-genisoimage",
    mutate: (view) => cutTo(view, PVD + 100),
    hits: [
      { space: "file", start: 0, length: PVD + 100 },
      { rule: "ISO-VDS-003", start: PVD, length: 100 },
    ],
  },
]);

ruleCases("IMG-007", [
  {
    name: "raw sectors without sync and header",
    image: "mode1-2352",
    mutate: (view) => {
      const sectors = view.byteLength / 2352;
      const bare = new Uint8Array(sectors * 2336);
      for (let sector = 0; sector < sectors; sector++) {
        const from = view.byteOffset + sector * 2352 + 16;
        bare.set(new Uint8Array(view.buffer, from, 2336), sector * 2336);
      }
      return bare;
    },
    hits: [
      { space: "file", start: 16 * 2336, length: 2336 },
      // The same findings as in the raw image, at the places that they have now.
      { rule: "ISO-PVD-026", start: 16 * 2048 + 574, length: 128 },
      { rule: "ISO-DIR-038", start: 55_756, length: 8 },
      { rule: "SUS-011", start: 57_352, length: 10 },
      // Without sync patterns no codes of sectors are checked.
      { rule: "LIM-001" },
    ],
  },
]);

ruleCases("IMG-011", [
  {
    name: "an HTML page of 40 KB",
    image: "iso-level1-genisoimage",
    mutate: () => new TextEncoder().encode("\n<!DOCTYPE html><title>404</title>".padEnd(40_000)),
    hits: [
      { space: "file", start: 0, length: 512 },
      { rule: "ISO-VDS-001", start: PVD, length: 2048 },
    ],
  },
  {
    name: "a gzip file",
    image: "iso-level1-genisoimage",
    mutate: () => Uint8Array.from({ length: 2000 }, (_, at) => [0x1f, 0x8b, 8][at] ?? at % 251),
    hits: [
      { space: "file", start: 0, length: 512 },
      { rule: "IMG-006", space: "file", start: 0, length: 2000 },
    ],
  },
]);

/** Makes blocks of 1024 bytes of those of 2048: every block number doubles. */
function halveBlocks(view: DataView): void {
  const double = (at: number) => setBoth32(view, at, 2 * view.getUint32(at, true));
  setBoth16(view, PVD + 128, 1024);
  double(PVD + 80);
  double(PVD + 158);
  for (const at of [140, 144]) view.setUint32(PVD + at, 2 * view.getUint32(PVD + at, true), true);
  for (const at of [148, 152]) view.setUint32(PVD + at, 2 * view.getUint32(PVD + at));
  for (let directory = 47_104; directory <= 55_296; directory += 2048) {
    for (let at = directory; view.getUint8(at) > 0; at += view.getUint8(at)) double(at + 2);
  }
  for (const [table = 0, little] of [[38_912, true], [43_008, false]] as const) {
    for (let at = table; at < table + 62;) {
      view.setUint32(at + 2, 2 * view.getUint32(at + 2, little), little);
      at += 8 + view.getUint8(at) + view.getUint8(at) % 2;
    }
  }
}

ruleCases("IMG-022", [
  {
    name: "blocks of 1024 bytes",
    image: "iso-level1-genisoimage",
    mutate: halveBlocks,
    hits: [{ start: PVD + 128, length: 4 }],
  },
]);

ruleCases("IMG-023", [
  {
    name: "a sector of a file cannot be read",
    image: "iso-level1-genisoimage",
    mutate: () => {},
    source: (bytes, name) => badRange(bytes, 59392, 2048, name),
    hits: [
      { space: "file", start: 59392, length: 2048 },
      { rule: "LIM-003" },
    ],
  },
  {
    name: "a sector of a directory cannot be read",
    image: "iso-level1-genisoimage",
    mutate: () => {},
    source: (bytes, name) => badRange(bytes, 55296 + 100, 1, name),
    hits: [
      { space: "file", start: 55296, length: 2048 },
      { rule: "LIM-003" },
      { rule: "ISO-DIR-042", start: 55_296, length: 2048 },
      { rule: "EXT-004", start: 67_585, length: 11_191 },
    ],
  },
]);

class ChangedSource extends MemorySource {
  changed(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

ruleCases("IMG-024", [
  {
    name: "the source says that it changed",
    image: "iso-level1-genisoimage",
    mutate: () => {},
    source: (bytes, name) => new ChangedSource(bytes, name),
    hits: [{}],
  },
]);
