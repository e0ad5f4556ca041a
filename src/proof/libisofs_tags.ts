// The chain of checksum tags of libisofs: each is over its session from the first block to the block before
// the tag, and names the block of the next one.

import { logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { decodeLatin1, startsWithText } from "../bytes/text.ts";
import { createDigest } from "../kernel/digest.ts";
import type { ChecksumArray, ChecksumTag, MissingTag, TagKind } from "../model/checksum_tags.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { Image } from "../model/image.ts";
import { Ranges } from "../model/ranges.ts";
import { type ArrayReader, readArrays } from "./checksum_array.ts";
import { mendedBlock, parseTag, selfOf, type TagLine } from "./checksum_tag.ts";
import { textArea } from "./implanted_text.ts";
import type { Prover, ProverContext, ProverFacts } from "./prover.ts";
import { type Edit, RunningDigest, RunningDigests } from "./running_digest.ts";
import { strayBytes } from "./system_area.ts";

/** Sessions whose tags are read; the emulated ones of an overwritable medium add up over years. */
const SESSIONS = 512;
/** Descriptors among which the terminator is looked for. */
const DESCRIPTORS = { first: 16, count: 100 } as const;

/** A tag with its place, and what comes of it during the pass. */
type Placed = {
  readonly tag: TagLine;
  readonly block: number;
  readonly bytes: Uint8Array;
  computed?: string;
  damaged?: "damaged" | "mended";
};

type EditName = NonNullable<ChecksumTag["edits"]>[number];
/** Bytes that may have been written after the tags were made. */
type Variant = {
  readonly names: readonly EditName[];
  readonly edits: readonly Edit[];
  /** Bytes of the system area that should be zeros, and are no boot code. */
  readonly stray?: Span;
};

/** The tags of a session in their order, and what must count as other bytes. */
type Chain = {
  readonly start: number;
  readonly tags: readonly Placed[];
  readonly missing: readonly MissingTag[];
  readonly variant: Variant;
  run?: RunningDigest;
};

const names: Readonly<Record<TagKind, string>> = {
  relocated: "tag of the relocated descriptors",
  descriptors: "tag of the descriptor set",
  tree: "tree tag",
  session: "session tag",
};

/** Makes the reader of checksum tags; undefined where the descriptors of no session are followed by one. */
export async function libisofsProver(context: ProverContext): Promise<Prover | undefined> {
  const chains: Chain[] = [];
  const starts = [0, ...context.image.sessions.map(({ start }) => start)];
  const seen = new Set<number>();
  for (let at = 0; at < starts.length && seen.size < SESSIONS; at++) {
    const start = starts[at] ?? 0;
    if (seen.has(start)) continue;
    seen.add(start);
    const chain = await readChain(context.image, start);
    if (chain === undefined) continue;
    chains.push(chain);
    const [head] = chain.tags;
    if (head?.tag.kind === "relocated" && head.tag.next !== undefined) starts.push(head.tag.next);
  }
  const readers = await readArrays(context);
  if (chains.length + readers.length === 0) return undefined;
  const runs = chains.flatMap((chain) => beginRun(chain, readers, context) ?? []);
  return {
    clients: [new RunningDigests(runs), ...readers.flatMap((reader) => reader.clients())],
    async finish(claims): Promise<ProverFacts> {
      const tags = chains.flatMap((chain) => judge(chain, claims));
      const arrays: ChecksumArray[] = [];
      for (const reader of readers) arrays.push(await reader.finish(claims));
      return { libisofs: { tags, missing: chains.flatMap(({ missing }) => missing), arrays } };
    },
  };
}

async function readBlock(image: Image, block: number): Promise<Uint8Array | undefined> {
  const { bytes, unread } = await image.read(block * SECTOR, SECTOR);
  return bytes.length < SECTOR || unread.length > 0 ? undefined : bytes.slice();
}

async function readChain(image: Image, start: number): Promise<Chain | undefined> {
  const head = await readHead(image, start);
  const [first] = head;
  if (first === undefined) return undefined;
  const tags = [first];
  const missing: MissingTag[] = [];
  let last = first;
  const kinds = first.tag.kind === "descriptors" ? (["tree", "session"] as const) : [];
  for (const kind of kinds) {
    const block = last.tag.next;
    const from = spanOf(last);
    if (block === undefined) break;
    const bytes = await readBlock(image, block);
    const tag = bytes === undefined ? undefined : parseTag(bytes);
    if (bytes === undefined || tag?.kind !== kind || block <= last.block) {
      // A line that is damaged may name any block.
      if (selfOf(last.tag) !== last.tag.self) break;
      const pastEnd = (block + 1) * SECTOR > image.mapping.logicalSize;
      missing.push({ kind, from, block, pastEnd });
      break;
    }
    last = { tag, block, bytes };
    tags.push(last);
  }
  return { start, tags, missing, variant: await variantOf(image, start, first) };
}

/** The tag right behind the terminator of a descriptor set. */
async function readHead(image: Image, start: number): Promise<readonly Placed[]> {
  for (let number = 0; number < DESCRIPTORS.count; number++) {
    const block = start + DESCRIPTORS.first + number;
    const bytes = await readBlock(image, block);
    if (bytes === undefined || !startsWithText(bytes, "CD001", 1)) return [];
    if (bytes[0] !== 255) continue;
    const after = await readBlock(image, block + 1);
    const tag = after === undefined ? undefined : parseTag(after);
    if (after === undefined || tag === undefined) return [];
    const isHead = tag.kind === "descriptors" || tag.kind === "relocated";
    return isHead ? [{ tag, block: block + 1, bytes: after }] : [];
  }
  return [];
}

// What covers little is tried at once: with the boot code, and the text of isomd5sum, as they were before.
async function variantOf(image: Image, start: number, { tag, block }: Placed): Promise<Variant> {
  const first = start * SECTOR;
  const { bytes } = await image.read(first, (block - start) * SECTOR);
  const none: Variant = { names: [], edits: [] };
  const at = (DESCRIPTORS.first * SECTOR) + textArea.offset;
  const text = decodeLatin1(bytes.subarray(at, at + textArea.length));
  const hasText = /ISO MD5SUM|(md5|sha\d+)sum=/.test(text);
  const edit = (name: EditName, offset: number, length: number, as: number): Variant => ({
    names: [name],
    edits: [{ start: first + offset, length, as }],
  });
  const fields = !hasText ? [none] : [
    edit("application-use", at, textArea.length, 0x20),
    edit("application-use", at, textArea.length, 0),
    none,
  ];
  const areas = [
    none,
    edit("boot-sector", 0, 512, 0),
    edit("system-area", 0, DESCRIPTORS.first * SECTOR, 0),
  ];
  for (const area of areas) {
    for (const field of fields) {
      const edited = bytes.slice();
      for (const { start, length, as } of [...area.edits, ...field.edits]) {
        if (typeof as === "number") edited.fill(as, start - first, start - first + length);
      }
      const digest = createDigest("md5", { bytes: edited.length });
      digest.update(edited);
      if (digest.hex() !== tag.md5) continue;
      const zeroed = area.edits[0]?.length ?? 0;
      const stray = start === 0 ? strayBytes(bytes.subarray(0, zeroed)) : undefined;
      return {
        names: [...area.names, ...field.names],
        edits: [...area.edits, ...field.edits],
        ...(stray === undefined ? {} : { stray }),
      };
    }
  }
  return none;
}

function beginRun(
  chain: Chain,
  readers: readonly ArrayReader[],
  { engines, image }: ProverContext,
): RunningDigest | undefined {
  const { start, tags, variant } = chain;
  const byPlace = new Map(tags.map((placed) => [placed.block * SECTOR, placed]));
  const end = Math.min(Math.max(...byPlace.keys()), image.mapping.logicalSize);
  if (end <= start * SECTOR) return undefined;
  // The first item of an array is over the same bytes, up to the array.
  const arrays = new Map(
    readers.filter(({ place }) => place.start === start)
      .map((reader) => [reader.span.start, reader] as const),
  );
  return chain.run = new RunningDigest({
    algorithm: "md5",
    start: start * SECTOR,
    end,
    edits: variant.edits,
    marks: [...new Set([...byPlace.keys(), ...arrays.keys()])],
    onMark(at, hex): Edit | undefined {
      const array = arrays.get(at);
      if (array !== undefined) array.session = hex();
      const placed = byPlace.get(at);
      if (placed === undefined) return undefined;
      const { tag, bytes } = placed;
      placed.computed = hex();
      if (selfOf(tag) === tag.self) return undefined;
      const isMended = selfOf(tag, placed.computed) === tag.self;
      placed.damaged = isMended ? "mended" : "damaged";
      if (!isMended) return undefined;
      // The tags that follow are over this one as it was.
      return { start: at, length: SECTOR, as: mendedBlock(tag, bytes, placed.computed) };
    },
    ...(engines === undefined ? {} : { engines }),
  });
}

function spanOf({ tag, block }: Placed): Span {
  return logicalSpan(block * SECTOR, tag.line.length);
}

/** What a chain comes to. One digest runs through it: after a tag that fails, those behind say nothing new. */
function judge({ start, tags, variant }: Chain, claims: ClaimSink): ChecksumTag[] {
  const judged: ChecksumTag[] = [];
  let proven = start;
  let isOver = false;
  // Where a later tag holds, so does all before it.
  const last = tags.findLastIndex((placed) => statementOf(placed, start) === true);
  for (const [index, placed] of tags.entries()) {
    const { tag, block, computed, damaged } = placed;
    const states = statementOf(placed, start);
    const fails = states === false && (index < last || !isOver);
    const covered = logicalSpan(start * SECTOR, (block - start) * SECTOR);
    const suspect = logicalSpan(proven * SECTOR, (block - proven) * SECTOR);
    judged.push({
      kind: tag.kind,
      span: spanOf(placed),
      covered,
      suspect,
      recorded: tag.md5,
      fails: fails && index > last,
      ...(computed === undefined ? {} : { computed }),
      ...(damaged === undefined ? {} : { damaged }),
      ...(tag.pos === block ? {} : { statedAt: tag.pos }),
      ...(index === 0 && variant.names.length > 0 ? { edits: variant.names } : {}),
      ...(index === 0 && variant.stray !== undefined ? { stray: variant.stray } : {}),
    });
    if (states === undefined) continue;
    if (!fails && !states) continue;
    claims.claim({
      kind: "implanted",
      what: `${names[tag.kind]} of libisofs`,
      strength: "digest",
      holds: states,
      spans: without(covered, variant, tags.slice(0, index)),
      ...(states ? {} : { suspect: [suspect] }),
      record: spanOf(placed),
      recorded: tag.md5,
      ...(computed === undefined ? {} : { computed }),
    });
    if (index === 0 && variant.stray !== undefined) {
      const what = `${names[tag.kind]} of libisofs`;
      const failing = { kind: "implanted", what, strength: "digest", holds: false } as const;
      claims.claim({ ...failing, spans: [covered], suspect: [variant.stray] });
    }
    if (states) proven = block;
    else if (index > last) isOver = true;
  }
  return judged;
}

/** Whether the bytes are those that a tag is over; undefined where it cannot say. */
function statementOf(
  { tag, block, computed, damaged }: Placed,
  start: number,
): boolean | undefined {
  if (computed === undefined || damaged === "damaged") return undefined;
  if (tag.pos !== block || tag.start !== start || tag.size !== block - start) return undefined;
  return damaged === "mended" || computed === tag.md5;
}

/** What a tag proves: bytes that had to count as others, and damaged tags, are none of it. */
function without(covered: Span, { edits }: Variant, tags: readonly Placed[]): readonly Span[] {
  const mended = tags.filter(({ damaged }) => damaged === "mended").map(spanOf);
  const taken = Ranges.of([...edits, ...mended].map(({ start, length }) => ({
    start,
    end: start + length,
  })));
  const end = covered.start + covered.length;
  const left = Ranges.of([{ start: covered.start, end }]).minus(taken);
  return Array.from(left, (range) => logicalSpan(range.start, range.end - range.start));
}
