// discern extract IMAGE [PATH] -o DIR

import type { Command } from "@commander-js/extra-typings";
import { findEntries, imageFacts, volumesFor } from "../../model/describe.ts";
import type { ExtractEntry, ExtractResult } from "../../model/result.ts";
import { tool } from "../../model/tool.ts";
import { Folder } from "../../platform/folder.ts";
import { extractMessage, ExtractMessages, extractSummary } from "../../report/text/extract.ts";
import { extractEntries } from "../extraction.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `extract`: files into a folder, and nowhere else. */
export function addExtract(program: Command, { io, finish }: Context): void {
  program.command("extract")
    .description("safe extraction: never outside the folder, whatever the names say")
    .argument("<image>", "a file, or - with --spool")
    .argument("[path]", "a folder or file of the image; all of it where absent")
    .requiredOption("-o, --output <folder>", "the folder to extract to")
    .option("--force", "replace files that are there already")
    .option("--partial", "keep what there is of a cut file, as NAME.partial")
    .option("--links", "make symbolic links that cannot lead outside the folder")
    .addOption(flags.oneVolume())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.verbose("name every entry that is not delivered whole, however many"))
    .addOption(flags.quiet())
    .addOption(flags.progress())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, below, { output, ...options }) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.files(path, "extract", { read: true, write: true });
          // What is not there is said before a folder is made for it.
          const found = findEntries(image, { volume: options.volume, path: below });
          const [volume] = volumesFor(image, options.volume);
          const tally = new Tally(job, image.source.size);
          const folder = Folder.open(output, {
            force: options.force === true,
            inputs: job.inputs,
            partial: options.partial === true,
            links: options.links === true,
          });
          const { signal } = io;
          const onBytes = tally.onBytes;
          const entries = extractEntries(image, folder, found, { signal, onBytes });
          if (options.json) {
            await job.document({
              format: "discern.extract/1",
              tool,
              image: imageFacts(image),
              volume: volume?.kind ?? "iso9660",
              folder: output,
              entries: tally.counting(entries),
              summary: () => tally.summary,
            });
          } else {
            for await (const _ of job.untilInterrupted(tally.counting(entries)));
            const line = extractSummary(output, tally.summary, tally.files, tally.bytes);
            if (options.quiet !== true) job.write(`${line}\n`);
          }
          return tally.status;
        }),
      );
    });
}

/** Counts what became of the entries and says what is to be said of each. */
class Tally {
  files = 0;
  bytes = 0;
  readonly summary: Record<keyof ExtractResult["summary"], number> = {
    ok: 0,
    renamed: 0,
    cut: 0,
    unreadable: 0,
    skipped: 0,
    refused: 0,
  };
  readonly #job: Job;
  readonly #total: number;
  readonly #messages = new ExtractMessages();
  #done = 0;

  constructor(job: Job, total: number) {
    this.#job = job;
    this.#total = total;
  }

  readonly onBytes = (bytes: number): void => {
    this.#done += bytes;
    const { onEvent } = this.#job.work();
    onEvent({ type: "progress", what: "extract", done: this.#done, total: this.#total });
  };

  async *counting(entries: AsyncIterable<ExtractEntry>): AsyncGenerator<ExtractEntry> {
    try {
      for await (const entry of entries) {
        this.summary[entry.state]++;
        if (entry.type === "file" && entry.to !== undefined) this.files++;
        this.bytes += entry.bytes ?? 0;
        this.#tell(entry);
        yield entry;
      }
    } finally {
      for (const message of this.#messages.lines()) this.#job.warn(message);
    }
  }

  #tell(entry: ExtractEntry): void {
    if (!this.#job.style.verbose) return this.#messages.add(entry);
    const message = extractMessage(entry);
    if (message !== undefined) this.#job.warn(message);
  }

  get status(): number {
    return this.summary.ok === Object.values(this.summary).reduce((a, b) => a + b) ? 0 : 1;
  }
}
