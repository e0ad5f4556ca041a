// System use entries as bytes: SUSP 1.12, RRIP 1.09 to 1.12, zisofs, AAIP, CD-ROM XA, Apple.

import { ascii, both32, concat, date7, type Identifier } from "./iso_encode.ts";

/** Finds the logical block of a file or directory of the primary tree by its path. */
export type Locate = (path: string) => number;

/** An entry: its bytes, or bytes that hold places which are known once the image is laid out. */
export type Entry = Uint8Array | { readonly length: number; make(locate: Locate): Uint8Array };

/** Any entry by its signature; the length byte is right unless `length` says otherwise. */
export function entry(
  signature: string,
  content: Uint8Array = new Uint8Array(0),
  { version = 1, length = 4 + content.length }: {
    readonly version?: number;
    readonly length?: number;
  } = {},
): Uint8Array {
  return concat(ascii(signature), new Uint8Array([length, version]), content);
}

/** SP (SUSP 5.3). */
export function sharingProtocol(skip = 0): Uint8Array {
  return entry("SP", new Uint8Array([0xbe, 0xef, skip]));
}

/** CE (SUSP 5.1). */
export function continuation(block: number, offset: number, length: number): Uint8Array {
  return entry("CE", concat(both32(block), both32(offset), both32(length)));
}

/** ER (SUSP 5.5). */
export function extensionsReference(id: string, description = "", source = ""): Uint8Array {
  const lengths = new Uint8Array([id.length, description.length, source.length, 1]);
  return entry("ER", concat(lengths, ascii(id), ascii(description), ascii(source)));
}

/** What PX records. */
export type Posix = {
  readonly mode: number;
  readonly links?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** File serial number: makes the entry one of RRIP 1.12. */
  readonly serial?: number;
};

/** PX (RRIP 4.1.1). */
export function posixAttributes({ mode, links = 1, uid = 0, gid = 0, serial }: Posix): Uint8Array {
  const parts = [both32(mode), both32(links), both32(uid), both32(gid)];
  if (serial !== undefined) parts.push(both32(serial));
  return entry("PX", concat(...parts));
}

/** PN (RRIP 4.1.2). */
export function deviceNumber(high: number, low: number): Uint8Array {
  return entry("PN", concat(both32(high), both32(low)));
}

/** NM (RRIP 4.1.4); flags 1 CONTINUE, 2 CURRENT, 4 PARENT. */
export function alternateName(name: Identifier, flags = 0): Uint8Array {
  return entry("NM", concat(new Uint8Array([flags]), ascii(name)));
}

/** A component of SL: flags 1 CONTINUE, 2 CURRENT, 4 PARENT, 8 ROOT. */
export function component(flags: number, content: Identifier = ""): Uint8Array {
  const bytes = ascii(content);
  return concat(new Uint8Array([flags, bytes.length]), bytes);
}

/** SL (RRIP 4.1.3); flag 1: the link goes on in the next SL. */
export function symbolicLink(components: readonly Uint8Array[], flags = 0): Uint8Array {
  return entry("SL", concat(new Uint8Array([flags]), ...components));
}

/** SL components of a target as other programs write them. */
export function linkComponents(target: string): Uint8Array[] {
  const parts = target.split("/");
  return parts.flatMap((part, index) => {
    if (part === "") return index === 0 ? [component(8)] : [];
    if (part === ".") return [component(2)];
    return [part === ".." ? component(4) : component(0, part)];
  });
}

/** TF (RRIP 4.1.6): the stamps that the flags name, each the same. */
export function timeStamps(flags = 0x0e, stamp: Uint8Array = date7): Uint8Array {
  const count = [0, 1, 2, 3, 4, 5, 6].filter((bit) => (flags & (1 << bit)) !== 0).length;
  return entry("TF", concat(new Uint8Array([flags]), ...new Array(count).fill(stamp)));
}

/** CL or PL (RRIP 4.1.5): the logical block of the directory at `path`. */
export function link(signature: "CL" | "PL", path: string): Entry {
  return { length: 12, make: (locate) => entry(signature, both32(locate(path))) };
}

/** RE (RRIP 4.1.5.3). */
export function relocated(): Uint8Array {
  return entry("RE");
}

/** AL (AAIP 2.0): components, each with flags and length. */
export function attributeList(components: readonly Uint8Array[], flags = 0): Uint8Array {
  return entry("AL", concat(new Uint8Array([flags]), ...components));
}

/** Attributes of CD-ROM XA: 14 bytes, MSB first, without an entry head. */
export function xaAttributes(
  { group = 0, user = 0, attributes = 0x0d55, fileNumber = 0 }: {
    readonly group?: number;
    readonly user?: number;
    readonly attributes?: number;
    readonly fileNumber?: number;
  } = {},
): Uint8Array {
  const bytes = new Uint8Array(14);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, group);
  view.setUint16(2, user);
  view.setUint16(4, attributes);
  bytes.set(ascii("XA"), 6);
  bytes[8] = fileNumber;
  return bytes;
}

/** AA of HFS (Apple TN FL36): type, creator and Finder flags. */
export function appleHfs(type: string, creator: string, finderFlags = 0): Uint8Array {
  const flags = new Uint8Array([finderFlags >> 8, finderFlags & 255]);
  return concat(ascii("AA"), new Uint8Array([14, 2]), ascii(type), ascii(creator), flags);
}
