// Growing columns of numbers and bytes: a million entries cost their own size, with no copy on growth.

const CHUNK = 1 << 16;
const ARENA_CHUNK = 1 << 20;

type NumberArray = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** Makes one chunk of a column. */
export type ChunkType = new (length: number) => NumberArray;

/** Numbers of one type, appended and set by index. */
export class Column {
  readonly #type: ChunkType;
  readonly #chunks: NumberArray[] = [];
  #length = 0;

  constructor(type: ChunkType) {
    this.#type = type;
  }

  /** Entries in the column. */
  get length(): number {
    return this.#length;
  }

  /** Appends a value and returns its index. */
  push(value: number): number {
    const index = this.#length++;
    const chunk = this.#chunks[index >>> 16] ?? this.#grow();
    chunk[index & (CHUNK - 1)] = value;
    return index;
  }

  #grow(): NumberArray {
    const chunk = new this.#type(CHUNK);
    this.#chunks.push(chunk);
    return chunk;
  }

  /** The value at `index`, or 0 outside the column. */
  get(index: number): number {
    return this.#chunks[index >>> 16]?.[index & (CHUNK - 1)] ?? 0;
  }

  /** Replaces the value at an index that was pushed before. */
  set(index: number, value: number): void {
    if (index < 0 || index >= this.#length) {
      throw new RangeError(`Cannot set entry ${index}: the column has ${this.#length}`);
    }
    const chunk = this.#chunks[index >>> 16];
    if (chunk !== undefined) chunk[index & (CHUNK - 1)] = value;
  }
}

/** Short byte strings, appended once and found again by index. */
export class ByteStrings {
  readonly #chunks: Uint8Array[] = [];
  readonly #start = new Column(Float64Array);
  readonly #length = new Column(Uint16Array);
  #used = ARENA_CHUNK;

  /** Byte strings held. */
  get count(): number {
    return this.#start.length;
  }

  /** Appends up to 65,535 bytes and returns the index. */
  push(bytes: Uint8Array): number {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || this.#used + bytes.length > ARENA_CHUNK) {
      chunk = new Uint8Array(ARENA_CHUNK);
      this.#chunks.push(chunk);
      this.#used = 0;
    }
    chunk.set(bytes, this.#used);
    this.#start.push((this.#chunks.length - 1) * ARENA_CHUNK + this.#used);
    this.#used += bytes.length;
    return this.#length.push(bytes.length);
  }

  /** The bytes of string `index`; a view, not a copy. */
  get(index: number): Uint8Array {
    const start = this.#start.get(index);
    const chunk = this.#chunks[Math.floor(start / ARENA_CHUNK)];
    const at = start % ARENA_CHUNK;
    return chunk?.subarray(at, at + this.#length.get(index)) ?? new Uint8Array(0);
  }
}
