// Rules about the El Torito boot catalogue (El Torito 1.0, 25 January 1995).

import { SECTOR, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Layout, type Values } from "../../bytes/struct.ts";
import { hex, isZero } from "../../bytes/text.ts";
import {
  initialEntry,
  sectionEntry,
  sectionHeaderEntry,
  validationEntry,
} from "../../decode/eltorito/layout.ts";
import { bootRecord } from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { descriptorSets } from "./descriptor_view.ts";

const rules = {
  catalogOutside: {
    id: "ELT-004",
    severity: "error",
    title: "Catalog outside the image",
    clause: "El Torito 1.0, boot record",
    rationale: "Firmware finds no boot entry, so the disc does not start a computer.",
    remedy: "Fetch the missing part of the image, or rebuild it with its boot files.",
    layouts: [bootRecord.id],
  },
  header: {
    id: "ELT-005",
    severity: "error",
    title: "Validation header is not 1",
    clause: "El Torito 1.0 2.1",
    rationale: "The first byte shall be 1: firmware takes the catalog for none and does not boot.",
    remedy: "Fetch the sector of the catalog again; it may also be named at a wrong place.",
    layouts: [validationEntry.id],
  },
  checksum: {
    id: "ELT-006",
    severity: "error",
    title: "Validation checksum wrong",
    clause: "El Torito 1.0 2.1",
    rationale:
      "The sixteen words of the entry shall add up to zero; firmware that checks it refuses " +
      "to boot. No current program writes a wrong one.",
    remedy: "Fetch the sector of the catalog again.",
    layouts: [validationEntry.id],
  },
  keyBytes: {
    id: "ELT-007",
    severity: "error",
    title: "Key bytes missing",
    clause: "El Torito 1.0 2.1",
    rationale: "The validation entry ends with 55 AA: firmware takes the catalog for none without.",
    remedy: "Fetch the sector of the catalog again.",
    layouts: [validationEntry.id],
  },
  platform: {
    id: "ELT-008",
    severity: "warning",
    title: "Unknown platform",
    clause: "El Torito 1.0 2.1; UEFI 2.10 13.3.2.1",
    rationale:
      "Known are 0 for x86, 1 for PowerPC, 2 for Mac and EF for EFI: firmware passes over " +
      "the entries of any other.",
    remedy: "Look at the boot image itself to see what it is for.",
    layouts: [validationEntry.id, sectionHeaderEntry.id],
  },
  reserved: {
    id: "ELT-009",
    severity: "note",
    title: "Reserved validation bytes not zero",
    clause: "El Torito 1.0 2.1",
    rationale: "Firmware ignores them; a private mark of the master, or damage.",
    remedy: "Nothing to do.",
    layouts: [validationEntry.id],
  },
  indicator: {
    id: "ELT-010",
    severity: "error",
    title: "Boot indicator invalid",
    clause: "El Torito 1.0 2.2",
    rationale: "The byte shall be 88 for bootable or 00 for not: firmware passes over any other.",
    remedy: "Fetch the sector of the catalog again.",
    layouts: [initialEntry.id, sectionEntry.id],
  },
  notBootable: {
    id: "ELT-011",
    severity: "info",
    title: "Entry marked not bootable",
    clause: "El Torito 1.0 2.2",
    rationale: "The entry is there and firmware shall not start it.",
    remedy: "Nothing to do, unless the disc was meant to boot from it.",
    layouts: [initialEntry.id, sectionEntry.id],
  },
  media: {
    id: "ELT-012",
    severity: "warning",
    title: "Media type invalid",
    clause: "El Torito 1.0 2.2",
    rationale:
      "Defined are no emulation, three floppies and a hard disk, and three flags in section " +
      "entries: firmware does not know how to start anything else.",
    remedy: "See by its size what the boot image is; most are of no emulation.",
    layouts: [initialEntry.id, sectionEntry.id],
  },
  imageOutside: {
    id: "ELT-013",
    severity: "error",
    title: "Boot image outside the image",
    clause: "El Torito 1.0 2.2",
    rationale:
      "The entry names no sector, one past the end or a volume descriptor: firmware loads " +
      "nothing or garbage.",
    remedy: "Fetch the missing part of the image; the boot files may also be named in the tree.",
    layouts: [initialEntry.id, sectionEntry.id],
  },
  imageCut: {
    id: "ELT-014",
    severity: "warning",
    title: "Boot image is cut off",
    clause: "El Torito 1.0 2.2",
    rationale:
      "The blocks that firmware shall load end past the image. The count is in blocks of " +
      "512 bytes, whatever the medium.",
    remedy: "Fetch the missing part of the image.",
    layouts: [initialEntry.id, sectionEntry.id],
  },
} as const satisfies RuleTable;

type ValidationValues = Values<typeof validationEntry.fields>;

/** Bytes of a validation entry, as its fields have them. */
function validationBytes(value: ValidationValues): Uint8Array {
  const bytes = new Uint8Array(validationEntry.size);
  const { fields } = validationEntry;
  bytes[fields.headerId.offset] = value.headerId;
  bytes[fields.platformId.offset] = value.platformId;
  bytes.set(value.reserved2, fields.reserved2.offset);
  bytes.set(value.idString, fields.idString.offset);
  new DataView(bytes.buffer).setUint16(fields.checksum.offset, value.checksum, true);
  bytes.set(value.keyBytes, fields.keyBytes.offset);
  return bytes;
}

const WORDS = 65536;

function wordSum(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += view.getUint16(at, true);
  return sum % WORDS;
}

function* checkValidation(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(validationEntry)) {
    const { headerId, keyBytes, checksum, reserved2 } = value;
    const field = (name: keyof ValidationValues) => fieldSpan(validationEntry, name, span);
    const headless = headerId !== 1;
    const keyless = hex(keyBytes) !== "55aa";
    if (headless) {
      const message = `the header of the validation entry is ${headerId}`;
      const recorded = String(headerId);
      yield { rule: rules.header, span: field("headerId"), message, recorded, expected: "1" };
    }
    if (keyless) {
      yield {
        rule: rules.keyBytes,
        span: field("keyBytes"),
        message: `the key bytes of the validation entry are ${hex(keyBytes)}`,
        recorded: hex(keyBytes),
        expected: "55aa",
        // An entry without both is no catalog at all.
        ...(headless ? { causedBy: rules.header.id } : {}),
      };
    }
    const sum = wordSum(validationBytes(value));
    if (sum !== 0) {
      const expected = (checksum - sum + WORDS) % WORDS;
      yield {
        rule: rules.checksum,
        span: field("checksum"),
        message: `the words of the validation entry add up to ${sum}, not 0: the checksum is ` +
          `${checksum}`,
        recorded: String(checksum),
        expected: String(expected),
        ...(headless ? { causedBy: rules.header.id } : {}),
        ...(keyless && !headless ? { causedBy: rules.keyBytes.id } : {}),
      };
    }
    if (isZero(reserved2)) continue;
    const message = `the reserved bytes are ${hex(reserved2)}`;
    yield { rule: rules.reserved, span: field("reserved2"), message, recorded: hex(reserved2) };
  }
}

const PLATFORMS = [0x00, 0x01, 0x02, 0xef];

function* checkPlatforms(image: Image): Iterable<Hit> {
  for (const layout of [validationEntry, sectionHeaderEntry]) {
    const untyped: Layout = layout;
    for (const { span, value } of image.structuresOf(untyped)) {
      const platform = Number(value["platformId"]);
      if (PLATFORMS.includes(platform)) continue;
      const text = `0x${platform.toString(16).padStart(2, "0")}`;
      yield {
        rule: rules.platform,
        span: fieldSpan(untyped, "platformId", span),
        message: `the platform is ${text}; known are 0x00, 0x01, 0x02 and 0xef`,
        recorded: text,
      };
    }
  }
}

/** The fields that initial and section entries have alike. */
export type EntryValues = Omit<Values<typeof initialEntry.fields>, "unused12">;

/** An entry that names a boot image. */
export type CatalogEntry = {
  readonly span: Span;
  readonly value: EntryValues;
  readonly initial: boolean;
};

/** The entries of every catalogue that name boot images. */
export function* catalogEntries(image: Image): Generator<CatalogEntry> {
  for (const { span, value } of image.structuresOf(initialEntry)) {
    yield { span, value, initial: true };
  }
  for (const { span, value } of image.structuresOf(sectionEntry)) {
    yield { span, value, initial: false };
  }
}

/** Where a field of such an entry is. */
export function entryField({ span }: CatalogEntry, field: keyof EntryValues): Span {
  return fieldSpan(initialEntry, field, span);
}

function* checkIndicators(image: Image): Iterable<Hit> {
  for (const entry of catalogEntries(image)) {
    const { bootIndicator: indicator } = entry.value;
    if (indicator === 0x88) continue;
    const recorded = `0x${indicator.toString(16).padStart(2, "0")}`;
    const unmarked = indicator === 0;
    yield {
      rule: unmarked ? rules.notBootable : rules.indicator,
      span: entryField(entry, "bootIndicator"),
      message: `the boot indicator is ${recorded}` + (unmarked ? ": not bootable" : ""),
      recorded,
      ...(unmarked ? {} : { expected: "0x88 or 0x00" }),
    };
  }
}

/** Media type of hard disk emulation. */
export const HARD_DISK = 4;
const INITIAL_UNUSED = 0xf0;
const SECTION_UNUSED = 0x10;

function* checkMedia(image: Image): Iterable<Hit> {
  for (const entry of catalogEntries(image)) {
    const { bootMediaType: media } = entry.value;
    const unused = media & (entry.initial ? INITIAL_UNUSED : SECTION_UNUSED);
    if (media % 16 <= HARD_DISK && unused === 0) continue;
    const recorded = `0x${media.toString(16).padStart(2, "0")}`;
    yield {
      rule: rules.media,
      span: entryField(entry, "bootMediaType"),
      message: unused === 0
        ? `the media type is ${media % 16}; the highest that is defined is ${HARD_DISK}`
        : `the media type is ${recorded}, with unused bits set`,
      recorded,
    };
  }
}

/** Bytes of a block that the load count counts. */
export const BOOT_BLOCK = 512;

function outsideReason(sector: number, image: Image): string | undefined {
  const { logicalSize } = image.mapping;
  if (sector === 0) return "where no boot image can be";
  if (sector * SECTOR >= logicalSize) {
    return `past the end of the image, which has ${Math.ceil(logicalSize / SECTOR)} sectors`;
  }
  const start = sector * SECTOR;
  const inSet = descriptorSets(image).some((set) => start >= set.start && start < set.end);
  return inSet ? "which is a volume descriptor" : undefined;
}

function* checkImages(image: Image): Iterable<Hit> {
  for (const entry of catalogEntries(image)) {
    const { loadRba: sector, sectorCount: count, bootIndicator } = entry.value;
    const reason = outsideReason(sector, image);
    if (reason !== undefined) {
      if (bootIndicator !== 0x88) continue;
      yield {
        rule: rules.imageOutside,
        span: entryField(entry, "loadRba"),
        message: `the boot image is said to be at sector ${sector}, ${reason}`,
        recorded: String(sector),
      };
      continue;
    }
    const end = sector * SECTOR + count * BOOT_BLOCK;
    if (end <= image.mapping.logicalSize) continue;
    yield {
      rule: rules.imageCut,
      span: entryField(entry, "sectorCount"),
      message:
        `${count} blocks of ${BOOT_BLOCK} bytes from sector ${sector} end at byte ${end}, the ` +
        `image at ${image.mapping.logicalSize}`,
      recorded: String(count),
    };
  }
}

/** Rules about the El Torito boot catalogue. */
export const elToritoRules: RuleFamily = {
  rules,
  image: [checkValidation, checkPlatforms, checkIndicators, checkMedia, checkImages],
  faults: { "catalog-outside": rules.catalogOutside },
};
