// Mutation cases of TIM-001 to 007: times of files and volumes.

import { buildImage } from "../../support/builder.ts";
import type { ImageSpec, Place } from "../../support/builder_spec.ts";
import { setText } from "../edits.ts";
import { at } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

/** 2026-01-02 03:04:05 UTC, as the descriptors of built images have it. */
const made = Uint8Array.from([126, 1, 2, 3, 4, 5, 0]);
const earlier = Uint8Array.from([125, 12, 24, 3, 4, 5, 0]);
const PVD = 16 * 2048;

const spec: ImageSpec = {
  children: [
    { name: "A.TXT;1", content: "a", date: made },
    { name: "B.TXT;1", content: "b", date: earlier },
    { name: "DIR", date: made, children: [{ name: "C.TXT;1", content: "c", date: made }] },
  ],
};
const built = buildImage(spec);
const image = () => built.bytes();

function record(path: string): Place {
  const found = built.records.get(`primary:${path}`)?.[0];
  if (found === undefined) throw new RangeError(`Cannot find ${path}`);
  return found;
}

ruleCases("TIM-001", [
  {
    name: "a file of the next month",
    image,
    mutate: (view) => view.setUint8(record("/A.TXT;1").offset + 19, 2),
    hits: [
      { ...at(record("/A.TXT;1"), 18, 7), severity: "note" },
    ],
  },
], structure);

ruleCases("TIM-002", [
  {
    name: "a file of 1970",
    image,
    mutate: (view) => view.setUint8(record("/A.TXT;1").offset + 18, 70),
    hits: [{ ...at(record("/A.TXT;1"), 18, 7), severity: "note" }],
  },
  {
    name: "a file behind the given time",
    image,
    options: { now: Date.UTC(2026, 0, 1) },
    mutate: (view) => view.setUint8(record("/B.TXT;1").offset + 20, 25),
    hits: [{ ...at(record("/A.TXT;1"), 18, 7) }],
  },
], structure);

ruleCases("TIM-003", [
  {
    name: "a file of another time zone",
    image,
    mutate: (view) => view.setInt8(record("/B.TXT;1").offset + 24, 4),
    hits: [{ ...at(record("/B.TXT;1"), 24, 1), severity: "note" }],
  },
], structure);

ruleCases("TIM-004", [
  {
    name: "every file has the same time",
    image,
    mutate: (view) => {
      for (const [index, byte] of made.entries()) {
        view.setUint8(record("/B.TXT;1").offset + 18 + index, byte);
      }
    },
    hits: [{ severity: "info" }],
  },
], structure);

ruleCases("TIM-005", [
  {
    name: "a file is two days newer than its directory",
    image,
    mutate: (view) => {
      view.setUint8(record("/DIR").offset + 18, 125);
    },
    hits: [{ ...at(record("/DIR"), 18, 7), severity: "note" }],
  },
], structure);

ruleCases("TIM-006", [
  {
    name: "the volume was given another date than its UUID file",
    image: () =>
      buildImage({
        rockRidge: "1.12",
        children: [{
          name: "_DISK",
          posixName: ".disk",
          children: [{
            name: "2026.UUI;1",
            posixName: "2026-01-02-03-04-05-00.uuid",
            content: "",
          }],
        }],
      }).bytes(),
    mutate: (view) => setText(view, PVD + 830, "2026010303040500"),
    hits: [{ start: PVD + 830, length: 17, severity: "note" }],
  },
], structure);

ruleCases("TIM-007", [
  {
    name: "the times of the files differ",
    image: () =>
      buildImage({
        children: ["A", "B", "C"].map((name) => ({
          name: `${name}.TXT;1`,
          content: name,
          date: made,
        })),
      }).bytes(),
    mutate: (view) => {
      for (let at = 0; at + 33 < view.byteLength; at++) {
        if (view.getUint8(at) === 0x41 && view.getUint8(at + 1) === 0x2e) view.setUint8(at - 13, 1);
      }
    },
    hits: [{ severity: "info" }],
  },
], structure);
