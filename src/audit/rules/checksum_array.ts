// Rules about the checksum array of libisofs: MD5 of each file (AAIP 2.0).

import { logicalSpan } from "../../bytes/span.ts";
import type { ChecksumArray, DifferingFile } from "../../model/checksum_tags.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { type Hit, NO_CLAUSE, type RuleFamily, type RuleTable } from "../rule.ts";
import { counted } from "../words.ts";

const rules = {
  file: {
    id: "PRF-009",
    severity: "error",
    title: "Per-file digest does not match",
    clause: NO_CLAUSE,
    rationale:
      "The stored bytes of the file are not those that the mastering program wrote; of a " +
      "compressed file (zisofs) these are the compressed ones.",
    remedy: "Take the file from another copy; xorriso -check_md5_r reads the digests, too.",
  },
  array: {
    id: "PRF-010",
    severity: "error",
    title: "Digest array does not match itself",
    clause: NO_CLAUSE,
    rationale:
      "Where the array is damaged, what it says against a file is worth nothing; the files that are " +
      "as it says are proven all the same. Where it holds with the digests that were computed, all files " +
      "are whole, and it is a warning.",
    remedy: "Compare the image with a checksum from outside.",
  },
} as const satisfies RuleTable;

function* checkArrays(image: Image, { libisofs }: ProofFacts): Iterable<Hit> {
  for (const array of libisofs?.arrays ?? []) {
    if (array.recorded !== array.computed) yield judgeArray(array);
    else {
      for (const file of array.files) yield judgeFile(image, file);
      const more = array.differing - array.files.length;
      if (more > 0) {
        const message = `${counted(more, "file")} more differ from the checksum array`;
        yield { rule: rules.file, span: array.span, message, count: more };
      }
    }
  }
}

function judgeArray({ span, recorded, computed, mended, matching, differing }: ChecksumArray): Hit {
  const numbers = { recorded, expected: computed };
  const message = mended
    ? `The checksum array holds once ${counted(differing, "item")} in it ${
      differing === 1 ? "is" : "are"
    } what the files come to: the files are whole`
    : `The MD5 of the checksum array is ${computed}, its last item records ${recorded}; ` +
      `${counted(matching, "file")} agree with it, ${differing} do not`;
  return {
    rule: rules.array,
    ...(mended ? { severity: "warning" } : {}),
    span,
    message,
    ...numbers,
    covers: [span],
  };
}

function judgeFile(image: Image, { tree, node, recorded, computed }: DifferingFile): Hit {
  const extents = image.trees[tree]?.extents(node) ?? [];
  const { start, length } = extents.find((extent) => extent.length > 0) ?? { start: 0, length: 0 };
  return {
    rule: rules.file,
    span: logicalSpan(start, length),
    message: `The MD5 of its stored bytes is ${computed}, the checksum array records ${recorded}`,
    recorded,
    expected: computed,
    covers: extents.map((extent) => logicalSpan(extent.start, extent.length)),
    tree,
    node,
  };
}

/** Rules about the digests of files, with their checks. */
export const checksumArrayRules: RuleFamily = { rules, image: [checkArrays] };
