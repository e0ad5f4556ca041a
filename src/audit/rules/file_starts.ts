// Files of a tree by where their data begin: hierarchies over the same data are matched by that, in linear
// time and with two numbers a file.

import type { Image } from "../../model/image.ts";
import type { Namespace } from "../../model/namespace.ts";
import type { Tree } from "../../model/tree.ts";

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

/** Several rules ask for the same list, and trees do not change any more. */
const made = new WeakMap<Tree, FileStarts>();

/** The files of a namespace; directories, links and empty files are left out. */
export function fileStarts(namespace: Namespace): FileStarts {
  const known = made.get(namespace.tree);
  if (known !== undefined) return known;
  const list = sortedStarts(namespace);
  made.set(namespace.tree, list);
  return list;
}

function sortedStarts(namespace: Namespace): FileStarts {
  const { tree } = namespace;
  const starts = new Float64Array(tree.count);
  const nodes = new Uint32Array(tree.count);
  let count = 0;
  for (let node = 1; node < tree.count; node++) {
    if (tree.size(node) === 0 || tree.isDirectory(node)) continue;
    if (namespace.type(node) !== "file") continue;
    starts[count] = tree.extent(node, 0).start;
    nodes[count++] = node;
  }
  const order = sortedOrder(starts.subarray(0, count));
  const sorted = { starts: new Float64Array(count), nodes: new Uint32Array(count) };
  for (let at = 0; at < count; at++) {
    sorted.starts[at] = starts[order[at] ?? 0] ?? 0;
    sorted.nodes[at] = nodes[order[at] ?? 0] ?? 0;
  }
  return sorted;
}

// Digit after digit, from the lowest: a comparison of each pair would cost several times as much.
function sortedOrder(starts: Float64Array): Uint32Array {
  let order = new Uint32Array(starts.length);
  for (let index = 0; index < order.length; index++) order[index] = index;
  let other = new Uint32Array(starts.length);
  const most = starts.reduce((a, b) => Math.max(a, b), 0) / BLOCK;
  for (let unit = 1; unit <= most; unit *= DIGIT) {
    const places = new Uint32Array(DIGIT + 1);
    const digitOf = (index: number) => Math.floor((starts[index] ?? 0) / BLOCK / unit) % DIGIT;
    for (let index = 0; index < order.length; index++) {
      const digit = digitOf(index);
      places[digit + 1] = (places[digit + 1] ?? 0) + 1;
    }
    for (let digit = 1; digit <= DIGIT; digit++) {
      places[digit] = (places[digit] ?? 0) + (places[digit - 1] ?? 0);
    }
    for (let at = 0; at < order.length; at++) {
      const index = order[at] ?? 0;
      const digit = digitOf(index);
      const place = places[digit] ?? 0;
      places[digit] = place + 1;
      other[place] = index;
    }
    [order, other] = [other, order];
  }
  return order;
}

/** The place where the group that begins at `from` ends. */
export function groupEnd({ starts }: FileStarts, from: number): number {
  const start = starts[from];
  let to = from + 1;
  while (to < starts.length && starts[to] === start) to++;
  return to;
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
