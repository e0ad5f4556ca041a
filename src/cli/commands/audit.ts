// discern audit IMAGE...

import { type Command, Option } from "@commander-js/extra-typings";
import { rules } from "../../audit/catalogue.ts";
import type { AuditResult } from "../../audit/result.ts";
import { audit, type AuditOptions } from "../../audit/run.ts";
import { exitStatus } from "../../audit/verdict.ts";
import { ContainerError } from "../../container/container.ts";
import { NotFoundError } from "../../model/describe.ts";
import { PlatformError } from "../../platform/errors.ts";
import { compactJson } from "../../report/json.ts";
import { escapeInline, escapeText } from "../../report/escape.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
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
    .option("--files", "list the files of which nothing is lost, too")
    .addOption(flags.failOn())
    .addOption(flags.ignoreRules())
    .addOption(flags.onlyRules())
    .addOption(flags.algorithm())
    .addOption(flags.engine())
    .addOption(flags.crossCheck())
    .addOption(flags.jobs())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(
      new Option("--ndjson", "print each result as a line of JSON").conflicts("json"),
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
      finish(
        await Job.run(io, options, paths, async (job) => {
          const { ignore, only, algorithm } = options;
          sayUnbuilt(job, only ?? []);
          const wanted: AuditOptions = {
            ...job.work(),
            structureOnly: options.structure === true,
            files: options.files === true,
            ...(ignore === undefined ? {} : { ignore }),
            ...(only === undefined ? {} : { only }),
            ...(algorithm === undefined ? {} : { hashes: algorithm }),
          };
          const writer = writerOf(job, options.ndjson ? "ndjson" : options.json ? "json" : "text");
          const several = paths.length > 1;
          let status = 0;
          writer.begin(several);
          for (const [index, path] of paths.entries()) {
            if (io.signal.aborted) break;
            // Images that are still to be opened need the permission to.
            const isLast = index === paths.length - 1;
            const found = await auditOne(job, path, wanted, { read: !isLast }, several);
            if (found === undefined) {
              status = 2;
              continue;
            }
            await writer.write(found);
            if (found.verdict === "unreadable") sayUnreadable(job, found);
            status = Math.max(status, exitStatus(found, options.failOn));
          }
          writer.end(several);
          return status;
        }),
      );
    });
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
): Promise<AuditResult | undefined> {
  try {
    if (path === "-" && job.options.spool !== true) {
      await job.io.opened(job.keep(keep));
      return await auditOnePass(job.io.stdin, options);
    }
    const threads = options.hashes?.length ?? 1;
    const opened = await job.open(path, "audit", { empty: true, threads });
    const image = await job.examine(opened, keep);
    const result = await audit(image, { ...options, partial: true });
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
    return undefined;
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

type Writer = {
  begin(several: boolean): void;
  write(result: AuditResult): Promise<void>;
  end(several: boolean): void;
};

function writerOf(job: Job, format: "text" | "json" | "ndjson"): Writer {
  let written = 0;
  if (format === "text") {
    return {
      begin: () => {},
      write: async (result) => {
        if (job.options.quiet === true) return;
        const { auditText } = await import("../../report/text/audit.ts");
        if (written++ > 0) job.write("\n");
        job.lines(auditText(result, job.style));
      },
      end: () => {},
    };
  }
  if (format === "ndjson") {
    return {
      begin: () => {},
      write: (result) => Promise.resolve(job.write(`${compactJson(result)}\n`)),
      end: () => {},
    };
  }
  return {
    begin: (several) => several ? job.write("[\n") : undefined,
    write: async (result) => {
      if (written++ > 0) job.write(",\n");
      await job.document(result);
    },
    end: (several) => several ? job.write("]\n") : undefined,
  };
}
