// discern list IMAGE [PATH]

import type { Command } from "@commander-js/extra-typings";
import { listEntries, listHead, lostDirectories } from "../../model/describe.ts";
import type { EntryFacts, ImageFacts } from "../../model/result.ts";
import type { ListStyle } from "../../report/text/list.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `list`: the tree of a volume. */
export function addList(program: Command, { io, finish }: Context): void {
  program.command("list")
    .description("tree of a volume")
    .argument("<image>", "a file, or - with --spool")
    .argument("[path]", "a folder or file of the image; all of it where absent")
    .option("-l, --long", "mode, owner, size, time and place of each entry")
    .addOption(flags.volume())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.color())
    .addOption(flags.verbose("with --long: seconds, and names never cut"))
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, below, options) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.files(path, "list");
          const query = { volume: options.volume, path: below };
          const { format, tool, image: facts, volume, session } = listHead(image, query);
          const entries = listEntries(image, query);
          if (options.json) {
            await job.document({ format, tool, image: facts, volume, session, entries });
          } else {
            const long = options.long === true;
            await printList(job, entries, facts, { ...job.style, long, volumes: volume === "all" });
          }
          job.tellOfLost(lostDirectories(image, query));
          return 0;
        }),
      );
    });
}

async function printList(
  job: Job,
  entries: Iterable<EntryFacts>,
  facts: ImageFacts,
  style: ListStyle,
): Promise<void> {
  const { listHeader, listLine } = await import("../../report/text/list.ts");
  let header = style.long;
  for (const entry of job.eachUntilInterrupted(entries)) {
    if (header) job.write(`${listHeader(style)}\n`);
    header = false;
    job.write(`${listLine(entry, facts, style)}\n`);
  }
}
