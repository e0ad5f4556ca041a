// Rules about the file as a whole that rest on several of its parts: sector layouts that change, sizes that
// file systems and partition tables imply, nominal sizes of media.

import { fileSpan, safeOffset, SECTOR } from "../../bytes/span.ts";
import { primaryVolumeDescriptor } from "../../decode/iso9660/layout.ts";
import { hfsPlusVolumeHeader, masterDirectoryBlock } from "../../decode/hfs/layout.ts";
import { gptHeader } from "../../decode/partition/layout.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { audioRanges, lbaOf, silences } from "../raw_runs.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { declaredEnd } from "../volume_end.ts";
import { counted } from "../words.ts";

const rules = {
  layoutChanges: {
    id: "IMG-008",
    severity: "warning",
    title: "Sector layout changes inside the image",
    clause: "ECMA-130:1996 14",
    rationale:
      "Where sectors lose their sync pattern, sectors of another size follow, or a track of audio. An " +
      "image of a mixed-mode disc without its sheet has audio behind the data: that is information.",
    remedy: "Open the cue sheet of the image in its place, if there is one.",
  },
  sizes: {
    id: "IMG-017",
    severity: "info",
    title: "File systems disagree on the volume size",
    clause: "none",
    rationale:
      "Each system has its own idea of where the disc ends; on hybrids they differ by padding. What a " +
      "side needs and the file lacks is told by IMG-001, IMG-018 or the rules of its table.",
    remedy: "Nothing to do.",
  },
  medium: {
    id: "IMG-019",
    severity: "info",
    title: "Image is a whole-medium read",
    clause: "none",
    rationale:
      "Drives and some programs read a rewritable or recordable medium to its end, far behind the volume.",
    remedy: "Nothing to do. Compare such images up to the end of the volume.",
    layouts: [primaryVolumeDescriptor.id],
  },
} as const satisfies RuleTable;

/** Sectors without sync that are no damage of single ones. */
const STRETCH = 16;

function* checkLayouts(image: Image, { data }: ProofFacts): Iterable<Hit> {
  const { raw } = data ?? {};
  if (raw === undefined) return;
  const audio = audioRanges(image, raw);
  for (const { start, length } of audio) {
    yield {
      rule: rules.layoutChanges,
      severity: "info",
      confidence: "likely",
      span: fileSpan(start, Math.min(raw.stride, length)),
      message:
        `from sector ${lbaOf(image, start)} on ${counted(length / raw.stride, "sector")} have ` +
        `no sync pattern: most likely the audio tracks of a mixed-mode disc`,
    };
  }
  const quiet = silences(raw);
  for (const run of raw.runs) {
    const { problem, offset, sectors, byte } = run;
    // Sectors of one byte were filled, by a tool or a drive: they are no layout.
    if (problem !== "no-sync" || byte !== undefined || sectors < STRETCH) continue;
    if (audio.some(({ start, length }) => offset >= start && offset < start + length)) continue;
    if ((quiet.get(run) ?? 0) < STRETCH) continue;
    yield {
      rule: rules.layoutChanges,
      // Where the image is shifted, no sector is where its pattern is looked for.
      causedBy: "IMG-010",
      span: fileSpan(offset, raw.stride),
      message:
        `from sector ${lbaOf(image, offset)} on ${counted(sectors, "sector")} of a data track ` +
        `have no sync pattern, as if they were of another size`,
    };
  }
}

/** A size that some structure implies, in bytes of the file. */
type Size = { readonly what: string; readonly end: number };

function gptSizes(image: Image): Size[] {
  return image.gpt.filter(({ role }) => role === "primary").flatMap(({ header, blockSize }) => {
    const found = image.structuresOf(gptHeader).find(({ span }) => span.start === header.start);
    const last = found === undefined ? undefined : safeOffset(found.value.alternateLba);
    if (last === undefined || last === 0 || last > Number.MAX_SAFE_INTEGER / blockSize - 1) {
      return [];
    }
    return [{ what: "GPT", end: (last + 1) * blockSize }];
  });
}

function tableSizes(image: Image, scheme: "mbr" | "apm", what: string): Size[] {
  // A protective partition says no more than the table that it protects.
  const own = image.partitions.filter((each) => each.scheme === scheme && each.type !== "0xee");
  const last = own.reduce<typeof own[number] | undefined>(
    (a, b) => a === undefined || b.start + b.length > a.start + a.length ? b : a,
    undefined,
  );
  return last === undefined ? [] : [{ what, end: last.start + last.length }];
}

function hfsSizes(image: Image): Size[] {
  // The alternate header stands in the last but one block of 512 bytes.
  const plain = image.structuresOf(masterDirectoryBlock).map(({ span, value }) => ({
    what: "HFS",
    end: span.start - 1024 + value.firstAllocationBlock * 512 +
      value.allocationBlocks * value.allocationBlockSize + 1024,
  }));
  const plus = image.structuresOf(hfsPlusVolumeHeader).map(({ span, value }) => ({
    what: "HFS Plus",
    end: span.start - 1024 + value.totalBlocks * value.blockSize,
  }));
  return [...plain, ...plus];
}

function* checkSizes(image: Image): Iterable<Hit> {
  const end = declaredEnd(image);
  if (end === 0) return;
  const sizes: Size[] = [
    { what: "ISO 9660", end: image.mapping.fileOffset(end) - image.mapping.dataOffset },
    // What ends past the image is told by the rules of its own table or volume.
    ...[
      ...gptSizes(image),
      ...tableSizes(image, "mbr", "MBR"),
      ...tableSizes(image, "apm", "Apple map"),
      ...hfsSizes(image),
    ].filter((size) => size.end <= image.source.size),
  ];
  const most = sizes.reduce((a, b) => b.end > a.end ? b : a);
  if (sizes.every((size) => size.end === most.end)) return;
  yield {
    rule: rules.sizes,
    message: `the disc ends at byte ${
      sizes.map((size) => `${size.end} (${size.what})`).join(", ")
    }; the largest is that of ${most.what}`,
  };
}

/** Nominal sectors of media, as the capacity of each kind is given. */
const capacities: readonly (readonly [from: number, to: number, name: string])[] = [
  [333_000, 333_000, "a CD of 74 minutes"],
  [359_844, 360_000, "a CD of 80 minutes"],
  [2_295_104, 2_295_104, "a DVD+R"],
  [2_298_496, 2_298_496, "a DVD-R"],
  [4_171_712, 4_171_712, "a DVD-R DL"],
  [4_173_824, 4_173_824, "a DVD+R DL"],
  [11_826_176, 11_826_176, "a BD-RE"],
  [12_219_392, 12_219_392, "a BD-R"],
  [23_652_352, 23_652_352, "a BD-RE DL"],
  [24_438_784, 24_438_784, "a BD-R DL"],
  [48_878_592, 48_878_592, "a BD-R TL"],
  [62_500_864, 62_500_864, "a BD-R QL"],
];

function* checkMedium(image: Image): Iterable<Hit> {
  const sectors = image.mapping.logicalSize / SECTOR;
  const end = declaredEnd(image);
  const medium = capacities.find(([from, to]) => sectors >= from && sectors <= to);
  if (medium === undefined || end === 0 || end > image.mapping.logicalSize * 0.9) return;
  const start = image.mapping.boundary(end);
  yield {
    rule: rules.medium,
    confidence: "likely",
    span: fileSpan(start, image.source.size - start),
    message: `the image has ${sectors} sectors, the capacity of ${medium[2]}; its volume ends at ` +
      `sector ${Math.ceil(end / SECTOR)}`,
  };
}

/** Rules about layouts and sizes of the whole file. */
export const imageSizes: RuleFamily = {
  rules,
  image: [checkLayouts, checkSizes, checkMedium],
};
