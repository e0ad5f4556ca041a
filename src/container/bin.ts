// Raw images: whole sectors of a CD as ECMA-130:1996 14 lays them out, found by evidence, not by name.

import type { ByteSource } from "../bytes/source.ts";
import { isZero, startsWithText } from "../bytes/text.ts";
import { type Container, type Opened, peek, type SectorLayout } from "./container.ts";
import { findSession, sessionLayout } from "./session.ts";

const SYNC = [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0];
/** Sector strides with a sync pattern: bare, with 16 and with 96 bytes of sub-channel. */
const SYNC_STRIDES = [2352, 2448, 2368];
/** Layouts without sync, by stride and offset of the user data. */
const BARE_LAYOUTS = [
  { stride: 2336, dataOffset: 8 },
  { stride: 2336, dataOffset: 0 },
  { stride: 2340, dataOffset: 4 },
  { stride: 2340, dataOffset: 12 },
  { stride: 2056, dataOffset: 8 },
  { stride: 2448, dataOffset: 0 },
];
const SECTORS_TRIED = 32;
const MODE_1_DATA = 16;
const MODE_2_DATA = 24;

function isSync(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && SYNC.every((byte, index) => bytes[index] === byte);
}

async function signatureAt(source: ByteSource, at: number): Promise<boolean> {
  const bytes = await peek(source, at, 16);
  return startsWithText(bytes, "CD001", 1) || startsWithText(bytes, "CDROM", 9);
}

/** Sync patterns found at multiples of `stride` among the first sectors of the file. */
async function countSyncs(source: ByteSource, stride: number): Promise<[number, number]> {
  const whole = Math.floor(source.size / stride) + (source.size % stride >= 16 ? 1 : 0);
  const tried = Math.min(SECTORS_TRIED, whole);
  let found = 0;
  for (let sector = 0; sector < tried; sector++) {
    if (isSync(await peek(source, sector * stride, 12))) found++;
  }
  return [found, tried];
}

/** The stride at which most of the first sectors have a sync, or undefined where none has it mostly. */
async function findStride(source: ByteSource): Promise<number | undefined> {
  const head = await peek(source, 0, 4096);
  const second = SYNC_STRIDES.some((stride) => isSync(head.subarray(stride, stride + 12)));
  // Other containers hold raw sectors too, behind a head of their own; zeros and what cannot be read are
  // damage.
  if (!isZero(head) && !isSync(head) && !second) return undefined;
  for (const stride of SYNC_STRIDES) {
    const [found, tried] = await countSyncs(source, stride);
    if (found * 2 > tried) return stride;
  }
  return undefined;
}

/** LBA of a sector header (BCD minute, second, frame), or undefined where it is no valid BCD. */
function headerLba(header: Uint8Array): number | undefined {
  const [minute, second, frame] = [...header.subarray(12, 15)].map((byte) =>
    (byte >> 4) <= 9 && (byte & 15) <= 9 ? (byte >> 4) * 10 + (byte & 15) : NaN
  );
  if (minute === undefined || second === undefined || frame === undefined) return undefined;
  const lba = (60 * minute + second) * 75 + frame - 150;
  if (Number.isNaN(lba)) return undefined;
  return minute >= 90 ? lba - 450_000 : lba;
}

/** The mode most of the first sectors state, 1 where they state none. */
async function findMode(source: ByteSource, stride: number): Promise<1 | 2> {
  let second = 0;
  let first = 0;
  for (let sector = 0; sector < SECTORS_TRIED; sector++) {
    const header = await peek(source, sector * stride, 16);
    const mode = (header[15] ?? 0) & 3;
    if (!isSync(header)) continue;
    if (mode === 2) second++;
    if (mode === 1) first++;
  }
  return second > first ? 2 : 1;
}

async function findDataOffset(
  source: ByteSource,
  stride: number,
  origin: number,
  mode: 1 | 2,
): Promise<[number, string]> {
  const descriptor = Math.max(0, origin) + 16 * stride;
  for (const offset of [MODE_1_DATA, MODE_2_DATA]) {
    if (await signatureAt(source, descriptor + offset)) {
      return [offset, `volume descriptor at byte ${offset} of sector 16`];
    }
  }
  return [mode === 2 ? MODE_2_DATA : MODE_1_DATA, `mode byte ${mode}`];
}

// A file that begins in the pregap has LBA 0 further on.
function originOf(lba: number | undefined, stride: number): number {
  return lba !== undefined && lba < 0 && lba >= -450 ? -lba * stride : 0;
}

async function openSynced(source: ByteSource, stride: number): Promise<Opened> {
  const mode = await findMode(source, stride);
  const lba = headerLba(await peek(source, 0, 16));
  const begun = originOf(lba, stride);
  const [dataOffset, how] = await findDataOffset(source, stride, begun, mode);
  const [found, tried] = await countSyncs(source, stride);
  // One that begins later on the disc keeps its own sector numbers, unless its root directory can only be
  // reached by those of the disc.
  const session = await findSession(source, { stride, dataOffset, origin: begun }, lba);
  const layout = sessionLayout({ stride, dataOffset, origin: begun }, session);
  const { origin } = layout;
  const start = origin === 0 ? "" : `, LBA 0 at file offset ${origin}`;
  const facts = {
    name: "bin",
    sectorSize: stride,
    evidence:
      `raw sectors of ${stride} bytes: ${found} of the first ${tried} have a sync pattern; ` +
      `user data at byte ${dataOffset} (${how})${start}`,
    evidenceAt: 0,
    mode,
    ...(session === undefined ? {} : { session }),
    notes: [],
  };
  return { source, layout, facts };
}

async function findBare(source: ByteSource): Promise<SectorLayout | undefined> {
  for (const { stride, dataOffset } of BARE_LAYOUTS) {
    if (await signatureAt(source, 16 * stride + dataOffset)) {
      return { stride, dataOffset, origin: 0 };
    }
  }
  return undefined;
}

/** Raw sectors of 2352 bytes (or with sub-channel, or without sync), Mode 1 or Mode 2. */
export const bin: Container = {
  name: "bin",
  extensions: ["bin", "img", "raw", "mdf"],

  async probe(source) {
    return await findStride(source) !== undefined || await findBare(source) !== undefined;
  },

  async open(source) {
    const stride = await findStride(source);
    if (stride !== undefined) return await openSynced(source, stride);
    const layout = await findBare(source) ?? { stride: 2352, dataOffset: 16, origin: 0 };
    const facts = {
      name: "bin",
      sectorSize: layout.stride,
      evidence: `sectors of ${layout.stride} bytes without sync: a volume descriptor stands at ` +
        `byte ${layout.dataOffset} of sector 16`,
      evidenceAt: 16 * layout.stride + layout.dataOffset,
      notes: [],
    };
    return { source, layout, facts };
  },
};
