// Digests of byte streams: MD5 (RFC 1321), SHA-1, SHA-256 and SHA-512 (FIPS 180-4), BLAKE3, CRC-32.
// Any number of streams may be under way; one that is dropped leaves nothing behind.

import {
  EngineError,
  type EngineKind,
  type EngineName,
  enginesFor,
  enginesOf,
  type NativeStream,
  nativeStream,
  type Workload,
} from "./engine.ts";
import { type FallbackStream, fallbackStreams } from "./fallback.ts";
import { toHex } from "./hex.ts";
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

/** How digests are computed. Never changes a result. */
export type DigestSettings = {
  /** `auto` where absent. `native` leaves to another engine what the platform does not have. */
  readonly engine?: EngineName;
  /** Computes every digest by two engines; their disagreement is an {@linkcode EngineError}. */
  readonly crossCheck?: boolean;
  /** What `auto` chooses for: one long stream where absent. */
  readonly workload?: Workload;
  /** About how many bytes all of the work has; no end of them where absent. */
  readonly bytes?: number;
  /** Names what is digested, should two engines disagree about it. */
  readonly what?: () => string;
};

/** Bytes that are taken at a time: they should stay in the processor's cache. */
const PIECE = 128 * 1024;

/**
 * Begins a stream. Throws a TypeError for an unknown algorithm or engine, and an EngineError where the
 * engine that is asked for, or a second one to check it by, does not work here.
 */
export function createDigest(
  algorithm: Algorithm,
  settings: EngineName | DigestSettings = "auto",
): Digest {
  if (!algorithms.includes(algorithm)) {
    throw new TypeError(`Cannot create a digest: unknown algorithm ${algorithm}`);
  }
  const { engine, workload, bytes, crossCheck, what } = typeof settings === "string"
    ? { engine: settings }
    : settings;
  const first = begin(algorithm, enginesOf(algorithm, engine, workload, bytes));
  if (crossCheck !== true) return first.digest;
  // The platform's code is worth its start here.
  const others = [...enginesFor(algorithm, workload)].filter((each) => each !== first.engine);
  return new CrossCheckedDigest(algorithm, first, begin(algorithm, others), what);
}

type Begun = { readonly engine: EngineKind; readonly digest: Digest };

// The platform may refuse what it lists, as MD5 where only approved algorithms are allowed (FIPS).
function begin(algorithm: Algorithm, engines: Iterable<EngineKind>): Begun {
  for (const engine of engines) {
    try {
      return { engine, digest: beginIn(engine, algorithm) };
    } catch (error) {
      if (engine !== "native") throw error;
    }
  }
  throw new EngineError(`Cannot create a digest: too few engines here compute ${algorithm}`);
}

function beginIn(engine: EngineKind, algorithm: Algorithm): Digest {
  if (engine === "native") return new NativeDigest(nativeStream(algorithm));
  const kernels = engine === "wasm" ? sharedKernels() : undefined;
  if (kernels !== undefined) return new KernelDigest(kernels, algorithm);
  return new FallbackDigest(fallbackStreams[algorithm]());
}

/** Several digests over one stream: the bytes are copied into the window once, if at all. */
export class DigestSet {
  readonly #digests = new Map<Algorithm, Digest>();
  readonly #inWindow: KernelDigest[] = [];
  readonly #others: Digest[] = [];

  /** Begins a stream; an algorithm that is named twice counts once. Throws as {@linkcode createDigest}. */
  constructor(algorithms: readonly Algorithm[], settings: EngineName | DigestSettings = "auto") {
    for (const algorithm of algorithms) {
      if (this.#digests.has(algorithm)) continue;
      const digest = createDigest(algorithm, settings);
      this.#digests.set(algorithm, digest);
      for (const part of digest instanceof CrossCheckedDigest ? digest.parts : [digest]) {
        if (part instanceof KernelDigest) this.#inWindow.push(part);
        else this.#others.push(part);
      }
    }
  }

  /** Takes the next bytes of the stream; keeps no reference to them. */
  update(bytes: Uint8Array): void {
    updateAll(this.#inWindow, this.#others, bytes);
  }

  /**
   * The digests of the bytes taken so far, in lower case; the stream may go on. Throws an EngineError
   * where two engines disagree.
   */
  hex(): Partial<Record<Algorithm, string>> {
    const result: Partial<Record<Algorithm, string>> = {};
    for (const [algorithm, digest] of this.#digests) result[algorithm] = digest.hex();
    return result;
  }
}

// Each piece is in the processor's cache while all digests take it. One digest that needs no copy takes
// all bytes at once.
function updateAll(
  inWindow: readonly KernelDigest[],
  others: readonly Digest[],
  bytes: Uint8Array,
): void {
  const size = inWindow.length > 0 || others.length > 1 ? PIECE : Infinity;
  for (let start = 0; start < bytes.length; start += size) {
    const piece = bytes.length <= size ? bytes : bytes.subarray(start, start + size);
    const [first] = inWindow;
    const offset = first?.place(piece) ?? 0;
    for (const digest of inWindow) digest.take(offset, piece.length);
    for (const digest of others) digest.update(piece);
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
    updateAll([this], [], bytes);
  }

  /** Offset in the window of a piece: bytes that lie there already are not copied. */
  place(piece: Uint8Array): number {
    const { window } = this.#kernels;
    const offset = piece.byteOffset - window.byteOffset;
    if (piece.buffer === window.buffer && offset >= 0 && offset + piece.length <= window.length) {
      return offset;
    }
    window.set(piece);
    return 0;
  }

  /** Takes `length` bytes of the window. */
  take(offset: number, length: number): void {
    this.#settle();
    this.#kernels.update(this.#algorithm, offset, length);
  }

  copy(): Digest {
    const other = new KernelDigest(this.#kernels, this.#algorithm);
    if (residents[this.#algorithm] === this) other.park();
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
    if (resident) resident.park();
    if (this.#parked) this.#kernels.load(this.#algorithm, this.#parked);
    else this.#kernels.begin(this.#algorithm);
    residents[this.#algorithm] = this;
  }

  /** Keeps the working state, which is its own, for later. */
  park(): void {
    this.#parked ??= new Uint8Array(this.#kernels.stateSize(this.#algorithm));
    this.#kernels.save(this.#algorithm, this.#parked);
  }
}

/** CRC-32 of bytes that are all there, for very many short ones: no stream is made for them. */
export function crc32Of(bytes: Uint8Array): number {
  const kernels = sharedKernels();
  if (kernels === undefined || bytes.length > kernels.window.length) {
    const stream = fallbackStreams.crc32();
    stream.update(bytes);
    return numberOf(stream.digest());
  }
  residents.crc32?.park();
  delete residents.crc32;
  kernels.begin("crc32");
  const offset = bytes.byteOffset - kernels.window.byteOffset;
  const isThere = bytes.buffer === kernels.window.buffer && offset >= 0 &&
    offset + bytes.length <= kernels.window.length;
  if (!isThere) kernels.window.set(bytes);
  kernels.update("crc32", isThere ? offset : 0, bytes.length);
  return numberOf(kernels.finish("crc32"));
}

function numberOf([a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  return ((a * 256 + b) * 256 + c) * 256 + d;
}

/** A digest computed by the platform. */
class NativeDigest implements Digest {
  readonly #stream: NativeStream;

  constructor(stream: NativeStream) {
    this.#stream = stream;
  }

  update(bytes: Uint8Array): void {
    this.#stream.update(bytes);
  }

  copy(): Digest {
    return new NativeDigest(this.#stream.copy());
  }

  hex(): string {
    return toHex(this.#stream.copy().digest());
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

/** A digest computed by two engines that must agree. */
class CrossCheckedDigest implements Digest {
  readonly #algorithm: Algorithm;
  readonly #first: Begun;
  readonly #second: Begun;
  readonly #what: (() => string) | undefined;

  constructor(algorithm: Algorithm, first: Begun, second: Begun, what?: () => string) {
    this.#algorithm = algorithm;
    this.#first = first;
    this.#second = second;
    this.#what = what;
  }

  /** The digests of the two engines. */
  get parts(): readonly Digest[] {
    return [this.#first.digest, this.#second.digest];
  }

  update(bytes: Uint8Array): void {
    for (const part of this.parts) part.update(bytes);
  }

  copy(): Digest {
    const copied = ({ engine, digest }: Begun) => ({ engine, digest: digest.copy() });
    return new CrossCheckedDigest(
      this.#algorithm,
      copied(this.#first),
      copied(this.#second),
      this.#what,
    );
  }

  hex(): string {
    const [one, other] = [this.#first.digest.hex(), this.#second.digest.hex()];
    if (one === other) return one;
    const what = this.#what?.() ?? "a stream";
    throw new EngineError(
      `Cannot trust the ${this.#algorithm} of ${what}: engine ${this.#first.engine} computes ${one}, ` +
        `engine ${this.#second.engine} ${other}`,
    );
  }
}
