// The header of error correction that dvdisaster adds behind an image (RS02, RS03), LSB first.

import { bytes, layout, le32, le64, rbp, reserved, text } from "../../bytes/struct.ts";

const clause = "dvdisaster 0.79 EccHeader";

/** Two sectors; of RS02 there are copies of it between the parity. */
export const errorCorrectionHeader = layout({
  id: "dvdisaster/header",
  title: "dvdisaster Header",
  clause,
  size: 4096,
  fields: {
    cookie: rbp(0, clause, text(12)), // *dvdisaster*
    method: rbp(12, clause, text(4)), // RS02 or RS03
    methodFlags: rbp(16, clause, bytes(4)),
    mediumFingerprint: rbp(20, clause, bytes(16)), // MD5 of the sector fpSector
    mediumSum: rbp(36, clause, bytes(16)), // MD5 of the data
    eccSum: rbp(52, clause, bytes(16)), // MD5 of the parity
    sectors: rbp(68, clause, le64), // of the data
    dataBytes: rbp(76, clause, le32), // of a code word
    eccBytes: rbp(80, clause, le32), // of a code word
    creatorVersion: rbp(84, clause, le32),
    neededVersion: rbp(88, clause, le32),
    fpSector: rbp(92, clause, le32),
    selfCRC: rbp(96, clause, le32),
    crcSum: rbp(100, clause, bytes(16)), // of RS02: MD5 of the CRC section
    inLast: rbp(116, clause, le32), // bytes used in the last sector of the data
    sectorsPerLayer: rbp(120, clause, le64), // of RS03
    sectorsAddedByEcc: rbp(128, clause, le64), // of RS02
    unused: rbp(136, clause, reserved(1912)),
    crcBlock: rbp(2048, clause, bytes(2048)), // of RS02: the first CRC values again
  },
});

/** All tables of this standard. */
export const layouts = [errorCorrectionHeader] as const;
