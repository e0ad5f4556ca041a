// Rules about images that do not lie where their addresses say: shifted as a whole, or recorded with the
// addresses of a later session.

import { fileSpan, SECTOR } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { primaryVolumeDescriptor } from "../../decode/iso9660/layout.ts";
import type { Image, Shift } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";

const rules = {
  shifted: {
    id: "IMG-009",
    severity: "error",
    title: "Whole image is shifted",
    clause: "ECMA-119:1987 6.2.1",
    rationale:
      "Readers look for the descriptors at sector 16 and find nothing, though the volume may be whole. " +
      "Dumps that begin with the pregap of a track, and images behind a MacBinary, DiskCopy or other " +
      "container header, are named as such: then this is a warning.",
    remedy:
      "Cut off the bytes before the image, or fetch those that are missing; this report counts " +
      "sectors from where the image begins.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  slipped: {
    id: "IMG-010",
    severity: "error",
    title: "Image is shifted from a point onward",
    clause: "none",
    rationale:
      "Bytes were lost or inserted: every address behind the point leads to other bytes, so all files " +
      "there are read wrong, though most of their bytes are there. A distance that is a multiple of a " +
      "sector and of 16 KiB or more points at a lost or doubled piece of a download.",
    remedy:
      "Fetch or copy the image again from before the point; what is behind it is off its place.",
    confidence: "likely",
  },
  discAddresses: {
    id: "IMG-020",
    severity: "warning",
    title: "Session image with disc-relative addresses",
    clause: "ECMA-119:1987 6.1.2",
    rationale:
      "Addresses of a later session count from the start of the disc (CD-Extra, multi-session discs, " +
      "GD-ROM), so readers that count from the start of the file find nothing.",
    remedy:
      "Mount it with the session's address, or put the earlier sessions before it; this report " +
      "applies the address.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
} as const satisfies RuleTable;

function distanceOf({ bytes, what }: Shift): string {
  if (what !== undefined) return `${counted(bytes, "byte")} come before the image: ${what}`;
  return bytes < 0
    ? `${counted(-bytes, "byte")} before it are missing`
    : `${counted(bytes, "byte")} were inserted before it`;
}

function* checkShift({ container, mapping }: Image): Iterable<Hit> {
  const { shift } = container;
  if (shift === undefined) return;
  const { bytes, signature, what } = shift;
  const { stride, dataOffset } = mapping;
  const expected = 16 * stride + dataOffset;
  yield {
    rule: rules.shifted,
    ...(what === undefined ? {} : { severity: "warning" }),
    span: fileSpan(signature, 6),
    message: `the primary descriptor stands at byte ${signature} of the file, ` +
      `${bytes > 0 ? "+" : ""}${bytes} from its place at ${expected}: ${distanceOf(shift)}`,
    recorded: String(signature),
    expected: String(expected),
  };
}

const witnesses = {
  headers: "sectors by the addresses in their headers",
  directories: "directories by their own records",
} as const;

function* checkSlips(_image: Image, { slips = [] }: ProofFacts): Iterable<Hit> {
  for (const { start, end, bytes, by, before, behind } of slips) {
    const what = bytes < 0
      ? `${counted(-bytes, "byte")} are missing`
      : `${counted(bytes, "byte")} were inserted`;
    const piece = PIECES.find((size) => bytes % size === 0);
    yield {
      rule: rules.slipped,
      span: fileSpan(start, Math.max(0, end - start)),
      message:
        `${what} between bytes ${start} and ${end} of the file, or just before: from there ` +
        `on everything stands ${bytes > 0 ? "+" : ""}${bytes} from its place, as ${behind} ` +
        `${witnesses[by]} say, while ${before} before it are in theirs` +
        (piece === undefined ? "" : `; the distance is a multiple of ${piece}, as pieces are`),
      recorded: String(bytes),
      expected: "0",
    };
  }
}

/** Sizes of pieces in which files are fetched or copied, the largest first. */
const PIECES = [4_194_304, 1_048_576, 262_144, 65_536, 16_384];

/** What is known to lie before a session: the distance from the end of the one before it. */
function knownBase(lba: number): string {
  return lba === 45_000 ? ", where the high-density area of a GD-ROM begins" : "";
}

function* checkSession(image: Image): Iterable<Hit> {
  const { session } = image.container;
  const [descriptor] = image.structuresOf(primaryVolumeDescriptor);
  if (session === undefined || descriptor === undefined) return;
  const { lba, root, headers } = session;
  const recorded = descriptor.value.rootLocationOfExtent.le;
  const counts = image.mapping.logicalSize / SECTOR - lba;
  yield {
    rule: rules.discAddresses,
    span: fieldSpan(primaryVolumeDescriptor, "rootLocationOfExtent", descriptor.span),
    message:
      `the root directory is said to be at block ${recorded}, past the ${
        counted(counts, "sector")
      } ` +
      `of the file; by its own record it is the one at byte ${root}, so the file begins at LBA ` +
      `${lba} of its disc${knownBase(lba)}` +
      (headers ? ", as the headers of its sectors say too" : ""),
    recorded: String(recorded),
    expected: String(recorded - lba),
    volume: "iso9660",
  };
}

/** Rules about where the image lies. */
export const placement: RuleFamily = { rules, image: [checkShift, checkSlips, checkSession] };
