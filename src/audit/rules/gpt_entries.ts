// Rules about the partitions of GUID partition tables, and about the rest of their headers (UEFI 2.10 5.3).

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Structure } from "../../bytes/struct.ts";
import { hex, isZero } from "../../bytes/text.ts";
import { formatGuid, gptEntry, gptHeader } from "../../decode/partition/layout.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { failsChecksum, fieldOf, type Header, headers } from "./gpt.ts";

const layouts = [gptEntry.id];

const rules = {
  outsideRange: {
    id: "GPT-008",
    severity: "warning",
    title: "Entry outside the usable range or overlapping",
    clause: "UEFI 2.10 5.3.3",
    rationale:
      "A partition begins after its end, reaches over the range that the header allows, or crosses " +
      "another. Hybrids have an entry that spans the image from block 0 or 16 (of 2048), which is let " +
      "pass.",
    remedy: "Compare the size of the image with its source.",
    layouts,
  },
  arrayOverPartition: {
    id: "GPT-009",
    severity: "warning",
    title: "Entry array overlaps the first partition",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "The first block that partitions may use lies in the array: writing to the first partition " +
      "destroys the table.",
    remedy: "Keep the table as it is, or move it before the image is written to.",
    layouts: [gptHeader.id],
  },
  name: {
    id: "GPT-011",
    severity: "info",
    title: "Partition name malformed",
    clause: "UEFI 2.10 5.3.3",
    rationale:
      "A name is UTF-16 text that ends with a zero: half of a pair is no text, and nothing should " +
      "follow the end. syslinux isohybrid leaves bytes of its memory there.",
    remedy: "Nothing to do.",
    layouts,
  },
  identifiers: {
    id: "GPT-013",
    severity: "note",
    title: "Identifiers",
    clause: "UEFI 2.10 5.3.2, 5.3.3, appendix A",
    rationale:
      "Identifiers of the disk and its partitions link an image to its copies. Random ones say no " +
      "more; those of version 1 hold a time and a network address; xorriso makes them of the digits " +
      "of the volume's date.",
    remedy: "Nothing to do.",
    layouts: [gptHeader.id, gptEntry.id],
  },
  efiDiffers: {
    id: "GPT-014",
    severity: "warning",
    title: "EFI partition and El Torito image differ",
    clause: "none",
    rationale:
      "Firmware starts one file system from the disc and another from the disk, though hybrids have " +
      "one for both.",
    remedy: "Look at both file systems; the table or the catalog may be of another build.",
    layouts,
  },
  duplicate: {
    id: "GPT-015",
    severity: "warning",
    title: "Duplicate partition GUIDs",
    clause: "UEFI 2.10 5.3.3",
    rationale:
      "Systems that find partitions by their identifier take either of the two. So on images of " +
      "syslinux isohybrid --mac, whose two EFI partitions share one.",
    remedy: "Give one of them another identifier before the image is used as a disk.",
    layouts,
  },
  reserved: {
    id: "GPT-016",
    severity: "warning",
    title: "Reserved header bytes not zero",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "The rest of the header's block shall be zero: something was written over it, or it " +
      "holds what was there before.",
    remedy: "Look at the bytes.",
    layouts: [gptHeader.id],
  },
} as const satisfies RuleTable;

type Entry = Structure<typeof gptEntry.fields>;

/** The entries of the array of a header, in order. */
function entriesOf(image: Image, { table: { array } }: Header): readonly Entry[] {
  if (array === undefined) return [];
  const { start, length } = array;
  return image.structuresOf(gptEntry).filter(({ span }) =>
    span.start >= start && span.start < start + length
  );
}

function placeOf({ span }: Entry): Span {
  return logicalSpan(span.start + gptEntry.fields.startingLba.offset, 16);
}

// An entry over the ISO volume from block 0 or 16 on is customary in hybrids.
const HYBRID_STARTS = [0n, 16n, 64n];

function isSpanning({ value }: Entry, last: bigint): boolean {
  return HYBRID_STARTS.includes(value.startingLba) && value.endingLba <= last;
}

function isChanged({ proof, value }: Header): boolean {
  return proof?.arrayCrc !== undefined && proof.arrayCrc !== value.partitionEntryArrayCrc32;
}

function* checkRanges(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [header] = headers(image, facts);
  if (header === undefined) return;
  const { firstUsableLba: first, lastUsableLba: last } = header.value;
  const explained = isChanged(header) ? { causedBy: "GPT-002" } : {};
  const inside: Entry[] = [];
  for (const entry of entriesOf(image, header)) {
    const { startingLba: start, endingLba: end } = entry.value;
    const spans = isSpanning(entry, last);
    if (start <= end && (start >= first || spans) && end <= last) {
      if (!spans) inside.push(entry);
      continue;
    }
    yield {
      rule: rules.outsideRange,
      span: placeOf(entry),
      message: `the partition has blocks ${start} to ${end}, usable are ${first} to ${last}`,
      recorded: `${start} to ${end}`,
      expected: `${first} to ${last}`,
      ...explained,
    };
  }
  inside.sort((a, b) => a.value.startingLba < b.value.startingLba ? -1 : 1);
  for (const [index, entry] of inside.entries()) {
    const before = inside[index - 1];
    if (before === undefined || before.value.endingLba < entry.value.startingLba) continue;
    const { startingLba: start, endingLba: end } = entry.value;
    yield {
      rule: rules.outsideRange,
      span: placeOf(entry),
      message: `the partition has blocks ${start} to ${end}, another one has blocks ` +
        `${before.value.startingLba} to ${before.value.endingLba}`,
      recorded: `${start} to ${end}`,
      ...explained,
    };
  }
}

function* checkArrayPlace(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [header] = headers(image, facts);
  if (header?.table.role !== "primary" || header.table.array === undefined) return;
  const { array: { start, length }, blockSize } = header.table;
  const { firstUsableLba } = header.value;
  const from = BigInt(Math.floor(start / blockSize));
  const to = BigInt(Math.ceil((start + length) / blockSize));
  if (firstUsableLba < from || firstUsableLba >= to) return;
  yield {
    rule: rules.arrayOverPartition,
    span: fieldOf(header, "firstUsableLba"),
    message:
      `block ${firstUsableLba} is said to be the first that may be used, the entry array has ` +
      `blocks ${from} to ${to - 1n}`,
    recorded: String(firstUsableLba),
    expected: `at least ${to}`,
    ...(failsChecksum(header) ? { causedBy: "GPT-001" } : {}),
  };
}

/** What is wrong with a name, or undefined. */
function nameFault(raw: Uint8Array): string | undefined {
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length);
  const units = Array.from({ length: raw.length / 2 }, (_, at) => view.getUint16(2 * at, true));
  const end = units.indexOf(0);
  const text = end < 0 ? units : units.slice(0, end);
  const decoded = String.fromCharCode(...text);
  if (!decoded.isWellFormed()) return "holds half of a pair of UTF-16 units";
  const more = end < 0 ? 0 : units.slice(end).filter((unit) => unit !== 0).length;
  return more === 0 ? undefined : `has ${counted(more, "unit")} other than zero behind its end`;
}

function* checkNames(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [header] = headers(image, facts);
  if (header === undefined) return;
  const wrong = entriesOf(image, header).flatMap((entry) => {
    const fault = nameFault(entry.value.partitionName);
    return fault === undefined ? [] : [{ entry, fault }];
  });
  const [first] = wrong;
  if (first === undefined) return;
  yield {
    rule: rules.name,
    span: fieldSpan(gptEntry, "partitionName", first.entry.span),
    message: `the name of the partition ${first.fault}` +
      (wrong.length === 1 ? "" : `; so do those of ${wrong.length - 1} others`),
    count: wrong.length,
  };
}

const VARIANT_AT = 8;

/** The digits that libisofs makes an identifier of, where it is one of its own. */
function digitsOf(guid: Uint8Array): string | undefined {
  // It puts version 4 over the high half of byte 7, and the variant over that of byte 8.
  const digits = [...guid].map((byte, at) =>
    at === 7 || at === VARIANT_AT ? 0x30 + byte % 16 : byte
  );
  const isText = digits.every((byte) => byte >= 0x30 && byte <= 0x39);
  return isText ? String.fromCharCode(...digits) : undefined;
}

function kindOf(guid: Uint8Array): string {
  if (isZero(guid)) return "zero";
  const digits = digitsOf(guid);
  if (digits !== undefined) return `made of the digits ${digits}`;
  // The high half of the byte that is read seventh: the third group is recorded LSB first.
  const version = Math.floor((guid[7] ?? 0) / 16);
  const isRfc = Math.floor((guid[VARIANT_AT] ?? 0) / 64) === 2;
  if (!isRfc) return "of no known kind";
  if (version === 1) return `time-based, of network address ${hex(guid.subarray(10))}`;
  if (version === 3 || version === 5) return "derived from a name";
  return version === 4 ? "random" : "of no known kind";
}

const LISTED = 3;

function* checkIdentifiers(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [header] = headers(image, facts);
  if (header === undefined) return;
  const { diskGuid } = header.value;
  const guids = entriesOf(image, header).map(({ value }) => value.uniquePartitionGuid);
  const shown = guids.slice(0, LISTED).map((guid) => `${formatGuid(guid)} (${kindOf(guid)})`);
  const more = guids.length > LISTED ? ` and ${guids.length - LISTED} more` : "";
  yield {
    rule: rules.identifiers,
    span: fieldOf(header, "diskGuid"),
    message: `the disk is ${formatGuid(diskGuid)} (${kindOf(diskGuid)})` +
      (shown.length === 0 ? "" : `, its partitions ${shown.join(", ")}${more}`),
    recorded: formatGuid(diskGuid),
    count: 1 + guids.length,
  };
}

function* checkDuplicates(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [header] = headers(image, facts);
  if (header === undefined) return;
  const seen = new Set<string>();
  for (const { span, value } of entriesOf(image, header)) {
    const guid = formatGuid(value.uniquePartitionGuid);
    if (seen.has(guid)) {
      yield {
        rule: rules.duplicate,
        span: fieldSpan(gptEntry, "uniquePartitionGuid", span),
        message: `an earlier partition has the identifier ${guid} too`,
        recorded: guid,
      };
    }
    seen.add(guid);
  }
}

function* checkReserved(image: Image, facts: ProofFacts): Iterable<Hit> {
  for (const header of headers(image, facts)) {
    const { table, value } = header;
    const explained = failsChecksum(header) ? { causedBy: "GPT-001" } : {};
    if (!isZero(value.reserved20)) {
      const recorded = hex(value.reserved20);
      const message = `the reserved bytes of the ${table.role} header are ${recorded}`;
      const span = fieldOf(header, "reserved20");
      yield { rule: rules.reserved, span, message, recorded, expected: "00000000", ...explained };
    }
    if (table.stray === undefined) continue;
    yield {
      rule: rules.reserved,
      span: table.stray,
      message:
        `the block of the ${table.role} header is not zero behind its fields, first at byte ` +
        `${table.stray.start - table.header.start}`,
      ...explained,
    };
  }
}

const EFI_SYSTEM = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
const EFI_PLATFORM = 0xef;

function* checkEfi(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [header] = headers(image, facts);
  const efi = image.boot.filter(({ platform }) => platform === EFI_PLATFORM);
  if (header === undefined || efi.length === 0) return;
  const { blockSize } = header.table;
  const places = efi.map(({ sector }) => sector * 2048);
  for (const entry of entriesOf(image, header)) {
    if (!equalGuid(entry.value.partitionTypeGuid, EFI_SYSTEM)) continue;
    const { startingLba, endingLba } = entry.value;
    const start = Number(startingLba) * blockSize;
    const length = (Number(endingLba - startingLba) + 1) * blockSize;
    const image = efi[places.indexOf(start)];
    const sizes = image === undefined ? [] : [image.bytes, image.sectorCount * 512];
    if (sizes.some((size) => Math.ceil(size / 2048) === Math.ceil(length / 2048))) continue;
    yield {
      rule: rules.efiDiffers,
      span: placeOf(entry),
      message: `the EFI partition has ${length} bytes from byte ${start} on, the catalog has ` +
        efi.slice(0, LISTED).map(({ bytes, sector }) => `${bytes} from ${sector * 2048}`).join(
          ", ",
        ),
      recorded: `${startingLba} to ${endingLba}`,
    };
  }
}

function equalGuid(raw: Uint8Array, text: string): boolean {
  return formatGuid(raw) === text;
}

/** Rules about the partitions of GUID partition tables. */
export const gptEntryRules: RuleFamily = {
  rules,
  image: [
    checkRanges,
    checkArrayPlace,
    checkNames,
    checkIdentifiers,
    checkDuplicates,
    checkReserved,
    checkEfi,
  ],
};
