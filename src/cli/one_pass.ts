// An audit of standard input in the one pass that it allows: what its head tells, and a digest of all.

import {
  audit,
  type AuditOptions,
  type AuditResult,
  type ByteSource,
  DigestSet,
  examine,
  type Finding,
  MemorySource,
  type ProgressEvent,
  rules,
  SourceError,
} from "../mod.ts";
import { PlatformError } from "../platform/errors.ts";
import { passOnce } from "../platform/stdin.ts";

/** Bytes of the head that are kept: the structures of most images lie there, and small images whole. */
const HEAD = 16 * 1024 * 1024;

/**
 * Audits a stream. A short one is audited whole; of a longer one the structures in its head are, its
 * length is compared with what they say, and LIM-001 says what was not checked.
 */
export async function auditOnePass(
  stream: AsyncIterable<Uint8Array>,
  options: AuditOptions,
): Promise<AuditResult> {
  const algorithms = options.hashes ?? ["sha256"];
  const digests = new DigestSet(algorithms);
  const { head, bytes } = await passOnce(stream, HEAD, (chunk, done) => {
    options.signal?.throwIfAborted();
    digests.update(chunk);
    const event: ProgressEvent = { type: "progress", what: "audit", done, total: 0 };
    options.onEvent?.(event);
  });
  if (bytes === 0) throw new PlatformError("Cannot read standard input: it is empty (0 bytes)");
  if (bytes === head.length) {
    const image = await examine(new MemorySource(head, "-"), { path: "-" });
    const result = await audit(image, options);
    return withNote(result, "standard input was read once: nothing could be read a second time");
  }
  const image = await examine(new HeadSource(head, bytes), { path: "-" });
  const result = await audit(image, { ...options, structureOnly: true });
  return ofHead(result, head.length, digests.hex());
}

/** The head of a stream that has gone by: the rest of its bytes can never be read. */
class HeadSource implements ByteSource {
  readonly name = "-";
  readonly size: number;
  readonly #head: MemorySource;

  constructor(head: Uint8Array, size: number) {
    this.#head = new MemorySource(head);
    this.size = size;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    if (offset + into.length > this.#head.size && offset < this.size) {
      return Promise.reject(new SourceError(offset, into.length, "standard input has gone by"));
    }
    return this.#head.read(offset, into);
  }
}

// Findings that lie in the head are sound, and so is that of an image that ends too early; any other
// could come from bytes that were not kept.
function ofHead(
  result: AuditResult,
  kept: number,
  hashes: AuditResult["image"]["hashes"],
): AuditResult {
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
    "structures behind them and all data were not checked; --spool checks everything";
  return withNote({
    ...result,
    image: hashes === undefined ? result.image : { ...result.image, hashes },
    findings: renumbered,
    verdict: damaged ? "damaged" : "unreadable",
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
  };
  return { ...result, findings: [...result.findings, note] };
}
