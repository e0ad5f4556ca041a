// An audit of standard input in the one pass that it allows: what its head tells, and a digest of all.

import { rules } from "../audit/catalogue.ts";
import { furtherFingerprint } from "../audit/fingerprint.ts";
import type { AuditResult, Finding } from "../audit/result.ts";
import { audit, type AuditOptions } from "../audit/run.ts";
import { type ByteSource, MemorySource, SourceError } from "../bytes/source.ts";
import { examine } from "../examine.ts";
import { DigestSet } from "../kernel/digest.ts";
import type { ProgressEvent } from "../model/result.ts";
import { PlatformError } from "../platform/errors.ts";
import { passOnce } from "../platform/stdin.ts";

/** Bytes of the head that are kept: the structures of most images lie there, and small images whole. */
const HEAD = 16 * 1024 * 1024;
/** Bytes of the end that are kept, for what stands there: a backup GPT, an anchor, a last session. */
const TAIL = 1024 * 1024;

/**
 * Audits a stream. A short one is audited whole; of a longer one the structures are, as without the pass
 * over the data, if all of them lie in its head, else it is `unreadable` unless what the head tells is
 * damage already. LIM-001 says what was not checked.
 */
export async function auditOnePass(
  stream: AsyncIterable<Uint8Array>,
  options: AuditOptions,
): Promise<AuditResult> {
  const algorithms = options.hashes ?? ["sha256"];
  const digests = new DigestSet(algorithms, { ...options.engines, what: () => "standard input" });
  const { head, tail, bytes } = await passOnce(
    stream,
    { keep: HEAD, last: TAIL },
    (chunk, done) => {
      options.signal?.throwIfAborted();
      digests.update(chunk);
      const event: ProgressEvent = { type: "progress", what: "audit", done, total: 0 };
      options.onEvent?.(event);
    },
  );
  if (bytes === 0) throw new PlatformError("Cannot read standard input: it is empty (0 bytes)");
  if (bytes === head.length) {
    const image = await examine(new MemorySource(head, "-"), { path: "-" });
    const result = await audit(image, options);
    return withNote(result, "standard input was read once: nothing could be read a second time");
  }
  const source = new EndsSource(head, tail, bytes);
  const image = await examine(source, { path: "-" });
  const found = await audit(image, { ...options, structureOnly: true });
  const result = { ...found, image: { ...found.image, hashes: digests.hex() } };
  return source.missed === 0 ? result : ofHead(result, head.length);
}

/** Both ends of a stream that has gone by: the bytes between them can never be read. */
class EndsSource implements ByteSource {
  readonly name = "-";
  readonly size: number;
  /** Reads of what is gone. */
  missed = 0;
  readonly #head: MemorySource;
  readonly #tail: MemorySource;

  constructor(head: Uint8Array, tail: Uint8Array, size: number) {
    this.#head = new MemorySource(head);
    this.#tail = new MemorySource(tail);
    this.size = size;
  }

  async read(offset: number, into: Uint8Array): Promise<number> {
    const end = Math.min(offset + into.length, this.size);
    const tailStart = this.size - this.#tail.size;
    if (end <= this.#head.size) return await this.#head.read(offset, into);
    if (offset >= tailStart) return await this.#tail.read(offset - tailStart, into);
    this.missed++;
    throw new SourceError(offset, into.length, "standard input has gone by");
  }
}

// Findings that lie in the head are sound, and so is that of an image that ends too early; any other
// could come from bytes that were not kept.
function ofHead(result: AuditResult, kept: number): AuditResult {
  const isSound = ({ rule, offset = Infinity, length = 0 }: Finding) =>
    rule === "IMG-001" || rule.startsWith("LIM-") || offset + length <= kept;
  const findings = result.findings.filter((finding) => isSound(finding));
  const place = new Map(
    findings.map((finding, index) => [result.findings.indexOf(finding), index]),
  );
  const renumbered = findings.map(({ causedBy, ...finding }) => {
    const cause = causedBy === undefined ? undefined : place.get(causedBy);
    return cause === undefined ? finding : { ...finding, causedBy: cause };
  });
  const damaged = findings.some(({ severity }) => severity === "error");
  const message = `standard input was read once and only its first ${kept} bytes were kept: ` +
    "structures behind them were not checked; --spool checks everything";
  return withNote({
    ...result,
    findings: renumbered,
    // Where nothing is recognised, what is missing is no damage of it.
    verdict: damaged && result.verdict !== "unreadable" ? "damaged" : "unreadable",
    losses: result.losses.filter(({ state }) => state === "cut" || state === "lost"),
  }, message);
}

function withNote(result: AuditResult, message: string): AuditResult {
  const [rule] = rules("LIM-001").rules;
  if (rule === undefined) return result;
  const { id, severity, confidence, title, clause, remedy } = rule;
  const note: Finding = {
    rule: id,
    severity,
    confidence,
    title,
    message,
    clause,
    remedy,
    count: 1,
    fingerprint: furtherFingerprint(id, result.findings),
  };
  return { ...result, findings: [...result.findings, note] };
}
