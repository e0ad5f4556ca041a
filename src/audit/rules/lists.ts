// Rules about lists of digests inside an image: sums files, repositories of packages, signatures.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ListMismatch, ListReport } from "../../model/lists.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { quoted } from "./directory_view.ts";

const rules = {
  listedFile: {
    id: "PRF-011",
    severity: "error",
    title: "File differs from a sums file on the image",
    clause: "none",
    rationale:
      "Whoever made the image recorded what the file was: since then its bytes have changed. Lists that " +
      "remasters leave behind may be stale: where most of at least ten files differ, that is one warning.",
    remedy: "Fetch the file again, or the sectors that it occupies.",
  },
  absentFile: {
    id: "PRF-012",
    severity: "warning",
    title: "Sums file lists an absent file",
    clause: "none",
    rationale:
      "A file that was there when the list was made is not there now. Debian installers list index files " +
      "that their disc lacks, and lists of mirrors and of sets of discs have more than any disc, so of " +
      "these it is only a fact.",
    remedy:
      "Compare the names with the files of the image: the file may have been renamed or left out.",
  },
  writtenLate: {
    id: "PRF-014",
    severity: "info",
    title: "Mismatch limited to files patched at mastering",
    clause: "none",
    rationale:
      "genisoimage and xorriso write a boot information table into boot images, and the boot catalog, after " +
      "the list was made: Debian and Ubuntu installers differ from their own lists there.",
    remedy: "None is needed.",
  },
  package: {
    id: "PRF-015",
    severity: "error",
    title: "Package differs from repository metadata on the image",
    clause: "none",
    rationale:
      "Installers refuse the package: its bytes are not those that the repository describes.",
    remedy:
      "Fetch the package, or the sectors that it occupies, from a mirror of the distribution.",
  },
  supplied: {
    id: "PRF-018",
    severity: "error",
    title: "File differs from a supplied manifest",
    clause: "none",
    rationale: "The manifest was made of other bytes than those of the image.",
    remedy: "Make sure that the manifest is of this image; then fetch the file again.",
  },
  signature: {
    id: "PRF-019",
    severity: "info",
    title: "Signature present",
    clause: "none",
    rationale: "A signature tells who made a file or a list, to those who have the key.",
    remedy: "Verify it with the key of the maker: the audit does not.",
  },
} as const satisfies RuleTable;

const ofKind: Readonly<Record<ListMismatch["kind"], Rule>> = {
  sums: rules.listedFile,
  repository: rules.package,
  manifest: rules.supplied,
};

/** Names of absent files that a message gives. */
const NAMED = 3;
/** Digits of a digest that a message shows. */
const DIGITS = 16;

function short(digest: string): string {
  return digest.length <= DIGITS ? digest : `${digest.slice(0, DIGITS)}…`;
}

function where({ list, line }: Pick<ListMismatch, "list" | "line">): string {
  return line > 0 ? `line ${line} of ${quoted(list)}` : quoted(list);
}

function nameOf(image: Image, { tree, node }: ListMismatch): string {
  return quoted(image.namespaceOf(tree)?.path(node) ?? "");
}

// Points at the file, unless the list is what was changed; the message tells the line. Both digests in full
// are in the fields of the finding.
function hitOf(image: Image, mismatch: ListMismatch, rule: Rule, message: string): Hit {
  const { tree, node, record, recorded, computed, excuse } = mismatch;
  const found = image.trees[tree];
  const extent = found === undefined || found.extentCount(node) === 0
    ? undefined
    : found.extent(node, 0);
  const file = extent === undefined ? undefined : logicalSpan(extent.start, extent.length);
  const span = excuse === "record" ? record ?? file : file ?? record;
  return {
    rule,
    ...(span === undefined ? {} : { span }),
    message,
    tree,
    node,
    recorded,
    expected: computed,
    ...(excuse === undefined ? { covers: found?.extents(node).map(spanOf) ?? [] } : {}),
  };
}

function spanOf({ start, length }: { readonly start: number; readonly length: number }): Span {
  return logicalSpan(start, length);
}

function differs(image: Image, mismatch: ListMismatch): string {
  const { algorithm, recorded, computed, sizes } = mismatch;
  const file = nameOf(image, mismatch);
  if (sizes !== undefined) {
    return `${file} has ${sizes.actual} bytes, ${where(mismatch)} records ${sizes.recorded}`;
  }
  return `${file} has ${algorithm} ${short(computed)}, ${where(mismatch)} records ${
    short(recorded)
  }`;
}

function* checkFiles(image: Image, { lists, claims }: ProofFacts): Iterable<Hit> {
  const refuted = new Set(
    claims?.failed.filter((claim) => claim.refuted).map(({ record, tree, node }) =>
      `${record?.start} ${tree} ${node}`
    ),
  );
  for (const mismatch of lists?.mismatches ?? []) {
    const { kind, excuse, record, tree, node } = mismatch;
    const message = differs(image, mismatch);
    if (excuse === "undone") {
      yield hitOf(
        image,
        mismatch,
        rules.writtenLate,
        `${message}; without the boot information table it has the recorded one`,
      );
    } else if (excuse === "name") {
      const hit = hitOf(
        image,
        mismatch,
        rules.writtenLate,
        `${message}; such files are written or changed when an image is made`,
      );
      yield { ...hit, confidence: "likely" };
    } else if (excuse === "record") {
      const hit = hitOf(
        image,
        mismatch,
        ofKind[kind],
        `${message}: nearly the same digits, so that the list was changed and not the file`,
      );
      yield { ...hit, severity: "warning" };
      // A line that digests of the file refute is PRF-022.
    } else if (kind === "manifest" || !refuted.has(`${record?.start} ${tree} ${node}`)) {
      yield hitOf(image, mismatch, ofKind[kind], message);
    }
  }
}

function* checkLists(_image: Image, { lists, claims }: ProofFacts): Iterable<Hit> {
  const isElsewhere =
    claims?.failed.some(({ kind, refuted }) => kind !== "list" && kind !== "twin" && !refuted) ===
      true;
  for (const report of lists?.lists ?? []) {
    if (report.stale) yield staleHit(report, isElsewhere);
    if (report.damaged.count > 0) yield damagedHit(report);
    if (report.state === "broken") yield brokenHit(report);
    if (report.absent.count > 0) yield absentHit(report);
  }
}

function staleHit(report: ListReport, isElsewhere: boolean): Hit {
  const { list, differing, compared, span, kind, firstDiffering } = report;
  const reason = isElsewhere
    ? "other proofs fail too"
    : "no other proof fails, so the list may be older than the files";
  const more = differing - firstDiffering.length;
  const first = firstDiffering.map(quoted).join(", ");
  const which = first === "" ? "" : ` (${first}${more > 0 ? `, and ${more} more` : ""})`;
  return {
    rule: ofKind[kind],
    severity: isElsewhere ? "error" : "warning",
    confidence: "likely",
    ...(span === undefined ? {} : { span }),
    message: `${differing} of the ${compared} files that ${
      quoted(list)
    } lists differ from it${which}; ${reason}; their bytes are not counted as contradicted`,
    count: differing,
  };
}

function damagedHit({ list, damaged: { count, first }, kind, span }: ListReport): Hit {
  const place = first?.record ?? span;
  const more = count > 1 ? ` and ${count - 1} more` : "";
  return {
    rule: ofKind[kind],
    severity: "warning",
    ...(place === undefined ? {} : { span: place }),
    message:
      `line ${first?.line ?? 0}${more} of ${
        quoted(list)
      } cannot be read, though nearly: the list ` +
      "was changed, and says nothing of the file that it is about",
    count,
  };
}

function brokenHit({ list, kind, span }: ListReport): Hit {
  return {
    rule: ofKind[kind],
    severity: "warning",
    ...(span === undefined ? {} : { span }),
    message: `${
      quoted(list)
    } breaks off against its grammar: what it lists behind that was not compared`,
  };
}

function absentHit({ list, kind, listed, compared, partial, absent, span }: ListReport): Hit {
  const { count, renamed, first } = absent;
  const names = absent.names.slice(0, NAMED);
  const place = first?.record ?? span;
  const more = count > names.length ? `, and ${count - names.length} more` : "";
  const files = `${count} of the ${listed} files that it lists`;
  const changed = renamed === 0
    ? ""
    : `; the image cannot record the names of ${renamed} as they are`;
  const isOfElse = kind !== "manifest" && compared === 0;
  const isFact = partial || isOfElse || renamed === count;
  return {
    rule: rules.absentFile,
    // A list of which nothing is here is of something else, unless the user says that it is of this image.
    ...(isFact ? { severity: "info" as const } : {}),
    ...(place === undefined ? {} : { span: place }),
    message: `${quoted(list)} lists ${
      names.map(quoted).join(", ")
    }${more}, which no namespace has: ${files}${changed}`,
    count,
  };
}

function* checkSignatures(_image: Image, { lists }: ProofFacts): Iterable<Hit> {
  const [first] = lists?.signatures.files ?? [];
  if (lists === undefined || first === undefined) return;
  const { files, count } = lists.signatures;
  const names = files.slice(0, 3).map(({ path }) => quoted(path)).join(", ");
  yield {
    rule: rules.signature,
    message: `${names}${count > 3 ? `, and ${count - 3} more` : ""}: not verified`,
    tree: first.tree,
    node: first.node,
    count,
  };
}

/** Rules about lists of digests, with their checks. */
export const listRules: RuleFamily = {
  rules,
  image: [checkFiles, checkLists, checkSignatures],
};
