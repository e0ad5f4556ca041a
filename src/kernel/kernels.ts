// Typed access to the WASM kernels of asm/: an input window, digests of a stream, and scans.

import type { FingerprintExports } from "./fingerprint_exports.ts";
import type { LaneExports } from "./lanes_exports.ts";
import { plainBase64, simdBase64 } from "./module.ts";
import type { ScanExports } from "./scan_exports.ts";
import type { SectorsExports } from "./sectors_exports.ts";

/** The digest algorithms, in the order in which reports list them. */
export const algorithms = ["md5", "sha1", "sha256", "sha512", "blake3", "crc32"] as const;

/** Name of a digest algorithm. */
export type Algorithm = (typeof algorithms)[number];

/** Bytes from the start of a memory that the tables of all instances have. */
const TABLES = 128 * 1024;
/** Bytes of working room for an instance: the kernels' own scratch, then states and digests. */
const SCRATCH = 128 * 1024;
const STATES = 128 * 1024;
const PAGE = 64 * 1024;
/** Bytes of the input window of an instance with a memory of its own. */
const WINDOW = 2 * 1024 * 1024;

/** Where instances work in a memory that several share: each needs its own room. */
export const layout = { firstRoom: TABLES, room: SCRATCH + STATES } as const;

/** Where an instance works, and which part of the memory is its input window. */
export type Place = {
  readonly memory: WebAssembly.Memory;
  /** Address of `layout.room` bytes that are this instance's alone; a multiple of 64. */
  readonly room: number;
  /** The window: addresses `[start, start + length)`. */
  readonly start: number;
  readonly length: number;
};

function ownPlace(): Place {
  const start = layout.firstRoom + layout.room;
  const pages = Math.ceil((start + WINDOW) / PAGE);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return { memory, room: layout.firstRoom, start, length: WINDOW };
}

/** The functions and constants of the module. */
export type Exports =
  & FingerprintExports
  & SectorsExports
  & {
    edc(value: number, data: number, length: number): number;
  }
  & LaneExports
  & ScanExports
  & Readonly<
    Record<
      "TABLES_END" | "SCRATCH_SIZE" | `${Uppercase<Algorithm>}_${"STATE" | "SIZE"}`,
      { readonly value: number }
    >
  >
  & Readonly<Record<`${Algorithm}_init`, (state: number) => void>>
  & Readonly<Record<`${Algorithm}_update`, (state: number, data: number, length: number) => void>>
  & Readonly<Record<`${Algorithm}_finish`, (state: number, out: number) => void>>;

type Stream = {
  readonly state: Uint8Array;
  readonly size: number;
  init(state: number): void;
  update(state: number, data: number, length: number): void;
  finish(state: number, out: number): void;
};

/** One instance of the WASM kernels. Each worker makes its own. */
export class Kernels {
  /** What the module exports: for the wrappers of this folder, which check what they pass. */
  readonly exports: Exports;
  readonly #streams: Readonly<Record<Algorithm, Stream>>;
  /** Where a state is finished, so that the stream itself can go on. */
  readonly #spare: Uint8Array;
  readonly #digest: Uint8Array;
  /** Addresses of what is left of the room. */
  #next: number;
  readonly #end: number;
  /** The input window: fill it, then call a kernel with a range of it. Memory never grows. */
  readonly window: Uint8Array;

  /** Makes an instance of a module of {@linkcode compileKernels}, with a memory of its own unless told. */
  constructor(module: WebAssembly.Module, place: Place = ownPlace()) {
    const { memory, room, start, length } = place;
    // The names and types of the exports are asserted by a test; a wrong room traps at once
    this.exports = new WebAssembly.Instance(module, { env: { memory, scratch: room } })
      .exports as unknown as Exports;
    this.window = new Uint8Array(memory.buffer, start, length);
    this.#next = room + SCRATCH;
    this.#end = room + layout.room;
    const stream = (name: Algorithm): Stream => {
      const upper = name.toUpperCase() as Uppercase<Algorithm>; // TypeScript only says string
      return {
        state: this.take(this.exports[`${upper}_STATE`].value),
        size: this.exports[`${upper}_SIZE`].value,
        init: this.exports[`${name}_init`],
        update: this.exports[`${name}_update`],
        finish: this.exports[`${name}_finish`],
      };
    };
    this.#streams = {
      md5: stream("md5"),
      sha1: stream("sha1"),
      sha256: stream("sha256"),
      sha512: stream("sha512"),
      blake3: stream("blake3"),
      crc32: stream("crc32"),
    };
    const streams = Object.values(this.#streams);
    this.#spare = this.take(Math.max(...streams.map(({ state }) => state.length)));
    this.#digest = this.take(Math.max(...streams.map(({ size }) => size)));
  }

  /** Begins a stream: its state replaces the working state of `algorithm`. */
  begin(algorithm: Algorithm): void {
    const { state, init } = this.#streams[algorithm];
    init(state.byteOffset);
  }

  /** Takes window bytes `[offset, offset + length)` into the working state of `algorithm`. */
  update(algorithm: Algorithm, offset: number, length: number): void {
    this.address(offset, length);
    const { state, update } = this.#streams[algorithm];
    update(state.byteOffset, this.window.byteOffset + offset, length);
  }

  /** The digest of what the working state of `algorithm` took so far; the stream may go on. */
  finish(algorithm: Algorithm): Uint8Array {
    const { state, size, finish } = this.#streams[algorithm];
    this.#spare.set(state);
    finish(this.#spare.byteOffset, this.#digest.byteOffset);
    return this.#digest.slice(0, size);
  }

  /** Bytes in a state of `algorithm`. */
  stateSize(algorithm: Algorithm): number {
    return this.#streams[algorithm].state.length;
  }

  /** Copies the working state of `algorithm` to `into`, which has `stateSize` bytes. */
  save(algorithm: Algorithm, into: Uint8Array): void {
    this.#checkState(algorithm, into);
    into.set(this.#streams[algorithm].state);
  }

  /** Makes `from`, which an earlier `save` filled, the working state of `algorithm`. */
  load(algorithm: Algorithm, from: Uint8Array): void {
    this.#checkState(algorithm, from);
    this.#streams[algorithm].state.set(from);
  }

  /** EDC of window bytes `[offset, offset + length)`, continuing `value`; unsigned 32-bit. */
  edc(offset: number, length: number, value = 0): number {
    this.address(offset, length);
    return this.exports.edc(value, this.window.byteOffset + offset, length) >>> 0;
  }

  /** Index from `offset` of the first byte that is not 0 in `length` window bytes, or `length`. */
  firstNonZero(offset: number, length: number): number {
    this.address(offset, length);
    return this.exports.first_nonzero(this.window.byteOffset + offset, length);
  }

  /** Index from `offset` of the last byte that is not 0 in `length` window bytes, or `length`. */
  lastNonZero(offset: number, length: number): number {
    this.address(offset, length);
    return this.exports.last_nonzero(this.window.byteOffset + offset, length);
  }

  /** Index of the first difference of the `length` window bytes at `a` and at `b`, or `length`. */
  firstDifference(a: number, b: number, length: number): number {
    this.address(a, length);
    this.address(b, length);
    const { byteOffset } = this.window;
    return this.exports.first_difference(byteOffset + a, byteOffset + b, length);
  }

  /** Count of bytes, from the start, that all differ between the `length` bytes at `a` and `b`. */
  differenceRun(a: number, b: number, length: number): number {
    this.address(a, length);
    this.address(b, length);
    const { byteOffset } = this.window;
    return this.exports.difference_run(byteOffset + a, byteOffset + b, length);
  }

  /** The address of window bytes `[offset, offset + length)`; throws RangeError where they leave it. */
  address(offset: number, length: number): number {
    const { length: size, byteOffset } = this.window;
    const fits = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 &&
      length >= 0 && offset + length <= size;
    if (fits) return byteOffset + offset;
    throw new RangeError(`Cannot use window bytes ${offset} + ${length}: the window has ${size}`);
  }

  /** Takes `size` bytes of the room for good: for states, lists of jobs and digests. */
  take(size: number): Uint8Array {
    const at = this.#next;
    const next = Math.ceil((at + size) / 16) * 16;
    if (next > this.#end) throw new Error(`Cannot take ${size} bytes: the room is used up`);
    this.#next = next;
    return new Uint8Array(this.window.buffer, at, size);
  }

  #checkState(algorithm: Algorithm, bytes: Uint8Array): void {
    const size = this.stateSize(algorithm);
    if (bytes.length === size) return;
    throw new RangeError(
      `Cannot use a ${algorithm} state: it has ${size} bytes, not ${bytes.length}`,
    );
  }
}

/** Which module: by default the fastest that this engine takes, for a memory of one thread. */
export type ModuleOptions = {
  /** With 128-bit vectors, or without them; with them where the engine has them if not told. */
  readonly simd?: boolean;
  /** For a memory that several threads share. */
  readonly shared?: boolean;
};

/** Compiles the kernels. Throws when WebAssembly is missing or refuses them. */
export function compileKernels({ simd, shared = false }: ModuleOptions = {}): WebAssembly.Module {
  const bytes = decodeModule(simd === false ? plainBase64 : simdBase64, shared);
  if (simd === undefined && !WebAssembly.validate(bytes)) {
    return new WebAssembly.Module(decodeModule(plainBase64, shared));
  }
  return new WebAssembly.Module(bytes);
}

/** "env" "memory" and the kind of an imported memory with a maximum, which need not be shared. */
const MEMORY_IMPORT = [3, ..."env", 6, ..."memory", 2, 1].map((item) =>
  typeof item === "string" ? item.charCodeAt(0) : item
);

// A module for a shared memory differs from the other in one bit, the kind of memory (a test compiles
// both): the flag of the WebAssembly threads proposal's limits.
function decodeModule(base64: string, shared: boolean): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  if (!shared) return bytes;
  for (let at = 0; at + MEMORY_IMPORT.length <= bytes.length; at++) {
    if (MEMORY_IMPORT.some((byte, index) => bytes[at + index] !== byte)) continue;
    bytes[at + MEMORY_IMPORT.length - 1] = 3;
    return bytes;
  }
  throw new Error("Cannot share the memory of the kernels: their module imports none");
}

let compiled: WebAssembly.Module | undefined;
let refused = false;

/**
 * An instance with a memory of its own, of the module that this realm compiles once; undefined where
 * WebAssembly is missing or refuses the module.
 */
export function ownKernels(): Kernels | undefined {
  if (refused) return undefined;
  try {
    return new Kernels(compiled ??= compileKernels());
  } catch {
    refused = true; // What serves instead is in fallback.ts
    return undefined;
  }
}

let shared: Kernels | undefined;

/**
 * The instance that this realm's digests and scans share, made at the first call; undefined where
 * there can be none. Its window may be overwritten by any of them.
 */
export function sharedKernels(): Kernels | undefined {
  return shared ??= ownKernels();
}
