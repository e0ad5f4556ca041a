// Growing columns of numbers and bytes: a million entries cost their own size, not an object each.

const ARENA_CHUNK = 1 << 20;
/** A column begins this small: an image may have hundreds of tiny trees. */
const FIRST = 64;
/** Entries from which on a column grows by half and no longer doubles. */
const LARGE = 1 << 16;

// Four element types and no more: with a fifth, every access costs a lookup instead of a compare.
type NumberArray = Uint8Array | Uint32Array | Int32Array | Float64Array;

/** Makes the room of a column. */
export type ColumnType<T extends NumberArray> = new (length: number) => T;

/** Numbers of one type, appended and set by index. */
export class Column<T extends NumberArray = NumberArray> {
  readonly #type: ColumnType<T>;
  #room: T;
  #length = 0;

  constructor(type: ColumnType<T>) {
    this.#type = type;
    this.#room = new type(0);
  }

  /** Entries in the column. */
  get length(): number {
    return this.#length;
  }

  /** Appends a value and returns its index. */
  push(value: number): number {
    const index = this.#length++;
    if (index >= this.#room.length) this.#grow();
    this.#room[index] = value;
    return index;
  }

  // What is not used of the room costs no memory: the system gives pages when they are written to.
  #grow(): void {
    const { length } = this.#room;
    const room = new this.#type(
      length < LARGE ? Math.max(FIRST, 2 * length) : Math.ceil(1.5 * length),
    );
    room.set(this.#room);
    this.#room = room;
  }

  /** The value at `index`, or 0 outside the column. */
  get(index: number): number {
    return this.#room[index] ?? 0;
  }

  /** Replaces the value at an index that was pushed before. */
  set(index: number, value: number): void {
    if (index < 0 || index >= this.#length) {
      throw new RangeError(`Cannot set entry ${index}: the column has ${this.#length}`);
    }
    this.#room[index] = value;
  }

  /** All values so far, for loops that go through them again and again; later ones need not be seen. */
  values(): T {
    // A subarray of an array has its type.
    return this.#room.subarray(0, this.#length) as T;
  }
}

/** Short byte strings, appended once and found again by index: up to 4 GiB of them. */
export class ByteStrings {
  readonly #chunks: Uint8Array[] = [];
  /** Bytes in use of the chunks before the last. */
  readonly #filled: number[] = [];
  // A string ends where the next one of its chunk begins.
  readonly #start = new Column(Uint32Array);
  #used = 0;

  /** Byte strings held. */
  get count(): number {
    return this.#start.length;
  }

  /** Appends up to 65,535 bytes and returns the index. */
  push(bytes: Uint8Array): number {
    if (bytes.length > 0xffff) {
      throw new RangeError(`Cannot keep a string of ${bytes.length} bytes: 65535 is the most`);
    }
    let chunk = this.#chunks[this.#chunks.length - 1];
    if (chunk === undefined || this.#used + bytes.length > chunk.length) {
      chunk = this.#grow(chunk, bytes.length);
    }
    const start = (this.#chunks.length - 1) * ARENA_CHUNK + this.#used;
    if (start > 0xffffffff) throw new RangeError("Cannot keep another string: 4 GiB are the most");
    chunk.set(bytes, this.#used);
    this.#used += bytes.length;
    return this.#start.push(start);
  }

  // As in a column: the first chunk doubles, and views of the smaller one stay right.
  #grow(full: Uint8Array | undefined, needed: number): Uint8Array {
    const first = this.#chunks.length <= 1;
    const doubled = Math.max(FIRST, 2 * (full?.length ?? 0));
    if (first && this.#used + needed <= ARENA_CHUNK) {
      let length = doubled;
      while (length < this.#used + needed) length *= 2;
      const chunk = new Uint8Array(length);
      if (full !== undefined) chunk.set(full.subarray(0, this.#used));
      this.#chunks[0] = chunk;
      return chunk;
    }
    const chunk = new Uint8Array(ARENA_CHUNK);
    if (full !== undefined) this.#filled.push(this.#used);
    this.#chunks.push(chunk);
    this.#used = 0;
    return chunk;
  }

  /** The bytes of string `index`, none outside the list; a view, not a copy. */
  get(index: number): Uint8Array {
    if (index < 0 || index >= this.count) return new Uint8Array(0);
    const start = this.#start.get(index);
    const number = Math.floor(start / ARENA_CHUNK);
    const origin = number * ARENA_CHUNK;
    const next = index + 1 < this.count ? this.#start.get(index + 1) : Infinity;
    const end = next < origin + ARENA_CHUNK ? next - origin : this.#filled[number] ?? this.#used;
    return this.#chunks[number]?.subarray(start - origin, end) ?? new Uint8Array(0);
  }
}
