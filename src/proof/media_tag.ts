// The media tags of SUSE: a digest of the whole volume, with what is written later as zeros and blanks.

import { logicalSpan, SECTOR, type Span } from "../bytes/span.ts";
import { startsWithText } from "../bytes/text.ts";
import { type Algorithm, algorithms } from "../kernel/digest.ts";
import type { ClaimSink } from "../model/claims.ts";
import type { MediaTag } from "../model/implanted.ts";
import { Ranges } from "../model/ranges.ts";
import { type ImplantPlace, type TagText, textArea } from "./implanted_text.ts";
import { standingOf } from "./isomd5.ts";
import type { Prover, ProverContext, ProverFacts } from "./prover.ts";
import { type Edit, RunningDigest, RunningDigests } from "./running_digest.ts";

/** Bytes of the unit that partitions and signatures are counted in. */
const UNIT = 512;
const BLANK = 0x20;
/** What a signature block begins with; the bytes after its first 64 count as zeros. */
const SIGNATURE = { text: "7984fc91-a43f-4e45-bf27-6d3aa08b24cf", kept: 64 } as const;

/** Makes the reader of a media tag. */
export async function mediaTagProver(
  context: ProverContext,
  tag: TagText,
  { text: at, volume }: ImplantPlace,
): Promise<Prover> {
  const record = logicalSpan(at, textArea.length);
  const algorithm = algorithms.find((name) => name === tag.algorithm);
  const edits: Edit[] = [
    { start: 0, length: UNIT, as: 0 },
    { start: at, length: textArea.length, as: BLANK },
    ...padEdit(tag, volume),
    ...await signatureEdit(context, tag),
  ];
  const whole = runOf(context, algorithm, 0, volume, edits);
  const { partition } = tag;
  const start = (partition?.start ?? 0) * UNIT;
  const end = Math.min(volume, start + (partition?.count ?? 0) * UNIT);
  // Whether bytes that count as others do so here, too, is not said: either will do.
  const parts = [edits, []].map((each) => runOf(context, algorithm, start, end, each));
  const runs = [whole, ...parts].filter((run) => run !== undefined);
  return {
    clients: [new RunningDigests(runs)],
    finish(claims): ProverFacts {
      const spans = spansOf(0, volume, edits);
      const computed = whole?.hex();
      const standing = standingOf(tag.digest, computed);
      const mediaTag: MediaTag = {
        record,
        algorithm: tag.algorithm,
        recorded: tag.digest,
        standing,
        covered: volume,
        ...(computed === undefined ? {} : { computed }),
      };
      claimOf(claims, { ...mediaTag, what: "media tag" }, spans);
      if (partition === undefined || end <= start) return { implanted: { mediaTag } };
      const sums = parts.map((run) => run?.hex());
      const sum = sums.find((each) => each === partition.digest) ?? sums[0];
      const part = {
        span: logicalSpan(start, end - start),
        recorded: partition.digest,
        standing: standingOf(partition.digest, sum),
        ...(sum === undefined ? {} : { computed: sum }),
      };
      const what = "media tag of the partition";
      claimOf(claims, { ...part, record, what }, spansOf(start, end, edits));
      return { implanted: { mediaTag: { ...mediaTag, partition: part } } };
    },
  };
}

function runOf(
  { engines }: ProverContext,
  algorithm: Algorithm | undefined,
  start: number,
  end: number,
  edits: readonly Edit[],
): RunningDigest | undefined {
  if (algorithm === undefined || end <= start) return undefined;
  return new RunningDigest({
    algorithm,
    start,
    end,
    edits,
    ...(engines === undefined ? {} : { engines }),
  });
}

function padEdit({ pad }: TagText, volume: number): readonly Edit[] {
  const length = Math.min(volume, pad * SECTOR);
  return length > 0 ? [{ start: volume - length, length, as: 0 }] : [];
}

async function signatureEdit(
  { image }: ProverContext,
  { signature }: TagText,
): Promise<readonly Edit[]> {
  if (signature === undefined) return [];
  const start = signature * UNIT;
  const { bytes } = await image.read(start, SECTOR);
  if (bytes.length < SECTOR || !startsWithText(bytes, SIGNATURE.text, 0)) return [];
  return [{ start: start + SIGNATURE.kept, length: SECTOR - SIGNATURE.kept, as: 0 }];
}

/** Logical bytes `[start, end)` that count as they are. */
function spansOf(start: number, end: number, edits: readonly Edit[]): readonly Span[] {
  const left = Ranges.of([{ start, end }]).minus(
    Ranges.of(edits.map((edit) => ({ start: edit.start, end: edit.start + edit.length }))),
  );
  return Array.from(left, (range) => logicalSpan(range.start, range.end - range.start));
}

function claimOf(
  claims: ClaimSink,
  tag: Pick<MediaTag, "record" | "recorded" | "computed" | "standing"> & { readonly what: string },
  spans: readonly Span[],
): void {
  const { record, recorded, computed, standing, what } = tag;
  if (standing === "unchecked") return;
  claims.claim({
    kind: "implanted",
    what,
    strength: "digest",
    holds: standing !== "fails",
    spans,
    record,
    recorded,
    ...(computed === undefined ? {} : { computed }),
  });
}
