// discern manifest IMAGE

import { type Command, Option } from "@commander-js/extra-typings";
import { MemorySource } from "../../bytes/source.ts";
import { examine } from "../../examine.ts";
import { type Algorithm, DigestSet } from "../../kernel/digest.ts";
import { digestImage } from "../../manifest/digest_image.ts";
import { type Manifest, openManifest } from "../../manifest/manifest.ts";
import type { DigestedFile, ManifestRegion } from "../../manifest/result.ts";
import { lostDirectories, unreadReason } from "../../model/describe.ts";
import type { Image } from "../../model/image.ts";
import type { Hashes } from "../../model/result.ts";
import { tool } from "../../model/tool.ts";
import { PlatformError } from "../../platform/errors.ts";
import { passOnce } from "../../platform/stdin.ts";
import {
  type ChecksumFormat,
  checksumLine,
  checksumText,
  nameBytes,
  shownLine,
} from "../../report/checksum.ts";
import { escapeInline, escapeName, escapeText } from "../../report/escape.ts";
import { bytes as inUnits, counted } from "../../report/style.ts";
import * as flags from "../flags.ts";
import { Job, requireFiles, UsageError } from "../job.ts";
import type { Context } from "../context.ts";

const formats = ["gnu", "sha256sum", "bsd", "json"] as const;

/** What of the options decides the lines. */
type ManifestFlags = {
  readonly algorithms: readonly Algorithm[];
  readonly format: ChecksumFormat | "json";
  readonly regions: boolean;
  readonly image: boolean;
};

/** Adds `manifest`: digests of every file, and of everything else. */
export function addManifest(program: Command, { io, finish }: Context): void {
  program.command("manifest")
    .description("digests of every file and, with --regions, of everything else")
    .argument("<image>", "a file, or - with --spool or with --image")
    .addOption(flags.algorithm())
    .addOption(
      new Option("--format <name>", "lines of digests, or a document").choices(formats)
        .default("gnu" as const),
    )
    .addOption(new Option("--tag", "the same as --format bsd").conflicts(["json", "format"]))
    .option(
      "--regions",
      "also what is no file: each byte is covered (raw images: the regions tile the whole file)",
    )
    .option("--image", "the digests of the image file itself; in JSON beside those of the files")
    .addOption(flags.volume())
    .addOption(flags.engine())
    .addOption(flags.crossCheck())
    .addOption(flags.jobs())
    .addOption(flags.session())
    .addOption(flags.json())
    .addOption(flags.output())
    .addOption(flags.force())
    .addOption(flags.verbose("name every file that has no digest"))
    .addOption(flags.quiet())
    .addOption(flags.progress())
    .addOption(flags.spool())
    .addOption(flags.spoolLimit())
    .action(async (path, options) => {
      const wanted: ManifestFlags = {
        algorithms: options.algorithm ?? ["sha256"],
        format: formatOf(options),
        regions: options.regions === true,
        image: options.image === true,
      };
      if (wanted.image && wanted.format !== "json" && (wanted.regions || options.volume)) {
        throw new UsageError(
          "Cannot list files or regions beside --image: leave --regions and --volume out, or take --json",
        );
      }
      finish(
        await Job.run(io, options, [path], async (job) => {
          if (path === "-" && options.spool !== true && wanted.image) {
            return await digestInput(job, wanted);
          }
          const richestOnly = options.volume === undefined && !wanted.regions;
          const image = await job.image(path, "make a manifest of", {}, richestOnly);
          if (wanted.image && wanted.format !== "json") return await digestFile(job, image, wanted);
          const why = unreadReason(image);
          if (!wanted.image || options.volume !== undefined) {
            requireFiles(image, "make a manifest of");
          } else if (why !== undefined) job.warn(`no file is listed: ${escapeInline(why)}`);
          const opened = await openManifest(image, {
            ...job.work(),
            algorithms: wanted.algorithms,
            regions: wanted.regions,
            image: wanted.image,
            volume: options.volume,
            partial: true,
          });
          // What was digested by then is printed in whole, and that it is not all is said.
          if (io.signal.aborted) job.interruptedBefore();
          const status = await print(job, opened, wanted);
          if (why !== undefined) return status;
          const lost = job.tellOfLost(lostDirectories(image, { volume: options.volume }));
          return lost > 0 ? 1 : status;
        }),
      );
    });
}

function formatOf(options: {
  readonly json?: true | undefined;
  readonly tag?: true | undefined;
  readonly format: typeof formats[number];
}): ManifestFlags["format"] {
  if (options.json || options.format === "json") return "json";
  return options.tag || options.format === "bsd" ? "bsd" : "gnu";
}

async function print(job: Job, manifest: Manifest, wanted: ManifestFlags): Promise<number> {
  const tally = new Tally(job);
  const { format, regions } = wanted;
  if (format === "json") {
    const files = tally.counting(manifest.files());
    const lists = regions ? { files, regions: manifest.regions() } : { files };
    await job.document({ ...manifest.head(), ...lists });
  } else {
    for (const file of job.eachUntilInterrupted(tally.counting(manifest.digests()))) {
      writeFileLines(job, file, format);
    }
    if (regions) {
      for (const region of job.eachUntilInterrupted(manifest.regions())) {
        for (const line of regionLines(region, format)) writeLine(job, line);
      }
    }
  }
  tally.finish();
  const { reread = 0 } = manifest.head();
  if (reread > 0) {
    job.say(`${inUnits(reread)} were read a second time: their extents are out of order`);
  }
  return tally.status;
}

// An associated file has the name of its file, so a list of names cannot hold it.
function writeFileLines(job: Job, file: DigestedFile, format: ChecksumFormat): void {
  const { path, pathBytes, hashes = {} } = file;
  if (file.associated === true) return;
  for (const [algorithm, digest] of Object.entries(hashes)) {
    const line = pathBytes === undefined
      ? checksumText({ name: path, algorithm, digest }, format)
      : checksumLine({ name: nameBytes(path, pathBytes), algorithm, digest }, format);
    writeLine(job, line);
  }
}

// Checking tools pass over comments, so that the files of the list can still be checked with them.
function* regionLines(region: ManifestRegion, format: ChecksumFormat): Generator<Uint8Array> {
  const { owner, name, offset, length } = region;
  const label = name === undefined ? `[${owner}]` : `[${owner}] ${name}`;
  const place = new TextEncoder().encode(`${escapeInline(label)} ${offset}+${length}`);
  for (const [algorithm, digest] of Object.entries(region.hashes ?? {})) {
    const line = checksumLine({ name: place, algorithm, digest }, format);
    const comment = new Uint8Array(line.length + 2);
    comment.set([0x23, 0x20]);
    comment.set(line, 2);
    yield comment;
  }
}

// A list that goes to a file or a program has the bytes of the names; one for the eye has none to fear.
function writeLine(job: Job, line: Uint8Array | string): void {
  job.write(job.toTerminal ? shownLine(line) : line);
}

function writeImageLines(job: Job, path: string, hashes: Hashes, wanted: ManifestFlags): void {
  const name = new TextEncoder().encode(path);
  const format = wanted.format === "bsd" ? "bsd" : "gnu";
  for (const [algorithm, digest] of Object.entries(hashes)) {
    writeLine(job, checksumLine({ name, algorithm, digest }, format));
  }
}

async function digestFile(job: Job, image: Image, wanted: ManifestFlags): Promise<number> {
  const { algorithms } = wanted;
  const { whole } = await digestImage(image, [], { ...job.work(), algorithms, image: true });
  const path = image.container.dataPath ?? image.path;
  if (whole === undefined) {
    job.warn(`${escapeText(path)} could not be read whole: it has no line`);
    return 1;
  }
  writeImageLines(job, path, whole, wanted);
  return 0;
}

const HEAD = 64 * 1024;

// The one pass that standard input allows is enough for the digests of the image itself.
async function digestInput(job: Job, wanted: ManifestFlags): Promise<number> {
  await job.io.opened(job.keep());
  const { onEvent, signal, engines } = job.work();
  const digests = new DigestSet(wanted.algorithms, { ...engines, what: () => "standard input" });
  const { head, bytes } = await passOnce(job.io.stdin, { keep: HEAD }, (chunk, done) => {
    signal.throwIfAborted();
    digests.update(chunk);
    onEvent({ type: "progress", what: "digest", done, total: 0 });
  });
  if (bytes === 0) throw new PlatformError("Cannot read standard input: it is empty (0 bytes)");
  const hashes = digests.hex();
  if (wanted.format !== "json") {
    writeImageLines(job, "-", hashes, wanted);
    return 0;
  }
  job.warn("files are not listed: standard input was read once; --spool keeps it");
  const { container } = await examine(new MemorySource(head));
  await job.document({
    format: "discern.manifest/1",
    tool,
    image: {
      path: "-",
      bytes,
      container: container.name,
      sectorSize: container.sectorSize,
      hashes,
    },
    algorithms: wanted.algorithms,
    files: [],
  });
  return 0;
}

/** Counts the files, and names those that have no digest. */
class Tally {
  #files = 0;
  #digested = 0;
  #bytes = 0;
  #associated = 0;
  #named = 0;
  readonly #job: Job;

  constructor(job: Job) {
    this.#job = job;
  }

  *counting<T extends DigestedFile>(files: Iterable<T>): Generator<T> {
    for (const file of files) {
      if (file.type === "file") this.#count(file);
      yield file;
    }
  }

  #count(file: DigestedFile): void {
    this.#files++;
    if (file.associated === true) this.#associated++;
    if (file.hashes !== undefined) {
      this.#digested++;
      this.#bytes += file.bytes;
      return;
    }
    if (this.#job.interrupted) return;
    this.#named++;
    if (this.#named > NAMED && !this.#job.style.verbose) return;
    const reason = file.reason === undefined ? "" : ` (${escapeInline(file.reason)})`;
    this.#job.warn(`${file.state}: ${escapeName(file.path, file.pathBytes)}${reason}`);
  }

  finish(): void {
    const more = this.#named - NAMED;
    if (more > 0 && !this.#job.style.verbose) {
      this.#job.warn(`… ${counted(more, "more file")} without a digest: -v names them`);
    }
    if (this.#associated > 0) {
      const what = counted(this.#associated, "associated file");
      this.#job.say(`${what} only in --json: they have the names of other files`);
    }
    if (this.#job.interrupted) this.#job.warn("interrupted: what is listed is not all");
    const part = this.#digested === this.#files
      ? counted(this.#files, "file")
      : `${this.#digested} of ${counted(this.#files, "file")}`;
    this.#job.say(`${part}, ${inUnits(this.#bytes)} digested`);
  }

  get status(): number {
    return this.#digested === this.#files ? 0 : 1;
  }
}

/** Files without a digest that are named before all of them are asked for. */
const NAMED = 20;
