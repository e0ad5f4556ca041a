// Rules about the system area, logical sectors 0 to 15 (ECMA-119:1987 6.2.1): the standard leaves it free.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { isZero, startsWithText } from "../../bytes/text.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { formatOf } from "../signatures.ts";

const rules = {
  inUse: {
    id: "ISO-VDS-013",
    severity: "note",
    title: "System area is in use",
    clause: "ECMA-119:1987 6.2.1",
    rationale:
      "The area is free for the system that boots the disc; hybrids keep partition tables there. Data " +
      "hidden there belongs to no file. genisoimage -hfs writes an MBR signature without partitions.",
    remedy: "Nothing to do; look at the bytes where no known scheme explains them.",
  },
  foreignFile: {
    id: "ISO-VDS-014",
    severity: "warning",
    title: "Foreign file signature in the system area",
    clause: "ECMA-119:1987 6.2.1",
    rationale:
      "A program, archive or document in front of the volume is seen by no reader of the disc, and is " +
      "opened by those that look at first bytes only. EFI hybrids begin with MZ and an MBR: genuine.",
    remedy: "Cut the bytes out and look at them by themselves.",
  },
} as const satisfies RuleTable;

const AREA = 16 * SECTOR;

type Scheme = { readonly name: string; readonly text: string; readonly at: number };

const schemes: readonly Scheme[] = [
  { name: "GPT header", text: "EFI PART", at: 512 },
  { name: "GPT header of 2048-byte blocks", text: "EFI PART", at: 2048 },
  { name: "Apple driver descriptor", text: "ER", at: 0 },
  { name: "Apple partition map", text: "PM\0\0", at: 512 },
  { name: "Apple partition map of 2048-byte blocks", text: "PM\0\0", at: 2048 },
  { name: "HFS volume", text: "BD", at: 1024 },
  { name: "HFS Plus volume", text: "H+", at: 1024 },
  { name: "Sun disk label", text: "\xda\xbe", at: 508 },
  { name: "SGI volume header", text: "\x0b\xe5\xa9\x41", at: 0 },
  { name: "PA-RISC boot header", text: "PALO", at: 0 },
  { name: "PA-RISC boot header", text: "\x80\x00IPL\0", at: 0 },
  { name: "DEC boot block", text: "\x7a\x75\x02\x00", at: 8 },
  { name: "Sega header", text: "SEGA", at: 0 },
  { name: "PlayStation licence text", text: "          Licensed  by", at: 4 * SECTOR },
];

function classify(head: Uint8Array): string[] {
  const found = schemes.filter(({ text, at }) => startsWithText(head, text, at))
    .map(({ name }) => name);
  if (head[510] === 0x55 && head[511] === 0xaa) {
    const partitions = [0, 1, 2, 3].filter((index) => {
      const at = 446 + 16 * index;
      return !isZero(head.subarray(at + 12, at + 16));
    }).length;
    const what = partitions === 0
      ? "an MBR signature over entries without blocks"
      : `an MBR with ${partitions} partition${partitions === 1 ? "" : "s"}`;
    return [what, ...found];
  }
  return found;
}

function* checkUse({ sessions }: Image, { head }: ProofFacts): Iterable<Hit> {
  const area = head?.subarray(0, AREA);
  if (area === undefined || sessions.length === 0) return;
  const first = area.findIndex((byte) => byte !== 0);
  if (first < 0) return;
  const last = area.findLastIndex((byte) => byte !== 0);
  const what = classify(area);
  yield {
    rule: rules.inUse,
    span: logicalSpan(first, last + 1 - first),
    message: `bytes ${first} to ${last} hold something other than zeros: ` +
      (what.length === 0 ? "nothing that is known" : what.join(", ")),
  };
}

// Two or three letters turn up by chance; a partition table or boot code explains what stands at 0.
const weak: ReadonlySet<string> = new Set([
  "a DOS or Windows executable",
  "a script",
  "bzip2 data",
  "gzip data",
  "a JPEG picture",
  "a tar archive",
]);

function* checkForeign({ sessions }: Image, { head }: ProofFacts): Iterable<Hit> {
  const area = head?.subarray(0, AREA);
  if (area === undefined || sessions.length === 0) return;
  const isBoot = classify(area).length > 0;
  for (let at = 0; at < area.length; at += 512) {
    const format = formatOf(area.subarray(at, at + 512));
    if (format === undefined || (weak.has(format) && (at > 0 || isBoot))) continue;
    yield {
      rule: rules.foreignFile,
      span: logicalSpan(at, 4),
      message: `the bytes from ${at} on begin like ${format}`,
      recorded: format,
    };
  }
}

/** Rules about the system area. */
export const systemArea: RuleFamily = { rules, image: [checkUse, checkForeign] };
