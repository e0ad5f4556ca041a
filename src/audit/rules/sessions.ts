// Rules about the sessions of an image: which there are, and what the last of them replaced (ECMA-168, the
// multi-session emulation of libisofs).

import { logicalSpan, SECTOR, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Layout, type Structure } from "../../bytes/struct.ts";
import { equalBytes } from "../../bytes/text.ts";
import { formatInstant } from "../../bytes/time.ts";
import { directoryRecord, primaryVolumeDescriptor } from "../../decode/iso9660/layout.ts";
import type { Image, Session } from "../../model/image.ts";
import { isHere } from "../losses.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { comparedSessions, type SessionChange } from "./session_changes.ts";

const rules = {
  found: {
    id: "SES-001",
    severity: "info",
    title: "Sessions found",
    clause: "ECMA-168; libisofs, growisofs",
    rationale:
      "The last session shows the disc as it was left; earlier ones still show what it was.",
    remedy: "Nothing to do; --session N shows an earlier one.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  missing: {
    id: "SES-002",
    severity: "error",
    title: "Last tree refers to missing earlier data",
    clause: "none",
    rationale:
      "A session that was copied alone lists files of the sessions before it, whose data were not copied: " +
      "normal for a partial copy, but those files cannot be read.",
    remedy: "Copy the whole disc, or the sessions that are missing.",
    layouts: ["iso9660/directory-record"],
  },
  removed: {
    id: "SES-003",
    severity: "note",
    title: "Files present only in an earlier session",
    clause: "none",
    rationale:
      "They were deleted or renamed when the later session was written; their data are there.",
    remedy: "Extract them with --session and the number of the earlier one.",
  },
  replaced: {
    id: "SES-004",
    severity: "note",
    title: "Files replaced by a later session",
    clause: "none",
    rationale:
      "The same path names other data in the later session; the earlier data are still there.",
    remedy: "Extract both with --session and compare them.",
  },
  relocated: {
    id: "SES-005",
    severity: "warning",
    title: "Relocated descriptor set does not match the last session",
    clause: "libisofs multi-session emulation",
    rationale:
      "Readers that know no sessions follow the copy at sector 16, others the last session: they see " +
      "different volumes. On multi-session CDs the two differ by design; there nothing is compared.",
    remedy:
      "Trust the last session whose tree can be read; an interrupted write leaves such a state.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  backwards: {
    id: "SES-006",
    severity: "note",
    title: "Session dates or labels go backwards",
    clause: "none",
    rationale: "A clock was wrong, or the sessions were not written in this order.",
    remedy: "Do not rely on the dates alone.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
} as const satisfies RuleTable;

/** Fields are looked up by names that are only known when a rule fires. */
const untyped: Layout = primaryVolumeDescriptor;

type Primary = Structure<typeof primaryVolumeDescriptor.fields>;

function primaryAt(image: Image, sector: number): Primary | undefined {
  return image.structuresOf(primaryVolumeDescriptor).find(({ span }) =>
    span.start === sector * SECTOR
  );
}

/** The primary descriptor of a session; others may stand before it in the set. */
function primaryOf(image: Image, { start }: Session): Primary | undefined {
  const first = (start + 16) * SECTOR;
  return image.structuresOf(primaryVolumeDescriptor).find(({ span }) =>
    span.start >= first && span.start < first + 16 * SECTOR
  );
}

function endOf({ start, blocks, blockSize }: Session): number {
  return start + Math.ceil(blocks * blockSize / SECTOR);
}

/** When a session was written, as its primary descriptor says: milliseconds since 1970. */
function writtenAt(primary: Primary | undefined): number | undefined {
  const { volumeModificationDateAndTime: modified, volumeCreationDateAndTime: created } =
    primary?.value ?? {};
  return modified?.epoch ?? created?.epoch;
}

function* checkFound(image: Image): Iterable<Hit> {
  const { sessions } = image;
  if (sessions.length === 1 && (sessions[0]?.start ?? 0) === 0) return;
  for (const session of sessions) {
    const { number, start, label } = session;
    const primary = primaryOf(image, session);
    const time = writtenAt(primary);
    const when = time === undefined ? "" : `, written ${formatInstant(time)}`;
    yield {
      rule: rules.found,
      span: primary?.span ?? logicalSpan((start + 16) * SECTOR, SECTOR),
      message: `session ${number} of ${sessions.length}: sectors ${start} to ${
        Math.max(start, endOf(session) - 1)
      }, label ${JSON.stringify(label)}${when}`,
    };
  }
}

const { offset: EXTENT } = directoryRecord.fields.locationOfExtent;

function* checkMissing(image: Image): Iterable<Hit> {
  const { logicalStart } = image.mapping;
  if (logicalStart === 0) return;
  for (const number of new Set(image.volumes.map(({ tree }) => tree))) {
    const namespace = number === undefined ? undefined : image.namespaceOf(number);
    if (number === undefined || namespace === undefined) continue;
    const { tree } = namespace;
    let first: number | undefined;
    let files = 0;
    let bytes = 0;
    for (let node = 0; node < tree.count; node++) {
      if (!isHere(namespace, node)) continue;
      const lost = bytesBefore(tree.extents(node), logicalStart);
      if (lost === 0) continue;
      first ??= node;
      files++;
      bytes += lost;
    }
    if (first === undefined) continue;
    yield {
      rule: rules.missing,
      span: logicalSpan(tree.record(first) + EXTENT, 8),
      message:
        `the image begins with sector ${logicalStart / SECTOR}: ${counted(files, "record")} ` +
        `${files === 1 ? "names" : "name"} ${counted(bytes, "byte")} before it, in sessions that ` +
        `are not in this file`,
      tree: number,
      node: first,
      count: files,
    };
  }
}

function bytesBefore(
  extents: readonly { readonly start: number; readonly length: number }[],
  limit: number,
): number {
  return extents.reduce(
    (sum, { start, length }) => sum + Math.max(0, Math.min(start + length, limit) - start),
    0,
  );
}

function* checkChanges(image: Image): Iterable<Hit> {
  for (const { from, to, removed, replaced } of comparedSessions(image)) {
    yield* changeHit(
      rules.removed,
      removed,
      (names) =>
        `session ${to} no longer has ${
          counted(removed.count, "file")
        } of session ${from}: ${names}`,
    );
    yield* changeHit(
      rules.replaced,
      replaced,
      (names) =>
        `session ${to} has other data for ${counted(replaced.count, "file")} of session ${from}: ` +
        names,
    );
  }
}

function* changeHit(
  rule: typeof rules.removed | typeof rules.replaced,
  { count, names, record }: SessionChange,
  message: (names: string) => string,
): Iterable<Hit> {
  if (count === 0 || record === undefined) return;
  const more = count > names.length ? ", ..." : "";
  yield { rule, span: record, message: message(names.join(", ") + more), count };
}

/** Fields in which the copy differs on purpose: it counts the volume from sector 0. */
const ofCopy: ReadonlySet<string> = new Set(["volumeSpaceSize"]);

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equalBytes(a, b);
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  const [one, other] = [Object.entries(a), new Map(Object.entries(b))];
  return one.every(([key, value]) => isSame(value, other.get(key)));
}

function* checkRelocated(image: Image): Iterable<Hit> {
  const [first] = image.sessions;
  const last = image.sessions.at(-1);
  const copy = primaryAt(image, 16);
  if (first === undefined || last === undefined || first.start === 0 || copy === undefined) return;
  const original = primaryOf(image, last);
  if (original === undefined) return;
  const { le } = copy.value.volumeSpaceSize;
  const end = endOf(last);
  if (Math.ceil(le * last.blockSize / SECTOR) !== end) {
    yield {
      rule: rules.relocated,
      span: fieldSpan(primaryVolumeDescriptor, "volumeSpaceSize", copy.span),
      message: `the copy at sector 16 counts ${le} blocks; the last session that is found, ` +
        `number ${last.number}, ends at sector ${end}`,
      recorded: String(le),
      expected: String(Math.ceil(end * SECTOR / last.blockSize)),
    };
    return;
  }
  const others = new Map<string, unknown>(Object.entries(original.value));
  const differing = Object.entries(copy.value)
    .filter(([field, value]) => !ofCopy.has(field) && !isSame(value, others.get(field)))
    .map(([field]) => field);
  const [field] = differing;
  if (field === undefined) return;
  yield {
    rule: rules.relocated,
    span: fieldSpan(untyped, field, copy.span),
    message: `the copy at sector 16 and the set of session ${last.number} at sector ` +
      `${original.span.start / SECTOR} differ in ${differing.join(", ")}`,
  };
}

// Labels that end in a number count the sessions: BACKUP_2 behind BACKUP_3 is out of order.
function goesBack(before: string, after: string): boolean {
  const [one, other] = [before, after].map((label) => /^(.*?)(\d{1,9})$/.exec(label));
  if (one === null || one === undefined || other === null || other === undefined) return false;
  return one[1] === other[1] && Number(one[2]) > Number(other[2]);
}

function* checkOrder(image: Image): Iterable<Hit> {
  let before: { readonly session: Session; readonly time: number | undefined } | undefined;
  for (const session of image.sessions) {
    const primary = primaryOf(image, session);
    const time = writtenAt(primary);
    if (before !== undefined && primary !== undefined) {
      yield* backwards(before, { session, time }, primary.span);
    }
    before = { session, time };
  }
}

function* backwards(
  before: { readonly session: Session; readonly time: number | undefined },
  after: { readonly session: Session; readonly time: number | undefined },
  descriptor: Span,
): Iterable<Hit> {
  const what = (field: string) => fieldSpan(untyped, field, descriptor);
  if (before.time !== undefined && after.time !== undefined && after.time < before.time) {
    yield {
      rule: rules.backwards,
      span: what("volumeModificationDateAndTime"),
      message: `session ${after.session.number} is dated ${formatInstant(after.time)}, before ` +
        `session ${before.session.number} (${formatInstant(before.time)})`,
    };
  }
  if (!goesBack(before.session.label, after.session.label)) return;
  yield {
    rule: rules.backwards,
    span: what("volumeIdentifier"),
    message:
      `session ${after.session.number} is labelled ${JSON.stringify(after.session.label)}, ` +
      `session ${before.session.number} before it ${JSON.stringify(before.session.label)}`,
  };
}

/** Rules about sessions. SES-007 needs UDF, which is not read yet. */
export const sessionRules: RuleFamily = {
  rules,
  image: [checkFound, checkMissing, checkChanges, checkRelocated, checkOrder],
};
