// How `discern audit` writes what it finds: text, JSON, a line of JSON each, or SARIF.

import { rules } from "../audit/catalogue.ts";
import type { AuditResult, ProfileName } from "../audit/result.ts";
import { Summary } from "../audit/summary.ts";
import { compactJson } from "../report/json.ts";
import { SarifRun } from "../report/sarif.ts";
import { interruptStatus } from "./io.ts";
import type { Job } from "./job.ts";

/** Writes audits one after the other. */
export interface AuditWriter {
  /** Writes an audit, whose exit status alone is `status`. */
  write(result: AuditResult, status: 0 | 1 | 2): Promise<void>;
  /** Takes an image that could not be opened; why has been said. */
  fail(path: string, reason: string): void;
  /** Closes what was written. */
  end(): Promise<void>;
}

/** The forms of a report. */
export type AuditFormat = "text" | "json" | "ndjson" | "sarif";

/** The writer of a format; `several` images have brackets around them, or a summary at last. */
export function auditWriter(
  job: Job,
  format: AuditFormat,
  several: boolean,
  profile: ProfileName,
): AuditWriter {
  if (format === "sarif") return new SarifWriter(job, profile);
  if (format === "ndjson") return new LineWriter(job, several);
  return format === "json" ? new DocumentWriter(job, several) : new TextWriter(job, several);
}

class TextWriter implements AuditWriter {
  readonly #job: Job;
  readonly #several: boolean;
  readonly #summary = new Summary();

  constructor(job: Job, several: boolean) {
    this.#job = job;
    this.#several = several;
  }

  async write(result: AuditResult, status: 0 | 1 | 2): Promise<void> {
    this.#summary.add(result, status);
    if (this.#job.options.quiet === true) return;
    const { auditText } = await import("../report/text/audit.ts");
    this.#job.lines(auditText(result, this.#job.style));
    if (this.#several) this.#job.write("\n");
  }

  fail(path: string, reason: string): void {
    this.#summary.fail(path, reason);
  }

  async end(): Promise<void> {
    if (!this.#several || this.#job.options.quiet === true) return;
    const { summaryText } = await import("../report/text/summary.ts");
    this.#job.lines(summaryText(this.#summary.result(), this.#job.style));
  }
}

class LineWriter implements AuditWriter {
  readonly #job: Job;
  readonly #several: boolean;
  readonly #summary = new Summary();

  constructor(job: Job, several: boolean) {
    this.#job = job;
    this.#several = several;
  }

  write(result: AuditResult, status: 0 | 1 | 2): Promise<void> {
    this.#summary.add(result, status);
    this.#line(result);
    return Promise.resolve();
  }

  fail(path: string, reason: string): void {
    this.#summary.fail(path, reason);
  }

  end(): Promise<void> {
    if (this.#several) this.#line(this.#summary.result());
    return Promise.resolve();
  }

  #line(document: object): void {
    const more = this.#job.interrupted ? { interrupted: true } : {};
    this.#job.write(`${compactJson({ ...document, ...more })}\n`);
  }
}

class DocumentWriter implements AuditWriter {
  readonly #job: Job;
  readonly #several: boolean;
  #written = 0;

  constructor(job: Job, several: boolean) {
    this.#job = job;
    this.#several = several;
    if (several) job.write("[\n");
  }

  async write(result: AuditResult): Promise<void> {
    if (this.#written++ > 0) this.#job.write(",\n");
    await this.#job.document(result);
  }

  fail(): void {}

  end(): Promise<void> {
    if (this.#several) this.#job.write("]\n");
    return Promise.resolve();
  }
}

/** SARIF has its list of rules before the results: the run is written once all of it is known. */
class SarifWriter implements AuditWriter {
  readonly #job: Job;
  readonly #run: SarifRun;
  readonly #summary = new Summary();

  constructor(job: Job, profile: ProfileName) {
    this.#job = job;
    this.#run = new SarifRun(rules().rules, profile);
  }

  write(result: AuditResult, status: 0 | 1 | 2): Promise<void> {
    this.#summary.add(result, status);
    this.#run.add(result);
    return Promise.resolve();
  }

  fail(path: string, reason: string): void {
    this.#summary.fail(path, reason);
  }

  end(): Promise<void> {
    const { interrupted, io } = this.#job;
    const status = interrupted ? interruptStatus(io.signal) : undefined;
    const document = this.#run.document(this.#summary.result(), status);
    this.#job.write(`${compactJson(document)}\n`);
    return Promise.resolve();
  }
}
