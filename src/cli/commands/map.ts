// discern map IMAGE

import type { Command } from "@commander-js/extra-typings";
import { mapHead, mapRuns } from "../../model/describe.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `map`: who owns what, as a strip. */
export function addMap(program: Command, { io, finish }: Context): void {
  program.command("map")
    .description("who owns what: a strip in the terminal; every run with -v or --json")
    .argument("<image>", "a file, or - with --spool")
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose("each run of bytes on a line, under the strip"))
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, options) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.image(path, "map");
          const head = mapHead(image);
          if (options.json) await job.document({ ...head, runs: mapRuns(image) });
          else {
            const { mapText, runLines } = await import("../../report/text/map.ts");
            job.lines(mapText(head.image, mapRuns(image), job.style));
            if (options.verbose) job.lines(runLines(head.image, mapRuns(image)));
          }
          return 0;
        }),
      );
    });
}
