// Structures of ISO 9660 as bytes, for images that no mastering tool makes. Written from
// ECMA-119:1987 alone: nothing here is shared with the decoder that the tests are about.

/** A file identifier or text: as bytes, or one character a byte. */
export type Identifier = string | Uint8Array;

/** One byte a character. */
export function ascii(text: Identifier): Uint8Array {
  return typeof text === "string" ? Uint8Array.from(text, (c) => c.charCodeAt(0)) : text;
}

/** 16-bit units, MSB first. */
export function ucs2(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i));
  return bytes;
}

/** Runs of bytes, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** 16 bits in both orders (7.2.3). */
export function both16(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, value, true);
  view.setUint16(2, value);
  return new Uint8Array(view.buffer);
}

/** 32 bits in both orders (7.3.3). */
export function both32(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, value, true);
  view.setUint32(4, value);
  return new Uint8Array(view.buffer);
}

/** 32 bits, LSB first unless `msb`. */
export function number32(value: number, msb = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, !msb);
  return new Uint8Array(view.buffer);
}

/** 16 bits, LSB first unless `msb`. */
export function number16(value: number, msb = false): Uint8Array {
  const view = new DataView(new ArrayBuffer(2));
  view.setUint16(0, value, !msb);
  return new Uint8Array(view.buffer);
}

/** 2026-01-02T03:04:05Z as a directory record has it (9.1.5). */
export const date7: Uint8Array = new Uint8Array([126, 1, 2, 3, 4, 5, 0]);

/** The same as a descriptor has it (8.4.26.1). */
export const date17: Uint8Array = concat(ascii("2026010203040500"), new Uint8Array(1));

/** "Not given" in a descriptor (8.4.26.1). */
export const unset17: Uint8Array = concat(ascii("0".repeat(16)), new Uint8Array(1));

/** What a directory record holds (9.1). */
export type RecordFields = {
  readonly identifier: Uint8Array;
  /** Logical block number. */
  readonly location: number;
  readonly dataLength: number;
  readonly flags: number;
  readonly xarLength?: number;
  readonly date?: Uint8Array;
  readonly unit?: number;
  readonly gap?: number;
  readonly sequence?: number;
  readonly systemUse?: Uint8Array;
};

/** Bytes of a record with this identifier and system use: even, as every writer makes them. */
export function recordLength(identifier: number, systemUse: number): number {
  const head = 33 + identifier + (identifier % 2 === 0 ? 1 : 0);
  return head + systemUse + (head + systemUse) % 2;
}

/** A directory record (9.1). */
export function directoryRecord(fields: RecordFields): Uint8Array {
  const { identifier, location, dataLength, flags, systemUse = new Uint8Array(0) } = fields;
  const bytes = new Uint8Array(recordLength(identifier.length, systemUse.length));
  if (bytes.length > 255) throw new RangeError(`Cannot encode a record of ${bytes.length} bytes`);
  bytes[0] = bytes.length;
  bytes[1] = fields.xarLength ?? 0;
  bytes.set(both32(location), 2);
  bytes.set(both32(dataLength), 10);
  bytes.set(fields.date ?? date7, 18);
  bytes[25] = flags;
  bytes[26] = fields.unit ?? 0;
  bytes[27] = fields.gap ?? 0;
  bytes.set(both16(fields.sequence ?? 1), 28);
  bytes[32] = identifier.length;
  bytes.set(identifier, 33);
  bytes.set(systemUse, 33 + identifier.length + (identifier.length % 2 === 0 ? 1 : 0));
  return bytes;
}

/** A path table record (9.4); numbers MSB first in a Type M table. */
export function pathTableRecord(
  identifier: Uint8Array,
  location: number,
  parent: number,
  xarLength: number,
  msb: boolean,
): Uint8Array {
  const head = new Uint8Array([identifier.length, xarLength]);
  const padding = new Uint8Array(identifier.length % 2);
  return concat(head, number32(location, msb), number16(parent, msb), identifier, padding);
}

/** What an extended attribute record holds (9.5). */
export type ExtendedAttributes = {
  readonly owner?: number;
  readonly group?: number;
  readonly permissions?: number;
  readonly recordFormat?: number;
  readonly recordAttributes?: number;
  readonly recordLength?: number;
  readonly systemIdentifier?: string;
  readonly applicationUse?: Uint8Array;
  readonly escapeSequences?: Uint8Array;
  readonly version?: number;
};

/** An extended attribute record (9.5). */
export function extendedAttributeRecord(fields: ExtendedAttributes): Uint8Array {
  const use = fields.applicationUse ?? new Uint8Array(0);
  const escapes = fields.escapeSequences ?? new Uint8Array(0);
  const bytes = new Uint8Array(250 + use.length + escapes.length);
  bytes.set(both16(fields.owner ?? 0), 0);
  bytes.set(both16(fields.group ?? 0), 4);
  bytes.set(number16(fields.permissions ?? 0xaaaa, true), 8);
  bytes.set(date17, 10);
  bytes.set(date17, 27);
  bytes.set(unset17, 44);
  bytes.set(unset17, 61);
  bytes[78] = fields.recordFormat ?? 0;
  bytes[79] = fields.recordAttributes ?? 0;
  bytes.set(both16(fields.recordLength ?? 0), 80);
  bytes.fill(0x20, 84, 116);
  bytes.set(ascii(fields.systemIdentifier ?? ""), 84);
  bytes[180] = fields.version ?? 1;
  bytes[181] = escapes.length;
  bytes.set(both16(use.length), 246);
  bytes.set(use, 250);
  bytes.set(escapes, 250 + use.length);
  return bytes;
}

/** What a descriptor of a tree holds (8.4, 8.5). */
export type TreeDescriptorFields = {
  readonly type: 1 | 2;
  readonly version: 1 | 2;
  /** UCS-2 text. */
  readonly wide: boolean;
  readonly flags: number;
  readonly escapeSequences: Uint8Array;
  readonly systemIdentifier: string;
  readonly volumeIdentifier: string;
  readonly volumeSpaceSize: number;
  readonly setSize: number;
  readonly sequence: number;
  readonly blockSize: number;
  readonly pathTableSize: number;
  /** L, optional L, M, optional M: logical block numbers, 0 for none. */
  readonly pathTables: readonly [number, number, number, number];
  /** 34 bytes. */
  readonly root: Uint8Array;
  readonly applicationUse?: Uint8Array;
};

/** A primary, supplementary or enhanced volume descriptor (8.4, 8.5). */
export function treeDescriptor(fields: TreeDescriptorFields): Uint8Array {
  const bytes = new Uint8Array(2048);
  const text = (at: number, size: number, value: string) => {
    for (let i = at; i < at + size; i++) bytes[i] = fields.wide && (i - at) % 2 === 0 ? 0 : 0x20;
    if (fields.wide && size % 2 === 1) bytes[at + size - 1] = 0;
    bytes.set(fields.wide ? ucs2(value) : ascii(value), at);
  };
  bytes.set(
    concat(new Uint8Array([fields.type]), ascii("CD001"), new Uint8Array([fields.version])),
  );
  bytes[7] = fields.flags;
  text(8, 32, fields.systemIdentifier);
  text(40, 32, fields.volumeIdentifier);
  bytes.set(both32(fields.volumeSpaceSize), 80);
  bytes.set(fields.escapeSequences, 88);
  bytes.set(both16(fields.setSize), 120);
  bytes.set(both16(fields.sequence), 124);
  bytes.set(both16(fields.blockSize), 128);
  bytes.set(both32(fields.pathTableSize), 132);
  const [typeL, optionalL, typeM, optionalM] = fields.pathTables;
  bytes.set(number32(typeL), 140);
  bytes.set(number32(optionalL), 144);
  bytes.set(number32(typeM, true), 148);
  bytes.set(number32(optionalM, true), 152);
  bytes.set(fields.root, 156);
  for (const at of [190, 318, 446, 574]) text(at, 128, "");
  for (const at of [702, 739, 776]) text(at, 37, "");
  bytes.set(date17, 813);
  bytes.set(date17, 830);
  bytes.set(unset17, 847);
  bytes.set(unset17, 864);
  bytes[881] = fields.version;
  bytes.set(fields.applicationUse ?? new Uint8Array(0), 883);
  return bytes;
}

/** A boot record (8.2); El Torito's has the catalogue's sector at the start of its use field. */
export function bootRecord(system: string, use: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2048);
  bytes.set(concat(new Uint8Array([0]), ascii("CD001"), new Uint8Array([1]), ascii(system)));
  bytes.set(use, 71);
  return bytes;
}

/** A volume partition descriptor (8.6). */
export function partitionDescriptor(name: string, location: number, size: number): Uint8Array {
  const bytes = new Uint8Array(2048);
  bytes.set(concat(new Uint8Array([3]), ascii("CD001"), new Uint8Array([1])));
  bytes.fill(0x20, 8, 72);
  bytes.set(ascii(name), 40);
  bytes.set(both32(location), 72);
  bytes.set(both32(size), 80);
  return bytes;
}

/** A volume descriptor set terminator (8.3). */
export function setTerminator(): Uint8Array {
  const bytes = new Uint8Array(2048);
  bytes.set(concat(new Uint8Array([255]), ascii("CD001"), new Uint8Array([1])));
  return bytes;
}

/** A validation entry of a boot catalogue, its checksum right (El Torito 2.1). */
export function validationEntry(platform = 0, id = ""): Uint8Array {
  const bytes = concat(new Uint8Array([1, platform, 0, 0]), new Uint8Array(28));
  bytes.set(ascii(id), 4);
  bytes.set([0x55, 0xaa], 30);
  const view = new DataView(bytes.buffer);
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += view.getUint16(at, true);
  view.setUint16(28, 0x10000 - sum % 0x10000, true);
  return bytes;
}

/** An initial or section entry (El Torito 2.2, 2.4). */
export function bootEntry(
  { sector, count = 4, media = 0, bootable = true, criteria = new Uint8Array(0) }: {
    readonly sector: number;
    readonly count?: number;
    readonly media?: number;
    readonly bootable?: boolean;
    /** Selection criteria type and data. */
    readonly criteria?: Uint8Array;
  },
): Uint8Array {
  const bytes = new Uint8Array(32);
  const view = new DataView(bytes.buffer);
  bytes[0] = bootable ? 0x88 : 0;
  bytes[1] = media;
  view.setUint16(6, count, true);
  view.setUint32(8, sector, true);
  bytes.set(criteria, 12);
  return bytes;
}

/** A section header (El Torito 2.3). */
export function sectionHeader(
  { platform, count, last = true }: {
    readonly platform: number;
    readonly count: number;
    readonly last?: boolean;
  },
): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes[0] = last ? 0x91 : 0x90;
  bytes[1] = platform;
  new DataView(bytes.buffer).setUint16(2, count, true);
  return bytes;
}

/** An image whose only structure is a High Sierra descriptor and its terminator. */
export function buildHighSierra(label: string, sectors = 32): Uint8Array {
  const bytes = new Uint8Array(sectors * 2048);
  const view = new DataView(bytes.buffer);
  for (const [sector, type] of [[16, 1], [17, 255]] as const) {
    const at = sector * 2048;
    view.setUint32(at, sector, true);
    view.setUint32(at + 4, sector);
    bytes[at + 8] = type;
    bytes.set(ascii("CDROM"), at + 9);
    bytes[at + 14] = 1;
  }
  const at = 16 * 2048;
  bytes.fill(0x20, at + 16, at + 80);
  bytes.set(ascii(label), at + 48);
  view.setUint32(at + 88, sectors, true);
  view.setUint32(at + 92, sectors);
  return bytes;
}
