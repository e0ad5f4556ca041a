// Files that hold a later session of a disc alone: the addresses in them count from the start of the disc
// (ECMA-119:1987 6.1.2; ECMA-168 for sessions).

import type { ByteSource } from "../bytes/source.ts";
import { startsWithText } from "../bytes/text.ts";
import type { SessionBase } from "../model/image.ts";
import { peek, type SectorLayout } from "./container.ts";

/** Sectors that are searched for the root directory: writers put it at the start of a session. */
const SEARCHED = 4096;
const AT_A_TIME = 256;

/**
 * The session that a file begins with, where its root directory lies past the file by the number in its
 * descriptor, and stands nearer by its own record: the difference is the base. Undefined elsewhere.
 */
export async function findSession(
  source: ByteSource,
  { stride, dataOffset, origin }: SectorLayout,
  header?: number,
): Promise<SessionBase | undefined> {
  const descriptor = await peek(source, origin + 16 * stride + dataOffset, 166);
  if (descriptor.length < 166 || !startsWithText(descriptor, "\x01CD001")) return undefined;
  const view = new DataView(descriptor.buffer, descriptor.byteOffset, descriptor.length);
  const root = view.getUint32(158, true);
  const sectors = Math.floor((source.size - origin) / stride);
  const isBlock = view.getUint16(128, true) === 2048;
  if (root < sectors || root !== view.getUint32(162) || !isBlock) return undefined;
  const end = Math.min(sectors, SEARCHED);
  for (let first = 17; first < end; first += AT_A_TIME) {
    const bytes = await peek(source, origin + first * stride, AT_A_TIME * stride);
    for (let at = 0; at + dataOffset + 68 <= bytes.length; at += stride) {
      const sector = first + at / stride;
      if (!isRoot(bytes, at + dataOffset, root) || root <= sector) continue;
      const lba = root - sector;
      const place = origin + sector * stride + dataOffset;
      return { lba, root: place, headers: header === lba };
    }
  }
  return undefined;
}

// `.` and `..` of a root both name it (6.8.2.2): 34 bytes or more, an identifier of one byte, 00 and 01.
function isRoot(bytes: Uint8Array, at: number, root: number): boolean {
  const length = bytes[at] ?? 0;
  return isReserved(bytes, at, root, 0) && isReserved(bytes, at + length, root, 1);
}

function isReserved(bytes: Uint8Array, at: number, root: number, name: number): boolean {
  if ((bytes[at] ?? 0) < 34 || at + 34 > bytes.length) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 34);
  return view.getUint8(32) === 1 && view.getUint8(33) === name &&
    view.getUint32(2, true) === root && view.getUint32(6) === root;
}

/** The layout of a file by the addresses of its disc. */
export function sessionLayout(
  layout: SectorLayout,
  session: SessionBase | undefined,
): SectorLayout {
  if (session === undefined) return layout;
  const { lba } = session;
  return { ...layout, origin: layout.origin - lba * layout.stride, session: lba };
}
