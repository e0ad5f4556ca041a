// Structures of ISO 9660. Clauses are of ECMA-119 2nd edition (1987); other editions may number anew.

import {
  be16,
  be32,
  both16,
  both32,
  bp,
  bytes,
  layout,
  le16,
  le32,
  rbp,
  reserved,
  text,
  textUcs2,
  time17,
  time7,
  u8,
} from "../../bytes/struct.ts";

/** Head that all volume descriptors share. */
export const volumeDescriptorHead = layout({
  id: "iso9660/volume-descriptor-head",
  title: "Volume Descriptor",
  clause: "ECMA-119:1987 8.1",
  size: 7,
  fields: {
    volumeDescriptorType: bp(1, "8.1.1", u8),
    standardIdentifier: bp(2, "8.1.2", text(5)),
    volumeDescriptorVersion: bp(7, "8.1.3", u8),
  },
});

const rootRecordFields = {
  rootRecordLength: bp(157, "8.4.18, 9.1.1", u8),
  rootExtendedAttributeRecordLength: bp(158, "8.4.18, 9.1.2", u8),
  rootLocationOfExtent: bp(159, "8.4.18, 9.1.3", both32), // logical block number
  rootDataLength: bp(167, "8.4.18, 9.1.4", both32), // bytes
  rootRecordingDateAndTime: bp(175, "8.4.18, 9.1.5", time7),
  rootFileFlags: bp(182, "8.4.18, 9.1.6", u8),
  rootFileUnitSize: bp(183, "8.4.18, 9.1.7", u8),
  rootInterleaveGapSize: bp(184, "8.4.18, 9.1.8", u8),
  rootVolumeSequenceNumber: bp(185, "8.4.18, 9.1.9", both16),
  rootLengthOfFileIdentifier: bp(189, "8.4.18, 9.1.10", u8),
  rootFileIdentifier: bp(190, "8.4.18, 9.1.11", bytes(1)),
};

const timeFields = {
  volumeCreationDateAndTime: bp(814, "8.4.26", time17),
  volumeModificationDateAndTime: bp(831, "8.4.27", time17),
  volumeExpirationDateAndTime: bp(848, "8.4.28", time17),
  volumeEffectiveDateAndTime: bp(865, "8.4.29", time17),
  fileStructureVersion: bp(882, "8.4.30", u8),
  reserved883: bp(883, "8.4.31", reserved(1)),
  applicationUse: bp(884, "8.4.32", bytes(512)),
  reserved1396: bp(1396, "8.4.33", reserved(653)),
};

const sizeFields = {
  volumeSpaceSize: bp(81, "8.4.8", both32), // in logical blocks
};

const setFields = {
  volumeSetSize: bp(121, "8.4.10", both16),
  volumeSequenceNumber: bp(125, "8.4.11", both16),
  logicalBlockSize: bp(129, "8.4.12", both16), // in bytes
  pathTableSize: bp(133, "8.4.13", both32), // in bytes
  typeLPathTable: bp(141, "8.4.14", le32), // logical block number
  optionalTypeLPathTable: bp(145, "8.4.15", le32), // 0 for none
  typeMPathTable: bp(149, "8.4.16", be32),
  optionalTypeMPathTable: bp(153, "8.4.17", be32),
};

/** Primary Volume Descriptor. */
export const primaryVolumeDescriptor = layout({
  id: "iso9660/primary-volume-descriptor",
  title: "Primary Volume Descriptor",
  clause: "ECMA-119:1987 8.4",
  size: 2048,
  fields: {
    volumeDescriptorType: bp(1, "8.4.1", u8),
    standardIdentifier: bp(2, "8.4.2", text(5)),
    volumeDescriptorVersion: bp(7, "8.4.3", u8),
    unused8: bp(8, "8.4.4", reserved(1)),
    systemIdentifier: bp(9, "8.4.5", text(32)),
    volumeIdentifier: bp(41, "8.4.6", text(32)),
    unused73: bp(73, "8.4.7", reserved(8)),
    ...sizeFields,
    unused89: bp(89, "8.4.9", reserved(32)),
    ...setFields,
    ...rootRecordFields,
    volumeSetIdentifier: bp(191, "8.4.19", text(128)),
    publisherIdentifier: bp(319, "8.4.20", text(128)),
    dataPreparerIdentifier: bp(447, "8.4.21", text(128)),
    applicationIdentifier: bp(575, "8.4.22", text(128)),
    copyrightFileIdentifier: bp(703, "8.4.23", text(37)),
    abstractFileIdentifier: bp(740, "8.4.24", text(37)),
    bibliographicFileIdentifier: bp(777, "8.4.25", text(37)),
    ...timeFields,
  },
});

const supplementaryFields = {
  volumeDescriptorType: bp(1, "8.5.1", u8),
  standardIdentifier: bp(2, "8.5.1", text(5)),
  volumeDescriptorVersion: bp(7, "8.5.2", u8),
  volumeFlags: bp(8, "8.5.3", u8),
  unused73: bp(73, "8.5.1", reserved(8)),
  ...sizeFields,
  escapeSequences: bp(89, "8.5.6", bytes(32)),
  ...setFields,
  ...rootRecordFields,
  ...timeFields,
};

const supplementaryTexts = {
  systemIdentifier: bp(9, "8.5.4", text(32)),
  volumeIdentifier: bp(41, "8.5.5", text(32)),
  volumeSetIdentifier: bp(191, "8.5.13", text(128)),
  publisherIdentifier: bp(319, "8.5.14", text(128)),
  dataPreparerIdentifier: bp(447, "8.5.15", text(128)),
  applicationIdentifier: bp(575, "8.5.16", text(128)),
  copyrightFileIdentifier: bp(703, "8.5.17", text(37)),
  abstractFileIdentifier: bp(740, "8.5.18", text(37)),
  bibliographicFileIdentifier: bp(777, "8.5.19", text(37)),
};

/** Supplementary Volume Descriptor of no known character set. */
export const supplementaryVolumeDescriptor = layout({
  id: "iso9660/supplementary-volume-descriptor",
  title: "Supplementary Volume Descriptor",
  clause: "ECMA-119:1987 8.5",
  size: 2048,
  fields: { ...supplementaryFields, ...supplementaryTexts },
});

/** Supplementary Volume Descriptor whose text is UCS-2 (Joliet, by its escape sequences). */
export const jolietVolumeDescriptor = layout({
  id: "iso9660/joliet-volume-descriptor",
  title: "Joliet Volume Descriptor",
  clause: "ECMA-119:1987 8.5; Joliet",
  size: 2048,
  fields: {
    ...supplementaryFields,
    systemIdentifier: bp(9, "8.5.4", textUcs2(32)),
    volumeIdentifier: bp(41, "8.5.5", textUcs2(32)),
    volumeSetIdentifier: bp(191, "8.5.13", textUcs2(128)),
    publisherIdentifier: bp(319, "8.5.14", textUcs2(128)),
    dataPreparerIdentifier: bp(447, "8.5.15", textUcs2(128)),
    applicationIdentifier: bp(575, "8.5.16", textUcs2(128)),
    copyrightFileIdentifier: bp(703, "8.5.17", textUcs2(37)),
    abstractFileIdentifier: bp(740, "8.5.18", textUcs2(37)),
    bibliographicFileIdentifier: bp(777, "8.5.19", textUcs2(37)),
  },
});

/** Enhanced Volume Descriptor: type 2, version 2 (ECMA-119 4th edition 8.5). */
export const enhancedVolumeDescriptor = layout({
  id: "iso9660/enhanced-volume-descriptor",
  title: "Enhanced Volume Descriptor",
  clause: "ECMA-119 4th edition 8.5",
  size: 2048,
  fields: { ...supplementaryFields, ...supplementaryTexts },
});

/** Boot Record. */
export const bootRecord = layout({
  id: "iso9660/boot-record",
  title: "Boot Record",
  clause: "ECMA-119:1987 8.2",
  size: 2048,
  fields: {
    volumeDescriptorType: bp(1, "8.2.1", u8),
    standardIdentifier: bp(2, "8.2.2", text(5)),
    volumeDescriptorVersion: bp(7, "8.2.3", u8),
    bootSystemIdentifier: bp(8, "8.2.4", text(32)),
    bootIdentifier: bp(40, "8.2.5", text(32)),
    bootCatalogPointer: bp(72, "8.2.6; El Torito 1.0", le32), // logical sector number
    bootSystemUse: bp(76, "8.2.6", bytes(1973)),
  },
});

/** Volume Partition Descriptor. */
export const volumePartitionDescriptor = layout({
  id: "iso9660/volume-partition-descriptor",
  title: "Volume Partition Descriptor",
  clause: "ECMA-119:1987 8.6",
  size: 2048,
  fields: {
    volumeDescriptorType: bp(1, "8.6.1", u8),
    standardIdentifier: bp(2, "8.6.2", text(5)),
    volumeDescriptorVersion: bp(7, "8.6.3", u8),
    unused8: bp(8, "8.6.4", reserved(1)),
    systemIdentifier: bp(9, "8.6.5", text(32)),
    volumePartitionIdentifier: bp(41, "8.6.6", text(32)),
    volumePartitionLocation: bp(73, "8.6.7", both32), // logical block number
    volumePartitionSize: bp(81, "8.6.8", both32), // in logical blocks
    systemUse: bp(89, "8.6.9", bytes(1960)),
  },
});

/** Volume Descriptor Set Terminator. */
export const volumeDescriptorSetTerminator = layout({
  id: "iso9660/volume-descriptor-set-terminator",
  title: "Volume Descriptor Set Terminator",
  clause: "ECMA-119:1987 8.3",
  size: 2048,
  fields: {
    volumeDescriptorType: bp(1, "8.3.1", u8),
    standardIdentifier: bp(2, "8.3.2", text(5)),
    volumeDescriptorVersion: bp(7, "8.3.3", u8),
    reserved8: bp(8, "8.3.4", reserved(2041)),
  },
});

/** A descriptor of a type that the standard reserves (4 to 254). */
export const unknownVolumeDescriptor = layout({
  id: "iso9660/unknown-volume-descriptor",
  title: "Volume Descriptor of a reserved type",
  clause: "ECMA-119:1987 8.1.1",
  size: 2048,
  fields: {
    volumeDescriptorType: bp(1, "8.1.1", u8),
    standardIdentifier: bp(2, "8.1.2", text(5)),
    volumeDescriptorVersion: bp(7, "8.1.3", u8),
    volumeDescriptorData: bp(8, "8.1.4", bytes(2041)),
  },
});

/** Fixed head of a Directory Record; the identifier and the system use field follow. */
export const directoryRecord = layout({
  id: "iso9660/directory-record",
  title: "Directory Record",
  clause: "ECMA-119:1987 9.1",
  size: 33,
  fields: {
    lengthOfDirectoryRecord: bp(1, "9.1.1", u8),
    extendedAttributeRecordLength: bp(2, "9.1.2", u8), // in logical blocks
    locationOfExtent: bp(3, "9.1.3", both32), // logical block number
    dataLength: bp(11, "9.1.4", both32), // bytes of this file section
    recordingDateAndTime: bp(19, "9.1.5", time7),
    fileFlags: bp(26, "9.1.6", u8),
    fileUnitSize: bp(27, "9.1.7", u8), // in logical blocks
    interleaveGapSize: bp(28, "9.1.8", u8), // in logical blocks
    volumeSequenceNumber: bp(29, "9.1.9", both16),
    lengthOfFileIdentifier: bp(33, "9.1.10", u8),
  },
});

/** Fixed head of a record in a Type L path table; the identifier follows. */
export const pathTableRecordL = layout({
  id: "iso9660/path-table-record-l",
  title: "Path Table Record (Type L)",
  clause: "ECMA-119:1987 9.4",
  size: 8,
  fields: {
    lengthOfDirectoryIdentifier: bp(1, "9.4.1", u8),
    extendedAttributeRecordLength: bp(2, "9.4.2", u8),
    locationOfExtent: bp(3, "9.4.3", le32), // logical block number
    parentDirectoryNumber: bp(7, "9.4.4", le16), // from 1
  },
});

/** Fixed head of a record in a Type M path table; the identifier follows. */
export const pathTableRecordM = layout({
  id: "iso9660/path-table-record-m",
  title: "Path Table Record (Type M)",
  clause: "ECMA-119:1987 9.4",
  size: 8,
  fields: {
    lengthOfDirectoryIdentifier: bp(1, "9.4.1", u8),
    extendedAttributeRecordLength: bp(2, "9.4.2", u8),
    locationOfExtent: bp(3, "9.4.3", be32),
    parentDirectoryNumber: bp(7, "9.4.4", be16),
  },
});

/** Fixed part of an Extended Attribute Record; application use and escape sequences follow. */
export const extendedAttributeRecord = layout({
  id: "iso9660/extended-attribute-record",
  title: "Extended Attribute Record",
  clause: "ECMA-119:1987 9.5",
  size: 250,
  fields: {
    ownerIdentification: bp(1, "9.5.1", both16),
    groupIdentification: bp(5, "9.5.2", both16),
    permissions: bp(9, "9.5.3", be16),
    fileCreationDateAndTime: bp(11, "9.5.4", time17),
    fileModificationDateAndTime: bp(28, "9.5.5", time17),
    fileExpirationDateAndTime: bp(45, "9.5.6", time17),
    fileEffectiveDateAndTime: bp(62, "9.5.7", time17),
    recordFormat: bp(79, "9.5.8", u8),
    recordAttributes: bp(80, "9.5.9", u8),
    recordLength: bp(81, "9.5.10", both16),
    systemIdentifier: bp(85, "9.5.11", text(32)),
    systemUse: bp(117, "9.5.12", bytes(64)),
    extendedAttributeRecordVersion: bp(181, "9.5.13", u8),
    lengthOfEscapeSequences: bp(182, "9.5.14", u8),
    reserved183: bp(183, "9.5.15", reserved(64)),
    lengthOfApplicationUse: bp(247, "9.5.16", both16),
  },
});

/** Standard descriptor of High Sierra (1986), recognised by name. */
export const highSierraDescriptor = layout({
  id: "highsierra/standard-volume-descriptor",
  title: "High Sierra Volume Descriptor",
  clause: "High Sierra 1986",
  size: 96,
  fields: {
    descriptorLocation: rbp(0, "descriptor", both32),
    volumeDescriptorType: rbp(8, "descriptor", u8),
    standardIdentifier: rbp(9, "descriptor", text(5)),
    volumeDescriptorVersion: rbp(14, "descriptor", u8),
    volumeFlags: rbp(15, "descriptor", u8),
    systemIdentifier: rbp(16, "descriptor", text(32)),
    volumeIdentifier: rbp(48, "descriptor", text(32)),
    unused80: rbp(80, "descriptor", reserved(8)),
    volumeSpaceSize: rbp(88, "descriptor", both32),
  },
});

/** Descriptors that head a tree: same names for the fields that a reader needs. */
export const treeDescriptors = [
  primaryVolumeDescriptor,
  jolietVolumeDescriptor,
  enhancedVolumeDescriptor,
  supplementaryVolumeDescriptor,
] as const;

/** Every table of this standard, for the tests that hold them against the clauses. */
export const layouts = [
  volumeDescriptorHead,
  primaryVolumeDescriptor,
  supplementaryVolumeDescriptor,
  jolietVolumeDescriptor,
  enhancedVolumeDescriptor,
  bootRecord,
  volumePartitionDescriptor,
  volumeDescriptorSetTerminator,
  unknownVolumeDescriptor,
  directoryRecord,
  pathTableRecordL,
  pathTableRecordM,
  extendedAttributeRecord,
  highSierraDescriptor,
] as const;
