// Heads of the volumes of Apple HFS (Inside Macintosh: Files) and HFS Plus (TN1150), MSB first.

import { as, be16, be32, bytes, layout, rbp, text } from "../../bytes/struct.ts";

/** Master Directory Block of HFS: the fields that give the volume's name and size. */
export const masterDirectoryBlock = layout({
  id: "hfs/master-directory-block",
  title: "HFS Master Directory Block",
  clause: "Inside Macintosh: Files",
  size: 162,
  fields: {
    signature: rbp(0, "drSigWord", text(2)), // BD
    creation: rbp(2, "drCrDate", as("time", be32)), // seconds since 1904 in local time
    modification: rbp(6, "drLsMod", as("time", be32)),
    attributes: rbp(10, "drAtrb", be16),
    rootFiles: rbp(12, "drNmFls", be16),
    bitmapStart: rbp(14, "drVBMSt", be16),
    allocationPointer: rbp(16, "drAllocPtr", be16),
    allocationBlocks: rbp(18, "drNmAlBlks", be16),
    allocationBlockSize: rbp(20, "drAlBlkSiz", be32),
    clumpSize: rbp(24, "drClpSiz", be32),
    firstAllocationBlock: rbp(28, "drAlBlSt", be16), // blocks of 512 bytes
    nextCatalogId: rbp(30, "drNxtCNID", be32),
    freeBlocks: rbp(34, "drFreeBks", be16),
    volumeName: rbp(36, "drVN", bytes(28)), // Pascal string
    remainder: rbp(64, "drVolBkUp", bytes(60)),
    embeddedSignature: rbp(124, "drEmbedSigWord", text(2)), // H+
    embeddedStart: rbp(126, "drEmbedExtent", be16),
    embeddedCount: rbp(128, "drEmbedExtent", be16),
    extentsAndCatalog: rbp(130, "drXTFlSize", bytes(32)),
  },
});

/** Volume Header of HFS Plus and HFSX: the fields that give the volume's size. */
export const hfsPlusVolumeHeader = layout({
  id: "hfs/plus-volume-header",
  title: "HFS Plus Volume Header",
  clause: "TN1150",
  size: 512,
  fields: {
    signature: rbp(0, "signature", text(2)), // H+ or HX
    version: rbp(2, "version", be16),
    attributes: rbp(4, "attributes", be32),
    lastMountedVersion: rbp(8, "lastMountedVersion", text(4)),
    journalInfoBlock: rbp(12, "journalInfoBlock", be32),
    createDate: rbp(16, "createDate", as("time", be32)),
    modifyDate: rbp(20, "modifyDate", as("time", be32)),
    backupDate: rbp(24, "backupDate", as("time", be32)),
    checkedDate: rbp(28, "checkedDate", as("time", be32)),
    fileCount: rbp(32, "fileCount", be32),
    folderCount: rbp(36, "folderCount", be32),
    blockSize: rbp(40, "blockSize", be32),
    totalBlocks: rbp(44, "totalBlocks", be32),
    freeBlocks: rbp(48, "freeBlocks", be32),
    remainder: rbp(52, "nextAllocation", bytes(460)),
  },
});

/** Every table of these formats, for the tests that hold them against the documents. */
export const layouts = [masterDirectoryBlock, hfsPlusVolumeHeader] as const;
