// Entries of the System Use Sharing Protocol (SUSP 1.12) and Rock Ridge (RRIP 1.09, 1.10, 1.12), with
// the schemes that share the field: zisofs, AAIP, CD-ROM XA, Apple.

import {
  be16,
  both32,
  bytes,
  type Layout,
  layout,
  le16,
  le64,
  rbp,
  reserved,
  text,
  u8,
} from "../../bytes/struct.ts";

const head = {
  signature: rbp(0, "SUSP 1.12 4.1", text(2)),
  length: rbp(2, "SUSP 1.12 4.2", u8),
  version: rbp(3, "SUSP 1.12 4.3", u8),
};

/** Head that every system use entry has. */
export const systemUseEntry = layout({
  id: "susp/entry",
  title: "System Use Entry",
  clause: "SUSP 1.12 4",
  size: 4,
  fields: { ...head },
});

/** CE: where the record's system use goes on. */
export const continuationArea = layout({
  id: "susp/ce",
  title: "Continuation Area (CE)",
  clause: "SUSP 1.12 5.1",
  size: 28,
  fields: {
    ...head,
    blockLocation: rbp(4, "5.1", both32), // logical block number
    offset: rbp(12, "5.1", both32), // bytes in that block
    lengthOfContinuation: rbp(20, "5.1", both32), // bytes
  },
});

/** SP: the protocol is in use. */
export const sharingProtocol = layout({
  id: "susp/sp",
  title: "Sharing Protocol Indicator (SP)",
  clause: "SUSP 1.12 5.3",
  size: 7,
  fields: {
    ...head,
    checkBytes: rbp(4, "5.3", bytes(2)), // BE EF
    bytesSkipped: rbp(6, "5.3", u8),
  },
});

/** ER: an extension is in use; its three texts follow. */
export const extensionsReference = layout({
  id: "susp/er",
  title: "Extensions Reference (ER)",
  clause: "SUSP 1.12 5.5",
  size: 8,
  fields: {
    ...head,
    lengthOfIdentifier: rbp(4, "5.5", u8),
    lengthOfDescriptor: rbp(5, "5.5", u8),
    lengthOfSource: rbp(6, "5.5", u8),
    extensionVersion: rbp(7, "5.5", u8),
  },
});

/** ES: which extension the entries that follow belong to. */
export const extensionSelector = layout({
  id: "susp/es",
  title: "Extension Selector (ES)",
  clause: "SUSP 1.12 5.6",
  size: 5,
  fields: { ...head, extensionSequence: rbp(4, "5.6", u8) },
});

/** PX of RRIP 1.09 and 1.10. */
export const posixAttributes = layout({
  id: "rockridge/px",
  title: "POSIX File Attributes (PX)",
  clause: "RRIP 1.12 4.1.1",
  size: 36,
  fields: {
    ...head,
    fileMode: rbp(4, "4.1.1", both32),
    fileLinks: rbp(12, "4.1.1", both32),
    fileUserId: rbp(20, "4.1.1", both32),
    fileGroupId: rbp(28, "4.1.1", both32),
  },
});

/** PX of RRIP 1.12, with the serial number. */
export const posixAttributes112 = layout({
  id: "rockridge/px-1.12",
  title: "POSIX File Attributes (PX)",
  clause: "RRIP 1.12 4.1.1",
  size: 44,
  fields: { ...posixAttributes.fields, fileSerialNumber: rbp(36, "4.1.1", both32) },
});

/** PN: device number. */
export const posixDevice = layout({
  id: "rockridge/pn",
  title: "POSIX Device Number (PN)",
  clause: "RRIP 1.12 4.1.2",
  size: 20,
  fields: {
    ...head,
    deviceNumberHigh: rbp(4, "4.1.2", both32),
    deviceNumberLow: rbp(12, "4.1.2", both32),
  },
});

/** SL: symbolic link; component records follow. */
export const symbolicLink = layout({
  id: "rockridge/sl",
  title: "Symbolic Link (SL)",
  clause: "RRIP 1.12 4.1.3",
  size: 5,
  fields: { ...head, flags: rbp(4, "4.1.3", u8) },
});

/** NM: alternate name; its bytes follow. */
export const alternateName = layout({
  id: "rockridge/nm",
  title: "Alternate Name (NM)",
  clause: "RRIP 1.12 4.1.4",
  size: 5,
  fields: { ...head, flags: rbp(4, "4.1.4", u8) },
});

/** CL: where the directory was moved to. */
export const childLink = layout({
  id: "rockridge/cl",
  title: "Child Link (CL)",
  clause: "RRIP 1.12 4.1.5.1",
  size: 12,
  fields: { ...head, locationOfChild: rbp(4, "4.1.5.1", both32) },
});

/** PL: where the moved directory's parent is. */
export const parentLink = layout({
  id: "rockridge/pl",
  title: "Parent Link (PL)",
  clause: "RRIP 1.12 4.1.5.2",
  size: 12,
  fields: { ...head, locationOfParent: rbp(4, "4.1.5.2", both32) },
});

/** RE: the directory was moved here. */
export const relocatedDirectory = layout({
  id: "rockridge/re",
  title: "Relocated Directory (RE)",
  clause: "RRIP 1.12 4.1.5.3",
  size: 4,
  fields: { ...head },
});

/** TF: time stamps follow, one for each flag. */
export const timeStamps = layout({
  id: "rockridge/tf",
  title: "Time Stamps (TF)",
  clause: "RRIP 1.12 4.1.6",
  size: 5,
  fields: { ...head, flags: rbp(4, "4.1.6", u8) },
});

/** Stamps of TF in the order in which they are recorded, by bit of the flags. */
export const timeStampNames = [
  "creation",
  "modification",
  "access",
  "attributes",
  "backup",
  "expiration",
  "effective",
] as const;

/** SF: sparse file (RRIP 1.12). */
export const sparseFile = layout({
  id: "rockridge/sf",
  title: "Sparse File (SF)",
  clause: "RRIP 1.12 4.1.7",
  size: 21,
  fields: {
    ...head,
    virtualFileSizeHigh: rbp(4, "4.1.7", both32),
    virtualFileSizeLow: rbp(12, "4.1.7", both32),
    tableDepth: rbp(20, "4.1.7", u8),
  },
});

/** SF of RRIP 1.10. */
export const sparseFile110 = layout({
  id: "rockridge/sf-1.10",
  title: "Sparse File (SF)",
  clause: "RRIP 1.10 4.1.7",
  size: 12,
  fields: { ...head, virtualFileSize: rbp(4, "4.1.7", both32) },
});

/** RR: which entries follow (RRIP 1.09 only). */
export const rockRidgeIndex = layout({
  id: "rockridge/rr",
  title: "Rock Ridge Index (RR)",
  clause: "RRIP 1.09 4.1.1",
  size: 5,
  fields: { ...head, flags: rbp(4, "1.09", u8) },
});

/** ZF: the file is compressed (zisofs, version 1). */
export const zisofsEntry = layout({
  id: "zisofs/zf",
  title: "Compressed File (ZF)",
  clause: "zisofs",
  size: 16,
  fields: {
    ...head,
    algorithm: rbp(4, "ZF", text(2)),
    headerSize: rbp(6, "ZF", u8), // in units of 4 bytes
    blockSizeLog2: rbp(7, "ZF", u8),
    uncompressedSize: rbp(8, "ZF", both32),
  },
});

/** ZF or Z2 of zisofs version 2: the size has 64 bits. */
export const zisofs2Entry = layout({
  id: "zisofs/zf-2",
  title: "Compressed File (ZF, version 2)",
  clause: "zisofs 2",
  size: 16,
  fields: { ...zisofsEntry.fields, uncompressedSize: rbp(8, "ZF", le64) },
});

/** AL: attributes of AAIP; component records follow. */
export const attributeList = layout({
  id: "aaip/al",
  title: "Attribute List (AL)",
  clause: "AAIP 2.0",
  size: 5,
  fields: { ...head, flags: rbp(4, "AL", u8) },
});

/** CD-ROM XA attributes: no SUSP head, MSB first. */
export const xaAttributes = layout({
  id: "xa/attributes",
  title: "CD-ROM XA Attributes",
  clause: "CD-ROM XA",
  size: 14,
  fields: {
    groupId: rbp(0, "XA", be16),
    userId: rbp(2, "XA", be16),
    attributes: rbp(4, "XA", be16),
    signature: rbp(6, "XA", text(2)),
    fileNumber: rbp(8, "XA", u8),
    reserved9: rbp(9, "XA", reserved(5)),
  },
});

/** AA with SystemUseID 2: HFS type and creator (Apple TN FL36). */
export const appleHfs = layout({
  id: "apple/aa-hfs",
  title: "Apple Extension (AA, HFS)",
  clause: "Apple TN FL36",
  size: 14,
  fields: {
    signature: rbp(0, "FL36", text(2)),
    length: rbp(2, "FL36", u8),
    systemUseId: rbp(3, "FL36", u8),
    fileType: rbp(4, "FL36", text(4)),
    fileCreator: rbp(8, "FL36", text(4)),
    finderFlags: rbp(12, "FL36", be16),
  },
});

/** AA with SystemUseID 1: ProDOS type. */
export const appleProdos = layout({
  id: "apple/aa-prodos",
  title: "Apple Extension (AA, ProDOS)",
  clause: "Apple TN FL36",
  size: 7,
  fields: {
    signature: rbp(0, "FL36", text(2)),
    length: rbp(2, "FL36", u8),
    systemUseId: rbp(3, "FL36", u8),
    fileType: rbp(4, "FL36", u8),
    auxiliaryType: rbp(5, "FL36", le16),
  },
});

/** Any entry without a table of its own: head only. */
export const padding = layout({
  id: "susp/pd",
  title: "Padding (PD)",
  clause: "SUSP 1.12 5.2",
  size: 4,
  fields: { ...head },
});

/** ST: the area ends here. */
export const terminator = layout({
  id: "susp/st",
  title: "Area Terminator (ST)",
  clause: "SUSP 1.12 5.4",
  size: 4,
  fields: { ...head },
});

/** The table for an entry of a signature, version and length; the head alone where none is known. */
export function entryLayout(signature: string, version: number, length: number): Layout {
  switch (signature) {
    case "PX":
      return length >= 44 ? posixAttributes112 : posixAttributes;
    case "SF":
      return length >= 21 ? sparseFile : sparseFile110;
    case "ZF":
    case "Z2":
      return version >= 2 || signature === "Z2" ? zisofs2Entry : zisofsEntry;
    case "AA":
      return length >= 14 && version === 2 ? appleHfs : appleProdos;
    default:
      return bySignature[signature] ?? systemUseEntry;
  }
}

const bySignature: Readonly<Record<string, Layout>> = {
  CE: continuationArea,
  PD: padding,
  SP: sharingProtocol,
  ST: terminator,
  ER: extensionsReference,
  ES: extensionSelector,
  PN: posixDevice,
  SL: symbolicLink,
  NM: alternateName,
  CL: childLink,
  PL: parentLink,
  RE: relocatedDirectory,
  TF: timeStamps,
  RR: rockRidgeIndex,
  AL: attributeList,
};

/** Signatures of Rock Ridge entries. */
export const rockRidgeSignatures: ReadonlySet<string> = new Set([
  "PX",
  "PN",
  "SL",
  "NM",
  "CL",
  "PL",
  "RE",
  "TF",
  "SF",
  "RR",
]);

/** Every table of these standards, for the tests that hold them against the clauses. */
export const layouts = [
  systemUseEntry,
  continuationArea,
  sharingProtocol,
  extensionsReference,
  extensionSelector,
  posixAttributes,
  posixAttributes112,
  posixDevice,
  symbolicLink,
  alternateName,
  childLink,
  parentLink,
  relocatedDirectory,
  timeStamps,
  sparseFile,
  sparseFile110,
  rockRidgeIndex,
  zisofsEntry,
  zisofs2Entry,
  attributeList,
  xaAttributes,
  appleHfs,
  appleProdos,
  padding,
  terminator,
] as const;
