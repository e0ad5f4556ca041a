// Digests of byte streams: MD5 (RFC 1321), SHA-1, SHA-256 and SHA-512 (FIPS 180-4), BLAKE3, CRC-32.
// Any number of streams may be under way; one that is dropped leaves nothing behind.

import { type FallbackStream, fallbackStreams } from "./fallback.ts";
import { type Algorithm, algorithms, type Kernels, sharedKernels } from "./kernels.ts";

export { type Algorithm, algorithms } from "./kernels.ts";
export { differenceRun, firstDifference, firstNonZero, lastNonZero, sectorEdc } from "./scan.ts";

/** The digest of one stream of bytes. */
export interface Digest {
  /** Takes the next bytes of the stream; keeps no reference to them. */
  update(bytes: Uint8Array): void;
  /** A second stream that has taken the same bytes and goes on by itself. */
  copy(): Digest;
  /** The digest of the bytes taken so far, in lower case; the stream may go on. */
  hex(): string;
}

/** What computes a digest: the WASM kernels, plain JavaScript, or the best that there is. */
export type Engine = "auto" | "wasm" | "noble";

/** Bytes that are copied into the window at a time: they should stay in the processor's cache. */
const PIECE = 128 * 1024;

/**
 * Begins a stream. Throws a TypeError for an unknown algorithm or engine, and an Error for engine
 * `wasm` where WebAssembly does not work.
 */
export function createDigest(algorithm: Algorithm, engine: Engine = "auto"): Digest {
  if (!algorithms.includes(algorithm)) {
    throw new TypeError(`Cannot create a digest: unknown algorithm ${algorithm}`);
  }
  if (engine !== "auto" && engine !== "wasm" && engine !== "noble") {
    throw new TypeError(`Cannot create a digest: unknown engine ${engine}`);
  }
  const kernels = engine === "noble" ? undefined : sharedKernels();
  if (kernels) return new KernelDigest(kernels, algorithm);
  if (engine === "wasm") throw new Error("Cannot create a digest: WebAssembly does not work here");
  return new FallbackDigest(fallbackStreams[algorithm]());
}

/** Several digests over one stream: the bytes are copied into the window once. */
export class DigestSet {
  readonly #digests = new Map<Algorithm, Digest>();

  /** Begins a stream; an algorithm that is named twice counts once. */
  constructor(algorithms: readonly Algorithm[]) {
    for (const algorithm of algorithms) this.#digests.set(algorithm, createDigest(algorithm));
  }

  /** Takes the next bytes of the stream; keeps no reference to them. */
  update(bytes: Uint8Array): void {
    const inWindow: KernelDigest[] = [];
    for (const digest of this.#digests.values()) {
      if (digest instanceof KernelDigest) inWindow.push(digest);
      else digest.update(bytes);
    }
    const kernels = sharedKernels();
    if (kernels && inWindow.length > 0) updateFromWindow(kernels, inWindow, bytes);
  }

  /** The digests of the bytes taken so far, in lower case; the stream may go on. */
  hex(): Partial<Record<Algorithm, string>> {
    const result: Partial<Record<Algorithm, string>> = {};
    for (const [algorithm, digest] of this.#digests) result[algorithm] = digest.hex();
    return result;
  }
}

/** The digest whose state is the working state of the kernels, for each algorithm. */
const residents: Partial<Record<Algorithm, KernelDigest>> = {};

/**
 * A digest computed by the kernels. Its state is the kernels' working state while it is the
 * resident of its algorithm, else in `#parked`, else (nothing was taken yet) nowhere.
 */
class KernelDigest implements Digest {
  readonly #kernels: Kernels;
  readonly #algorithm: Algorithm;
  #parked: Uint8Array | undefined;

  constructor(kernels: Kernels, algorithm: Algorithm) {
    this.#kernels = kernels;
    this.#algorithm = algorithm;
  }

  update(bytes: Uint8Array): void {
    updateFromWindow(this.#kernels, [this], bytes);
  }

  /** Takes the first `length` bytes of the window. */
  take(length: number): void {
    this.#settle();
    this.#kernels.update(this.#algorithm, 0, length);
  }

  copy(): Digest {
    const other = new KernelDigest(this.#kernels, this.#algorithm);
    if (residents[this.#algorithm] === this) other.#save();
    else if (this.#parked) other.#parked = this.#parked.slice();
    return other;
  }

  hex(): string {
    this.#settle();
    return toHex(this.#kernels.finish(this.#algorithm));
  }

  /** Makes this the resident. */
  #settle(): void {
    const resident = residents[this.#algorithm];
    if (resident === this) return;
    if (resident) resident.#save();
    if (this.#parked) this.#kernels.load(this.#algorithm, this.#parked);
    else this.#kernels.begin(this.#algorithm);
    residents[this.#algorithm] = this;
  }

  #save(): void {
    this.#parked ??= new Uint8Array(this.#kernels.stateSize(this.#algorithm));
    this.#kernels.save(this.#algorithm, this.#parked);
  }
}

function updateFromWindow(
  kernels: Kernels,
  digests: readonly KernelDigest[],
  bytes: Uint8Array,
): void {
  for (let start = 0; start < bytes.length; start += PIECE) {
    const piece = bytes.length <= PIECE ? bytes : bytes.subarray(start, start + PIECE);
    kernels.window.set(piece);
    for (const digest of digests) digest.take(piece.length);
  }
}

/** A digest computed in plain JavaScript. */
class FallbackDigest implements Digest {
  readonly #stream: FallbackStream;

  constructor(stream: FallbackStream) {
    this.#stream = stream;
  }

  update(bytes: Uint8Array): void {
    this.#stream.update(bytes);
  }

  copy(): Digest {
    return new FallbackDigest(this.#stream.clone());
  }

  hex(): string {
    return toHex(this.#stream.clone().digest());
  }
}

const hexPairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += hexPairs[byte];
  return text;
}
