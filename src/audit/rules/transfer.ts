// Rules about transfers that changed every byte they took for text: line ends, bits, character sets.

import { fileSpan } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { TextMode } from "../../model/trace_facts.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";

const rules = {
  textMode: {
    id: "IMG-012",
    severity: "error",
    title: "Text-mode transfer damage",
    clause: "none",
    rationale:
      "A transfer in text mode (FTP without `binary`, say) changes each byte that is a line end to it, " +
      "and shifts all that follows.",
    remedy: "Transfer the image again in binary mode; the change cannot be undone with certainty.",
  },
  transcoding: {
    id: "IMG-013",
    severity: "error",
    title: "Character-set transcoding damage",
    clause: "none",
    rationale:
      "Some program took the image for text and converted its characters to UTF-8: every byte from 80h " +
      "on became two, or was replaced for good.",
    remedy:
      "Fetch the image again. Bytes that became two can be converted back (UTF-8 to Latin-1), replaced " +
      "ones cannot.",
  },
} as const satisfies RuleTable;

const changes: Readonly<Record<TextMode["kind"], string>> = {
  "lf-to-crlf":
    "no byte 0Ah stands without a byte 0Dh before it: each LF became CR LF, which makes a file longer by 1 in 256",
  "cr-dropped":
    "no byte is 0Dh: each CR was dropped or became LF, which makes a file shorter by up to 1 in 256",
  "seven-bit": "no byte is 80h or above: the eighth bit of each was lost",
  "nul-dropped": "no byte is 00h: zeros were dropped or replaced",
  "crlf-to-lf": "hardly any 0Dh stands before an 0Ah: each CR LF became LF",
};

function* checkTextMode(_image: Image, { traces }: ProofFacts): Iterable<Hit> {
  const found = traces?.textMode;
  if (found === undefined) return;
  const { kind, windows, start } = found;
  yield {
    rule: rules.textMode,
    span: fileSpan(start, 0),
    message: `in ${counted(windows, "window")} of 64 KiB of dense data ` +
      changes[kind],
  };
}

function* checkTranscoding(_image: Image, { traces }: ProofFacts): Iterable<Hit> {
  const found = traces?.transcoding;
  if (found === undefined) return;
  const { form, valid, count, start } = found;
  const what = form === "latin-1"
    ? `${counted(count, "byte")} C2h or C3h: every byte from 80h on became two`
    : `${counted(count, "replacement character")} (EF BF BDh) in place of other bytes`;
  yield {
    rule: rules.transcoding,
    span: fileSpan(start, 0),
    message: `the first ${counted(valid, "byte")} are valid UTF-8, with ${what}`,
  };
}

/** Rules about what transfers do to all bytes. */
export const transferRules: RuleFamily = {
  rules,
  image: [checkTextMode, checkTranscoding],
};
