// Whether a file begins like a disc image, by what stands at fixed places: for those who would replace it.

import { startsWithText } from "../bytes/text.ts";

/** Bytes of the head of a file that {@linkcode imageSignature} looks at. */
export const SIGNATURE_BYTES = 48 * 1024;

/** Sync pattern of a raw sector (ECMA-130:1996 14.1). */
const SYNC = "\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0";

/** Bytes of a sector without sync, and where its user data may begin. */
const layouts: readonly (readonly [stride: number, dataOffset: number])[] = [
  [2048, 0],
  [2056, 8],
  [2336, 0],
  [2336, 8],
  [2340, 4],
  [2340, 12],
  [2448, 0],
];

/** What a volume descriptor or a recognition descriptor has behind its type byte. */
const identifiers: readonly (readonly [text: string, at: number, name: string])[] = [
  ["CD001", 1, "an ISO 9660 volume"],
  ["CDROM", 9, "a High Sierra volume"],
  ["BEA01", 1, "a UDF volume"],
  ["NSR0", 1, "a UDF volume"],
];

/** Formats that hold the sectors of an image in an order of their own, or compressed. */
const containers: readonly (readonly [text: string, at: number, name: string])[] = [
  ["MComprHD", 0, "a CHD file"],
  ["MEDIA DESCRIPTOR", 0, "an Alcohol 120% image"],
  ["CISO", 0, "a compressed ISO"],
  ["ZISO", 0, "a compressed ISO"],
  ["IsZ!", 0, "an ISZ file"],
  ["DAA\0", 0, "a DAA file"],
  ["AARUFRMT", 0, "an Aaru image"],
  ["EVF\x09\x0d\x0a\xff\0", 0, "an Expert Witness file"],
];

/** Signatures at one place of the file: of volumes without sectors before them, and of containers. */
const fixed: readonly (readonly [text: string, at: number, name: string])[] = [
  [SYNC, 0, "raw CD sectors"],
  ["BD", 1024, "an HFS volume"],
  ["H+\0\x04", 1024, "an HFS Plus volume"],
  ["HX\0\x05", 1024, "an HFS Plus volume"],
  ["ER\x02\0", 0, "an Apple partition map"],
  ["ER\x08\0", 0, "an Apple partition map"],
  ["EFI PART", 512, "a GUID partition table"],
  ...containers,
];

/** Whether a file begins like a container format whose sectors do not follow each other. */
export function isContainer(head: Uint8Array): boolean {
  return containers.some(([text, at]) => startsWithText(head, text, at));
}

/** What kind of disc image a file begins like, as a phrase; undefined where nothing says that it is one. */
export function imageSignature(head: Uint8Array): string | undefined {
  for (const [stride, dataOffset] of layouts) {
    for (const [text, at, name] of identifiers) {
      if (startsWithText(head, text, 16 * stride + dataOffset + at)) return name;
    }
  }
  // Two letters, or four, begin texts as well.
  if (!head.subarray(0, 4096).includes(0)) return undefined;
  return fixed.find(([text, at]) => startsWithText(head, text, at))?.[2];
}
