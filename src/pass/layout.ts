// The memory of a pass: rooms of the kernels, counters, and a ring of slots that hold a piece of the image
// each, with what every worker is to do with it and what came out. All workers see the same memory.

import { layout as kernelLayout } from "../kernel/kernels.ts";

/** Most jobs that one worker gets with a slot; what does not fit comes with the same piece again. */
export const JOBS = 1024;
/** 32-bit words of a job: stream, offset in the piece, length, flags. */
export const JOB_WORDS = 4;

/** What a job asks for besides taking bytes: the bits of its last word. */
export const flag = {
  /** The stream ends with these bytes: its digests are a result. */
  finish: 1,
  /** The stream is given up: nothing of it is kept. */
  drop: 2,
  /** The codes of raw sectors: the first word is how many there are. */
  sectors: 4,
} as const;

/** The number of the set of digests stands above the other bits. */
export const SET_SHIFT = 8;

/** Words of the counters, each on a cache line of its own so that threads do not wait for each other. */
const LINE = 16;
/** Counters: a word that ends the work, then for each worker four. */
export const STOP = 0;

const PER_WORKER = 4;
const at = (worker: number, counter: number) => LINE * (1 + PER_WORKER * worker + counter);

/** Pieces given to a worker so far. */
export function givenAt(worker: number): number {
  return at(worker, 0);
}

/** Pieces that a worker has done so far. */
export function doneAt(worker: number): number {
  return at(worker, 1);
}

/** 1 while a worker waits to be given a piece: whoever gives one has to wake it then. */
export function idleAt(worker: number): number {
  return at(worker, 2);
}

/** The count of done pieces at which a worker has to wake whoever waits for it. */
export function wakeAt(worker: number): number {
  return at(worker, 3);
}

/** Numbers that say where everything lies; plain data, for workers too. */
export type RingLayout = {
  readonly workers: number;
  readonly slots: number;
  /** Bytes of a piece at most, and of the user data gathered from it, which follow; 0 where they need not be. */
  readonly pieceBytes: number;
  readonly userBytes: number;
  /** Bytes of the results of one worker in a slot. */
  readonly resultBytes: number;
  readonly slotBytes: number;
  /** Addresses. */
  readonly counters: number;
  readonly ring: number;
  readonly pages: number;
};

/** What a ring is to hold. */
export type RingNeeds = {
  readonly workers: number;
  readonly slots: number;
  readonly pieceBytes: number;
  readonly userBytes: number;
  readonly resultBytes: number;
};

const PAGE = 64 * 1024;
const round = (bytes: number, to: number) => Math.ceil(bytes / to) * to;

/** Lays a ring out; worker rooms come first, then the room of the thread that plans. */
export function layOut({ workers, slots, ...needs }: RingNeeds): RingLayout {
  const pieceBytes = round(needs.pieceBytes, 64);
  const userBytes = round(needs.userBytes, 64);
  const resultBytes = round(needs.resultBytes, 64);
  const slotBytes = pieceBytes + userBytes +
    workers * (64 + JOBS * JOB_WORDS * 4 + resultBytes);
  const counters = kernelLayout.firstRoom + workers * kernelLayout.room;
  const ring = counters + round(4 * LINE * (1 + PER_WORKER * workers), PAGE);
  const pages = Math.ceil((ring + slots * slotBytes) / PAGE);
  return { workers, slots, pieceBytes, userBytes, resultBytes, slotBytes, counters, ring, pages };
}

/** Address of the kernels' room of a worker. */
export function roomOf(worker: number): number {
  return kernelLayout.firstRoom + worker * kernelLayout.room;
}

/** One worker's part of a slot. */
export type Share = {
  /** One word: how many jobs. */
  readonly count: Uint32Array;
  readonly jobs: Uint32Array;
  readonly results: Uint8Array;
};

/** The parts of a slot. */
export type Slot = {
  /** Offset of the piece in the ring. */
  readonly offset: number;
  readonly piece: Uint8Array;
  readonly user: Uint8Array;
  readonly shares: readonly Share[];
};

/** Views of a slot. */
export function slotOf(buffer: ArrayBufferLike, layout: RingLayout, index: number): Slot {
  const offset = index * layout.slotBytes;
  const start = layout.ring + offset;
  const { pieceBytes, userBytes, resultBytes } = layout;
  const jobBytes = JOBS * JOB_WORDS * 4;
  const shares = Array.from({ length: layout.workers }, (_, worker): Share => {
    const at = start + pieceBytes + userBytes + worker * (64 + jobBytes + resultBytes);
    return {
      count: new Uint32Array(buffer, at, 1),
      jobs: new Uint32Array(buffer, at + 64, JOBS * JOB_WORDS),
      results: new Uint8Array(buffer, at + 64 + jobBytes, resultBytes),
    };
  });
  return {
    offset,
    piece: new Uint8Array(buffer, start, pieceBytes),
    user: new Uint8Array(buffer, start + pieceBytes, userBytes),
    shares,
  };
}
