// Heads of the volumes and B-trees of Apple HFS (Inside Macintosh: Files) and HFS Plus (TN1150), MSB first.

import { as, be16, be32, bytes, layout, rbp, reserved, text, u8 } from "../../bytes/struct.ts";

/** Master Directory Block of HFS. */
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
    backup: rbp(64, "drVolBkUp", as("time", be32)),
    backupSequence: rbp(68, "drVSeqNum", be16),
    writeCount: rbp(70, "drWrCnt", be32),
    extentsClumpSize: rbp(74, "drXTClpSiz", be32),
    catalogClumpSize: rbp(78, "drCTClpSiz", be32),
    rootDirectories: rbp(82, "drNmRtDirs", be16),
    files: rbp(84, "drFilCnt", be32),
    directories: rbp(88, "drDirCnt", be32),
    finderInformation: rbp(92, "drFndrInfo", bytes(32)),
    embeddedSignature: rbp(124, "drEmbedSigWord", text(2)), // H+
    embeddedStart: rbp(126, "drEmbedExtent", be16),
    embeddedCount: rbp(128, "drEmbedExtent", be16),
    extentsFileSize: rbp(130, "drXTFlSize", be32),
    extentsFileExtents: rbp(134, "drXTExtRec", bytes(12)), // three of start and count
    catalogFileSize: rbp(146, "drCTFlSize", be32),
    catalogFileExtents: rbp(150, "drCTExtRec", bytes(12)),
  },
});

/** Volume Header of HFS Plus and HFSX. */
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
    nextAllocation: rbp(52, "nextAllocation", be32),
    resourceClumpSize: rbp(56, "rsrcClumpSize", be32),
    dataClumpSize: rbp(60, "dataClumpSize", be32),
    nextCatalogId: rbp(64, "nextCatalogID", be32),
    writeCount: rbp(68, "writeCount", be32),
    encodings: rbp(72, "encodingsBitmap", bytes(8)),
    finderInformation: rbp(80, "finderInfo", bytes(32)),
    // Each fork: bytes, clump size, blocks, and eight extents of start and count.
    allocationFile: rbp(112, "allocationFile", bytes(80)),
    extentsFile: rbp(192, "extentsFile", bytes(80)),
    catalogFile: rbp(272, "catalogFile", bytes(80)),
    attributesFile: rbp(352, "attributesFile", bytes(80)),
    startupFile: rbp(432, "startupFile", bytes(80)),
  },
});

/** Head of a B-tree: its first node, with the fields that say how to read the others. */
export const bTreeHeader = layout({
  id: "hfs/b-tree-header",
  title: "HFS B-tree Header Node",
  clause: "TN1150; Inside Macintosh: Files",
  size: 44,
  fields: {
    nextNode: rbp(0, "fLink", be32),
    previousNode: rbp(4, "bLink", be32),
    kind: rbp(8, "kind", u8), // 1
    height: rbp(9, "height", u8),
    records: rbp(10, "numRecords", be16),
    reserved12: rbp(12, "reserved", reserved(2)),
    depth: rbp(14, "treeDepth", be16),
    rootNode: rbp(16, "rootNode", be32),
    leafRecords: rbp(20, "leafRecords", be32),
    firstLeaf: rbp(24, "firstLeafNode", be32),
    lastLeaf: rbp(28, "lastLeafNode", be32),
    nodeSize: rbp(32, "nodeSize", be16),
    maxKeyLength: rbp(34, "maxKeyLength", be16),
    nodes: rbp(36, "totalNodes", be32),
    freeNodes: rbp(40, "freeNodes", be32),
  },
});

/** Every table of these formats, for the tests that hold them against the documents. */
export const layouts = [masterDirectoryBlock, hfsPlusVolumeHeader, bTreeHeader] as const;
