// Rules about GUID partition tables (UEFI 2.10 5.3): primary header, backup header, entry arrays.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Values } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import {
  formatGuid,
  gptEntry,
  gptHeader,
  masterBootRecord,
} from "../../decode/partition/layout.ts";
import type { GptTable, Image } from "../../model/image.ts";
import type { GptProof, ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";

const layouts = [gptHeader.id];

const rules = {
  headerChecksum: {
    id: "GPT-001",
    severity: "error",
    title: "Header checksum wrong",
    clause: "UEFI 2.10 5.3.2",
    rationale: "Firmware and systems refuse the table and take the other copy, or none.",
    remedy: "Fetch the block again; the other copy of the header tells what it held.",
    layouts,
  },
  arrayChecksum: {
    id: "GPT-002",
    severity: "error",
    title: "Entry array checksum wrong",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "Firmware and systems refuse the partitions of this copy: an entry was changed, or " +
      "something was written into the free part of the array.",
    remedy: "Compare with the other array; fetch the blocks again.",
    layouts: [gptHeader.id, gptEntry.id],
  },
  malformed: {
    id: "GPT-003",
    severity: "error",
    title: "Header malformed",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "Signature, revision or size are not those of a header: the table is ignored, though " +
      "its other copy may be whole.",
    remedy: "Fetch the block again; the other copy of the header tells what it held.",
    layouts,
  },
  ownAddress: {
    id: "GPT-004",
    severity: "error",
    title: "Header does not know its own address",
    clause: "UEFI 2.10 5.3.2",
    rationale: "A header that stands elsewhere than it says was moved, and its other numbers are " +
      "wrong with it: firmware refuses it.",
    remedy: "Compare the size of the image with its source; the table may be of another image.",
    layouts,
  },
  backupMissing: {
    id: "GPT-005",
    severity: "warning",
    title: "Backup header missing",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "There is no second copy at the place that the primary header names. So on genuine " +
      "Debian 13.0 netinst images and syslinux hybrids.",
    remedy: "Nothing is lost while the primary table is whole.",
    layouts,
  },
  disagreeing: {
    id: "GPT-006",
    severity: "warning",
    title: "Primary and backup disagree",
    clause: "UEFI 2.10 5.3.2",
    rationale: "Which partitions the disk has depends on the copy that is read. The backup of " +
      "syslinux hybrids overlaps data of the image.",
    remedy: "Trust the copy whose checksums hold and whose partitions fit the image.",
    layouts,
  },
  notLast: {
    id: "GPT-007",
    severity: "info",
    title: "Backup is not in the last block",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "Bytes were appended behind the backup, or the image was padded after the table was " +
      "made.",
    remedy: "Nothing to do; tools move the backup when they write the image to a larger disk.",
    layouts,
  },
  bounds: {
    id: "GPT-010",
    severity: "warning",
    title: "Entry size or count out of bounds",
    clause: "UEFI 2.10 5.3.2",
    rationale:
      "An entry has 128 bytes or a power of two times that, and there is at least one: the " +
      "array cannot be read otherwise.",
    remedy: "Take both numbers from the other copy of the header.",
    layouts,
  },
  notProtected: {
    id: "GPT-012",
    severity: "info",
    title: "No protective boot record",
    clause: "UEFI 2.10 5.2.3",
    rationale:
      "An entry of type EE keeps old tools from taking the disk for empty. isohybrid images " +
      "with a GPT have other entries instead; a boot record whose mark 55 AA is lost has none.",
    remedy: "Nothing to do on a hybrid image.",
    layouts: [masterBootRecord.id],
  },
} as const satisfies RuleTable;

type HeaderValues = Values<typeof gptHeader.fields>;

/** A header, what it records, and what was computed of it. */
export type Header = {
  readonly table: GptTable;
  readonly value: HeaderValues;
  readonly proof?: GptProof;
};

/** Headers with what was computed of them, the primary one first. */
export function headers(image: Image, facts: ProofFacts): Header[] {
  const values = new Map(
    image.structuresOf(gptHeader).map(({ span, value }) => [span.start, value]),
  );
  return image.gpt.flatMap((table) => {
    const value = values.get(table.header.start);
    const proof = facts.gpt.find(({ header }) => header.start === table.header.start);
    return value === undefined ? [] : [{ table, value, ...(proof === undefined ? {} : { proof }) }];
  });
}

/** Where a field of a header is. */
export function fieldOf({ table }: Header, field: keyof HeaderValues): Span {
  return fieldSpan(gptHeader, field, table.header);
}

function crc(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Whether the checksum of a header does not hold. */
export function failsChecksum({ value, proof }: Header): boolean {
  return proof?.headerCrc !== undefined && proof.headerCrc !== value.headerCrc32;
}

function* checkHeaders(image: Image, facts: ProofFacts): Iterable<Hit> {
  for (const header of headers(image, facts)) {
    const { table, value, proof } = header;
    if (failsChecksum(header)) {
      const computed = crc(proof?.headerCrc ?? 0);
      yield {
        rule: rules.headerChecksum,
        span: fieldOf(header, "headerCrc32"),
        message: `the ${table.role} header has the checksum ${crc(value.headerCrc32)}, its bytes ` +
          `have ${computed}`,
        recorded: crc(value.headerCrc32),
        expected: computed,
      };
    }
    if (proof?.arrayCrc !== undefined && proof.arrayCrc !== value.partitionEntryArrayCrc32) {
      const computed = crc(proof.arrayCrc);
      yield {
        rule: rules.arrayChecksum,
        span: fieldOf(header, "partitionEntryArrayCrc32"),
        message: `the ${table.role} header gives its array the checksum ` +
          `${crc(value.partitionEntryArrayCrc32)}, the array has ${computed}`,
        recorded: crc(value.partitionEntryArrayCrc32),
        expected: computed,
      };
    }
    yield* checkOwnAddress(header);
  }
}

function* checkOwnAddress(header: Header): Iterable<Hit> {
  const { table, value } = header;
  const own = table.header.start / table.blockSize;
  if (value.myLba === BigInt(own)) return;
  yield {
    rule: rules.ownAddress,
    span: fieldOf(header, "myLba"),
    message: `the ${table.role} header in block ${own} says that it is in block ${value.myLba}`,
    recorded: String(value.myLba),
    expected: String(own),
    ...(failsChecksum(header) ? { causedBy: rules.headerChecksum.id } : {}),
  };
}

const REVISION = 0x00010000;

function* checkForm(image: Image, facts: ProofFacts): Iterable<Hit> {
  const all = headers(image, facts);
  for (const header of all) {
    const { revision, headerSize } = header.value;
    if (
      revision === REVISION && headerSize >= gptHeader.size && headerSize <= header.table.blockSize
    ) {
      continue;
    }
    const field = revision === REVISION ? "headerSize" : "revision";
    yield {
      rule: rules.malformed,
      span: fieldOf(header, field),
      message: revision === REVISION
        ? `the ${header.table.role} header has a size of ${headerSize} bytes`
        : `the ${header.table.role} header has revision 0x${revision.toString(16)}`,
      recorded: String(header.value[field]),
      expected: field === "revision"
        ? String(REVISION)
        : `${gptHeader.size} to ${header.table.blockSize}`,
      ...(failsChecksum(header) ? { causedBy: rules.headerChecksum.id } : {}),
    };
  }
  const [backup] = all;
  if (backup === undefined || backup.table.role === "primary") return;
  const { blockSize } = backup.table;
  yield {
    rule: rules.malformed,
    span: logicalSpan(blockSize, gptHeader.fields.signature.type.size),
    message: `block 1 does not begin with "EFI PART", yet the last block holds a backup header`,
    expected: "EFI PART",
  };
}

function* checkBackup(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [primary, backup] = headers(image, facts);
  if (primary?.table.role !== "primary") return;
  const { alternateLba } = primary.value;
  const { blockSize } = primary.table;
  const field = fieldOf(primary, "alternateLba");
  const found = backup?.table.header.start;
  const last = Math.floor(image.mapping.logicalSize / blockSize) - 1;
  const explained = failsChecksum(primary) ? { causedBy: rules.headerChecksum.id } : {};
  if (found === undefined || alternateLba !== BigInt(found / blockSize)) {
    const where = found !== undefined
      ? `; there is a header in block ${found / blockSize}`
      : alternateLba > BigInt(last)
      ? `; the last block of the image is ${last}`
      : ", where there is none";
    yield {
      rule: rules.backupMissing,
      span: field,
      message: `the primary header names block ${alternateLba} for its backup${where}`,
      recorded: String(alternateLba),
      ...explained,
    };
    return;
  }
  if (found / blockSize === last) return;
  yield {
    rule: rules.notLast,
    span: field,
    message:
      `the backup header is in block ${alternateLba}, the last block of the image is ${last}`,
    recorded: String(alternateLba),
    expected: String(last),
  };
}

const agreeing = [
  "firstUsableLba",
  "lastUsableLba",
  "numberOfPartitionEntries",
  "sizeOfPartitionEntry",
  "partitionEntryArrayCrc32",
] as const;

function* checkAgreement(image: Image, facts: ProofFacts): Iterable<Hit> {
  const [primary, backup] = headers(image, facts);
  if (primary === undefined || backup === undefined) return;
  const broken = failsChecksum(primary) || failsChecksum(backup);
  const explained = broken ? { causedBy: rules.headerChecksum.id } : {};
  const [a, b] = [primary.value, backup.value];
  const hit = (field: keyof HeaderValues, first: string, second: string): Hit => ({
    rule: rules.disagreeing,
    span: fieldOf(backup, field),
    message: `${field} is ${first} in the primary header at byte ${primary.table.header.start}, ` +
      `${second} in the backup`,
    recorded: second,
    expected: first,
    ...explained,
  });
  if (!equalBytes(a.diskGuid, b.diskGuid)) {
    yield hit("diskGuid", formatGuid(a.diskGuid), formatGuid(b.diskGuid));
  }
  for (const field of agreeing) {
    if (a[field] !== b[field]) yield hit(field, String(a[field]), String(b[field]));
  }
}

const ENTRIES_MAX = 8192;

function* checkArrays(image: Image, facts: ProofFacts): Iterable<Hit> {
  for (const header of headers(image, facts)) {
    const { table, value } = header;
    const { numberOfPartitionEntries: count, sizeOfPartitionEntry: size } = value;
    const units = size / gptEntry.size;
    const fits = Number.isInteger(units) && units > 0 && Number.isInteger(Math.log2(units)) &&
      count > 0 && count <= ENTRIES_MAX;
    const explained = failsChecksum(header) ? { causedBy: rules.headerChecksum.id } : {};
    if (!fits) {
      const { start } = fieldOf(header, "numberOfPartitionEntries");
      yield {
        rule: rules.bounds,
        span: logicalSpan(start, 8),
        message: `the ${table.role} header announces ${count} entries of ${size} bytes`,
        recorded: `${count}, ${size}`,
        ...explained,
      };
    } else if (table.array === undefined) {
      yield {
        rule: rules.arrayChecksum,
        span: fieldOf(header, "partitionEntryLba"),
        message:
          `the array of the ${table.role} header, ${count} entries of ${size} bytes at block ` +
          `${value.partitionEntryLba}, is not in the image`,
        recorded: String(value.partitionEntryLba),
        ...explained,
      };
    }
  }
}

const PROTECTIVE = "0xee";

function* checkProtection(image: Image): Iterable<Hit> {
  if (image.gpt.length === 0) return;
  if (image.partitions.some(({ scheme, type }) => scheme === "mbr" && type === PROTECTIVE)) return;
  // A boot record that has lost its mark is a fault of its own.
  if (image.faultCount("mbr-signature") > 0) return;
  const records = image.structuresOf(masterBootRecord).length;
  yield {
    rule: rules.notProtected,
    span: logicalSpan(masterBootRecord.fields.partitionRecords.offset, 64),
    message: records === 0
      ? "block 0 has no mark 55 AA, so it is no boot record"
      : "the boot record has no entry of type 0xee",
  };
}

/** Rules about GUID partition tables. */
export const gptRules: RuleFamily = {
  rules,
  image: [
    checkHeaders,
    checkForm,
    checkBackup,
    checkAgreement,
    checkArrays,
    checkProtection,
  ],
  // An array that cannot be read is judged with its header.
  faults: {
    "gpt-array": () => undefined,
    // Without the mark no disk tool and no firmware sees the entries, and the image does not start from a disk.
    "mbr-signature": (_fault, { gpt }) =>
      gpt.length === 0 ? undefined : { rule: rules.notProtected, severity: "warning" },
  },
};
