// discern where IMAGE PATH

import type { Command } from "@commander-js/extra-typings";
import { where } from "../../model/describe.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `where`: the extents of a path. */
export function addWhere(program: Command, { io, finish }: Context): void {
  program.command("where")
    .description("extents of a path, and where its directory record is")
    .argument("<image>", "a file, or - with --spool")
    .argument("<path>", "a file or folder of the image")
    .addOption(flags.oneVolume())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, entry, options) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.files(path, "search");
          const result = await where(image, { volume: options.volume, path: entry });
          if (options.json) await job.document(result);
          else {
            const { whereText } = await import("../../report/text/where.ts");
            job.lines(whereText(result, job.style));
          }
          return 0;
        }),
      );
    });
}
