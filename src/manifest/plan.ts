// What a manifest reads, in disc order: each distinct list of extents once, and the regions between.

import { Column } from "../model/columns.ts";
import { entryState } from "../model/entry.ts";
import type { Image, Volume } from "../model/image.ts";
import type { Namespace } from "../model/namespace.ts";
import type { Extent, Tree } from "../model/tree.ts";
import type { Owner } from "../bytes/span.ts";

/** A volume of the plan, and the content of each node of its tree. */
type PlannedVolume = {
  readonly volume: Volume;
  readonly namespace: Namespace;
  /** Number of the content by node; -1 where there is none to read. */
  readonly contentOf: Int32Array;
};

/** Earlier contents that a candidate of the same place and size is compared with. */
const COMPARED = 8;

/** The distinct contents of the regular files of some volumes, numbered in disc order. */
export class ContentPlan {
  readonly image: Image;
  readonly #volumes: readonly PlannedVolume[];
  readonly #volume = new Column(Uint8Array);
  readonly #node = new Column(Uint32Array);
  readonly #start = new Column(Float64Array);

  /** Plans all regular files of `volumes` that `wanted` says yes to. */
  constructor(
    image: Image,
    volumes: readonly Volume[],
    wanted: (volume: Volume, node: number) => boolean = () => true,
  ) {
    this.image = image;
    this.#volumes = volumes.flatMap((volume) => {
      const { namespace } = volume;
      if (namespace === undefined) return [];
      return [{ volume, namespace, contentOf: new Int32Array(namespace.tree.count).fill(-1) }];
    });
    this.#number(this.#candidates(wanted));
  }

  /** Distinct contents. */
  get count(): number {
    return this.#node.length;
  }

  /** The first logical byte of a content in the image, wherever it is in the file. */
  start(content: number): number {
    return this.#start.get(content);
  }

  /** Where the stretch ends that a content begins with. */
  firstEnd(content: number): number {
    const { namespace, node } = this.file(content);
    const start = this.start(content);
    for (let index = 0; index < namespace.tree.extentCount(node); index++) {
      const extent = namespace.tree.extent(node, index);
      if (extent.start === start) return start + extent.length;
    }
    return start;
  }

  /** Where the last stretch of a content ends, as they lie in the image. */
  lastEnd(content: number): number {
    const { tree } = this.file(content).namespace;
    const { node } = this.file(content);
    let last = 0;
    for (let index = 0; index < tree.extentCount(node); index++) {
      const { start, length } = tree.extent(node, index);
      last = Math.max(last, start + length);
    }
    return last;
  }

  /** The stretches of a content that are not empty, in its order: stored bytes where it is compressed. */
  extents(content: number): readonly Extent[] {
    const { namespace, node } = this.file(content);
    return namespace.extents(node).filter(({ length }) => length > 0);
  }

  /** Whether the stored bytes have to be decompressed (zisofs). */
  isCompressed(content: number): boolean {
    const { namespace, node } = this.file(content);
    return namespace.kind === "rockridge" && namespace.tree.zisofs.has(node);
  }

  /** A file that has the content. */
  file(content: number): { readonly namespace: Namespace; readonly node: number } {
    const planned = this.#volumes[this.#volume.get(content)];
    if (planned === undefined) throw new RangeError(`Cannot find content ${content} of the plan`);
    return { namespace: planned.namespace, node: this.#node.get(content) };
  }

  /** The content of a node of a volume, or -1 where it is empty, no file, or not in the image. */
  contentOf(volume: Volume, node: number): number {
    return this.#volumes.find((each) => each.volume === volume)?.contentOf[node] ?? -1;
  }

  #candidates(wanted: (volume: Volume, node: number) => boolean): Candidates {
    const candidates = new Candidates();
    for (const [index, { volume, namespace }] of this.#volumes.entries()) {
      const { tree } = namespace;
      for (let node = 0; node < tree.count; node++) {
        if (namespace.type(node) !== "file" || tree.size(node) === 0) continue;
        if (tree.extentCount(node) === 0 || !wanted(volume, node)) continue;
        if (entryState(this.image, namespace, node).state === "unreadable") continue;
        candidates.add(index, node, firstByte(tree, node));
      }
    }
    return candidates;
  }

  #number(candidates: Candidates): void {
    const order = candidates.sorted();
    // Contents from `group` on begin at the same byte as the candidate.
    let group = 0;
    for (const candidate of order) {
      const volume = candidates.volume.get(candidate);
      const node = candidates.node.get(candidate);
      const start = candidates.start.get(candidate);
      if (group < this.count && this.#start.get(group) !== start) group = this.count;
      const planned = this.#volumes[volume];
      if (planned === undefined) continue;
      let content = this.#same(group, planned.namespace, node);
      if (content < 0) {
        content = this.#node.push(node);
        this.#volume.push(volume);
        this.#start.push(start);
      }
      planned.contentOf[node] = content;
    }
  }

  #same(group: number, namespace: Namespace, node: number): number {
    const first = Math.max(group, this.count - COMPARED);
    for (let content = this.count - 1; content >= first; content--) {
      const other = this.file(content);
      if (sameContent(namespace, node, other.namespace, other.node)) return content;
    }
    return -1;
  }
}

function firstByte(tree: Tree, node: number): number {
  let first = tree.extent(node, 0).start;
  for (let index = 1; index < tree.extentCount(node); index++) {
    first = Math.min(first, tree.extent(node, index).start);
  }
  return first;
}

class Candidates {
  readonly volume = new Column(Uint8Array);
  readonly node = new Column(Uint32Array);
  readonly start = new Column(Float64Array);

  add(volume: number, node: number, start: number): void {
    this.volume.push(volume);
    this.node.push(node);
    this.start.push(start);
  }

  sorted(): Uint32Array {
    const { start } = this;
    const order = Uint32Array.from({ length: start.length }, (_, index) => index);
    return order.sort((a, b) => start.get(a) - start.get(b) || a - b);
  }
}

function sameContent(a: Namespace, nodeA: number, b: Namespace, nodeB: number): boolean {
  if (a.tree.extentCount(nodeA) !== b.tree.extentCount(nodeB)) return false;
  for (let index = 0; index < a.tree.extentCount(nodeA); index++) {
    const one = a.tree.extent(nodeA, index);
    const other = b.tree.extent(nodeB, index);
    if (one.start !== other.start || one.length !== other.length) return false;
  }
  return compression(a, nodeA) === compression(b, nodeB);
}

function compression(namespace: Namespace, node: number): string {
  const zisofs = namespace.kind === "rockridge" ? namespace.tree.zisofs.get(node) : undefined;
  if (zisofs === undefined) return "";
  const { version, algorithm, headerSize, blockSize, size } = zisofs;
  return [version, algorithm, headerSize, blockSize, size].join();
}

/** A stretch of the file with one owner. */
export type PlannedRegion = {
  readonly owner: Owner;
  readonly name: string;
  readonly offset: number;
  readonly length: number;
};

/**
 * The regions of an image without the extents of some volumes' files, in the order of the file. With
 * the union of those extents they cover every byte once; without volumes they do so by themselves.
 */
export class RegionPlan {
  readonly #image: Image;
  readonly #offset = new Column(Float64Array);
  readonly #length = new Column(Float64Array);
  readonly #region = new Column(Uint32Array);

  constructor(image: Image, volumes: readonly Volume[]) {
    this.#image = image;
    const covered = coveredByFiles(image, volumes);
    let next = 0;
    for (let index = 0; index < image.regions.count; index++) {
      const { start, length } = image.regions.region(index);
      const end = start + length;
      let at = start;
      while (next < covered.count && covered.start(next) < end) {
        this.#add(at, covered.start(next), index);
        at = Math.max(at, covered.end(next));
        if (covered.end(next) > end) break;
        next++;
      }
      this.#add(at, end, index);
    }
  }

  #add(start: number, end: number, region: number): void {
    if (end <= start) return;
    this.#offset.push(start);
    this.#length.push(end - start);
    this.#region.push(region);
  }

  /** Number of regions. */
  get count(): number {
    return this.#offset.length;
  }

  /** First byte of a region in the file. */
  offset(index: number): number {
    return this.#offset.get(index);
  }

  /** Bytes of a region. */
  length(index: number): number {
    return this.#length.get(index);
  }

  /** A region with its owner and name. */
  region(index: number): PlannedRegion {
    const region = this.#image.regions.region(this.#region.get(index));
    const name = this.#image.regionName(region);
    return {
      owner: region.owner,
      name,
      offset: this.offset(index),
      length: this.length(index),
    };
  }
}

/** Stretches of the file in order, none touching the next. */
class Stretches {
  readonly #start = new Column(Float64Array);
  readonly #end = new Column(Float64Array);

  get count(): number {
    return this.#start.length;
  }

  start(index: number): number {
    return this.#start.get(index);
  }

  end(index: number): number {
    return this.#end.get(index);
  }

  /** Appends a stretch that begins at or after the last one. */
  add(start: number, end: number): void {
    const last = this.count - 1;
    if (last >= 0 && start <= this.#end.get(last)) {
      this.#end.set(last, Math.max(end, this.#end.get(last)));
      return;
    }
    this.#start.push(start);
    this.#end.push(end);
  }
}

function coveredByFiles({ mapping }: Image, volumes: readonly Volume[]): Stretches {
  const starts = new Column(Float64Array);
  const ends = new Column(Float64Array);
  for (const { namespace } of volumes) {
    if (namespace === undefined) continue;
    const { tree } = namespace;
    for (let node = 0; node < tree.count; node++) {
      if (namespace.type(node) !== "file" || tree.elsewhere.has(node)) continue;
      for (let index = 0; index < tree.extentCount(node); index++) {
        const { start, length } = tree.extent(node, index);
        const from = mapping.boundary(start);
        const to = mapping.boundary(start + length);
        if (to <= from) continue;
        starts.push(from);
        ends.push(to);
      }
    }
  }
  const order = Uint32Array.from({ length: starts.length }, (_, index) => index)
    .sort((a, b) => starts.get(a) - starts.get(b));
  const stretches = new Stretches();
  for (const index of order) stretches.add(starts.get(index), ends.get(index));
  return stretches;
}
