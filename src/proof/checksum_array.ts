// The checksum array of libisofs (AAIP `isofs.ca` and `isofs.cx`): MD5 of the session and of each file.

import { logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { decodeLatin1 } from "../bytes/text.ts";
import { createDigest } from "../kernel/digest.ts";
import { toHex } from "../kernel/hex.ts";
import type { ChecksumArray, DifferingFile } from "../model/checksum_tags.ts";
import type { ClaimSink } from "../model/claims.ts";
import { Column } from "../model/columns.ts";
import type { Tree } from "../model/tree.ts";
import type { Client } from "../pass/client.ts";
import { FileDigests } from "./file_digests.ts";
import type { ProverContext } from "./prover.ts";

/** Bytes of an item. */
const ITEM = 16;
/** Bytes of an array at most: of four million files. */
const MOST = 64 * 1024 * 1024;
/** Files that differ and are kept. */
const KEPT = 1000;

const MATCHES = 1;
const DIFFERS = 2;

/** What the root directory says of its array. Blocks of 2048 bytes. */
type Place = {
  readonly tree: number;
  readonly start: number;
  readonly end: number;
  readonly count: number;
};

/** The arrays that the roots of the current volumes name. */
export async function readArrays(context: ProverContext): Promise<ArrayReader[]> {
  const { image } = context;
  const readers: ArrayReader[] = [];
  for (const number of new Set(image.volumes.map(({ tree }) => tree))) {
    const tree = number === undefined ? undefined : image.trees[number];
    const place = number === undefined || tree === undefined ? undefined : placeOf(tree, number);
    if (place === undefined || tree === undefined) continue;
    const length = place.count * ITEM;
    const start = place.end * SECTOR;
    if (length > MOST || start + length > image.mapping.logicalSize) continue;
    const { bytes, unread } = await image.read(start, length);
    if (bytes.length < length || unread.length > 0) continue;
    readers.push(new ArrayReader(context, place, bytes.slice()));
  }
  return readers;
}

// START, END, COUNT and SIZE, each with a byte of its length before it, MSB first; then the algorithm.
function placeOf(tree: Tree, number: number): Place | undefined {
  const value = tree.attributes.get(0)?.find(({ name }) => name === "isofs.ca")?.value;
  if (value === undefined) return undefined;
  const numbers: number[] = [];
  let at = 0;
  while (numbers.length < 4) {
    const length = value[at] ?? 0;
    if (length < 1 || length > 6 || at + 1 + length > value.length) return undefined;
    numbers.push(
      value.subarray(at + 1, at + 1 + length).reduce((sum, byte) => sum * 256 + byte, 0),
    );
    at += 1 + length;
  }
  const [start = 0, end = 0, count = 0, size = 0] = numbers;
  const isKnown = size === ITEM && decodeLatin1(value.subarray(at)) === "MD5";
  return isKnown && end > start && count > 1 ? { tree: number, start, end, count } : undefined;
}

/** One array, with the files of its tree. */
export class ArrayReader {
  readonly place: Place;
  /** Where it is. */
  readonly span: Span;
  /** MD5 of the session up to the array, once it has passed by. */
  session: string | undefined;
  readonly #context: ProverContext;
  readonly #items: Uint8Array;
  readonly #files: FileDigests;
  /** What is known of each wanted file. */
  readonly #states = new Column(Uint8Array);
  #matching = 0;
  readonly #differing: { readonly wanted: number; readonly computed: string }[] = [];
  #differingCount = 0;

  /** `items` are the bytes of the array. */
  constructor(context: ProverContext, place: Place, items: Uint8Array) {
    this.#context = context;
    this.place = place;
    this.span = logicalSpan(place.end * SECTOR, items.length);
    this.#items = items;
    this.#files = new FileDigests(context, (wanted, digests) => this.#take(wanted, digests));
  }

  /** Wants the files that have an item. */
  clients(): readonly Client[] {
    const { tree: number, count } = this.place;
    const tree = this.#context.image.trees[number];
    for (let node = 0; tree !== undefined && node < tree.count; node++) {
      const index = tree.checksumIndex(node);
      if (index < 1 || index >= count - 1 || tree.isDirectory(node)) continue;
      if (this.#item(index).every((byte) => byte === 0)) continue;
      this.#files.add(number, node, ["md5"]);
      this.#states.push(0);
    }
    return this.#files.clients();
  }

  #item(index: number): Uint8Array {
    return this.#items.subarray(index * ITEM, (index + 1) * ITEM);
  }

  #indexOf(wanted: number): number {
    const { tree, node } = this.#files.file(wanted);
    return this.#context.image.trees[tree]?.checksumIndex(node) ?? 0;
  }

  #take(wanted: number, digests: Uint8Array | undefined): void {
    if (digests === undefined) return;
    const item = this.#item(this.#indexOf(wanted));
    if (item.every((byte, at) => byte === digests[at])) {
      this.#matching++;
      this.#states.set(wanted, MATCHES);
      return;
    }
    this.#differingCount++;
    this.#states.set(wanted, DIFFERS);
    const computed = toHex(digests);
    if (this.#differing.length < KEPT) this.#differing.push({ wanted, computed });
  }

  /** Claims what the array says, after the pass. */
  async finish(claims: ClaimSink): Promise<ChecksumArray> {
    await this.#files.finish();
    const last = this.#items.length - ITEM;
    const recorded = toHex(this.#items.subarray(last));
    const computed = md5(this.#items.subarray(0, last));
    const isMended = computed !== recorded && this.#mended() === recorded;
    const isSound = computed === recorded;
    const base = { kind: "implanted", strength: "digest" } as const;
    const records = this.#differing.map((differing) => this.#fileOf(differing).record);
    claims.claim({
      ...base,
      what: "checksum array of libisofs",
      holds: isSound,
      spans: [this.span],
      ...(isMended ? { suspect: records } : {}),
      recorded,
      computed,
    });
    this.#claimFiles(claims, isSound ? false : isMended ? true : undefined);
    const session = toHex(this.#item(0));
    const { start, end, tree } = this.place;
    if (isSound && this.session !== undefined) {
      claims.claim({
        ...base,
        what: "session MD5 in the checksum array of libisofs",
        holds: this.session === session,
        spans: [logicalSpan(start * SECTOR, (end - start) * SECTOR)],
        record: logicalSpan(this.span.start, ITEM),
        recorded: session,
        computed: this.session,
      });
    }
    const isOther = this.session !== undefined && this.session !== session;
    return {
      tree,
      span: this.span,
      recorded,
      computed,
      mended: isMended,
      ...(isOther ? { session: { recorded: session, computed: this.session ?? "" } } : {}),
      matching: this.#matching,
      differing: this.#differingCount,
      files: this.#differing.map((differing) => this.#fileOf(differing)),
    };
  }

  // Where the digests of all files that differ make the array hold, the array is what was damaged.
  #mended(): string | undefined {
    if (this.#differingCount === 0 || this.#differingCount > this.#differing.length) {
      return undefined;
    }
    const items = this.#items.slice(0, -ITEM);
    for (const { wanted, computed } of this.#differing) {
      items.set(Uint8Array.from(computed.match(/../g) ?? [], pairOf), this.#indexOf(wanted) * ITEM);
    }
    return md5(items);
  }

  // What an array that does not hold itself says against a file is worth nothing, unless it is mended.
  #claimFiles(claims: ClaimSink, holds: boolean | undefined): void {
    const known = new Map(this.#differing.map((differing) => [differing.wanted, differing]));
    for (let wanted = 0; wanted < this.#states.length; wanted++) {
      const state = this.#states.get(wanted);
      if (state === MATCHES) claims.claim(this.#claimOf(wanted, true));
      if (state !== DIFFERS || holds === undefined) continue;
      const differing = known.get(wanted);
      const claim = this.#claimOf(wanted, holds);
      if (differing === undefined || holds) claims.claim(claim);
      else {
        const { record, recorded, computed } = this.#fileOf(differing);
        claims.claim({ ...claim, record, recorded, computed });
      }
    }
  }

  #claimOf(wanted: number, holds: boolean) {
    const { tree, node } = this.#files.file(wanted);
    const extents = this.#context.image.trees[tree]?.extents(node) ?? [];
    return {
      kind: "implanted",
      what: "MD5 of libisofs",
      strength: "digest",
      holds,
      spans: extents.map(({ start, length }) => logicalSpan(start, length)),
      tree,
      node,
    } as const;
  }

  #fileOf(
    { wanted, computed }: { readonly wanted: number; readonly computed: string },
  ): DifferingFile {
    const { tree, node } = this.#files.file(wanted);
    const index = this.#indexOf(wanted);
    const record = logicalSpan(this.span.start + index * ITEM, ITEM);
    return { tree, node, record, recorded: toHex(this.#item(index)), computed };
  }
}

function pairOf(pair: string): number {
  return parseInt(pair, 16);
}

function md5(bytes: Uint8Array): string {
  const digest = createDigest("md5", { bytes: bytes.length });
  digest.update(bytes);
  return digest.hex();
}
