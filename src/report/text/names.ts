// Names that people know for what documents abbreviate, and the one line that says what an image is.

import type { ImageFacts } from "../../model/result.ts";
import { escapeInline, escapeText } from "../escape.ts";
import { bytes, count, paint, type Style } from "../style.ts";
import { cutMiddle, width, wrap } from "../width.ts";

const volumeNames: Readonly<Record<string, string>> = {
  iso9660: "ISO 9660",
  joliet: "Joliet",
  enhanced: "ISO 9660:1999",
  rockridge: "Rock Ridge",
  udf: "UDF",
  hfs: "HFS",
  hfsplus: "HFS+",
  highsierra: "High Sierra",
  all: "all volumes",
};

/** A kind of volume in words. */
export function volumeName(kind: string): string {
  return volumeNames[kind] ?? escapeInline(kind);
}

const richness = ["rockridge", "joliet", "enhanced", "iso9660"];

/** Volumes with those first that have the most to say of their files. */
export function richestFirst<T extends { readonly kind: string }>(volumes: readonly T[]): T[] {
  const rank = ({ kind }: T) => {
    const known = richness.indexOf(kind);
    return known < 0 ? richness.length : known;
  };
  return [...volumes].sort((a, b) => rank(a) - rank(b));
}

/** What an image is, in parts: size, sectors, container, and what it holds. */
export function imageParts(image: ImageFacts, holds: readonly string[]): string[] {
  const { sectorSize } = image;
  const sectors = Math.floor(image.bytes / sectorSize);
  const rest = image.bytes % sectorSize === 0 ? "" : "+";
  return [
    bytes(image.bytes),
    `${count(sectors)}${rest} × ${sectorSize}`,
    ...(image.container === "iso" ? [] : [image.container]),
    ...holds,
  ];
}

/** What is at hand: name, size, sectors, and what it holds; on two lines where one is too short. */
export function* imageLines(
  image: ImageFacts,
  holds: readonly string[],
  style: Style,
): Generator<string> {
  const name = escapeText(image.path);
  const told = imageParts(image, holds).join(" · ");
  if (width(name) + 2 + width(told) <= style.width) {
    yield `${paint(style, "bold", name)}  ${told}`;
    return;
  }
  yield paint(style, "bold", style.cut ? cutMiddle(name, style.width) : name);
  for (const line of wrap(told, style.width - 2)) yield `  ${line}`;
}

/** Distinct kinds of volume, as the summary line shows them. */
export function kindsOf(volumes: readonly { readonly kind: string }[]): string[] {
  const kinds = [...new Set(volumes.map((volume) => volumeName(volume.kind)))];
  return kinds.length === 0 ? [] : [kinds.join(" + ")];
}

/** A place in the file, in both ways that people count. */
export function place(offset: number, sectorSize: number, length?: number): string {
  const sector = `sector ${count(Math.floor(offset / sectorSize))}`;
  const range = length === undefined ? `byte ${offset}` : `bytes ${offset}+${length}`;
  return `${sector}, ${range}`;
}
