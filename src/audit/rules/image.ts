// Rules about the file as a whole: is it an image, how are its sectors laid out, could it be read.

import { fileSpan, type Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { excuseOf, hasVolume } from "../recognised.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { notAnImage } from "../signatures.ts";
import { descriptorField, treeDescriptors } from "./descriptor_view.ts";

const rules = {
  tooShort: {
    id: "IMG-006",
    severity: "error",
    title: "File too short to hold a volume",
    clause: "ECMA-119:1987 6.2.1",
    rationale:
      "Sixteen sectors of system area come before the first descriptor, so a file of fewer than 17 " +
      "sectors holds no volume, whatever its name says. Aborted downloads look like this.",
    remedy: "Get the file again and compare its size with the one that the source states.",
  },
  layout: {
    id: "IMG-007",
    severity: "info",
    title: "Sector layout detected",
    clause: "ECMA-130:1996 14",
    rationale:
      "Every offset of the report rests on the distance of the sectors and the place of their data.",
    remedy: "Nothing to do; if the layout is wrong, name the container or give its sheet.",
  },
  notAnImage: {
    id: "IMG-011",
    severity: "error",
    title: "File is not a disc image",
    clause: "none",
    rationale:
      "Servers send error pages and archives under the name of an image, and downloads keep the name.",
    remedy:
      "Unpack the archive, or fetch the file again from a source that sends the image itself.",
  },
  blockSize: {
    id: "IMG-022",
    severity: "warning",
    title: "Logical block size is not 2048",
    clause: "ECMA-119:1987 8.4.12",
    rationale:
      "512 and 1024 are legal, yet many readers take every block for 2048 bytes and find nothing.",
    remedy: "Read it with a program that knows smaller blocks, or master the disc anew with 2048.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  readError: {
    id: "IMG-023",
    severity: "error",
    title: "Storage returned a read error",
    clause: "none",
    rationale:
      "The bytes are unread, not zero: nothing was hashed or judged in their place, so every total of " +
      "this report leaves them out.",
    remedy: "Copy the file with a tool that retries (ddrescue), then audit the copy.",
  },
  changed: {
    id: "IMG-024",
    severity: "warning",
    title: "Image changed while it was read",
    clause: "none",
    rationale: "Digests of this run cover neither the old nor the new state of the file.",
    remedy: "Wait until nothing writes to the file any more, then audit it again.",
  },
} as const satisfies RuleTable;

function* checkSize(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { size } = image.source;
  const { stride } = image.mapping;
  const needed = 17 * stride;
  if (size >= needed || excuseOf(image, facts) !== undefined) return;
  yield {
    rule: rules.tooShort,
    span: fileSpan(0, size),
    message: `the file has ${size} bytes; a descriptor can only stand behind 16 sectors of ` +
      `${stride} bytes, so at least ${needed} are needed`,
    recorded: String(size),
    expected: `${needed} or more`,
    causedBy: rules.notAnImage.id,
  };
}

function* checkLayout(image: Image): Iterable<Hit> {
  const { evidence, evidenceAt, mode, sectorSize } = image.container;
  if (!hasVolume(image) && mode === undefined) return;
  const length = Math.max(0, Math.min(sectorSize, image.source.size - evidenceAt));
  yield { rule: rules.layout, span: fileSpan(evidenceAt, length), message: evidence };
}

function* checkKind(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { head } = facts;
  if (head === undefined || hasVolume(image) || image.container.mode !== undefined) return;
  if (excuseOf(image, facts) !== undefined) return;
  const what = notAnImage(head);
  if (what === undefined) return;
  yield {
    rule: rules.notAnImage,
    span: fileSpan(0, Math.min(512, image.source.size)),
    message: `no volume is found in it; by its first bytes the file is ${what}`,
    recorded: what,
  };
}

function* checkBlockSize(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const { le, be } = descriptor.value.logicalBlockSize;
    if (le !== be || (le !== 512 && le !== 1024)) continue;
    yield {
      rule: rules.blockSize,
      span: descriptorField(descriptor, "logicalBlockSize"),
      message: `logical blocks have ${le} bytes, a quarter or half of a sector`,
      recorded: String(le),
      expected: "2048",
      volume: descriptor.volume,
    };
  }
}

function* checkReading(image: Image, { data, changed }: ProofFacts): Iterable<Hit> {
  const faults = image.faults.filter(({ kind }) => kind === "read-error");
  const spans = [...faults.flatMap(({ span }) => span === undefined ? [] : [span])];
  for (const { start, length } of union([...spans, ...(data?.unread ?? [])])) {
    const reason = faults.find(({ span }) => span !== undefined && span.start >= start)?.message;
    yield {
      rule: rules.readError,
      span: fileSpan(start, length),
      message: `${length} bytes from offset ${start} could not be read, also sector by sector` +
        (reason === undefined ? "" : ` (${reason})`),
    };
  }
  if (changed !== true) return;
  yield {
    rule: rules.changed,
    message: "size or modification time of the file are not those it had when it was opened",
  };
}

function union(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { start, length } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    const lastEnd = last === undefined ? -1 : last.start + last.length;
    if (last === undefined || start > lastEnd) joined.push(fileSpan(start, length));
    else {
      joined[joined.length - 1] = fileSpan(
        last.start,
        Math.max(lastEnd, start + length) - last.start,
      );
    }
  }
  return joined;
}

/** Rules about the file as a whole. */
export const image: RuleFamily = {
  rules,
  image: [checkSize, checkLayout, checkKind, checkBlockSize, checkReading],
  // Read errors are joined with those of the pass over the data.
  faults: { "read-error": () => undefined },
};
