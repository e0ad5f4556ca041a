// RPM packages (versions 3 to 6 of the format): digests of header and payload.

import { hex } from "../../bytes/text.ts";
import { decodeLatin1 } from "../../bytes/text.ts";
import { type Algorithm, createDigest, type Digest } from "../../kernel/digest.ts";
import { be, begins } from "./content.ts";
import {
  Damaged,
  type FileReader,
  type Format,
  type FormatReport,
  MOST_PEEKED,
  NotChecked,
} from "./format.ts";
import { left, pour, take } from "./reader.ts";

const LEAD = 96;
const HEADER_MAGIC = [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
const INTRO = 16;
const ENTRY = 16;
/** Bytes of a header that are read. */
const MOST_HEADER = 32 * 1024 * 1024;

/** Tags of the signature header. */
const SIZE = 1000;
const LONG_SIZE = 270;
const MD5 = 1004;
const SHA1 = 269;
const SHA256 = 273;
/** Tags of the main header. */
const PAYLOAD_DIGEST = 5092;
const PAYLOAD_ALGORITHM = 5093;

/** Digests of a payload by their OpenPGP number. */
const algorithms: Readonly<Record<number, Algorithm>> = {
  1: "md5",
  2: "sha1",
  8: "sha256",
  10: "sha512",
};

/** RPM. */
export const rpm: Format = {
  name: "RPM",
  probe: (head) => begins(head, [0xed, 0xab, 0xee, 0xdb]) && begins(head, HEADER_MAGIC, LEAD),
  check: checkRpm,
};

type Tag = { readonly type: number; readonly count: number; readonly bytes: Uint8Array };
type Header = {
  readonly from: number;
  readonly to: number;
  readonly tags: ReadonlyMap<number, Tag>;
};

async function checkRpm(reader: FileReader, report: FormatReport): Promise<void> {
  await reader.skip(LEAD);
  const signature = await readHeader(reader, "the signature header", () => {});
  await reader.skip((8 - (signature.to - signature.from) % 8) % 8);
  const whole = wantedDigest(signature, MD5, "md5");
  const sums = [wantedDigest(signature, SHA1, "sha1"), wantedDigest(signature, SHA256, "sha256")];
  const main = await readHeader(reader, "the main header", (bytes) => {
    for (const sum of [whole, ...sums]) sum?.digest.update(bytes);
  });
  const payload = payloadDigest(main);
  await pour(reader, left(reader), (bytes) => {
    whole?.digest.update(bytes);
    payload?.digest.update(bytes);
  });
  const stretches = { signature, main, payload: { from: main.to, to: reader.end } };
  judge({ whole, sums, payload, stretches }, report);
  judgeSize(signature, main, reader.end, report);
}

type Wanted = { readonly name: string; readonly recorded: string; readonly digest: Digest };

function wantedDigest({ tags }: Header, number: number, algorithm: Algorithm): Wanted | undefined {
  const tag = tags.get(number);
  if (tag === undefined) return undefined;
  const recorded = tag.type === 7
    ? hex(tag.bytes.subarray(0, Math.min(tag.count, TEXT)))
    : textOf(tag.bytes);
  return { name: algorithm.toUpperCase(), recorded, digest: createDigest(algorithm) };
}

function payloadDigest({ tags }: Header): Wanted | undefined {
  const number = tags.get(PAYLOAD_ALGORITHM);
  const algorithm = algorithms[number === undefined ? 8 : be(number.bytes, 0, 4)];
  const tag = tags.get(PAYLOAD_DIGEST);
  if (tag === undefined || algorithm === undefined) return undefined;
  return {
    name: algorithm.toUpperCase(),
    recorded: textOf(tag.bytes),
    digest: createDigest(algorithm),
  };
}

type Stretch = { readonly from: number; readonly to: number };

type Judged = {
  readonly whole: Wanted | undefined;
  readonly sums: readonly (Wanted | undefined)[];
  readonly payload: Wanted | undefined;
  readonly stretches: {
    readonly signature: Stretch;
    readonly main: Stretch;
    readonly payload: Stretch;
  };
};

function judge({ whole, sums, payload, stretches }: Judged, report: FormatReport): void {
  const { main } = stretches;
  const known = sums.filter((sum) => sum !== undefined);
  const isGood = known.map((sum) => say(sum, "header", main, report));
  const isHeaderGood = known.length === 0 || isGood.some((good) => good);
  const isPayloadGood = payload === undefined ||
    say(payload, "payload", stretches.payload, report);
  if (whole === undefined) {
    if (known.length + (payload === undefined ? 0 : 1) === 0) {
      report.unchecked("the package carries no digests", main.from, stretches.payload.to);
    }
    return;
  }
  // What a failing part already says is not said a second time.
  if ((!isHeaderGood || !isPayloadGood) && whole.digest.hex() !== whole.recorded) return;
  const all = { from: main.from, to: stretches.payload.to };
  const isProven = known.length > 0 && payload !== undefined;
  if (whole.digest.hex() === whole.recorded || !isProven) {
    say(whole, "header and payload", all, report);
  } else say(whole, "header and payload", stretches.signature, report);
}

function say(
  { name, recorded, digest }: Wanted,
  of: string,
  { from, to }: Stretch,
  report: FormatReport,
): boolean {
  const computed = digest.hex();
  const what = `RPM ${of} ${name}`;
  if (computed === recorded) {
    report.holds(what, "digest", from, to);
    return true;
  }
  const message = `the ${of} of the package has ${name} ${computed}, it records ${recorded}`;
  report.fails({ what, from, to, message, recorded, computed, strength: "digest" });
  return false;
}

function judgeSize({ tags }: Header, { from }: Header, end: number, report: FormatReport): void {
  const tag = tags.get(LONG_SIZE) ?? tags.get(SIZE);
  if (tag === undefined) return;
  const recorded = be(tag.bytes, 0, tag.type === 5 ? 8 : 4);
  if (recorded === end - from) return;
  const message = `the package says ${recorded} bytes of header and payload, the file has ${
    end - from
  }`;
  report.fails({ what: "RPM size", from, to: end, message, strength: "structure" });
}

async function readHeader(
  reader: FileReader,
  what: string,
  into: (bytes: Uint8Array) => void,
): Promise<Header> {
  const from = reader.position;
  const intro = reader.ready(INTRO) ?? await reader.peek(INTRO);
  const count = be(intro, 8, 4);
  const size = be(intro, 12, 4);
  const length = INTRO + count * ENTRY + size;
  if (!begins(intro, HEADER_MAGIC) || length > left(reader)) {
    throw new Damaged(`${what} is none, or does not fit into the file`, from);
  }
  if (length > MOST_HEADER) throw new NotChecked(`${what} has ${length} bytes`);
  const bytes = length <= MOST_PEEKED
    ? await take(reader, length)
    : await reader.look(from, length);
  if (reader.position === from) await reader.skip(length);
  into(bytes);
  return { from, to: from + length, tags: tagsOf(bytes, count) };
}

const WANTED = new Set([SIZE, LONG_SIZE, MD5, SHA1, SHA256, PAYLOAD_DIGEST, PAYLOAD_ALGORITHM]);

function tagsOf(bytes: Uint8Array, count: number): Map<number, Tag> {
  const tags = new Map<number, Tag>();
  const store = bytes.subarray(INTRO + count * ENTRY);
  for (let index = 0; index < count; index++) {
    const at = INTRO + index * ENTRY;
    const number = be(bytes, at, 4);
    if (!WANTED.has(number)) continue;
    tags.set(number, {
      type: be(bytes, at + 4, 4),
      count: be(bytes, at + 12, 4),
      bytes: store.subarray(be(bytes, at + 8, 4)),
    });
  }
  return tags;
}

/** Bytes of the longest digest as hexadecimal. */
const TEXT = 256;

function textOf(bytes: Uint8Array): string {
  const end = bytes.subarray(0, TEXT).indexOf(0);
  return decodeLatin1(bytes.subarray(0, end < 0 ? TEXT : end)).toLowerCase();
}
