// Rules about error correction that was added behind an image (dvdisaster).

import { SECTOR } from "../../bytes/span.ts";
import type { CheckedSectors } from "../../model/error_correction.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { type Hit, NO_CLAUSE, type RuleFamily, type RuleTable } from "../rule.ts";
import { counted } from "../words.ts";

const rules = {
  present: {
    id: "PRF-020",
    severity: "info",
    title: "Added error correction present",
    clause: NO_CLAUSE,
    rationale:
      "Damage may be repaired from the image alone: dvdisaster corrects up to as many wrong bytes of " +
      "each code word as it has bytes of parity.",
    remedy: "Where sectors are damaged, let dvdisaster repair a copy.",
  },
  sectors: {
    id: "PRF-021",
    severity: "error",
    title: "Sectors differ from the added checksum layer",
    clause: NO_CLAUSE,
    rationale:
      "dvdisaster recorded a CRC-32 of each sector when it added the error correction: these sectors " +
      "have changed since. Where only the layer itself is damaged, nothing of the image is, and it is a " +
      "warning.",
    remedy: "Let dvdisaster repair a copy: the error correction was made for this.",
  },
} as const satisfies RuleTable;

function* checkErrorCorrection(_image: Image, { errorCorrection }: ProofFacts): Iterable<Hit> {
  if (errorCorrection === undefined) return;
  const { method, header, holds, sectors, data, parity } = errorCorrection;
  const share = data > 0 ? `, ${(100 * parity / data).toFixed(1)} % redundancy` : "";
  const state = holds ? "" : "; the header does not hold its own checksum";
  yield {
    rule: rules.present,
    span: header,
    message:
      `dvdisaster ${method} over ${sectors} sectors, ${parity} bytes of parity for ${data} of data` +
      share + state,
  };
}

function* checkSectors(_image: Image, { errorCorrection }: ProofFacts): Iterable<Hit> {
  const checked = errorCorrection?.checked;
  if (checked === undefined) return;
  const { failed, failedSectors, damaged } = checked;
  let left = failedSectors;
  for (const { span, recorded, computed } of failed) {
    const count = span.length / SECTOR;
    const first = span.start / SECTOR;
    left -= count;
    const which = count === 1
      ? `Sector ${first} has`
      : `Sectors ${first} to ${
        first + count - 1
      } have not the CRC-32 of the checksum layer: the first has`;
    const layer = recorded === undefined ? "" : `, the layer records ${hex32(recorded)}`;
    yield {
      rule: rules.sectors,
      span,
      message: `${which} the CRC-32 ${hex32(computed)}${layer}`,
      ...(recorded === undefined ? {} : { recorded: hex32(recorded) }),
      expected: hex32(computed),
      covers: [span],
      count,
    };
  }
  if (left > 0) {
    const message = `${counted(left, "sector")} more differ from the checksum layer`;
    yield { rule: rules.sectors, message, count: left };
  }
  if (damaged !== undefined) yield judgeLayer(damaged);
}

function judgeLayer({ span, mended }: NonNullable<CheckedSectors["damaged"]>): Hit {
  const message = mended
    ? "The checksum layer holds its MD5 once it has the CRC-32 that the sectors come to: they are whole"
    : "The checksum layer does not hold its own checksum: what the damaged part says is not counted";
  return { rule: rules.sectors, severity: "warning", span, message, covers: [span] };
}

function hex32(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/** Rules about added error correction, with their checks. */
export const errorCorrectionRules: RuleFamily = {
  rules,
  image: [checkErrorCorrection, checkSectors],
};
