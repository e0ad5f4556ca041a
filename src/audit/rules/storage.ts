// Rules about the file as the storage holds it: downloads that go on, holes, parts of a split image. They
// judge what the edges saw around the file, and are silent where nothing could be seen.

import { fileSpan } from "../../bytes/span.ts";
import type { Image } from "../../model/image.ts";
import type { BesideFile } from "../../bytes/host.ts";
import type { ProofFacts } from "../../model/proof.ts";
import { decodeAria2 } from "../aria2.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { declaredEnd } from "../volume_end.ts";
import { counted } from "../words.ts";
import { quoted } from "./directory_view.ts";

const rules = {
  download: {
    id: "IMG-014",
    severity: "warning",
    title: "Download still in progress",
    clause: "none",
    rationale:
      "Programs that download keep such a file beside the image until all of it is there; some have made " +
      "room with zeros by then.",
    remedy: "Wait for the end of the download or resume it, then audit the image again.",
  },
  sparse: {
    id: "IMG-015",
    severity: "info",
    title: "File is sparse on disk",
    clause: "none",
    rationale:
      "Ranges that were never written read as zeros. File systems that compress, and copies that leave " +
      "out genuine padding, look the same: alone it proves nothing.",
    remedy: "Nothing to do unless zeros are found where files should be.",
  },
  part: {
    id: "IMG-021",
    severity: "error",
    title: "Part of a split image is missing",
    clause: "none",
    rationale: "Parts are one image only when they are all there and whole.",
    remedy: "Fetch the missing part, then join the parts in the order of their numbers.",
  },
} as const satisfies RuleTable;

/** What programs append to the name of a file that they still write. */
const unfinished = [
  ".aria2",
  ".part",
  ".crdownload",
  ".!qB",
  ".!ut",
  ".bc!",
  ".download",
  ".st",
  ".zs-old",
];

const NAMED = 5;

function nameOf({ path }: Image): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** The sign of a download in the names of the image and of what lies beside it. */
function signOf(own: string, beside: readonly BesideFile[]): string | undefined {
  const names = new Set(beside.map(({ name }) => name));
  const side = unfinished.map((ending) => own + ending).find((name) => names.has(name));
  if (side !== undefined) return `${quoted(side)} lies beside the image`;
  const ending = unfinished.find((each) => own.endsWith(each));
  if (ending !== undefined) return `the name of the file itself ends in ${ending}`;
  const jigdo = beside.find(({ name }) => name.endsWith(".jigdo"))?.name;
  const temporary = own.endsWith(".tmp") || names.has(`${own}.tmp`);
  return jigdo !== undefined && temporary
    ? `${quoted(jigdo)} lies beside a .tmp file, in which jigdo gathers the image`
    : undefined;
}

/** A .tmp file of jigdo ends in the list of its files: `DESC`, and again the length of the list. */
function isJigdo({ source }: Image, { tail = new Uint8Array(0) }: ProofFacts): boolean {
  if (!source.name.endsWith(".tmp") || tail.length < 10) return false;
  const length = tail.subarray(-6).reduceRight((sum, byte) => sum * 256 + byte, 0);
  const at = tail.length - length;
  return at >= 0 && String.fromCharCode(...tail.subarray(at, at + 4)) === "DESC";
}

function* checkDownload(image: Image, facts: ProofFacts): Iterable<Hit> {
  const { host } = facts;
  const sign = signOf(nameOf(image), host?.beside ?? []) ??
    (isJigdo(image, facts)
      ? "the file ends in the list that jigdo keeps while it gathers one"
      : undefined);
  const control = host?.aria2 === undefined ? undefined : decodeAria2(host.aria2);
  if (sign === undefined && control === undefined) return;
  const why = sign ?? "a control file of aria2 lies beside the image";
  if (control === undefined) {
    yield { rule: rules.download, message: `${why}: the download is not at its end` };
    return;
  }
  const { missing, total } = control;
  const [first] = missing;
  const bytes = missing.reduce((sum, { length }) => sum + length, 0);
  const ranges = missing.slice(0, NAMED).map(({ start, length }) =>
    `${start}-${start + length - 1}`
  );
  const more = missing.length > NAMED ? `, and ${missing.length - NAMED} more` : "";
  yield {
    rule: rules.download,
    ...(first === undefined ? {} : { span: fileSpan(first.start, first.length) }),
    message: `${why}: of ${total} bytes ${bytes} were not downloaded` +
      (first === undefined ? "" : `, bytes ${ranges.join(", ")}${more}`),
    count: Math.max(1, missing.length),
  };
}

/** Holes that count: file systems that compress save less on any small file, and no download leaves less. */
const LEAST = 1024 * 1024;

function* checkHoles({ source }: Image, { host }: ProofFacts): Iterable<Hit> {
  const { allocated } = host ?? {};
  if (allocated === undefined || allocated + LEAST > source.size) return;
  yield {
    rule: rules.sparse,
    message: `the file has ${source.size} bytes and takes ${allocated} of storage: ` +
      `${source.size - allocated} are in holes or compressed`,
    recorded: String(allocated),
  };
}

/** How parts are numbered: the name without the number, and the number. */
type Numbered = { readonly stem: string; readonly number: number };

const numberings = [
  /^(.*\.)(\d{3})$/,
  /^(.*\.z)(\d{2})$/i,
  /^(.*\.e)(\d{2})$/i,
  /^(.*\.md)(\d)$/i,
];

function numbered(name: string): Numbered | undefined {
  for (const pattern of numberings) {
    const [, stem, digits] = pattern.exec(name) ?? [];
    if (stem !== undefined && digits !== undefined) return { stem, number: Number(digits) };
  }
  return undefined;
}

type Part = BesideFile & { readonly number: number };

function partsOf(image: Image, beside: readonly BesideFile[]): Part[] {
  const own = nameOf(image);
  const shape = numbered(own);
  if (shape === undefined) return [];
  return [{ name: own, size: image.source.size }, ...beside].flatMap((file) => {
    const found = numbered(file.name);
    return found?.stem === shape.stem ? [{ ...file, number: found.number }] : [];
  }).sort((a, b) => a.number - b.number);
}

function* checkParts(image: Image, { host }: ProofFacts): Iterable<Hit> {
  if (host?.beside === undefined) return;
  const parts = partsOf(image, host.beside);
  const [first] = parts;
  const last = parts.at(-1);
  if (first === undefined || last === undefined) return;
  const there = new Set(parts.map(({ number }) => number));
  const from = Math.min(1, first.number);
  const missing: number[] = [];
  for (let number = from; number < last.number; number++) {
    if (!there.has(number)) missing.push(number);
  }
  if (missing.length > 0) {
    const shown = missing.slice(0, NAMED).join(", ") + (missing.length > NAMED ? ", ..." : "");
    yield {
      rule: rules.part,
      message: `parts ${from} to ${last.number} of ${quoted(last.name)} should lie here; ` +
        `${counted(missing.length, "number")} ${
          missing.length === 1 ? "is" : "are"
        } missing: ${shown}`,
      count: missing.length,
    };
    return;
  }
  yield* checkSizes(image, parts);
}

// All parts but the last have one size; what the volume needs tells whether the last one is there.
function* checkSizes(image: Image, parts: readonly Part[]): Iterable<Hit> {
  const sizes = parts.map(({ size = 0 }) => size);
  const most = sizes.reduce((a, b) => Math.max(a, b), 0);
  const short = parts.slice(0, -1).find(({ size }) => size !== undefined && size < most);
  if (short !== undefined) {
    yield {
      rule: rules.part,
      message: `the part ${quoted(short.name)} has ${short.size} bytes, others before the last ` +
        `have ${most}: some of it is missing`,
      recorded: String(short.size),
      expected: String(most),
    };
    return;
  }
  const total = sizes.reduce((a, b) => a + b, 0);
  const isFirst = parts[0]?.name === nameOf(image);
  const end = image.mapping.boundary(0) === 0 ? declaredEnd(image) : 0;
  if (!isFirst || end <= total || image.mapping.stride !== 2048) return;
  yield {
    rule: rules.part,
    message:
      `the ${counted(parts.length, "part")} ${parts.length === 1 ? "has" : "have"} ${total} ` +
      `bytes, the volume has ${end}: what follows part ${parts.at(-1)?.number} is missing`,
    recorded: String(total),
    expected: `${end} or more`,
  };
}

/** Rules about the file as the storage holds it. */
export const storageRules: RuleFamily = {
  rules,
  image: [checkDownload, checkHoles, checkParts],
};
