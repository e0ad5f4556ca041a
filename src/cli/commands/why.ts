// discern why IMAGE OFFSET

import type { Command } from "@commander-js/extra-typings";
import { NotFoundError } from "../../model/describe.ts";
import { why } from "../../model/locate.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `why`: what one byte is, down to the field. */
export function addWhy(program: Command, { io, finish }: Context): void {
  program.command("why")
    .description("what a byte is: its owner, path, structure and field")
    .argument("<image>", "a file, or - with --spool")
    .argument("<offset>", "a byte of the file, decimal or with 0x", flags.parseOffset)
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, offset, options) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.image(path, "search");
          if (offset >= image.source.size) {
            throw new NotFoundError(
              `Cannot find byte ${offset} of ${path}: it has ${image.source.size} bytes`,
            );
          }
          const result = await why(image, offset);
          if (options.json) await job.document(result);
          else {
            const { whyText } = await import("../../report/text/where.ts");
            job.lines(whyText(result, job.style));
          }
          return 0;
        }),
      );
    });
}
