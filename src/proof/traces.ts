// Traces of damage in the bytes themselves: what one pass collects is judged against the files it lies in.

import { fileSpan, logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { decodeLatin1, startsWithText } from "../bytes/text.ts";
import type { Image } from "../model/image.ts";
import type { Region } from "../model/regions.ts";
import type {
  DeadSector,
  FileStretch,
  Filler,
  Repeat,
  TraceFacts,
  ZeroEnd,
  ZeroRun,
} from "../model/trace_facts.ts";
import type { Observer } from "../pass/client.ts";
import { compressedFormat, namesCompressed } from "./compressed.ts";
import { DENSE, entropyOf, WINDOW } from "./entropy.ts";
import { type FillRun, FillTrace } from "./fill_trace.ts";
import type { Prover, ProverContext } from "./prover.ts";
import { type RepeatedRun, RepeatTrace } from "./repeat_trace.ts";
import { LineEndTrace, TranscodingTrace } from "./text_trace.ts";

/** Stretches of each kind that are looked at closely. */
const LOOKED_AT = 1000;
/** Bytes of zeros inside a file that are worth a word. */
const ZEROS = 32 * 1024;
/** Fewer bytes than this have no entropy worth the name. */
const LEAST_WINDOW = 16 * 1024;
/** Pieces of downloads and copies: powers of two. */
const PIECES = { least: 16 * 1024, most: 16 * 1024 * 1024 } as const;
/** Bytes of a file by which its format is known. */
const HEAD = 512;
/** Fields of dvdisaster's marker: strings that end with a zero byte. */
const dead = { number: 0x160, label: 0x220, length: 32 } as const;

/** Makes the reader of traces: it looks at every image. */
export function traceProver({ image }: ProverContext): Promise<Prover> {
  const fill = new FillTrace(image.mapping);
  const repeats = new RepeatTrace(image.mapping);
  const lines = new LineEndTrace();
  const transcoding = new TranscodingTrace();
  const observer: Observer = {
    take(offset, bytes, unread) {
      fill.take(offset, bytes, unread);
      repeats.take(offset, bytes, unread);
      lines.take(offset, bytes, unread);
      transcoding.take(offset, bytes, unread);
    },
  };
  const finish = async () => {
    repeats.finish();
    const traces = new Traces(image);
    for (const run of fill.runs()) await traces.addFill(run, fill.end);
    for (const run of repeats.runs) await traces.addRepeat(run);
    const textMode = lines.facts();
    const converted = transcoding.facts(image.source.size);
    return {
      traces: {
        ...traces.facts(),
        passedOver: fill.passedOver + traces.passedOver,
        ...(textMode === undefined ? {} : { textMode }),
        ...(converted === undefined ? {} : { transcoding: converted }),
      },
    };
  };
  return Promise.resolve({ observers: [observer], finish });
}

/** A part of a file: logical bytes, and the extent of the file that they lie in. */
type Part = FileStretch & { readonly extent: Span };

class Traces {
  passedOver = 0;
  readonly #image: Image;
  readonly #dead: DeadSector[] = [];
  readonly #fillers: Filler[] = [];
  readonly #zeroRuns: ZeroRun[] = [];
  readonly #repeats: Repeat[] = [];
  #zeroEnd: ZeroEnd | undefined;
  #looked = 0;
  #known: { readonly tree: number; readonly node: number; readonly format?: string } | undefined;

  constructor(image: Image) {
    this.#image = image;
  }

  facts(): Omit<TraceFacts, "passedOver"> {
    return {
      dead: this.#dead,
      fillers: this.#fillers,
      zeroRuns: this.#zeroRuns,
      repeats: this.#repeats,
      ...(this.#zeroEnd === undefined ? {} : { zeroEnd: this.#zeroEnd }),
    };
  }

  async addFill(run: FillRun, end: number): Promise<void> {
    const span = logicalSpan(run.first * SECTOR, run.count * SECTOR);
    if (run.kind === "dead") return await this.#addDead(span, run.count);
    if (run.kind === "zero" && run.first + run.count === end) this.#addZeroEnd(span);
    for (const part of this.#parts(span)) {
      if (part.span.length < (run.kind === "zero" ? ZEROS : SECTOR)) continue;
      if (this.#looked >= LOOKED_AT) {
        this.passedOver++;
        return;
      }
      if (run.kind === "zero") await this.#addZeroRun(part);
      else if (run.kind === "marker" || await this.#isAmidDense(part)) {
        this.#looked++;
        this.#fillers.push({ ...stretchOf(part), what: run.what });
      }
    }
  }

  // What of a span belongs to files, each in its extent; directories and slack are none.
  *#parts({ start, length }: Span): Generator<Part> {
    const { mapping, regions } = this.#image;
    const end = start + length;
    const last = mapping.fileOffset(end - 1);
    for (let index = regions.indexAt(mapping.fileOffset(start)); index < regions.count; index++) {
      if (index > 0 && regions.endOf(index - 1) > last) return;
      if (regions.ownerOf(index) !== "file") continue;
      const found = this.#extentOf(regions.region(index), start, end);
      if (found !== undefined) yield found;
    }
  }

  #extentOf(region: Region, start: number, end: number): Part | undefined {
    const { mapping, trees } = this.#image;
    const { ref } = region;
    if (ref === undefined || "name" in ref) return undefined;
    const { tree, node } = ref;
    const at = Math.max(start, mapping.logicalOffset(region.start));
    for (const extent of trees[tree]?.extents(node) ?? []) {
      const to = Math.min(end, extent.start + extent.length);
      if (at < extent.start || to <= at) continue;
      const span = logicalSpan(at, to - at);
      return { span, tree, node, extent: logicalSpan(extent.start, extent.length) };
    }
    return undefined;
  }

  async #addDead(span: Span, sectors: number): Promise<void> {
    const { bytes } = await this.#image.read(span.start, SECTOR);
    const number = Number.parseInt(textAt(bytes, dead.number), 10);
    const label = textAt(bytes, dead.label);
    const [part] = this.#parts(span);
    this.#dead.push({
      span,
      sectors,
      isOwn: number * SECTOR === span.start,
      ...(Number.isSafeInteger(number) ? { number } : {}),
      ...(label === "" ? {} : { label }),
      ...(part === undefined ? {} : { tree: part.tree, node: part.node }),
    });
  }

  async #addZeroRun(part: Part): Promise<void> {
    const format = await this.#formatOf(part);
    if (format === undefined) return;
    const amidDense = await this.#isAmidDense(part);
    this.#looked++;
    const piece = this.#pieceOf(part.span);
    this.#zeroRuns.push({
      ...stretchOf(part),
      format,
      amidDense,
      ...(piece === undefined ? {} : { piece }),
    });
  }

  async #formatOf({ tree, node }: Part): Promise<string | undefined> {
    const known = this.#known;
    if (known?.tree === tree && known.node === node) return known.format;
    const { start = 0, length = 0 } = this.#image.trees[tree]?.extents(node)[0] ?? {};
    const { bytes } = await this.#image.read(start, Math.min(HEAD, length));
    const format = compressedFormat(bytes);
    this.#known = { tree, node, ...(format === undefined ? {} : { format }) };
    return format;
  }

  // Whether the file is dense on both sides of a part of it.
  async #isAmidDense({ span, extent }: Part): Promise<boolean> {
    const end = span.start + span.length;
    const before = Math.min(WINDOW, span.start - extent.start);
    const after = Math.min(WINDOW, extent.start + extent.length - end);
    return await this.#isDense(span.start - before, before) && await this.#isDense(end, after);
  }

  async #isDense(start: number, length: number): Promise<boolean> {
    if (length < LEAST_WINDOW) return false;
    const { bytes, unread } = await this.#image.read(start, length);
    return unread.length === 0 && bytes.length >= LEAST_WINDOW && entropyOf(bytes) >= DENSE;
  }

  #pieceOf({ start, length }: Span): number | undefined {
    const { mapping } = this.#image;
    const from = mapping.boundary(start);
    const to = mapping.boundary(start + length);
    let piece: number = PIECES.most;
    // The last piece of a file ends with it.
    const ends = (size: number) => to % size === 0 || to === this.#image.source.size;
    while (piece >= PIECES.least && !(from % piece === 0 && ends(piece))) piece /= 2;
    return piece >= PIECES.least ? piece : undefined;
  }

  #addZeroEnd(span: Span): void {
    const { mapping, source, regions } = this.#image;
    if (mapping.logicalSize - (span.start + span.length) >= SECTOR) return;
    const first = mapping.boundary(span.start);
    let files = 0;
    let format: string | undefined;
    let seen: FileStretch | undefined;
    for (let index = regions.indexAt(first); index < regions.count; index++) {
      const region = regions.region(index);
      const { ref } = region;
      if (region.owner !== "file" || region.start < first || ref === undefined) continue;
      if ("name" in ref || this.#image.trees[ref.tree]?.extentCount(ref.node) !== 1) continue;
      files++;
      seen ??= { span, ...ref };
      format ??= namesCompressed(this.#image.namespaceOf(ref.tree)?.name(ref.node).text ?? "");
    }
    if (seen === undefined || (files < 2 && format === undefined)) return;
    const piece = this.#pieceOf(fileSpan(first, source.size - first));
    this.#zeroEnd = {
      ...seen,
      files,
      ...(format === undefined ? {} : { format }),
      ...(piece === undefined ? {} : { piece }),
    };
  }

  async addRepeat({ first, count, distance }: RepeatedRun): Promise<void> {
    const isPiece = distance * SECTOR >= PIECES.least && distance * SECTOR <= PIECES.most &&
      Number.isInteger(Math.log2(distance));
    // Right behind itself, or a piece further on: other repeats are what files are made of.
    if (!isPiece && distance > count) return;
    const [part] = this.#parts(logicalSpan(first * SECTOR, count * SECTOR));
    if (part === undefined || this.#image.trees[part.tree]?.extentCount(part.node) !== 1) return;
    const { span, extent } = part;
    const from = span.start - distance * SECTOR;
    if (from < extent.start || span.length < WINDOW || this.#repeats.length >= LOOKED_AT) return;
    const [a, b] = [await this.#copy(from), await this.#copy(span.start)];
    if (a.length < WINDOW || a.some((byte, at) => byte !== b[at]) || entropyOf(a) < DENSE) return;
    this.#repeats.push({ ...stretchOf(part), distance: distance * SECTOR });
  }

  async #copy(start: number): Promise<Uint8Array> {
    const { bytes } = await this.#image.read(start, WINDOW);
    return bytes.slice();
  }
}

function stretchOf({ span, tree, node }: Part): FileStretch {
  return { span, tree, node };
}

// A string of the marker, printable as far as it goes.
function textAt(bytes: Uint8Array, at: number): string {
  if (!startsWithText(bytes, "dvdisaster")) return "";
  const field = bytes.subarray(at, at + dead.length);
  const end = field.indexOf(0);
  return decodeLatin1(end < 0 ? field : field.subarray(0, end));
}
