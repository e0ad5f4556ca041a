// The layer of checksums that dvdisaster adds to an image: one CRC-32 for each sector, in the order in which
// it works through the slices of the image.

import { logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { startsWithText } from "../bytes/text.ts";
import { createDigest, type Digest } from "../kernel/digest.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { CheckedSectors, ErrorCorrection, FailedSectors } from "../model/error_correction.ts";
import type { Image } from "../model/image.ts";
import { openCrc32, PRESET, type SectorSums } from "./dvdisaster_sums.ts";
import type { ProverContext } from "./prover.ts";

/** Bytes of a code word (Reed-Solomon over bytes). */
const WORD = 255;
/** Sectors that are compared at most: 64 GiB. */
const MOST = 32 * 1024 * 1024;
/** Runs of sectors that are kept and claimed one by one. */
const KEPT = 1000;
/** Recorded values that are kept for messages. */
const RECORDED = 4096;
const AT_ONCE = 512;
const VALUES = SECTOR / 4;
/** Fields of a block of checksums of RS03. */
const block = { cookie: 1024, crc: 1120 } as const;

/** Where the checksums are, and of what. */
export type Layer = {
  readonly method: ErrorCorrection["method"];
  /** Sectors that they are of, from the first of the image on. */
  readonly sectors: number;
  /** Layers of them, and sectors in each. */
  readonly layers: number;
  readonly length: number;
  readonly span: Span;
  /** MD5 of the checksums, of RS02. */
  readonly sum: string;
};

/** The layer that a header tells of; undefined where it is not there, or too long. */
export function layerOf(
  { method, header, holds, sectors, data, layer }: ErrorCorrection,
  sum: string,
  { mapping }: Image,
): Layer | undefined {
  const isSane = holds && data > 1 && data < WORD && sectors > 0 && sectors <= MOST &&
    header.start === sectors * SECTOR;
  if (!isSane) return undefined;
  const own = Math.ceil(4 * sectors / SECTOR);
  const length = method === "RS02" ? Math.ceil((sectors + 2 + own) / data) : layer;
  const found: Layer = method === "RS02"
    ? {
      method,
      sectors,
      layers: data,
      length,
      span: logicalSpan((sectors + 2) * SECTOR, own * SECTOR),
      sum,
    }
    : {
      method,
      sectors: (data - 1) * length,
      layers: data - 1,
      length,
      span: logicalSpan((data - 1) * length * SECTOR, length * SECTOR),
      sum,
    };
  const isThere = length > 0 && found.sectors <= MOST &&
    found.span.start + found.span.length <= mapping.logicalSize;
  return isThere ? found : undefined;
}

/** What is known of a sector. */
const state = { unknown: 0, holds: 1, differs: 2, doubtful: 3 } as const;

/** Compares sectors with what a layer has of them. */
class Comparison {
  readonly layer: Layer;
  readonly sums: SectorSums;
  readonly states: Uint8Array;
  readonly recorded = new Map<number, number>();

  constructor(layer: Layer, sums: SectorSums) {
    this.layer = layer;
    this.sums = sums;
    this.states = new Uint8Array(layer.sectors);
  }

  /** Takes the recorded value of a sector; false where the sector has another. */
  take(sector: number, value: number): boolean {
    const computed = this.sums.of(sector);
    if (computed === undefined) return true;
    const holds = computed === value;
    this.states[sector] = holds ? state.holds : state.differs;
    if (!holds && this.recorded.size < RECORDED) this.recorded.set(sector, value);
    return holds;
  }

  /** Makes `to` of all sectors in the state `from`. */
  move(from: number, to: number): void {
    for (let sector = 0; sector < this.states.length; sector++) {
      if (this.states[sector] === from) this.states[sector] = to;
    }
  }

  /** Runs of sectors in a state, in order. */
  *runs(wanted: number): Generator<Span> {
    let first = -1;
    for (let sector = 0; sector <= this.states.length; sector++) {
      const is = this.states[sector] === wanted;
      if (is && first < 0) first = sector;
      if (is || first < 0) continue;
      yield logicalSpan(first * SECTOR, (sector - first) * SECTOR);
      first = -1;
    }
  }
}

/** Compares all sectors, claims what comes of it, and says it. */
export async function checkSectors(
  layer: Layer,
  sums: SectorSums,
  context: ProverContext,
  claims: ClaimSink,
): Promise<CheckedSectors> {
  const comparison = new Comparison(layer, sums);
  const compare = layer.method === "RS02" ? compareSection : compareBlocks;
  const damaged = await compare(comparison, context, claims);
  const base = { kind: "implanted", what: "CRC-32 of dvdisaster", strength: "checksum" } as const;
  const proven = [...comparison.runs(state.holds)];
  if (proven.length > 0) claims.claim({ ...base, holds: true, spans: proven });
  const failed: FailedSectors[] = [];
  const rest: Span[] = [];
  let failedSectors = 0;
  for (const span of comparison.runs(state.differs)) {
    const sector = span.start / SECTOR;
    failedSectors += span.length / SECTOR;
    if (failed.length >= KEPT) {
      rest.push(span);
      continue;
    }
    const recorded = comparison.recorded.get(sector);
    const computed = sums.of(sector) ?? PRESET;
    failed.push({ span, computed, ...(recorded === undefined ? {} : { recorded }) });
    claims.claim({ ...base, holds: false, spans: [span] });
  }
  if (rest.length > 0) claims.claim({ ...base, holds: false, spans: rest });
  const held = proven.reduce((sum, { length }) => sum + length / SECTOR, 0);
  return {
    sectors: layer.sectors,
    compared: held + failedSectors,
    failed,
    failedSectors,
    ...(damaged === undefined ? {} : { damaged }),
  };
}

/** Sectors in the order in which RS02 has their checksums. */
function* orderOf({ sectors, layers, length }: Layer): Generator<number> {
  const first = (sectors + 2) % length;
  for (let slice = 0; slice < length; slice++) {
    const at = (slice + first + 1) % length;
    for (let layer = 0; layer < layers; layer++) {
      const sector = layer * length + at;
      if (sector < sectors) yield sector;
    }
  }
}

// The checksums of RS02 one after the other, with an MD5 over all of them.
async function compareSection(
  comparison: Comparison,
  { image, signal }: ProverContext,
  claims: ClaimSink,
): Promise<CheckedSectors["damaged"]> {
  const { layer } = comparison;
  const { span, sum } = layer;
  const order = orderOf(layer);
  const digest = createDigest("md5", { bytes: span.length });
  const mended = createDigest("md5", { bytes: span.length });
  let isWhole = true;
  for (let at = 0; at < span.length; at += AT_ONCE * SECTOR) {
    signal?.throwIfAborted();
    const length = Math.min(AT_ONCE * SECTOR, span.length - at);
    const { bytes, unread } = await image.read(span.start + at, length);
    if (bytes.length < length) return undefined;
    isWhole &&= unread.length === 0;
    digest.update(bytes);
    const copy = bytes.slice();
    for (let from = 0; from < length; from += SECTOR) {
      const start = span.start + at + from;
      const isRead = !unread.some((each) =>
        each.start < start + SECTOR && each.start + each.length > start
      );
      compareValues(comparison, copy.subarray(from, from + SECTOR), order, isRead);
    }
    mended.update(copy);
  }
  return judgeSection(comparison, { digest, mended, isWhole }, { span, sum }, claims);
}

function judgeSection(
  comparison: Comparison,
  { digest, mended, isWhole }: {
    readonly digest: Digest;
    readonly mended: Digest;
    readonly isWhole: boolean;
  },
  { span, sum }: Pick<Layer, "span" | "sum">,
  claims: ClaimSink,
): CheckedSectors["damaged"] {
  const holds = isWhole && digest.hex() === sum;
  const what = "MD5 of the checksums of dvdisaster";
  if (isWhole) claims.claim({ kind: "implanted", what, strength: "digest", holds, spans: [span] });
  comparison.move(state.doubtful, holds ? state.differs : state.unknown);
  if (holds || !isWhole) return undefined;
  const isMended = mended.hex() === sum;
  // With the computed values the section is as it was: the sectors are what they were.
  if (isMended) comparison.move(state.differs, state.holds);
  return { span, mended: isMended };
}

// A sector of checksums of which most differ is wrong itself, unless the MD5 over all of them holds.
function compareValues(
  comparison: Comparison,
  bytes: Uint8Array,
  order: Iterator<number>,
  isRead: boolean,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const differing: number[] = [];
  let count = 0;
  for (let at = 0; at < VALUES; at++) {
    const { value: sector, done } = order.next();
    if (done === true) break;
    count++;
    if (!isRead || comparison.take(sector, view.getUint32(4 * at, true))) continue;
    differing.push(sector);
    view.setUint32(4 * at, comparison.sums.of(sector) ?? PRESET, true);
  }
  if (differing.length < 2 || 2 * differing.length <= count) return;
  for (const sector of differing) comparison.states[sector] = state.doubtful;
}

// The checksums of RS03, a block for each slice: each block has a checksum of its own.
async function compareBlocks(
  comparison: Comparison,
  { image, signal }: ProverContext,
  claims: ClaimSink,
): Promise<CheckedSectors["damaged"]> {
  const { span, layers, length } = comparison.layer;
  const sound: Span[] = [];
  let damaged: Span | undefined;
  for (let slice = 0; slice < length; slice += AT_ONCE) {
    signal?.throwIfAborted();
    const start = span.start + slice * SECTOR;
    const { bytes, unread } = await image.read(start, Math.min(AT_ONCE, length - slice) * SECTOR);
    for (let at = 0; at + SECTOR <= bytes.length; at += SECTOR) {
      const place = logicalSpan(start + at, SECTOR);
      const isRead = !unread.some((each) =>
        each.start < place.start + SECTOR && each.start + each.length > place.start
      );
      if (!isRead) continue;
      const values = bytes.slice(at, at + SECTOR);
      if (!isSound(values)) {
        damaged ??= place;
        continue;
      }
      join(sound, place);
      const view = new DataView(values.buffer);
      const next = (slice + at / SECTOR + 1) % length;
      for (let layer = 0; layer < layers; layer++) {
        comparison.take(layer * length + next, view.getUint32(4 * layer, true));
      }
    }
  }
  const what = "CRC-32 of the checksums of dvdisaster";
  const base = { kind: "implanted", what, strength: "checksum" } as const;
  if (sound.length > 0) claims.claim({ ...base, holds: true, spans: sound });
  if (damaged === undefined) return undefined;
  claims.claim({ ...base, holds: false, spans: [damaged] });
  return { span: damaged, mended: false };
}

function isSound(bytes: Uint8Array): boolean {
  if (!startsWithText(bytes, "*dvdisaster*RS03", block.cookie)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const recorded = view.getUint32(block.crc, true);
  view.setUint32(block.crc, PRESET, true);
  return openCrc32(bytes) === recorded;
}

function join(spans: Span[], { start, length }: Span): void {
  const last = spans.at(-1);
  if (last === undefined || last.start + last.length !== start) {
    spans.push(logicalSpan(start, length));
  } else spans[spans.length - 1] = logicalSpan(last.start, last.length + length);
}
