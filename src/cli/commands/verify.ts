// discern verify IMAGE [MANIFEST]

import { type Command, Option } from "@commander-js/extra-typings";
import type { VerifyEntry, VerifyResult } from "../../manifest/result.ts";
import { openVerification, type Verification, verifyHead } from "../../manifest/verify.ts";
import { escapeText } from "../../report/escape.ts";
import * as flags from "../flags.ts";
import { verifyOwnProofs } from "../../proof/own_proofs.ts";
import { readList } from "../given_list.ts";
import { Job, requireImage, UsageError } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `verify`: an image against a manifest. */
export function addVerify(program: Command, { io, finish }: Context): void {
  program.command("verify")
    .description("against a manifest in any format that manifest writes, or the lists inside")
    .argument("<image>", "a file, or - with --spool")
    .argument("[manifest]", "a list of digests, or one digest; - for standard input")
    .addOption(new Option("--image", "the list is about the image file itself").conflicts("volume"))
    .addOption(flags.volume())
    .addOption(flags.engine())
    .addOption(flags.crossCheck())
    .addOption(flags.jobs())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose())
    .addOption(flags.quiet())
    .addOption(flags.progress())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, list, options) => {
      finish(
        await Job.run(io, options, [path, ...list === undefined ? [] : [list]], async (job) => {
          if (list === undefined && (options.image || options.volume !== undefined)) {
            throw new UsageError("Cannot verify: --image and --volume are about a manifest");
          }
          if (list === "-" && path === "-") {
            throw new UsageError("Cannot verify: only one of image and manifest can be -");
          }
          const opened = await job.open(path, "verify");
          const listed = list === undefined ? undefined : await readList(list, job);
          const image = await job.examine(opened);
          requireImage(image);
          const verification = listed === undefined
            ? await verifyOwnProofs(image, job.work())
            : await openVerification(image, listed, {
              ...job.work(),
              image: options.image === true,
              ...(options.volume === undefined ? {} : { volume: options.volume }),
            });
          const tally = new Tally();
          if (options.json) {
            const summary = () => tally.summary;
            const { passedOver } = verification.checked();
            const entries = tally.counting(verification.entries());
            await job.document({ ...verifyHead(image, passedOver), entries, summary });
          } else await printText(job, path, verification, tally);
          if (tally.total > 0 || job.interrupted) return tally.status;
          const why = list === undefined
            ? "there is nothing to verify it against: no list in it that can be read; give a manifest"
            : `no line of ${escapeText(list)} is about it`;
          job.warn(`Cannot verify ${escapeText(path)}: ${why}`);
          return 2;
        }),
      );
    });
}

/** Lines of trouble that are shown before all of them are asked for. */
const SHOWN = 16;

async function printText(
  job: Job,
  path: string,
  verification: Pick<Verification, "entries" | "checked">,
  tally: Tally,
): Promise<void> {
  const { verifyLine, verifySummary } = await import("../../report/text/verify.ts");
  const { verbose, quiet } = job.options;
  const kept: string[] = [];
  let left = 0;
  for (const entry of job.eachUntilInterrupted(tally.counting(verification.entries()))) {
    if (verbose) job.lines([verifyLine(entry, job.style)]);
    else if (entry.state !== "ok" && kept.length < SHOWN) kept.push(verifyLine(entry, job.style));
    else if (entry.state !== "ok") left++;
  }
  if (quiet || (tally.total === 0 && !job.interrupted)) return;
  job.lines(verifySummary(path, tally.summary, verification.checked(), job.style));
  job.lines(kept);
  if (left > 0) job.write(`… ${left} more: -v\n`);
}

class Tally {
  readonly summary: Record<keyof VerifyResult["summary"], number> = {
    ok: 0,
    mismatch: 0,
    missing: 0,
    extra: 0,
    unreadable: 0,
    renamed: 0,
  };

  *counting(entries: Iterable<VerifyEntry>): Generator<VerifyEntry> {
    for (const entry of entries) {
      this.summary[entry.state]++;
      yield entry;
    }
  }

  get total(): number {
    return Object.values(this.summary).reduce((sum, each) => sum + each, 0);
  }

  get status(): number {
    return this.summary.ok === this.total ? 0 : 1;
  }
}
