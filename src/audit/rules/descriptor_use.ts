// Rules about what descriptors say of their maker and their use: application-use area, mastering tool, dates
// of expiration and of effect (ECMA-119:1987 8.4.28 to 8.4.32, CD-ROM XA).

import { logicalSpan } from "../../bytes/span.ts";
import { decodeLatin1, decodeUcs2, isZero, startsWithText } from "../../bytes/text.ts";
import { formatInstant } from "../../bytes/time.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { descriptorField, type TreeDescriptor, treeDescriptors } from "./descriptor_view.ts";

const layouts = [
  "iso9660/primary-volume-descriptor",
  "iso9660/joliet-volume-descriptor",
  "iso9660/enhanced-volume-descriptor",
  "iso9660/supplementary-volume-descriptor",
];

const rules = {
  outOfTime: {
    id: "ISO-PVD-019",
    severity: "info",
    title: "Volume is expired or not yet effective",
    clause: "ECMA-119:1987 8.4.28, 8.4.29",
    rationale:
      "Judged by a given time only. Some programs warn of such volumes, none refuses them.",
    remedy: "Nothing to do.",
    layouts,
  },
  applicationUse: {
    id: "ISO-PVD-024",
    severity: "info",
    title: "Application-use area is in use",
    clause: "ECMA-119:1987 8.4.32",
    rationale:
      "Digests that vouch for the image, the marker of CD-ROM XA and notes of authoring tools stand there.",
    remedy: "Nothing to do.",
    layouts,
  },
  noSubheaders: {
    id: "ISO-PVD-025",
    severity: "warning",
    title: "XA marker on an image without sub-headers",
    clause: "CD-ROM XA",
    rationale:
      "Sectors of form 2 hold 2324 bytes, of which an image of 2048 bytes a sector kept 2048: the files " +
      "that are recorded in form 2, interleaved or as audio lack bytes in every sector.",
    remedy: "Copy the disc again into raw sectors of 2352 bytes.",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
  tool: {
    id: "ISO-PVD-026",
    severity: "note",
    title: "Mastering tool fingerprint",
    clause: "none",
    rationale:
      "The identifiers name the program that made the volume. Whoever remasters a disc may keep or forge " +
      "them.",
    remedy: "Nothing to do.",
    confidence: "guess",
    layouts: ["iso9660/primary-volume-descriptor"],
  },
} as const satisfies RuleTable;

function* checkTimes(image: Image, { now }: ProofFacts): Iterable<Hit> {
  if (now === undefined) return;
  for (const descriptor of treeDescriptors(image)) {
    const { volumeExpirationDateAndTime: expires, volumeEffectiveDateAndTime: begins } =
      descriptor.value;
    if (expires.epoch !== undefined && expires.epoch < now) {
      yield {
        rule: rules.outOfTime,
        span: descriptorField(descriptor, "volumeExpirationDateAndTime"),
        message: `the volume expired at ${formatInstant(expires.epoch)}, before the given time ` +
          formatInstant(now),
        volume: descriptor.volume,
      };
    }
    if (begins.epoch === undefined || begins.epoch <= now) continue;
    yield {
      rule: rules.outOfTime,
      span: descriptorField(descriptor, "volumeEffectiveDateAndTime"),
      message: `the volume takes effect at ${formatInstant(begins.epoch)}, behind the given time ` +
        formatInstant(now),
      volume: descriptor.volume,
    };
  }
}

/** Place of the XA marker in the application-use area: byte 1024 of the descriptor. */
const XA_AT = 1024 - 883;

function isXa(area: Uint8Array): boolean {
  return startsWithText(area, "CD-XA001", XA_AT);
}

function usesOf(area: Uint8Array): string[] {
  const text = decodeLatin1(area);
  const uses: string[] = [];
  if (isXa(area)) uses.push("the marker of CD-ROM XA (CD-XA001)");
  if (/ISO MD5SUM = /.test(text)) uses.push("the digest of implantisomd5");
  if (/\b(md5|sha1|sha224|sha256|sha384|sha512)sum=/i.test(text)) {
    uses.push("media tags with a digest (tagmedia of SUSE)");
  }
  if (uses.length > 0) return uses;
  const readable = text.replace(/[^\x20-\x7e]+/g, " ").replace(/ +/g, " ").trim();
  return /[A-Za-z0-9]{4}/.test(readable)
    ? [`unknown use, with the text ${JSON.stringify(readable.slice(0, 60))}`]
    : ["unknown use"];
}

function isBlank(area: Uint8Array): boolean {
  return isZero(area) || area.every((byte) => byte === 0x20);
}

function* checkUse(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const area = descriptor.value.applicationUse;
    if (isBlank(area)) continue;
    yield {
      rule: rules.applicationUse,
      span: descriptorField(descriptor, "applicationUse"),
      message: `the area for applications holds ${usesOf(area).join(" and ")}`,
      volume: descriptor.volume,
    };
  }
}

/** Attribute bits of CD-ROM XA whose bytes do not fit 2048: form 2, interleaved, CD audio. */
const LARGER = 0x7000;

function* checkForms(image: Image): Iterable<Hit> {
  if (image.mapping.stride !== 2048) return;
  for (const descriptor of treeDescriptors(image)) {
    if (descriptor.kind !== "primary" || !isXa(descriptor.value.applicationUse)) continue;
    const number = image.trees.findIndex(({ descriptor: span }) =>
      span?.start === descriptor.span.start
    );
    const tree = image.trees[number];
    const nodes = [...tree?.xa ?? []].filter(([node, attributes]) =>
      (attributes & LARGER) !== 0 && tree?.isDirectory(node) === false
    ).map(([node]) => node);
    const [first] = nodes;
    if (tree === undefined || first === undefined) continue;
    yield {
      rule: rules.noSubheaders,
      span: logicalSpan(
        descriptorField(descriptor, "applicationUse").start + XA_AT,
        "CD-XA001".length,
      ),
      message: `sectors of the image have 2048 bytes, and ${counted(nodes.length, "record")} ` +
        `${nodes.length === 1 ? "is" : "are"} of form 2, interleaved or audio, the first at ` +
        `logical byte ${tree.record(first)}`,
      tree: number,
      node: first,
    };
  }
}

/** Programs by what they write into the identifiers of application, preparer, publisher and system. */
const tools: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["genisoimage (cdrkit)", /GENISOIMAGE/],
  ["mkisofs (cdrtools)", /MKISOFS/],
  ["xorriso (libisofs)", /XORRISO|LIBISOFS|LIBISOBURN/],
  ["bsdtar (libarchive)", /LIBARCHIVE/],
  ["pycdlib", /PYCDLIB/],
  ["Oscdimg (Microsoft)", /OSCDIMG/],
  ["CDIMAGE (Microsoft)", /CDIMAGE/],
  ["IMAPI (Microsoft)", /IMAPI|MICROSOFT CORPORATION.*CD BURN|WINDOWS.*DISC IMAGE BURNER/],
  ["ImgBurn", /IMGBURN/],
  ["Nero", /\bNERO\b|AHEAD SOFTWARE/],
  ["UltraISO", /ULTRAISO|EZB SYSTEMS/],
  ["PowerISO", /POWERISO/],
  ["MagicISO", /MAGICISO/],
  ["WinISO", /WINISO/],
  ["K3b", /\bK3B\b/],
  ["Brasero", /BRASERO/],
  ["Toast (Roxio)", /\bTOAST\b/],
  ["Easy CD Creator (Adaptec, Roxio)", /EASY CD|ADAPTEC|ROXIO/],
  ["hdiutil (Apple)", /HDIUTIL|APPLE COMPUTER|APPLE INC/],
  ["makefs (NetBSD, FreeBSD)", /\bMAKEFS\b/],
  ["CDBurnerXP", /CDBURNERXP|STARBURN/],
  ["DiscUtils", /DISCUTILS/],
  ["CloneCD or AnyDVD", /CLONECD|SLYSOFT/],
  ["InfraRecorder", /INFRARECORDER/],
];

/** Programs that write no Rock Ridge. */
const withoutRockRidge = /Microsoft|ImgBurn|MagicISO|WinISO/;

const named = [
  "applicationIdentifier",
  "dataPreparerIdentifier",
  "publisherIdentifier",
  "systemIdentifier",
] as const;

function* checkTool(image: Image): Iterable<Hit> {
  const seen = new Set<string>();
  for (const descriptor of treeDescriptors(image)) {
    if (descriptor.kind !== "primary") continue;
    const found = toolOf(descriptor);
    // Sessions and repeated descriptors say the same again.
    if (found === undefined || seen.has(found.text)) continue;
    const { field, name, text } = found;
    seen.add(text);
    const tree = image.trees.find(({ descriptor: span }) => span?.start === descriptor.span.start);
    const forged = withoutRockRidge.test(name) && tree?.hasRockRidge === true
      ? "; that program writes no Rock Ridge entries, which this volume has"
      : "";
    yield {
      rule: rules.tool,
      span: descriptorField(descriptor, field),
      message: `${field} names ${name}${forged}`,
      recorded: JSON.stringify(text.slice(0, 128)),
      volume: descriptor.volume,
    };
  }
}

function toolOf(
  { kind, value }: TreeDescriptor,
): { field: typeof named[number]; name: string; text: string } | undefined {
  for (const field of named) {
    const raw = value[field];
    const text = (kind === "joliet" ? decodeUcs2(raw).text : decodeLatin1(raw)).replace(
      /[ \0]+$/,
      "",
    );
    const found = tools.find(([, pattern]) => pattern.test(text.toUpperCase()));
    if (found !== undefined) return { field, name: found[0], text };
  }
  return undefined;
}

/** Rules about what descriptors say of their maker and their use. */
export const descriptorUse: RuleFamily = {
  rules,
  image: [checkTimes, checkUse, checkForms, checkTool],
};
