// Files of a tree by where their data begin: hierarchies over the same data are matched by that, in linear
// time and with two numbers a file.

import type { Image } from "../../model/image.ts";
import type { Namespace } from "../../model/namespace.ts";
import { isHere } from "../losses.ts";

/** Data begin with a logical block, which has 512 bytes at least. */
const BLOCK = 512;
/** Values of a digit: starts are sorted by one after the other. */
const DIGIT = 65_536;

/** Files with data, in the order of where these begin. */
export type FileStarts = {
  /** First logical byte of each. */
  readonly starts: Float64Array;
  readonly nodes: Uint32Array;
};

/**
 * The files of a namespace; directories, links and empty files are left out. With `here` so are those whose
 * data are not in this image.
 */
export function fileStarts(namespace: Namespace, here = false): FileStarts {
  const { tree } = namespace;
  const starts = new Float64Array(tree.count);
  const nodes = new Uint32Array(tree.count);
  let count = 0;
  for (let node = 1; node < tree.count; node++) {
    if (tree.size(node) === 0 || tree.isDirectory(node)) continue;
    if ((here && !isHere(namespace, node)) || namespace.type(node) !== "file") continue;
    starts[count] = tree.extent(node, 0).start;
    nodes[count++] = node;
  }
  const order = sortedOrder(starts.subarray(0, count));
  return {
    starts: Float64Array.from(order, (at) => starts[at] ?? 0),
    nodes: Uint32Array.from(order, (at) => nodes[at] ?? 0),
  };
}

// Digit after digit, from the lowest: a comparison of each pair would cost several times as much.
function sortedOrder(starts: Float64Array): Uint32Array {
  let order = Uint32Array.from(starts, (_, index) => index);
  let other = new Uint32Array(starts.length);
  const most = starts.reduce((a, b) => Math.max(a, b), 0) / BLOCK;
  for (let unit = 1; unit <= most; unit *= DIGIT) {
    const places = new Uint32Array(DIGIT + 1);
    const digitOf = (index: number) => Math.floor((starts[index] ?? 0) / BLOCK / unit) % DIGIT;
    for (const index of order) places[digitOf(index) + 1] = (places[digitOf(index) + 1] ?? 0) + 1;
    for (let digit = 1; digit <= DIGIT; digit++) {
      places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0);
    }
    for (const index of order) {
      const digit = digitOf(index);
      const place = places[digit] ?? 0;
      places[digit] = place + 1;
      other[place] = index;
    }
    [order, other] = [other, order];
  }
  return order;
}

/** Files that begin at the same place: numbers `[from, to)` of one list. */
export type Group = { readonly from: number; readonly to: number };

/** The place where the group that begins at `from` ends. */
export function groupEnd({ starts }: FileStarts, from: number): number {
  const start = starts[from];
  let to = from + 1;
  while (to < starts.length && starts[to] === start) to++;
  return to;
}

/** Groups of two lists that begin at the same place, and those that only one of them has. */
export function* paired(
  a: FileStarts,
  b: FileStarts,
): Generator<{ readonly a: Group | undefined; readonly b: Group | undefined }> {
  let [i, j] = [0, 0];
  while (i < a.starts.length || j < b.starts.length) {
    const one = a.starts[i] ?? Infinity;
    const other = b.starts[j] ?? Infinity;
    const groupA = one <= other ? { from: i, to: groupEnd(a, i) } : undefined;
    const groupB = other <= one ? { from: j, to: groupEnd(b, j) } : undefined;
    yield { a: groupA, b: groupB };
    i = groupA?.to ?? i;
    j = groupB?.to ?? j;
  }
}

/** Whether all records of a tree were read: what is not in it is absent then. */
export function isWhole({ trees }: Image, number: number): boolean {
  const tree = trees[number];
  return tree !== undefined && !tree.limited && tree.unreadable.size === 0 && tree.count > 1;
}

/** A hierarchy with its files by place. */
export type Side = {
  readonly number: number;
  readonly namespace: Namespace;
  readonly files: FileStarts;
  readonly whole: boolean;
  /** How messages name it. */
  readonly name: string;
};

const shownAs: Readonly<Record<string, string>> = {
  iso9660: "ISO 9660",
  rockridge: "Rock Ridge",
  joliet: "Joliet",
  enhanced: "enhanced",
};

/** The hierarchies of the current session, where there are several. */
export function sidesOf(image: Image): Side[] {
  const numbers = new Set(image.volumes.flatMap(({ tree }) => tree === undefined ? [] : [tree]));
  if (numbers.size < 2) return [];
  return [...numbers].flatMap((number) => {
    const namespace = image.namespaceOf(number);
    if (namespace === undefined) return [];
    const name = shownAs[namespace.kind] ?? namespace.kind;
    return [{
      number,
      namespace,
      files: fileStarts(namespace),
      whole: isWhole(image, number),
      name,
    }];
  });
}
