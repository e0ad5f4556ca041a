// A checksum tag of libisofs: one line of text at the first byte of a block.

import { SECTOR } from "../bytes/span.ts";
import { decodeLatin1 } from "../bytes/text.ts";
import { createDigest } from "../kernel/digest.ts";
import type { TagKind } from "../model/checksum_tags.ts";

/** The fields of a tag. */
export type TagLine = {
  readonly kind: TagKind;
  /** The line without its end. */
  readonly line: string;
  /** Blocks of 2048 bytes. */
  readonly pos: number;
  readonly start: number;
  readonly size: number;
  /** Block of the next tag, or of the session that a relocated head leads to. */
  readonly next?: number;
  readonly md5: string;
  readonly self: string;
};

const names: Readonly<Record<string, TagKind>> = {
  libisofs_rlsb32_checksum_tag_v1: "relocated",
  libisofs_sb_checksum_tag_v1: "descriptors",
  libisofs_tree_checksum_tag_v1: "tree",
  libisofs_checksum_tag_v1: "session",
};

const LINE = 256;

/** Reads the tag at the start of a block; undefined where there is none. */
export function parseTag(block: Uint8Array): TagLine | undefined {
  const text = decodeLatin1(block.subarray(0, LINE));
  const line = text.split("\n", 1)[0] ?? "";
  const [name = "", ...parts] = line.split(" ");
  const kind = names[name];
  if (kind === undefined) return undefined;
  const values = new Map(parts.map((part) => [part.split("=", 1)[0] ?? "", part] as const));
  const textOf = (key: string) => values.get(key)?.slice(key.length + 1) ?? "";
  const numberOf = (key: string) => /^\d{1,10}$/.test(textOf(key)) ? Number(textOf(key)) : -1;
  const next = numberOf(kind === "relocated" ? "session_start" : "next");
  return {
    kind,
    line,
    pos: numberOf("pos"),
    start: numberOf("range_start"),
    size: numberOf("range_size"),
    md5: textOf("md5").toLowerCase(),
    self: textOf("self").toLowerCase(),
    ...(next < 0 ? {} : { next }),
  };
}

/** The checksum of the line up to the last digit of the MD5, with `md5` in its place. */
export function selfOf({ line, md5: recorded }: TagLine, md5: string = recorded): string {
  const head = /^.* md5=/.exec(line)?.[0] ?? "";
  const digest = createDigest("md5", { bytes: LINE });
  digest.update(Uint8Array.from(head + md5, (char) => char.charCodeAt(0)));
  return digest.hex();
}

/** The whole block with a line that holds: the rest of it is as it was. */
export function mendedBlock(tag: TagLine, block: Uint8Array, md5: string): Uint8Array {
  const head = /^.* md5=/.exec(tag.line)?.[0] ?? "";
  const mended = block.slice(0, SECTOR);
  const line = `${head}${md5} self=${tag.self}`;
  mended.set(Uint8Array.from(line, (char) => char.charCodeAt(0)));
  return mended;
}
