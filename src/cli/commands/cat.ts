// discern cat IMAGE PATH

import type { Command } from "@commander-js/extra-typings";
import { type ContentState, readContent } from "../../manifest/content.ts";
import { findEntries, type FoundEntry, imageFacts, NotFoundError } from "../../model/describe.ts";
import { entryFacts } from "../../model/entry.ts";
import { tool } from "../../model/tool.ts";
import { escapeText } from "../../report/escape.ts";
import * as flags from "../flags.ts";
import { Job } from "../job.ts";
import type { Context } from "../context.ts";

/** Adds `cat`: one file to standard output. */
export function addCat(program: Command, { io, finish }: Context): void {
  program.command("cat")
    .description("one file to standard output")
    .argument("<image>", "a file, or - with --spool")
    .argument("<path>", "a file of the image")
    .addOption(flags.oneVolume())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.quiet())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, entry, options) => {
      finish(
        await Job.run(io, options, [path], async (job) => {
          const image = await job.files(path, "read");
          const found = theFile(findEntries(image, { volume: options.volume, path: entry }), job);
          const { namespace, volume, entry: { node } } = found;
          const content = new Content(readContent(image, namespace, node, job.work()));
          if (options.json) {
            const { state: _, ...facts } = entryFacts(image, volume, found.entry);
            await job.document({
              format: "discern.cat/1",
              tool,
              image: imageFacts(image),
              ...facts,
              data: base64(content.pieces()),
              state: () => content.end?.state,
              reason: () => content.end?.reason,
            });
          } else {
            for await (const piece of job.untilInterrupted(content.pieces())) job.write(piece);
          }
          const { end } = content;
          if (end === undefined || end.state === "ok") return 0;
          job.warn(`${escapeText(found.entry.path)} is ${end.state}: ${end.reason ?? ""}`);
          return 1;
        }),
      );
    });
}

/** The content of a file in pieces, and how it ended once all of them are there. */
class Content {
  end: ContentState | undefined;
  readonly #content: AsyncGenerator<Uint8Array, ContentState>;

  constructor(content: AsyncGenerator<Uint8Array, ContentState>) {
    this.#content = content;
  }

  async *pieces(): AsyncGenerator<Uint8Array> {
    this.end = yield* this.#content;
  }
}

// Of several entries with one name the first is given, and that is said.
function theFile(found: readonly FoundEntry[], job: Job): FoundEntry {
  const file = found.find(({ entry }) => entry.type === "file") ?? found[0];
  if (file === undefined) throw new NotFoundError("Cannot read the entry: there is none");
  const { path, type } = file.entry;
  if (type !== "file") {
    throw new NotFoundError(`Cannot read ${escapeText(path)}: it is a ${type}, not a file`);
  }
  if (found.length > 1) {
    job.say(`${escapeText(path)} stands for ${found.length} entries; this is the first file`);
  }
  return file;
}

const GROUP = 48 * 1024;

// Groups of whole triples: each entry decodes alone, and so do all of them joined.
async function* base64(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const group = new Uint8Array(GROUP);
  let used = 0;
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + GROUP - used);
      group.set(part, used);
      used += part.length;
      at += part.length;
      if (used < GROUP) continue;
      yield group.toBase64();
      used = 0;
    }
  }
  if (used > 0) yield group.subarray(0, used).toBase64();
}
