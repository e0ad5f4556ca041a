// discern audit IMAGE...

import { type Command, Option } from "@commander-js/extra-typings";
import { type Baseline, type KnownFindings, knownOf, parseBaseline } from "../../audit/baseline.ts";
import { rules } from "../../audit/catalogue.ts";
import type { AuditResult } from "../../audit/result.ts";
import { audit, type AuditOptions } from "../../audit/run.ts";
import { exitStatus, type FailOn } from "../../audit/verdict.ts";
import { ContainerError } from "../../container/container.ts";
import type { RescueLog } from "../../model/rescue_log.ts";
import { NotFoundError } from "../../model/describe.ts";
import { parseRescueLog } from "../../proof/rescue_log.ts";
import { hostFacts } from "../../platform/host.ts";
import { PlatformError } from "../../platform/errors.ts";
import { readWhole } from "../../platform/file_source.ts";
import { gather } from "../../platform/stdin.ts";
import { escapeInline, escapeText } from "../../report/escape.ts";
import * as flags from "../flags.ts";
import { readList } from "../given_list.ts";
import { type AuditFormat, auditWriter } from "../audit_writers.ts";
import { Job, UsageError } from "../job.ts";
import { auditOnePass } from "../one_pass.ts";
import type { Context } from "../context.ts";

/** Adds `audit`: structure and data, findings, verdict. */
export function addAudit(program: Command, { io, finish }: Context): void {
  program.command("audit")
    .description("structure and data, findings, verdict")
    .argument("<image...>", "files; - for standard input, in one pass or with --spool")
    .addOption(
      new Option("--structure", "without the pass over the data, hence without digests")
        .conflicts("algorithm"),
    )
    .addOption(
      new Option("--deep", "also check the checksums inside file formats").conflicts("structure"),
    )
    .option("--now", "judge dates by the clock, too: the findings then change with the day")
    .option("--files", "list the files of which nothing is lost, too")
    .addOption(flags.profile())
    .addOption(flags.failOn())
    .addOption(flags.ignoreRules())
    .addOption(flags.onlyRules())
    .addOption(flags.baseline())
    .addOption(flags.rescueLog())
    .addOption(flags.manifest())
    .addOption(flags.known())
    .addOption(flags.algorithm())
    .addOption(flags.engine())
    .addOption(flags.crossCheck())
    .addOption(flags.jobs())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(
      new Option("--ndjson", "print each result as a line of JSON").conflicts(["json", "sarif"]),
    )
    .addOption(
      new Option("--sarif", "print all results as one SARIF 2.1.0 document").conflicts("json"),
    )
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose())
    .addOption(flags.quiet())
    .addOption(flags.progress())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (paths, options) => {
      const { baseline, rescueLog, manifest, known: hashSet } = options;
      const beside = [baseline, rescueLog, manifest, hashSet].filter((path) => path !== undefined);
      const inputs = [...paths, ...beside];
      if (rescueLog !== undefined && paths.length > 1) {
        throw new UsageError("Cannot audit: --rescue-log is of one image, and several are given");
      }
      if (baseline === "-" && paths.includes("-")) {
        throw new UsageError("Cannot audit: only one of image and baseline can be -");
      }
      finish(
        await Job.run(io, options, inputs, async (job) => {
          const { ignore, only, algorithm, profile } = options;
          sayUnbuilt(job, only ?? []);
          const wanted: AuditOptions = {
            ...job.work(),
            structureOnly: options.structure === true,
            deep: options.deep === true,
            files: options.files === true,
            ...(options.now === true ? { now: Date.now() } : {}),
            profile,
            ...(ignore === undefined ? {} : { ignore }),
            ...(only === undefined ? {} : { only }),
            ...(algorithm === undefined ? {} : { hashes: algorithm }),
            ...(manifest === undefined
              ? {}
              : { manifest: { name: manifest, list: await readList(manifest, job) } }),
            ...(hashSet === undefined
              ? {}
              : { hashSet: { name: hashSet, list: await readList(hashSet, job) } }),
            ...(rescueLog === undefined ? {} : { rescueLog: await readRescueLog(job, rescueLog) }),
          };
          const known = baseline === undefined ? undefined : await readBaseline(job, baseline);
          const format = formatOf(options);
          return await auditAll(job, paths, { wanted, known, format, failOn: options.failOn });
        }),
      );
    });
}

function formatOf(
  options: { readonly [format in "json" | "ndjson" | "sarif"]?: true | undefined },
): AuditFormat {
  return options.ndjson ? "ndjson" : options.json ? "json" : options.sarif ? "sarif" : "text";
}

type Batch = {
  readonly wanted: AuditOptions;
  readonly known: Baseline | undefined;
  readonly format: AuditFormat;
  readonly failOn: FailOn;
};

// One image that cannot be opened does not keep the others from being audited.
async function auditAll(
  job: Job,
  paths: readonly string[],
  { wanted, known, format, failOn }: Batch,
): Promise<number> {
  const several = paths.length > 1;
  const writer = auditWriter(job, format, several, wanted.profile ?? "archive");
  let status = 0;
  for (const [index, path] of paths.entries()) {
    if (job.io.signal.aborted) break;
    // Images that are still to be opened need the permission to.
    const isLast = index === paths.length - 1;
    const options = known === undefined
      ? wanted
      : { ...wanted, known: knownFindings(job, known, path, !several) };
    const found = await auditOne(job, path, options, { read: !isLast }, several);
    if ("reason" in found) {
      writer.fail(path, found.reason);
      status = 2;
      continue;
    }
    const own = exitStatus(found, failOn);
    await writer.write(found, own);
    if (found.verdict === "unreadable") sayUnreadable(job, found);
    status = Math.max(status, own);
  }
  await writer.end();
  return status;
}

/** Bytes of a map file that are read at most. */
const LOG_LIMIT = 64 * 1024 ** 2;

async function readRescueLog(job: Job, path: string): Promise<RescueLog> {
  const log = parseRescueLog(
    new TextDecoder().decode(await readWhole(path, LOG_LIMIT, job.io.signal)),
  );
  if ("error" in log) throw new PlatformError(`Cannot take ${path} as a rescue log: ${log.error}`);
  return log;
}

/** Bytes of a report that are read at most. */
const BASELINE_LIMIT = 256 * 1024 ** 2;

async function readBaseline(job: Job, path: string): Promise<Baseline> {
  const { signal, stdin } = job.io;
  const bytes = path === "-"
    ? await gather(stdin, BASELINE_LIMIT)
    : await readWhole(path, BASELINE_LIMIT, signal);
  const baseline = parseBaseline(new TextDecoder().decode(bytes));
  if ("error" in baseline) {
    throw new PlatformError(`Cannot take ${path} as the baseline: ${baseline.error}`);
  }
  return baseline;
}

function knownFindings(job: Job, baseline: Baseline, path: string, alone: boolean): KnownFindings {
  const known = knownOf(baseline, path, alone);
  if (known !== undefined) return known;
  job.warn(`no report of the baseline is about ${escapeText(path)}: all of its findings are new`);
  return new Map();
}

// An audit for rules that do not exist yet finds nothing, which says nothing about the image.
function sayUnbuilt(job: Job, only: readonly string[]): void {
  for (const selector of only) {
    if (rules(selector).rules.length === 0) {
      job.warn(`no rule of ${selector.toUpperCase()} is checked yet`);
    }
  }
}

async function auditOne(
  job: Job,
  path: string,
  options: AuditOptions,
  keep: { readonly read: boolean },
  several: boolean,
): Promise<AuditResult | { readonly reason: string }> {
  try {
    if (path === "-" && job.options.spool !== true) {
      await job.io.opened(job.keep(keep));
      return await auditOnePass(job.io.stdin, options);
    }
    const threads = options.hashes?.length ?? 1;
    const opened = await job.open(path, "audit", { empty: true, threads });
    // While permissions last; a file that was spooled has nothing around it.
    const host = path === "-" ? {} : { host: hostFacts(path) };
    const image = await job.examine(opened, keep);
    const result = await audit(image, { ...options, ...host, partial: true });
    if (job.io.signal.aborted) {
      job.interrupted = true;
      job.warn("interrupted: this is what was found by then, and not all");
    }
    return result;
  } catch (error) {
    const known = error instanceof PlatformError || error instanceof ContainerError ||
      error instanceof NotFoundError;
    if (!known || !several) throw error;
    job.warn(escapeInline(error.message));
    return { reason: error.message };
  }
}

function sayUnreadable(job: Job, { image, volumes, findings }: AuditResult): void {
  const [first] = findings;
  const unread = findings.findLast(({ rule }) => rule === "LIM-001");
  const why = volumes.length > 0
    ? unread?.message ?? `${volumes.map((volume) => volume.kind).join(", ")} is not read yet`
    : first?.message ?? "no volume is found in it";
  job.warn(`Cannot audit ${escapeText(image.path)}: ${escapeInline(why)}`);
}
