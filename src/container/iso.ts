// Plain images: the 2048 bytes of user data of each sector, one after the other.

import { SECTOR } from "../bytes/span.ts";
import { startsWithText } from "../bytes/text.ts";
import { type Container, peek } from "./container.ts";
import { findSession, sessionLayout } from "./session.ts";

/** An image of logical sectors; also what everything unknown is read as. */
export const iso: Container = {
  name: "iso",
  extensions: ["iso", "img", "udf", "raw"],

  async probe(source) {
    const descriptor = await peek(source, 16 * SECTOR, 16);
    return startsWithText(descriptor, "CD001", 1) || startsWithText(descriptor, "CDROM", 9);
  },

  async open(source) {
    const plain = { stride: SECTOR, dataOffset: 0, origin: 0 };
    const session = await findSession(source, plain);
    const facts = {
      name: "iso",
      sectorSize: SECTOR,
      evidence: "sectors of 2048 bytes, without sync patterns",
      evidenceAt: 0,
      ...(session === undefined ? {} : { session }),
      notes: [],
    };
    return { source, layout: sessionLayout(plain, session), facts };
  },
};
