// discern info IMAGE

import type { Command } from "@commander-js/extra-typings";
import { info } from "../../model/describe.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `info`: container, volumes, boot and partitions on one screen. */
export function addInfo(program: Command, { io, finish }: Context): void {
  program.command("info")
    .description("container, volumes, boot and partitions on one screen")
    .argument("<image>", "a file, or - with --spool")
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, options) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.image(path, "describe");
          const result = info(image);
          if (options.json) await job.document(result);
          else {
            const { infoText } = await import("../../report/text/info.ts");
            job.lines(infoText(result, job.style));
          }
          return 0;
        }),
      );
    });
}
