// Partition tables of the system area: MBR and GPT (UEFI 2.10 chapter 5), Apple partition map.

import {
  as,
  be16,
  be32,
  bytes,
  type FieldType,
  layout,
  le32,
  le64,
  rbp,
  reserved,
  text,
  u8,
} from "../../bytes/struct.ts";
import { hex } from "../../bytes/text.ts";

/** A GUID as text: the first three groups are recorded LSB first (UEFI 2.10 appendix A). */
export function formatGuid(raw: Uint8Array): string {
  const order = [3, 2, 1, 0, -1, 5, 4, -1, 7, 6, -1, 8, 9, -1, 10, 11, 12, 13, 14, 15];
  return order.map((at) => at < 0 ? "-" : hex(raw.subarray(at, at + 1))).join("").toUpperCase();
}

function guid(role: "value" | "identifier"): FieldType<Uint8Array> {
  return { ...bytes(16, role), format: formatGuid };
}

/** Sector with boot code, disk signature and the mark 55 AA; its four entries have their own table. */
export const masterBootRecord = layout({
  id: "partition/mbr",
  title: "Master Boot Record",
  clause: "UEFI 2.10 5.2.1",
  size: 512,
  fields: {
    bootCode: rbp(0, "5.2.1", bytes(432)),
    hybridLoaderAddress: rbp(432, "isohybrid", le64), // units of 512 bytes, where the code is isohybrid's
    diskSignature: rbp(440, "5.2.1", as("identifier", le32)),
    unknown444: rbp(444, "5.2.1", reserved(2)),
    partitionRecords: rbp(446, "5.2.1", bytes(64)),
    signature: rbp(510, "5.2.1", bytes(2)), // 55 AA
  },
});

/** One of the four entries of an MBR. */
export const mbrPartition = layout({
  id: "partition/mbr-entry",
  title: "MBR Partition Record",
  clause: "UEFI 2.10 5.2.1",
  size: 16,
  fields: {
    bootIndicator: rbp(0, "5.2.1", u8),
    startingChs: rbp(1, "5.2.1", bytes(3)),
    osType: rbp(4, "5.2.1", u8),
    endingChs: rbp(5, "5.2.1", bytes(3)),
    startingLba: rbp(8, "5.2.1", le32), // blocks of 512 bytes
    sizeInLba: rbp(12, "5.2.1", le32),
  },
});

/** GPT header, primary or backup. */
export const gptHeader = layout({
  id: "partition/gpt-header",
  title: "GPT Header",
  clause: "UEFI 2.10 5.3.2",
  size: 92,
  fields: {
    signature: rbp(0, "5.3.2", text(8)), // EFI PART
    revision: rbp(8, "5.3.2", le32),
    headerSize: rbp(12, "5.3.2", le32),
    headerCrc32: rbp(16, "5.3.2", as("checksum", le32)),
    reserved20: rbp(20, "5.3.2", reserved(4)),
    myLba: rbp(24, "5.3.2", le64),
    alternateLba: rbp(32, "5.3.2", le64),
    firstUsableLba: rbp(40, "5.3.2", le64),
    lastUsableLba: rbp(48, "5.3.2", le64),
    diskGuid: rbp(56, "5.3.2", guid("identifier")),
    partitionEntryLba: rbp(72, "5.3.2", le64),
    numberOfPartitionEntries: rbp(80, "5.3.2", le32),
    sizeOfPartitionEntry: rbp(84, "5.3.2", le32),
    partitionEntryArrayCrc32: rbp(88, "5.3.2", as("checksum", le32)),
  },
});

/** GPT partition entry. */
export const gptEntry = layout({
  id: "partition/gpt-entry",
  title: "GPT Partition Entry",
  clause: "UEFI 2.10 5.3.3",
  size: 128,
  fields: {
    partitionTypeGuid: rbp(0, "5.3.3", guid("value")),
    uniquePartitionGuid: rbp(16, "5.3.3", guid("identifier")),
    startingLba: rbp(32, "5.3.3", le64),
    endingLba: rbp(40, "5.3.3", le64), // inclusive
    attributes: rbp(48, "5.3.3", le64),
    partitionName: rbp(56, "5.3.3", {
      ...bytes(72),
      format: (raw: Uint8Array) =>
        new TextDecoder("utf-16le").decode(raw).replace(/\0[\s\S]*$/, ""),
    }),
  },
});

/** Driver descriptor of block 0 (Inside Macintosh: Devices). */
export const driverDescriptor = layout({
  id: "partition/apm-driver-descriptor",
  title: "Apple Driver Descriptor",
  clause: "Inside Macintosh: Devices",
  size: 18,
  fields: {
    signature: rbp(0, "sbSig", text(2)), // ER
    blockSize: rbp(2, "sbBlkSize", be16),
    blockCount: rbp(4, "sbBlkCount", be32),
    deviceType: rbp(8, "sbDevType", be16),
    deviceId: rbp(10, "sbDevId", be16),
    reserved12: rbp(12, "sbData", reserved(4)),
    driverCount: rbp(16, "sbDrvrCount", be16),
  },
});

/** Entry of an Apple partition map. */
export const applePartition = layout({
  id: "partition/apm-entry",
  title: "Apple Partition Map Entry",
  clause: "Inside Macintosh: Devices",
  size: 136,
  fields: {
    signature: rbp(0, "pmSig", text(2)), // PM
    reserved2: rbp(2, "pmSigPad", reserved(2)),
    mapEntryCount: rbp(4, "pmMapBlkCnt", be32),
    firstBlock: rbp(8, "pmPyPartStart", be32),
    blockCount: rbp(12, "pmPartBlkCnt", be32),
    partitionName: rbp(16, "pmPartName", text(32)),
    partitionType: rbp(48, "pmParType", text(32)),
    dataStart: rbp(80, "pmLgDataStart", be32),
    dataCount: rbp(84, "pmDataCnt", be32),
    status: rbp(88, "pmPartStatus", be32),
    bootCode: rbp(92, "pmLgBootStart", bytes(28)),
    processor: rbp(120, "pmProcessor", text(16)),
  },
});

/** Every table of these standards, for the tests that hold them against them. */
export const layouts = [
  masterBootRecord,
  mbrPartition,
  gptHeader,
  gptEntry,
  driverDescriptor,
  applePartition,
] as const;
