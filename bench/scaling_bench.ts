// How do time and memory of whole commands grow with the size of the image, and with the number of its
// files? Sparse images by make_million.ts. Written to bench/results/scaling.json.
//
//   deno task bench:scaling [FOLDER] [--rounds N] [--largest GIB] [--most FILES]
//
// FOLDER keeps the images, so that a second run need not make them again.

import { parseArgs } from "node:util";
import { writeMillion } from "./make_million.ts";
import * as measuring from "./measure.ts";
import type { Line, Place } from "./measure.ts";
import {
  growth,
  LINEAR,
  median,
  type Samples,
  type ScalingResults,
  type ScalingSeries,
  writeResults,
} from "./results.ts";

const GIB = 1024 ** 3;
const FILES = 1000;
const sizes = [0.1, 0.4, 1.6, 4, 16];
const counts = [1_000, 10_000, 100_000, 1_000_000];
const commands = ["audit", "audit --structure", "manifest"];

type Image = {
  readonly axis: ScalingSeries["axis"];
  readonly at: number;
  readonly name: string;
  readonly make: (path: string) => void;
};

function bySize(gib: number): Image {
  const fileBytes = Math.floor(gib * GIB / FILES);
  return {
    axis: "size",
    at: gib * GIB,
    name: `size-${gib}.iso`,
    make: (path) => writeMillion(path, FILES, undefined, fileBytes),
  };
}

function byFiles(count: number): Image {
  const make = (path: string) => writeMillion(path, count);
  return { axis: "files", at: count, name: `entries-${count}.iso`, make };
}

function isThere(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

type Point = { readonly axis: ScalingSeries["axis"]; readonly at: number };
type Found = Point & ({ readonly samples: Samples } | { readonly failure: string });

/** Measures all commands on one image; without a warm-up, which the largest would double. */
async function measureImage(image: Image, rounds: number, place: Place): Promise<Found[]> {
  console.error(image.name);
  const path = `${place.folder}/${image.name}`;
  if (!isThere(path)) image.make(path);
  const lines = new Map(
    commands.map((command): [string, Line] => [
      command,
      { text: `discern ${command} ${image.name}`, most: rounds },
    ]),
  );
  const sampled = await measuring.interleave(lines, rounds, place);
  return commands.map((command) => {
    const found = sampled.get(command) ?? { failure: "it did not run" };
    return { axis: image.axis, at: image.at, ...found };
  });
}

function seriesOf(command: string, axis: ScalingSeries["axis"], found: Found[]): ScalingSeries {
  const points = found.filter((point) => point.axis === axis)
    .flatMap((point) => "samples" in point ? { at: point.at, samples: point.samples } : []);
  const failed = found.find((point) => point.axis === axis && "failure" in point);
  const skipped = failed !== undefined && "failure" in failed ? { skipped: failed.failure } : {};
  return { command, axis, points, ...skipped };
}

function print({ series }: ScalingResults): void {
  for (const { command, axis, points, skipped } of series) {
    console.log(`\n${command}, by ${axis}${skipped === undefined ? "" : ` (${skipped})`}`);
    for (const { at, samples } of points) {
      const where = axis === "size" ? `${(at / GIB).toFixed(1)} GiB` : at.toLocaleString("en");
      const [wall, cpu] = [median(samples.wall), median(samples.cpu)];
      const peak = Math.round(Math.max(...samples.peak) / 1024);
      console.log(
        `${where.padStart(12)}  wall ${wall.toFixed(3).padStart(8)} s  ` +
          `CPU ${cpu.toFixed(3).padStart(8)} s  peak ${peak} MiB`,
      );
    }
    if (points.length < 2) continue;
    const exponent = growth(points, "cpu");
    console.log(
      `  last step: CPU time grows by the power ${exponent.toFixed(2)}` +
        (exponent <= LINEAR ? ", linear or less" : ", more than linear"),
    );
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: Deno.args,
    allowPositionals: true,
    options: {
      rounds: { type: "string", default: "3" },
      largest: { type: "string", default: "16" },
      most: { type: "string", default: "1000000" },
    },
  });
  using temporary = measuring.scratchFolder();
  const scratch = temporary.path;
  const place = { folder: positionals[0] ?? scratch, scratch };
  Deno.mkdirSync(place.folder, { recursive: true });
  const images = [
    ...counts.filter((count) => count <= Number(values.most)).map(byFiles),
    ...sizes.filter((size) => size <= Number(values.largest)).map(bySize),
  ];
  const [host, commit] = [await measuring.host(place), await measuring.commit(place)];
  const load = await measuring.load(place);
  const found = new Map(commands.map((command): [string, Found[]] => [command, []]));
  for (const image of images) {
    const points = await measureImage(image, Number(values.rounds), place);
    for (const [index, command] of commands.entries()) {
      found.get(command)?.push(...points.slice(index, index + 1));
    }
  }
  const series = (["size", "files"] as const).flatMap((axis) =>
    commands.map((command) => seriesOf(command, axis, found.get(command) ?? []))
  );
  const date = new Date().toISOString().slice(0, 10);
  const results: ScalingResults = { ...host, date, commit, load, series };
  writeResults("scaling.json", results);
  print(results);
}

if (import.meta.main) await main();
