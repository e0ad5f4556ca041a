// Typed access to the WASM kernels of asm/: an input window, digests of a stream, and scans.

import { moduleBase64 } from "./module.ts";

/** The digest algorithms, in the order in which reports list them. */
export const algorithms = ["md5", "sha1", "sha256", "sha512", "blake3", "crc32"] as const;

/** Name of a digest algorithm. */
export type Algorithm = (typeof algorithms)[number];

type Exports =
  & {
    readonly memory: WebAssembly.Memory;
    edc(value: number, data: number, length: number): number;
    first_nonzero(data: number, length: number): number;
    last_nonzero(data: number, length: number): number;
    first_difference(a: number, b: number, length: number): number;
    difference_run(a: number, b: number, length: number): number;
  }
  & Readonly<
    Record<
      "ARENA" | "WINDOW" | "STATES" | "END" | `${Uppercase<Algorithm>}_${"STATE" | "SIZE"}`,
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
  readonly #exports: Exports;
  readonly #streams: Readonly<Record<Algorithm, Stream>>;
  /** Where a state is finished, so that the stream itself can go on. */
  readonly #spare: Uint8Array;
  readonly #digest: Uint8Array;
  /** The input window: fill it, then call a kernel with a range of it. Memory never grows. */
  readonly window: Uint8Array;

  /** Makes an instance of the compiled module of `module.ts`. */
  constructor(module: WebAssembly.Module) {
    // The names and types of the exports are asserted by a test
    this.#exports = new WebAssembly.Instance(module).exports as unknown as Exports;
    const { memory, ARENA, WINDOW, STATES, END } = this.#exports;
    this.window = new Uint8Array(memory.buffer, ARENA.value, WINDOW.value);
    let next = STATES.value;
    const take = (size: number): Uint8Array => {
      const start = next;
      next = Math.ceil((start + size) / 16) * 16;
      if (next > END.value) throw new Error(`Cannot place the states: ${next} > ${END.value}`);
      return new Uint8Array(memory.buffer, start, size);
    };
    const stream = (name: Algorithm): Stream => {
      const upper = name.toUpperCase() as Uppercase<Algorithm>; // TypeScript only says string
      return {
        state: take(this.#exports[`${upper}_STATE`].value),
        size: this.#exports[`${upper}_SIZE`].value,
        init: this.#exports[`${name}_init`],
        update: this.#exports[`${name}_update`],
        finish: this.#exports[`${name}_finish`],
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
    this.#spare = take(Math.max(...streams.map(({ state }) => state.length)));
    this.#digest = take(Math.max(...streams.map(({ size }) => size)));
  }

  /** Begins a stream: its state replaces the working state of `algorithm`. */
  begin(algorithm: Algorithm): void {
    const { state, init } = this.#streams[algorithm];
    init(state.byteOffset);
  }

  /** Takes window bytes `[offset, offset + length)` into the working state of `algorithm`. */
  update(algorithm: Algorithm, offset: number, length: number): void {
    this.#check(offset, length);
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
    this.#check(offset, length);
    return this.#exports.edc(value, this.window.byteOffset + offset, length) >>> 0;
  }

  /** Index from `offset` of the first byte that is not 0 in `length` window bytes, or `length`. */
  firstNonZero(offset: number, length: number): number {
    this.#check(offset, length);
    return this.#exports.first_nonzero(this.window.byteOffset + offset, length);
  }

  /** Index from `offset` of the last byte that is not 0 in `length` window bytes, or `length`. */
  lastNonZero(offset: number, length: number): number {
    this.#check(offset, length);
    return this.#exports.last_nonzero(this.window.byteOffset + offset, length);
  }

  /** Index of the first difference of the `length` window bytes at `a` and at `b`, or `length`. */
  firstDifference(a: number, b: number, length: number): number {
    this.#check(a, length);
    this.#check(b, length);
    const { byteOffset } = this.window;
    return this.#exports.first_difference(byteOffset + a, byteOffset + b, length);
  }

  /** Count of bytes, from the start, that all differ between the `length` bytes at `a` and `b`. */
  differenceRun(a: number, b: number, length: number): number {
    this.#check(a, length);
    this.#check(b, length);
    const { byteOffset } = this.window;
    return this.#exports.difference_run(byteOffset + a, byteOffset + b, length);
  }

  #check(offset: number, length: number): void {
    const { length: size } = this.window;
    const fits = Number.isInteger(offset) && Number.isInteger(length) && offset >= 0 &&
      length >= 0 && offset + length <= size;
    if (fits) return;
    throw new RangeError(`Cannot use window bytes ${offset} + ${length}: the window has ${size}`);
  }

  #checkState(algorithm: Algorithm, bytes: Uint8Array): void {
    const size = this.stateSize(algorithm);
    if (bytes.length === size) return;
    throw new RangeError(
      `Cannot use a ${algorithm} state: it has ${size} bytes, not ${bytes.length}`,
    );
  }
}

/** Compiles the module of `module.ts`. Throws when WebAssembly is missing or refuses it. */
export function compileKernels(): WebAssembly.Module {
  const text = atob(moduleBase64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return new WebAssembly.Module(bytes);
}

let shared: Kernels | undefined;
let tried = false;

/**
 * The instance that this realm's digests and scans share, made at the first call; undefined where
 * WebAssembly is missing or refuses the module. Its window may be overwritten by any of them.
 */
export function sharedKernels(): Kernels | undefined {
  if (tried) return shared;
  tried = true;
  try {
    shared = new Kernels(compileKernels());
  } catch {
    shared = undefined; // What serves instead is in fallback.ts
  }
  return shared;
}
