// Rules about the boot record that names a boot catalogue, and about the catalogue's sections and unused bytes
// (El Torito 1.0, 25 January 1995).

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Structure } from "../../bytes/struct.ts";
import { hex, isZero, startsWithText } from "../../bytes/text.ts";
import {
  initialEntry,
  sectionEntry,
  sectionEntryExtension,
  sectionHeaderEntry,
} from "../../decode/eltorito/layout.ts";
import { bootRecord } from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { FaultRule, Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { descriptorSets } from "./descriptor_view.ts";
import { catalogEntries, entryField } from "./eltorito.ts";

const entryLayouts = [initialEntry.id, sectionEntry.id];

const rules = {
  identifier: {
    id: "ELT-001",
    severity: "warning",
    title: "Boot system identifier is not exact",
    clause: "El Torito 1.0, boot record",
    rationale:
      "The identifier is EL TORITO SPECIFICATION and zeros: firmware that compares all of it finds no " +
      "boot record.",
    remedy: "Nothing to do where the disc starts; master it anew with a current program.",
    layouts: [bootRecord.id],
  },
  place: {
    id: "ELT-002",
    severity: "warning",
    title: "Boot record not at sector 17",
    clause: "El Torito 1.0, boot record",
    rationale:
      "Firmware looks at the sector behind the primary descriptor of the last session, and nowhere else.",
    remedy: "Master the disc anew with the boot record in its place.",
    layouts: [bootRecord.id],
  },
  unusedRecord: {
    id: "ELT-003",
    severity: "note",
    title: "Unused boot record bytes not zero",
    clause: "El Torito 1.0, boot record",
    rationale: "Firmware ignores them; a private mark of the master, or damage.",
    remedy: "Look at the bytes.",
    layouts: [bootRecord.id],
  },
  loadSegment: {
    id: "ELT-018",
    severity: "info",
    title: "Unusual load segment",
    clause: "El Torito 1.0 2.2",
    rationale:
      "Nearly all discs load their boot image to segment 07C0, for which 0 stands; some firmware " +
      "knows no other.",
    remedy: "Nothing to do where the disc starts.",
    layouts: entryLayouts,
  },
  section: {
    id: "ELT-019",
    severity: "warning",
    title: "Section header invalid",
    clause: "El Torito 1.0 2.3",
    rationale:
      "A section begins with 90, the last one with 91: firmware may stop reading elsewhere. FreeBSD " +
      "11.0 marks its last one 90; Mageia 4 has entries without a header.",
    remedy: "Nothing to do where the disc starts; else fetch the sector of the catalog again.",
    layouts: [sectionHeaderEntry.id],
  },
  count: {
    id: "ELT-020",
    severity: "warning",
    title: "Section holds fewer entries than announced",
    clause: "El Torito 1.0 2.3",
    rationale:
      "Firmware that counts takes what follows for entries. So on genuine FreeBSD 11.0 and Mageia 4 " +
      "installers.",
    remedy: "Nothing to do where the disc starts; else fetch the sector of the catalog again.",
    layouts: [sectionHeaderEntry.id],
  },
  extension: {
    id: "ELT-021",
    severity: "warning",
    title: "Section entry extension chain broken",
    clause: "El Torito 1.0 2.5",
    rationale:
      "Bit 5 of byte 1 says that an extension follows, and none does: the selection criteria are cut " +
      "short.",
    remedy: "Fetch the sector of the catalog again.",
    layouts: [sectionEntry.id, sectionEntryExtension.id],
  },
  trailing: {
    id: "ELT-022",
    severity: "info",
    title: "Data after the final section",
    clause: "El Torito 1.0 2.3",
    rationale:
      "Firmware does not look there. So on genuine OpenBSD 7.9 installers; data may be hidden there, " +
      "too.",
    remedy: "Look at the bytes.",
    layouts: [sectionHeaderEntry.id],
  },
  unusedEntry: {
    id: "ELT-023",
    severity: "info",
    title: "Unused entry bytes not zero",
    clause: "El Torito 1.0 2.2, 2.4",
    rationale: "Firmware ignores them; older programs left what was in memory there.",
    remedy: "Look at the bytes.",
    layouts: entryLayouts,
  },
  noFile: {
    id: "ELT-024",
    severity: "note",
    title: "Boot image is not a named file",
    clause: "none",
    rationale:
      "No directory shows the boot image: it is hidden, was removed from the tree, or lies in a " +
      "partition behind the volume.",
    remedy: "Cut the boot image out and look at it by itself.",
    layouts: entryLayouts,
  },
  severalRecords: {
    id: "ELT-029",
    severity: "warning",
    title: "More than one boot record",
    clause: "El Torito 1.0, boot record",
    rationale: "Other firmware may take the catalog of another one, and start something else.",
    remedy: "See which boot images each catalog names.",
    layouts: [bootRecord.id],
  },
} as const satisfies RuleTable;

const SYSTEM = "EL TORITO SPECIFICATION";

type Record = Structure<typeof bootRecord.fields>;

function isElTorito({ value }: Record): boolean {
  return startsWithText(value.bootSystemIdentifier, SYSTEM);
}

function* checkRecords(image: Image): Iterable<Hit> {
  for (const { span, value } of image.structuresOf(bootRecord).filter(isElTorito)) {
    const { bootSystemIdentifier: identifier, bootIdentifier, bootSystemUse } = value;
    const padding = identifier.subarray(SYSTEM.length);
    if (!isZero(padding)) {
      yield {
        rule: rules.identifier,
        span: fieldSpan(bootRecord, "bootSystemIdentifier", span),
        message: `EL TORITO SPECIFICATION is followed by ${hex(padding)}, not by zeros`,
        recorded: hex(padding),
      };
    }
    const unused = [["bootIdentifier", bootIdentifier], ["bootSystemUse", bootSystemUse]] as const;
    for (const [field, bytes] of unused) {
      const first = bytes.findIndex((byte) => byte !== 0);
      if (first < 0) continue;
      const last = bytes.findLastIndex((byte) => byte !== 0);
      const { start } = fieldSpan(bootRecord, field, span);
      yield {
        rule: rules.unusedRecord,
        span: logicalSpan(start + first, last + 1 - first),
        message:
          `bytes ${start - span.start + first} to ${start - span.start + last} of the boot ` +
          `record are not all zero`,
      };
    }
  }
}

// The set may lack its first descriptors: the session says where they belong.
function boundAt({ sessions }: Image, set: number): number {
  const own = sessions.findLast(({ start }) => start + 16 <= set && set <= start + 19);
  return own === undefined ? set + 1 : own.start + 17;
}

function* checkPlaces(image: Image): Iterable<Hit> {
  const records = image.structuresOf(bootRecord).filter(isElTorito);
  for (const set of descriptorSets(image)) {
    const inSet = records.filter(({ span }) => span.start >= set.start && span.start < set.end);
    const [first] = inSet;
    const wanted = boundAt(image, set.start / SECTOR);
    if (first === undefined || inSet.some(({ span }) => span.start === wanted * SECTOR)) continue;
    const sector = first.span.start / SECTOR;
    yield {
      rule: rules.place,
      span: first.span,
      message: `the boot record is at sector ${sector}, firmware looks at sector ${wanted}`,
      recorded: String(sector),
      expected: String(wanted),
    };
  }
}

function* checkNumber(image: Image): Iterable<Hit> {
  const records = image.structuresOf(bootRecord).filter(isElTorito);
  for (const set of descriptorSets(image)) {
    const inSet = records.filter(({ span }) => span.start >= set.start && span.start < set.end);
    for (const [index, { span, value }] of inSet.entries()) {
      if (inSet.length === 1) continue;
      yield {
        rule: rules.severalRecords,
        span,
        message: `boot record ${index + 1} of ${inSet.length} names the catalog at sector ` +
          `${value.bootCatalogPointer}`,
        recorded: String(value.bootCatalogPointer),
      };
    }
  }
}

const SEGMENTS = [0, 0x07c0];

function word(value: number): string {
  return `0x${value.toString(16).padStart(4, "0")}`;
}

function* checkSegments(image: Image): Iterable<Hit> {
  const unusual = [...catalogEntries(image)].filter(({ value }) =>
    !SEGMENTS.includes(value.loadSegment)
  );
  const [first] = unusual;
  if (first === undefined) return;
  const recorded = word(first.value.loadSegment);
  yield {
    rule: rules.loadSegment,
    span: entryField(first, "loadSegment"),
    message: `the boot image is to be loaded to segment ${recorded}; 0x07c0 is usual`,
    recorded,
    count: unusual.length,
  };
}

/** Unused bytes of every entry, with where they begin. */
function* unusedBytes(
  image: Image,
): Generator<{ readonly span: Span; readonly bytes: Uint8Array }> {
  for (const { span, value } of image.structuresOf(initialEntry)) {
    yield { span: fieldSpan(initialEntry, "unused5", span), bytes: value.unused5 };
    yield { span: fieldSpan(initialEntry, "unused12", span), bytes: value.unused12 };
  }
  for (const { span, value } of image.structuresOf(sectionEntry)) {
    yield { span: fieldSpan(sectionEntry, "unused5", span), bytes: value.unused5 };
    if (value.selectionCriteriaType !== 0) continue;
    yield {
      span: fieldSpan(sectionEntry, "selectionCriteria", span),
      bytes: value.selectionCriteria,
    };
  }
}

function* checkUnused(image: Image): Iterable<Hit> {
  const used = [...unusedBytes(image)].filter(({ bytes }) => !isZero(bytes));
  const [first] = used;
  if (first === undefined) return;
  const at = first.bytes.findIndex((byte) => byte !== 0);
  const last = first.bytes.findLastIndex((byte) => byte !== 0);
  const others = used.length - 1;
  yield {
    rule: rules.unusedEntry,
    span: logicalSpan(first.span.start + at, last + 1 - at),
    message:
      `bytes of a catalog entry that mean nothing are ${hex(first.bytes.subarray(at, last + 1))}` +
      (others === 0 ? "" : `; so in ${counted(others, "more place")}`),
    count: used.length,
  };
}

function* checkNames(image: Image): Iterable<Hit> {
  const { mapping, regions } = image;
  for (const { sector, bytes, path, entry } of image.boot) {
    const start = sector * SECTOR;
    if (path !== undefined || sector === 0 || start >= mapping.logicalSize) continue;
    // ELT-013 judges boot images inside the descriptor set.
    const owner = regions.at(mapping.fileOffset(start))?.owner;
    if (owner === "file" || owner === "descriptor") continue;
    yield {
      rule: rules.noFile,
      span: fieldSpan(initialEntry, "loadRba", entry),
      message:
        `no file begins at or covers the boot image of ${counted(bytes, "byte")} at sector ` +
        `${sector}`,
      recorded: String(sector),
    };
  }
}

// A catalogue that is none has no sections either.
function ofCatalog(rule: Rule): FaultRule {
  return () => ({ rule, causedBy: "ELT-005" });
}

/** Rules about boot records and the sections of boot catalogues. */
export const elToritoCatalogRules: RuleFamily = {
  rules,
  image: [checkRecords, checkPlaces, checkNumber, checkSegments, checkUnused, checkNames],
  faults: {
    "boot-section": ofCatalog(rules.section),
    "boot-section-count": ofCatalog(rules.count),
    "boot-extension": ofCatalog(rules.extension),
    "boot-trailing": ofCatalog(rules.trailing),
  },
};
