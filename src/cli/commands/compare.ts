// discern compare A B

import type { Command } from "@commander-js/extra-typings";
import { compare, compareExit } from "../../compare/compare.ts";
import * as flags from "../flags.ts";
import { Job, requireImage, UsageError } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `compare`: how two images differ, and why. */
export function addCompare(program: Command, { io, finish }: Context): void {
  program.command("compare")
    .description("how two images differ: which structure, which field, which file")
    .argument("<a>", "a file, or - with --spool")
    .argument("<b>", "a file, or - with --spool")
    .addOption(flags.ignoreDifferences())
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
    .action(async (a, b, options) => {
      finish(
        await Job.run(io, options, [a, b], async (job) => {
          if (a === "-" && b === "-") {
            throw new UsageError("Cannot compare: only one of the two can be standard input");
          }
          const [first, second] = [await job.open(a, "compare"), await job.open(b, "compare")];
          // The second may be a sheet, whose data are still to be opened.
          const imageA = await job.examine(first, { read: true });
          const imageB = await job.examine(second);
          for (const image of [imageA, imageB]) requireImage(image);
          const ignore = options.ignore ?? [];
          const result = await compare(imageA, imageB, { ...job.work(), ignore });
          if (options.json) await job.document(result);
          else if (options.quiet !== true) {
            const { compareText } = await import("../../report/text/compare.ts");
            job.lines(compareText(result, job.style));
          }
          return compareExit(result, ignore);
        }),
      );
    });
}
