// Rules about what boot images hold (El Torito 1.0 2.2; UEFI 2.10 13.3; mkisofs boot information tables).

import { logicalSpan, type Owner, SECTOR, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Layout } from "../../bytes/struct.ts";
import {
  bootInformationTable,
  initialEntry,
  sectionEntry,
  sectionHeaderEntry,
  validationEntry,
} from "../../decode/eltorito/layout.ts";
import type { BootImageHead, FatVolume } from "../../model/boot_facts.ts";
import type { BootEntry, Image } from "../../model/image.ts";
import { lastAtOrBefore } from "../../model/structures.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { BOOT_BLOCK, catalogEntries, HARD_DISK } from "./eltorito.ts";

const entryLayouts = [initialEntry.id, sectionEntry.id];

const rules = {
  shortLoad: {
    id: "ELT-015",
    severity: "info",
    title: "Load count smaller than the image",
    clause: "El Torito 1.0 2.2; UEFI 2.10 13.3.2",
    rationale:
      "0 and 1 mean up to the end of the image or of its FAT volume. Normal for EFI, where the count " +
      "is too small for large images.",
    remedy: "Nothing to do.",
    layouts: entryLayouts,
  },
  floppy: {
    id: "ELT-016",
    severity: "warning",
    title: "Floppy emulation image too short",
    clause: "El Torito 1.0 2.2",
    rationale: "Firmware gives the program that it starts a whole floppy, whose last sectors are " +
      "another file or nothing.",
    remedy: "Pad the boot image and master the disc anew.",
    layouts: entryLayouts,
  },
  hardDisk: {
    id: "ELT-017",
    severity: "warning",
    title: "Hard-disk emulation image invalid",
    clause: "El Torito 1.0 2.2",
    rationale:
      "The image of a disk begins with a boot record that has one partition, of the type that the " +
      "catalog repeats: firmware takes the geometry from it.",
    remedy: "Master the disc anew without emulation.",
    layouts: entryLayouts,
  },
  informationTable: {
    id: "ELT-025",
    severity: "warning",
    title: "Boot information table is wrong",
    clause: "mkisofs -boot-info-table",
    rationale:
      "The table has the length of the boot file and the sum of its words: the file was changed after " +
      "the disc was mastered, or is damaged.",
    remedy: "Fetch the sectors of the boot file again.",
    layouts: [bootInformationTable.id],
  },
  notFat: {
    id: "ELT-026",
    severity: "warning",
    title: "EFI boot image is not a readable FAT volume",
    clause: "UEFI 2.10 13.3.2.1",
    rationale:
      "Firmware starts a file in \\EFI\\BOOT of a FAT volume: without them it finds nothing.",
    remedy: "Fetch the boot image again; see whether it is for another platform.",
    layouts: entryLayouts,
  },
  fatTooLarge: {
    id: "ELT-027",
    severity: "warning",
    title: "EFI boot image larger than its space",
    clause: "UEFI 2.10 13.3.2",
    rationale:
      "The FAT volume says that it goes on where another file begins or the image ends: its last " +
      "files may be cut off.",
    remedy: "Compare the files of the volume with their source.",
    layouts: entryLayouts,
  },
  platformContent: {
    id: "ELT-028",
    severity: "warning",
    title: "Platform and content disagree",
    clause: "none",
    rationale:
      "Firmware takes a boot image for the platform of its section: code for a BIOS does not start " +
      "under EFI, nor an EFI volume under a BIOS.",
    remedy: "Correct the platform when the disc is mastered.",
    layouts: [validationEntry.id, sectionHeaderEntry.id],
  },
  digest: {
    id: "ELT-030",
    severity: "note",
    title: "Boot image digest",
    clause: "none",
    rationale: "Tells by a list of known boot loaders which one it is, and whether it was changed.",
    remedy: "Nothing to do.",
  },
} as const satisfies RuleTable;

const EFI = 0xef;
/** Bytes of the three floppies (El Torito 1.0 2.2). */
const FLOPPIES: Readonly<Record<number, number>> = { 1: 1_228_800, 2: 1_474_560, 3: 2_949_120 };

function startOf({ sector }: BootEntry): number {
  return sector * SECTOR;
}

function isInside(entry: BootEntry, { mapping }: Image): boolean {
  return entry.sector > 0 && startOf(entry) < mapping.logicalSize;
}

function headOf(entry: BootEntry, { boot }: ProofFacts): BootImageHead | undefined {
  return boot.images.find(({ start }) => start === startOf(entry));
}

function fatBytes({ sectors, sectorBytes }: FatVolume): number {
  return sectors * sectorBytes;
}

function* checkLoad(image: Image, facts: ProofFacts): Iterable<Hit> {
  for (const entry of image.boot) {
    if (!isInside(entry, image) || entry.media !== 0) continue;
    const { sectorCount: count } = entry;
    const fat = headOf(entry, facts)?.fat;
    const size = fat === undefined ? entry.bytes : fatBytes(fat);
    const isSmall = (count <= 1 && entry.bytes > count * BOOT_BLOCK) ||
      (fat !== undefined && count * BOOT_BLOCK < size);
    if (!isSmall) continue;
    yield {
      rule: rules.shortLoad,
      span: fieldSpan(initialEntry, "sectorCount", entry.entry),
      message:
        `firmware shall load ${counted(count, "block")} of ${BOOT_BLOCK} bytes, the boot image ` +
        `has ${counted(size, "byte")}`,
      recorded: String(count),
    };
  }
}

function* checkFloppies(image: Image): Iterable<Hit> {
  for (const entry of image.boot) {
    const needed = FLOPPIES[entry.media];
    if (needed === undefined || !isInside(entry, image)) continue;
    const there = Math.min(
      entry.fileBytes ?? Infinity,
      image.mapping.logicalSize - startOf(entry),
    );
    if (there >= needed) continue;
    yield {
      rule: rules.floppy,
      span: logicalSpan(startOf(entry), there),
      message: `the boot image has ${there} bytes, a floppy of type ${entry.media} has ${needed}`,
      recorded: String(there),
      expected: String(needed),
    };
  }
}

const TABLE = 446;
const TABLE_BYTES = 64;
const RECORD = 16;

function* checkHardDisks(image: Image, facts: ProofFacts): Iterable<Hit> {
  for (const entry of catalogEntries(image)) {
    const { bootMediaType, loadRba, systemType } = entry.value;
    if (bootMediaType % 16 !== HARD_DISK) continue;
    const found = facts.boot.images.find(({ start }) => start === loadRba * SECTOR);
    if (found === undefined) continue;
    const { head, start } = found;
    const span = logicalSpan(start + TABLE, TABLE_BYTES);
    if (head[510] !== 0x55 || head[511] !== 0xaa) {
      const message = "the boot image of an emulated hard disk does not begin with a boot record";
      yield { rule: rules.hardDisk, span, message };
      continue;
    }
    const types = [0, 1, 2, 3].map((index) => TABLE + RECORD * index)
      .filter((at) => head.subarray(at + 12, at + 16).some((byte) => byte !== 0))
      .map((at) => head[at + 4] ?? 0);
    const [type] = types;
    const wrong = types.length !== 1
      ? `has ${counted(types.length, "partition")}, and shall have one`
      : type === systemType
      ? undefined
      : `has a partition of type 0x${type?.toString(16).padStart(2, "0")}, the catalog says ` +
        `0x${systemType.toString(16).padStart(2, "0")}`;
    if (wrong === undefined) continue;
    yield { rule: rules.hardDisk, span, message: `the emulated hard disk ${wrong}` };
  }
}

function* checkTables(image: Image, { bootContents = [] }: ProofFacts): Iterable<Hit> {
  const seen = new Set<number>();
  for (const { informationTable: table, fileBytes, sector } of image.boot) {
    if (table === undefined || seen.has(sector)) continue;
    seen.add(sector);
    const span = logicalSpan(table.span.start, 16);
    if (fileBytes !== undefined && table.fileLength !== fileBytes) {
      yield {
        rule: rules.informationTable,
        span,
        message:
          `the table gives the boot file ${counted(table.fileLength, "byte")}, its directory ` +
          `record ${fileBytes}`,
        recorded: String(table.fileLength),
        expected: String(fileBytes),
      };
      continue;
    }
    const sum = bootContents.find(({ start }) => start === sector * SECTOR)?.sum;
    if (sum === undefined || sum === table.checksum) continue;
    const [recorded, expected] = [table.checksum, sum].map((value) =>
      value.toString(16).padStart(8, "0")
    );
    yield {
      rule: rules.informationTable,
      span,
      message: `the table gives the boot file the sum ${recorded}, its words add up to ${expected}`,
      ...(recorded === undefined ? {} : { recorded }),
      ...(expected === undefined ? {} : { expected }),
    };
  }
}

const ISOLINUX = [0xfb, 0xc0, 0x78, 0x70];

/** Whether a boot image begins with code that isohybrid knows by its mark. */
export function isIsolinux({ head }: BootImageHead): boolean {
  return ISOLINUX.every((byte, at) => head[64 + at] === byte);
}

/** Where platforms are recorded: in the header before each entry. */
class PlatformFields {
  readonly #sorted: readonly Span[];

  constructor(image: Image) {
    const fields = [validationEntry, sectionHeaderEntry].flatMap((layout) => {
      const untyped: Layout = layout;
      return image.structuresOf(untyped).map(({ span }) => fieldSpan(untyped, "platformId", span));
    });
    this.#sorted = fields.sort((a, b) => a.start - b.start);
  }

  before({ entry }: BootEntry): Span {
    const at = lastAtOrBefore(
      this.#sorted.length,
      entry.start,
      (index) => this.#sorted[index]?.start,
    );
    return this.#sorted[at] ?? entry;
  }
}

function* checkEfi(image: Image, facts: ProofFacts): Iterable<Hit> {
  const platforms = new PlatformFields(image);
  for (const entry of image.boot) {
    const found = headOf(entry, facts);
    if (found === undefined) continue;
    const { fat } = found;
    const isBios = fat === undefined && (isIsolinux(found) || entry.informationTable !== undefined);
    if (entry.platform === EFI && entry.bootable && fat?.hasEfiBoot !== true) {
      const isUnknown = fat !== undefined && fat.hasEfiBoot === undefined;
      yield {
        rule: rules.notFat,
        span: logicalSpan(found.start, 512),
        message: fat === undefined
          ? "the EFI boot image does not begin with the parameter block of a FAT volume"
          : isUnknown
          ? "the directories of the FAT volume in the EFI boot image cannot be read"
          : "the FAT volume in the EFI boot image has no directory \\EFI\\BOOT",
        ...(isBios ? { causedBy: rules.platformContent.id } : {}),
      };
    }
    const disagrees = entry.platform === EFI
      ? isBios
      : entry.platform === 0 && entry.media === 0 && fat?.hasEfiBoot === true;
    if (!disagrees) continue;
    yield {
      rule: rules.platformContent,
      span: platforms.before(entry),
      message: entry.platform === EFI
        ? "the entry is for EFI, its boot image is code for a BIOS"
        : "the entry is for a BIOS, its boot image is a FAT volume with \\EFI\\BOOT",
      recorded: `0x${entry.platform.toString(16).padStart(2, "0")}`,
    };
  }
}

/** Owners of what no boot image may reach into. */
const foreign: ReadonlySet<Owner> = new Set<Owner>([
  "file",
  "directory",
  "path-table",
  "descriptor",
  "continuation",
]);

/** Logical byte at which something else than the boot image begins, or the image ends. */
function spaceEnd(entry: BootEntry, upTo: number, image: Image): number {
  const { mapping, regions } = image;
  const start = startOf(entry);
  if (entry.fileBytes !== undefined) return start + Math.ceil(entry.fileBytes / SECTOR) * SECTOR;
  const last = Math.min(upTo, mapping.logicalSize);
  const end = mapping.boundary(last);
  for (let index = regions.indexAt(mapping.fileOffset(start)); index < regions.count; index++) {
    const { start: at, owner } = regions.region(index);
    if (at >= end) break;
    if (at > mapping.fileOffset(start) && foreign.has(owner)) return mapping.logicalOffset(at);
  }
  return last;
}

function* checkSpace(image: Image, facts: ProofFacts): Iterable<Hit> {
  const seen = new Set<number>();
  for (const entry of image.boot) {
    const fat = headOf(entry, facts)?.fat;
    if (fat === undefined || entry.platform !== EFI || seen.has(entry.sector)) continue;
    seen.add(entry.sector);
    const end = startOf(entry) + fatBytes(fat);
    const limit = spaceEnd(entry, end, image);
    if (end <= limit) continue;
    yield {
      rule: rules.fatTooLarge,
      span: fat.sectorsField,
      message: `the FAT volume has ${fat.sectors} sectors of ${fat.sectorBytes} bytes, there are ` +
        `${limit - startOf(entry)} bytes for it`,
      recorded: String(fat.sectors),
    };
  }
}

function* checkDigests(_image: Image, { bootContents = [] }: ProofFacts): Iterable<Hit> {
  for (const { start, length, sha256 } of bootContents) {
    if (sha256 === undefined) continue;
    yield {
      rule: rules.digest,
      span: logicalSpan(start, length),
      message: `the boot image of ${counted(length, "byte")} has the SHA-256 ${sha256}`,
      recorded: sha256,
    };
  }
}

/** Rules about boot images. */
export const bootImageRules: RuleFamily = {
  rules,
  image: [
    checkLoad,
    checkFloppies,
    checkHardDisks,
    checkTables,
    checkEfi,
    checkSpace,
    checkDigests,
  ],
};
