// Structures of UDF. Clauses are of ECMA-167 3rd edition (1997), positions counted from 0.

import { bytes, layout, rbp, text, u8 } from "../../bytes/struct.ts";

/** Volume Structure Descriptor: what a recognition sequence is made of. */
export const volumeStructureDescriptor = layout({
  id: "udf/volume-structure-descriptor",
  title: "UDF Volume Structure Descriptor",
  clause: "ECMA-167 2/9.1",
  size: 2048,
  fields: {
    structureType: rbp(0, "2/9.1.1", u8),
    standardIdentifier: rbp(1, "2/9.1.2", text(5)),
    structureVersion: rbp(6, "2/9.1.3", u8),
    structureData: rbp(7, "2/9.1.4", bytes(2041)),
  },
});

/** Every table of this standard, for the tests that hold them against the clauses. */
export const layouts = [volumeStructureDescriptor] as const;
