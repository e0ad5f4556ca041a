// The digest of isomd5sum: MD5 of the volume less some sectors, with sums of it on the way.

import { logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { firstNonZero } from "../kernel/digest.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { FailedFragment, ImplantedDigest, Standing } from "../model/implanted.ts";
import {
  FRAGMENT_DIGITS,
  type ImplantedText,
  type ImplantPlace,
  SKIPPED,
  textArea,
} from "./implanted_text.ts";
import type { Prover, ProverContext, ProverFacts } from "./prover.ts";
import { type Edit, RunningDigest, RunningDigests } from "./running_digest.ts";
import { strayBytes } from "./system_area.ts";

/** Bytes that the tool takes at a time: its fragments end with such a buffer. */
const BUFFER = 32 * 1024;
const BLANK = 0x20;
/** Sectors that no standard but those of boot code writes to (ECMA-119:1987 6.2.1). */
const SYSTEM_AREA = 16 * SECTOR;
const BOOT_SECTOR = 512;
/** Wrong digits of a record beside which it is still clear that the data are those that it was made of. */
const MISREAD = 4;

/** A sum that the tool took on the way: logical bytes from 0 to `end`. */
type Fragment = { readonly end: number; readonly recorded: string; computed?: string };

/** Makes the reader of what isomd5sum recorded. */
export function isomd5Prover(
  context: ProverContext,
  text: ImplantedText | { readonly fault: string },
  place: ImplantPlace,
): Prover {
  if (!("digest" in text)) {
    const record = logicalSpan(place.text, textArea.length);
    const isomd5 = { record, fault: text.fault, standing: "unchecked", covered: 0 } as const;
    return { finish: () => ({ implanted: { isomd5 } }) };
  }
  const blocks = Math.floor(place.volume / SECTOR);
  // A volume that is shorter than what is always left out has lost its size, not the digest its meaning.
  if (text.skipped >= blocks && blocks > SKIPPED) {
    const record = logicalSpan(place.text, textArea.length);
    const fault =
      `SKIPSECTORS is ${text.skipped}, and the volume has ${blocks} sectors: the digest ` +
      "is over none of them";
    const isomd5 = { record, fault, standing: "unchecked", covered: 0 } as const;
    return { finish: () => ({ implanted: { isomd5 } }) };
  }
  const reader = new Reader(context, text, place);
  return { clients: reader.clients, finish: (claims) => reader.finish(claims) };
}

class Reader {
  readonly #context: ProverContext;
  readonly #text: ImplantedText;
  readonly #record: Span;
  /** Bytes that the digest is over. */
  readonly #covered: number;
  readonly #blanks: Edit;
  readonly #fragments: Fragment[];
  readonly #run: RunningDigest;
  readonly clients: readonly RunningDigests[];

  constructor(context: ProverContext, text: ImplantedText, { text: at, volume }: ImplantPlace) {
    this.#context = context;
    this.#text = text;
    this.#record = logicalSpan(at, textArea.length);
    this.#covered = Math.max(0, volume - text.skipped * SECTOR);
    this.#blanks = { start: at, length: textArea.length, as: BLANK };
    this.#fragments = fragmentsOf(text, this.#covered);
    this.#run = this.#makeRun(this.#fragments);
    const isThere = this.#covered > 0 && context.image.mapping.logicalStart === 0;
    this.clients = isThere ? [new RunningDigests([this.#run])] : [];
  }

  #makeRun(fragments: readonly Fragment[], more: readonly Edit[] = []): RunningDigest {
    const { engines } = this.#context;
    const byEnd = new Map(fragments.map((fragment) => [fragment.end, fragment]));
    return new RunningDigest({
      algorithm: "md5",
      start: 0,
      end: this.#covered,
      edits: [this.#blanks, ...more],
      marks: [...byEnd.keys()],
      onMark(at, hex) {
        const fragment = byEnd.get(at);
        if (fragment !== undefined) fragment.computed = digitsOf(hex(), fragment.recorded.length);
        return undefined;
      },
      ...(engines === undefined ? {} : { engines }),
    });
  }

  async finish(claims: ClaimSink): Promise<ProverFacts> {
    const { digest: recorded } = this.#text;
    const computed = this.#run.hex();
    let standing = standingOf(recorded, computed);
    // Where the text is damaged, it may as well be that the digest is over something else.
    if (this.#text.fault !== undefined && standing === "fails") standing = "unchecked";
    let fragments: readonly Fragment[] = this.#fragments;
    let zeroed = 0;
    let stray: Span | undefined;
    if (standing === "fails") {
      const other = await this.#asBefore();
      if (other !== undefined) {
        ({ zeroed, fragments, stray } = other);
        standing = stray === undefined ? "hybrid" : "stray";
      }
    }
    const failed = fragments.findIndex(({ computed: sum, recorded }) =>
      sum !== undefined && sum !== recorded
    );
    this.#claim(claims, { standing, zeroed, fragments, failed, computed, stray });
    const isomd5: ImplantedDigest = {
      record: this.#record,
      recorded,
      standing,
      ...(this.#text.fault === undefined ? {} : { fault: this.#text.fault }),
      covered: this.#covered,
      ...(computed === undefined ? {} : { computed }),
      ...(zeroed === 0 ? {} : { zeroed }),
      ...(stray === undefined ? {} : { stray }),
      ...(failed < 0 ? {} : { fragment: failedFragment(fragments, failed) }),
    };
    return { implanted: { isomd5 } };
  }

  // Programs that make an image hybrid write to its system area, which was empty when the digest was made.
  async #asBefore(): Promise<
    | { readonly zeroed: number; readonly fragments: readonly Fragment[]; readonly stray?: Span }
    | undefined
  > {
    const { image, signal } = this.#context;
    const head = (await image.read(0, SYSTEM_AREA)).bytes.slice();
    if (firstNonZero(head) < 0) return undefined;
    const tries = [BOOT_SECTOR, SYSTEM_AREA].map((length) => {
      const fragments = this.#fragments.map(({ end, recorded }): Fragment => ({ end, recorded }));
      const run = this.#makeRun(fragments, [{ start: 0, length, as: 0 }]);
      return { zeroed: length, fragments, run };
    });
    for (let at = 0; at < this.#covered; at += 32 * BUFFER) {
      signal?.throwIfAborted();
      const { bytes, unread } = await image.read(at, Math.min(32 * BUFFER, this.#covered - at));
      for (const { run } of tries) run.take({ start: at, end: at + bytes.length, bytes, unread });
      // A sum that fails again tells early that this is not it.
      if (tries.every(({ fragments }) => hasFailed(fragments))) return undefined;
    }
    const found = tries.find(({ run }) => run.hex() === this.#text.digest);
    const stray = found === undefined ? undefined : strayBytes(head.subarray(0, found.zeroed));
    return found === undefined || stray === undefined ? found : { ...found, stray };
  }

  #claim(
    claims: ClaimSink,
    found: {
      readonly standing: Standing;
      readonly zeroed: number;
      readonly fragments: readonly Fragment[];
      readonly failed: number;
      readonly computed: string | undefined;
      readonly stray: Span | undefined;
    },
  ): void {
    const { standing, zeroed, fragments, failed, computed, stray } = found;
    const held = fragments[(failed < 0 ? endOfComputed(fragments) : failed) - 1]?.end ?? 0;
    const base = { kind: "implanted", record: this.#record } as const;
    if (held > 0) {
      const spans = this.#spans(zeroed, held);
      const what = "fragment sums of isomd5sum";
      claims.claim({ ...base, what, strength: "checksum", holds: true, spans });
    }
    const isWrong = standing === "fails";
    if (standing !== "unchecked") {
      const spans = this.#spans(zeroed, this.#covered);
      const { digest: recorded } = this.#text;
      claims.claim({
        ...base,
        what: "implanted MD5",
        strength: "digest",
        holds: !isWrong,
        spans,
        recorded,
        ...(computed === undefined ? {} : { computed }),
        ...(isWrong && fragments.length > 0 ? { suspect: this.#suspect(fragments, failed) } : {}),
      });
    }
    if (stray !== undefined) {
      const spans = this.#spans(0, this.#covered);
      const what = "implanted MD5";
      claims.claim({ ...base, what, strength: "digest", holds: false, spans, suspect: [stray] });
    }
    const fragment = fragments[failed];
    if (fragment === undefined || (isWrong && failed >= 0)) return;
    claims.claim({
      ...base,
      what: `fragment sum ${failed + 1} of isomd5sum`,
      strength: "checksum",
      holds: false,
      spans: this.#spans(zeroed, fragment.end),
      suspect: this.#suspect(fragments, failed),
      recorded: fragment.recorded,
      ...(fragment.computed === undefined ? {} : { computed: fragment.computed }),
    });
  }

  #suspect(fragments: readonly Fragment[], failed: number): readonly Span[] {
    const [number, end] = failed < 0
      ? [fragments.length, this.#covered]
      : [failed, fragments[failed]?.end ?? 0];
    return this.#spans(fragments[number - 1]?.end ?? 0, end);
  }

  /** Logical bytes `[from, to)` without those that count as blanks. */
  #spans(from: number, to: number): readonly Span[] {
    const { start, length } = this.#record;
    return [[from, Math.min(to, start)], [Math.max(from, start + length), to]]
      .filter(([first = 0, last = 0]) => last > first)
      .map(([first = 0, last = 0]) => logicalSpan(first, last - first));
  }
}

/** Sums that were taken: the first of an image that is cut. */
function endOfComputed(fragments: readonly Fragment[]): number {
  const missing = fragments.findIndex(({ computed }) => computed === undefined);
  return missing < 0 ? fragments.length : missing;
}

function hasFailed(fragments: readonly Fragment[]): boolean {
  return fragments.some(({ computed, recorded }) =>
    computed !== undefined && computed !== recorded
  );
}

function failedFragment(fragments: readonly Fragment[], at: number): FailedFragment {
  const { end = 0, recorded = "", computed = "" } = fragments[at] ?? {};
  const start = fragments[at - 1]?.end ?? 0;
  const count = fragments.length;
  return { number: at + 1, count, span: logicalSpan(start, end - start), recorded, computed };
}

/**
 * The sums on the way. A sum is taken after each buffer in which the offset passes a multiple of the size of
 * a fragment. Of what is smaller than a buffer for each, the tool records fewer sums than it then expects,
 * and rejects the image that it just wrote: there, they say nothing.
 */
function fragmentsOf({ fragments }: ImplantedText, covered: number): Fragment[] {
  if (fragments === undefined || fragments.sums.length !== FRAGMENT_DIGITS) return [];
  const { sums, count } = fragments;
  const size = Math.floor(covered / (count + 1));
  if (size < BUFFER) return [];
  const digits = FRAGMENT_DIGITS / count;
  return Array.from({ length: count }, (_, index) => ({
    end: Math.min(covered, Math.ceil((index + 1) * size / BUFFER) * BUFFER + BUFFER),
    recorded: sums.slice(index * digits, (index + 1) * digits),
  }));
}

/** Of each of the first bytes the first digit without leading zeros, as the tool prints them. */
function digitsOf(hex: string, count: number): string {
  let digits = "";
  for (let byte = 0; byte < count; byte++) {
    const pair = hex.slice(2 * byte, 2 * byte + 2);
    digits += pair.startsWith("0") ? pair.slice(1) : pair.slice(0, 1);
  }
  return digits;
}

/** How a digest stands; one with a few wrong digits is no accident. */
export function standingOf(recorded: string, computed: string | undefined): Standing {
  if (computed === undefined) return "unchecked";
  let wrong = 0;
  for (let at = 0; at < recorded.length; at++) if (recorded[at] !== computed[at]) wrong++;
  return wrong === 0 ? "holds" : wrong <= MISREAD ? "record" : "fails";
}
