// A binary heap: whatever comes first of things that come at known places.

/** Things by their key, the least first. */
export class Heap<T> {
  readonly #key: (item: T) => number;
  readonly #items: T[] = [];

  /** `key` must not change while an item is in the heap. */
  constructor(key: (item: T) => number) {
    this.#key = key;
  }

  /** Number of items. */
  get size(): number {
    return this.#items.length;
  }

  /** The least key; Infinity where there is no item. */
  get least(): number {
    return this.#keyAt(0);
  }

  /** Adds an item. */
  push(item: T): void {
    let at = this.#items.length;
    this.#items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#keyAt(above) <= this.#keyAt(at)) return;
      this.#swap(at, above);
      at = above;
    }
  }

  /** Takes the item with the least key out. */
  pop(): T | undefined {
    const last = this.#items.length - 1;
    if (last < 0) return undefined;
    this.#swap(0, last);
    const item = this.#items.pop();
    for (let at = 0;;) {
      const left = 2 * at + 1;
      const lesser = this.#keyAt(left + 1) < this.#keyAt(left) ? left + 1 : left;
      if (this.#keyAt(at) <= this.#keyAt(lesser)) return item;
      this.#swap(at, lesser);
      at = lesser;
    }
  }

  #keyAt(at: number): number {
    const item = this.#items[at];
    return item === undefined ? Infinity : this.#key(item);
  }

  #swap(a: number, b: number): void {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (one === undefined || other === undefined) return;
    this.#items[a] = other;
    this.#items[b] = one;
  }
}
