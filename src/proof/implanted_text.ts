// The text in the application use of a primary descriptor (ECMA-119:1987 8.4.32) that records digests of the
// image: as isomd5sum writes it, and as the media tags of SUSE.

/** Bytes of the application use from the start of the descriptor, as far as both tools use it. */
export const textArea = { offset: 883, length: 512 } as const;

/** Where digests are recorded, and the volume that they are over. */
export type ImplantPlace = {
  /** Logical byte of the text. */
  readonly text: number;
  /** Bytes of the volume. */
  readonly volume: number;
};

/** What isomd5sum recorded. */
export type ImplantedText = {
  readonly digest: string;
  /** Sectors at the end of the volume that it leaves out; what the tool always writes where it is not told. */
  readonly skipped: number;
  readonly fragments?: { readonly sums: string; readonly count: number };
  /** What cannot be read, in words. */
  readonly fault?: string;
};

/** Hexadecimal digits of all fragment sums together. */
export const FRAGMENT_DIGITS = 60;

/** Sectors that the tool leaves out, ever since it does. */
export const SKIPPED = 15;
const none = /[^0-9a-f]/;

/** Reads the text of isomd5sum; undefined where there is none, a fault alone where the digest is missing. */
export function parseImplanted(
  text: string,
): ImplantedText | { readonly fault: string } | undefined {
  if (!/ISO MD5SUM/i.test(text)) return undefined;
  const digest = field(text, "ISO MD5SUM")?.toLowerCase();
  if (digest?.length !== 32) {
    const what = digest === undefined ? "has no value" : `is ${quoted(digest)}`;
    return { fault: `the MD5 ${what}: 32 hexadecimal digits are due` };
  }
  const skip = field(text, "SKIPSECTORS");
  const base = { digest, skipped: SKIPPED };
  if (none.test(digest)) return { ...base, fault: `the MD5 ${quoted(digest)} is not hexadecimal` };
  if (skip === undefined) return { ...base, fault: "SKIPSECTORS is missing" };
  if (!/^\d{1,9}$/.test(skip)) {
    return { ...base, fault: `SKIPSECTORS is ${quoted(skip)}, which is no number` };
  }
  return { ...base, skipped: Number(skip), ...fragmentsOf(text) };
}

function fragmentsOf(text: string): Pick<ImplantedText, "fragments" | "fault"> {
  const sums = field(text, "FRAGMENT SUMS")?.toLowerCase();
  const count = field(text, "FRAGMENT COUNT");
  // Before 2005 there were no fragments; of the smallest images not one sum is written.
  if (sums === undefined && (count === undefined || /FRAGMENT SUMS = ;/.test(text))) return {};
  if (sums === undefined) return { fault: "FRAGMENT SUMS is missing" };
  if (count === undefined) return { fault: "FRAGMENT COUNT is missing" };
  if (none.test(sums)) {
    return { fault: `FRAGMENT SUMS is ${quoted(sums)}, which is not hexadecimal` };
  }
  const number = /^\d{1,3}$/.test(count) ? Number(count) : 0;
  if (number === 0 || FRAGMENT_DIGITS % number !== 0) {
    return {
      fault: `FRAGMENT COUNT is ${quoted(count)}, which does not divide ${FRAGMENT_DIGITS}`,
    };
  }
  return { fragments: { sums, count: number } };
}

function field(text: string, name: string): string | undefined {
  const pattern = new RegExp(`${name.replace(" ", "\\s+")}\\s*=\\s*([^;]*)`, "i");
  const value = pattern.exec(text)?.[1]?.trim();
  return value === "" ? undefined : value;
}

function quoted(text: string): string {
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  return `"${shown.replace(/[^\x20-\x7e]/g, "?")}"`;
}

/** What a media tag of SUSE recorded. */
export type TagText = {
  readonly algorithm: string;
  readonly digest: string;
  /** Logical blocks at the end that count as zeros. */
  readonly pad: number;
  /** Blocks of 512 bytes. */
  readonly partition?: { readonly start: number; readonly count: number; readonly digest: string };
  /** Block of 512 bytes at which the signature block begins. */
  readonly signature?: number;
};

const tagDigests: Readonly<Record<string, number>> = {
  md5sum: 32,
  sha1sum: 40,
  sha224sum: 56,
  sha256sum: 64,
  sha384sum: 96,
  sha512sum: 128,
};

/** Reads a media tag; undefined where there is none. */
export function parseMediaTag(text: string): TagText | undefined {
  const values = new Map<string, string>();
  for (const part of text.split(/[;\n\0]/)) {
    const [, key, value] = /^\s*([a-z0-9]+)=(\S*)\s*$/.exec(part) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, value);
  }
  const name = Object.keys(tagDigests).find((key) => values.has(key));
  const digest = name === undefined ? undefined : values.get(name)?.toLowerCase();
  if (name === undefined || digest === undefined) return undefined;
  if (digest.length !== tagDigests[name]) return undefined;
  const [start, count, part = ""] = (values.get("partition") ?? "").split(",");
  const partition = { start: Number(start), count: Number(count), digest: part.toLowerCase() };
  const hasPartition = part.length === digest.length && partition.start >= 0 && partition.count > 0;
  const signature = values.get("signature");
  return {
    algorithm: name.slice(0, -3),
    digest,
    pad: numberOf(values.get("pad")) ?? 0,
    ...(hasPartition ? { partition } : {}),
    ...(numberOf(signature) === undefined ? {} : { signature: Number(signature) }),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}
