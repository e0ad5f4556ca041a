// Rules about the checksums that the formats of files carry.

import type { Span } from "../../bytes/span.ts";
import {
  EXPANDS,
  type FormatFailure,
  type FormatList,
  type FormatUnchecked,
} from "../../model/format_proof.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { expands } from "./hazards.ts";
import { notRun } from "./limits.ts";

const rules = {
  resource: {
    id: "PRF-016",
    severity: "error",
    title: "Installer archive resource fails its digest",
    clause: "none",
    rationale:
      "The archive records SHA-1 of each resource, or of each 10 MiB of itself: the installer will " +
      "refuse it, or copy what is damaged.",
    remedy:
      "Fetch the archive, or the part of the image around the named bytes, from another source.",
  },
  formatChecksum: {
    id: "PRF-017",
    severity: "error",
    title: "File fails its own format’s checksum",
    clause: "none",
    rationale:
      "The program that wrote the file recorded a checksum of its content, which the bytes in the image " +
      "do not have: they are not those that were written. Test suites hold a few files that were damaged " +
      "on purpose: one or two in folders named so are noted and not counted as damage. A file that fails " +
      "but has the bytes of which a digest elsewhere in the image was made was so when the image was made: " +
      "that is noted, too.",
    remedy: "Fetch the file, or the part of the image around the named bytes, from another source.",
  },
} as const satisfies RuleTable;

function* checkFailures(_: Image, { formats, claims }: ProofFacts): Iterable<Hit> {
  if (formats === undefined) return;
  const { failures } = formats;
  const refuted = new Set(
    claims?.failed.filter((claim) => claim.kind === "format" && claim.refuted)
      .map(({ tree, node, suspect }) => placeKey(tree, node, suspect?.[0])),
  );
  for (const failure of failures.kept) {
    const { tree, node, span } = failure;
    const hit = hitOf(failure);
    if (!refuted.has(placeKey(tree, node, span))) yield hit;
    else yield { ...hit, severity: "note", message: `${hit.message}${asMade}` };
  }
  yield* restOf(failures);
  for (const remark of formats.remarks.kept) {
    yield { ...hitOf(remark), severity: "note", confidence: "likely" };
  }
}

const asMade = "; a digest of these bytes holds: the file was so when the image was made";

function placeKey(tree?: number, node?: number, span?: Span): string {
  return `${tree} ${node} ${span?.space} ${span?.start} ${span?.length}`;
}

function hitOf(failure: FormatFailure): Hit {
  const { format, message, span, tree, node, recorded, computed, count, resource, structure } =
    failure;
  return {
    rule: resource === true ? rules.resource : rules.formatChecksum,
    span,
    covers: [span],
    ...(structure === true ? { mayBeOriginal: true } : {}),
    message: `${format}: ${message}`,
    tree,
    node,
    ...(recorded === undefined ? {} : { recorded }),
    ...(computed === undefined ? {} : { expected: computed }),
    ...(count === undefined ? {} : { count }),
  };
}

function* restOf({ kept, count }: FormatList<FormatFailure>): Iterable<Hit> {
  const more = count - kept.length;
  if (more <= 0) return;
  yield {
    rule: rules.formatChecksum,
    message: `${counted(more, "further failure")} of checksums inside files`,
    count: more,
  };
}

// One note for each reason: the files that were looked at and are not proven all the same.
function* checkUnchecked(image: Image, { formats }: ProofFacts): Iterable<Hit> {
  for (const unchecked of formats?.unchecked ?? []) {
    const { tree, node, reason, files } = unchecked;
    const message = uncheckedWords(image, unchecked);
    if (reason !== EXPANDS) yield { rule: notRun, message, count: files };
    else yield { rule: expands, message, count: files, tree, node };
  }
}

function uncheckedWords(
  image: Image,
  { format, reason, files, bytes, tree, node }: FormatUnchecked,
) {
  const path = image.namespaceOf(tree)?.path(node) ?? "";
  const which = files === 1 ? path : `${path} and ${counted(files - 1, "more file")}`;
  return `${format}: ${counted(bytes, "byte")} of ${which} are not checked: ${reason}`;
}

/** Rules about the formats of files, with their checks. */
export const formatRules: RuleFamily = { rules, image: [checkFailures, checkUnchecked] };
