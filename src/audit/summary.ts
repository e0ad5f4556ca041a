// What the audits of several images come to together: `discern.summary/1`.

import { tool } from "../model/tool.ts";
import type { AuditResult, SummaryResult } from "./result.ts";

/** Gathers audits one by one; keeps numbers, and no audit. */
export class Summary {
  readonly #verdicts = { intact: 0, suspicious: 0, damaged: 0, unreadable: 0 };
  readonly #statuses = { "0": 0, "1": 0, "2": 0 };
  readonly #findings = { error: 0, warning: 0, info: 0, note: 0 };
  readonly #proof = { proven: 0, contradicted: 0, unproven: 0 };
  readonly #losses = { files: 0, bytes: 0 };
  readonly #failed: { readonly path: string; readonly reason: string }[] = [];
  #images = 0;
  #bytes = 0;
  #known: number | undefined;

  /** Takes an audit, and the exit status that it alone would have. */
  add(result: AuditResult, status: 0 | 1 | 2): void {
    this.#images++;
    this.#bytes += result.image.bytes;
    this.#verdicts[result.verdict]++;
    this.#statuses[status]++;
    for (const { severity } of result.findings) this.#findings[severity]++;
    for (const key of ["proven", "contradicted", "unproven"] as const) {
      this.#proof[key] += result.proof[key];
    }
    const hit = result.losses.filter(({ state }) => state !== "intact" && state !== "unproven");
    this.#losses.files += hit.length;
    this.#losses.bytes += hit.reduce((sum, { lost }) => sum + lost, 0);
    if (result.known !== undefined) this.#known = (this.#known ?? 0) + result.known;
  }

  /** Takes an image that could not be opened. */
  fail(path: string, reason: string): void {
    this.#images++;
    this.#statuses["2"]++;
    this.#failed.push({ path, reason });
  }

  /** What all of them come to. */
  result(): SummaryResult {
    const statuses = { ...this.#statuses };
    return {
      format: "discern.summary/1",
      tool,
      images: this.#images,
      status: statuses["2"] > 0 ? 2 : statuses["1"] > 0 ? 1 : 0,
      statuses,
      verdicts: { ...this.#verdicts },
      findings: { ...this.#findings },
      bytes: this.#bytes,
      proof: { ...this.#proof },
      losses: { ...this.#losses },
      ...(this.#known === undefined ? {} : { known: this.#known }),
      ...(this.#failed.length === 0 ? {} : { failed: [...this.#failed] }),
    };
  }
}
