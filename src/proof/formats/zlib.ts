// zlib streams (RFC 1950): header, deflate data and Adler-32, as parts of other formats.

import { Adler32 } from "../codecs/checksums.ts";
import { decodeStream, type Sink } from "../codecs/decoder.ts";
import { Inflater } from "../codecs/inflate.ts";
import { be, hex32 } from "./content.ts";
import { Damaged, type FileReader } from "./format.ts";
import { take } from "./reader.ts";

const HEADER = 2;
const TRAILER = 4;
/** Preset dictionary (2.2). */
const DICTIONARY = 0x20;

function checkHeader(head: Uint8Array): void {
  const [method = 0, flags = 0] = head;
  if (head.length < HEADER || method % 16 !== 8 || (method * 256 + flags) % 31 !== 0) {
    throw new Damaged(`no zlib stream begins with bytes ${hex32(be(head, 0, HEADER)).slice(4)}`);
  }
  if ((flags & DICTIONARY) !== 0) throw new Damaged("the zlib stream asks for a dictionary");
}

function checkSum(trailer: Uint8Array, sum: Adler32): void {
  if (trailer.length < TRAILER) throw new Damaged("the zlib stream ends inside its Adler-32");
  const [recorded, computed] = [be(trailer, 0, TRAILER), sum.value];
  if (recorded === computed) return;
  const says = `the zlib stream ends with Adler-32 ${hex32(recorded)}`;
  throw new Damaged(`${says}, its content has ${hex32(computed)}`);
}

/** Decodes a zlib stream, and gives the bytes of its content; throws {@linkcode Damaged}. */
export async function readZlib(reader: FileReader, sink: Sink = () => {}): Promise<number> {
  checkHeader(await take(reader, HEADER));
  const sum = new Adler32();
  const content = { bytes: 0 };
  const inflater = new Inflater((bytes) => {
    content.bytes += bytes.length;
    sum.update(bytes);
    sink(bytes);
  });
  await decodeStream(reader, inflater, content);
  checkSum(await take(reader, TRAILER), sum);
  return content.bytes;
}

/**
 * Decodes the zlib stream that bytes begin with, whose content should have `length` bytes: gives how many
 * the stream has itself, or what is wrong with it. The content goes to a sink, whatever is wrong.
 */
export function inflateZlib(
  bytes: Uint8Array,
  length: number,
  sink: Sink = () => {},
): { readonly used: number; readonly fault?: string } {
  const sum = new Adler32();
  let found = 0;
  let used = HEADER;
  try {
    checkHeader(bytes.subarray(0, HEADER));
    const inflater = new Inflater((content) => {
      found += content.length;
      if (found > length) throw new Damaged(`it inflates to more than ${length} bytes`);
      sum.update(content);
      sink(content);
    });
    used += inflater.decode(bytes.subarray(HEADER), true);
    checkSum(bytes.subarray(used, used + TRAILER), sum);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    return { used, fault: error.message };
  }
  used += TRAILER;
  return found === length
    ? { used }
    : { used, fault: `it inflates to ${found} bytes, not ${length}` };
}
