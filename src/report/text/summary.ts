// The lines that close the text of several audits.

import type { SummaryResult } from "../../audit/result.ts";
import { bytes, count, counted, paint, type Style } from "../style.ts";
import { wrapParts } from "../width.ts";

/** How many images there are of each verdict, and what was found in all of them. */
export function* summaryText(summary: SummaryResult, style: Style): Generator<string> {
  const { verdicts, findings, failed = [], losses, proof, known } = summary;
  const images = Object.entries(verdicts)
    .filter(([, number]) => number > 0)
    .map(([verdict, number]) =>
      // Against a baseline, nothing but what is new has been judged.
      verdict === "intact" && known !== undefined
        ? `${count(number)} without new faults`
        : `${count(number)} ${verdict}`
    );
  if (failed.length > 0) images.push(`${count(failed.length)} not opened`);
  yield paint(style, "bold", `${counted(summary.images, "image")}: ${images.join(" · ")}`);
  const { error, warning } = findings;
  const parts = [counted(error, "error"), counted(warning, "warning")];
  if (known !== undefined) parts.push(`${count(known)} known`);
  if (losses.files > 0) {
    parts.push(`${counted(losses.files, "file")} hit, ${bytes(losses.bytes)} lost`);
  }
  parts.push(`${bytes(proof.proven)} of ${bytes(summary.bytes)} proven`);
  for (const line of wrapParts(parts, " · ", style.width - 2)) yield `  ${line}`;
}
