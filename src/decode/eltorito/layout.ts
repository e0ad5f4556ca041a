// The boot catalogue of El Torito 1.0 (25 January 1995).

import {
  as,
  bytes,
  layout,
  le16,
  le32,
  le64,
  rbp,
  reserved,
  text,
  u8,
} from "../../bytes/struct.ts";

/** Validation Entry: the first of a catalogue. */
export const validationEntry = layout({
  id: "eltorito/validation-entry",
  title: "Boot Catalog Validation Entry",
  clause: "El Torito 1.0 2.1",
  size: 32,
  fields: {
    headerId: rbp(0, "2.1", u8), // 01
    platformId: rbp(1, "2.1", u8), // 0 x86, 1 PowerPC, 2 Mac, EF UEFI
    reserved2: rbp(2, "2.1", reserved(2)),
    idString: rbp(4, "2.1", text(24)),
    checksum: rbp(28, "2.1", as("checksum", le16)),
    keyBytes: rbp(30, "2.1", bytes(2)), // 55 AA
  },
});

const bootFields = {
  bootIndicator: rbp(0, "2.2", u8), // 88 bootable, 00 not
  bootMediaType: rbp(1, "2.2", u8),
  loadSegment: rbp(2, "2.2", le16),
  systemType: rbp(4, "2.2", u8),
  unused5: rbp(5, "2.2", reserved(1)),
  sectorCount: rbp(6, "2.2", le16), // units of 512 bytes
  loadRba: rbp(8, "2.2", le32), // logical sector number
};

/** Initial/Default Entry. */
export const initialEntry = layout({
  id: "eltorito/initial-entry",
  title: "Boot Catalog Initial/Default Entry",
  clause: "El Torito 1.0 2.2",
  size: 32,
  fields: { ...bootFields, unused12: rbp(12, "2.2", reserved(20)) },
});

/** Section Header Entry. */
export const sectionHeaderEntry = layout({
  id: "eltorito/section-header-entry",
  title: "Boot Catalog Section Header Entry",
  clause: "El Torito 1.0 2.3",
  size: 32,
  fields: {
    headerIndicator: rbp(0, "2.3", u8), // 90 more headers follow, 91 last
    platformId: rbp(1, "2.3", u8),
    sectionEntryCount: rbp(2, "2.3", le16),
    idString: rbp(4, "2.3", text(28)),
  },
});

/** Section Entry. */
export const sectionEntry = layout({
  id: "eltorito/section-entry",
  title: "Boot Catalog Section Entry",
  clause: "El Torito 1.0 2.4",
  size: 32,
  fields: {
    ...bootFields,
    selectionCriteriaType: rbp(12, "2.4", u8),
    selectionCriteria: rbp(13, "2.4", bytes(19)),
  },
});

/** Section Entry Extension. */
export const sectionEntryExtension = layout({
  id: "eltorito/section-entry-extension",
  title: "Boot Catalog Section Entry Extension",
  clause: "El Torito 1.0 2.5",
  size: 32,
  fields: {
    extensionIndicator: rbp(0, "2.5", u8), // 44
    flags: rbp(1, "2.5", u8), // bit 5: another extension follows
    selectionCriteria: rbp(2, "2.5", bytes(30)),
  },
});

/** Boot information table that mkisofs and its kin patch into the boot image at byte 8. */
export const bootInformationTable = layout({
  id: "eltorito/boot-information-table",
  title: "Boot Information Table",
  clause: "mkisofs -boot-info-table",
  size: 56,
  fields: {
    primaryVolumeDescriptor: rbp(0, "boot-info-table", le32), // logical sector number
    bootFile: rbp(4, "boot-info-table", le32), // logical sector number
    bootFileLength: rbp(8, "boot-info-table", le32), // bytes
    bootFileChecksum: rbp(12, "boot-info-table", as("checksum", le32)),
    reserved16: rbp(16, "boot-info-table", reserved(40)),
  },
});

/** Address that GRUB 2 patches into its boot image at byte 2548. */
export const grubBootInformation = layout({
  id: "eltorito/grub2-boot-info",
  title: "GRUB 2 Boot Information",
  clause: "grub2-boot-info",
  size: 8,
  fields: { secondSector: rbp(0, "grub2-boot-info", le64) }, // units of 512 bytes
});

/** Every table of this standard, for the tests that hold them against it. */
export const layouts = [
  validationEntry,
  initialEntry,
  sectionHeaderEntry,
  sectionEntry,
  sectionEntryExtension,
  bootInformationTable,
  grubBootInformation,
] as const;
