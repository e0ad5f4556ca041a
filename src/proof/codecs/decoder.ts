// What decoders of compressed streams have in common: they are given bytes, and say how many they used.

import { checkExpansion, Damaged, type FileReader } from "../formats/format.ts";

/** Takes content as it is decoded; the bytes are overwritten afterwards. */
export type Sink = (bytes: Uint8Array) => void;

/** Decodes one stream. */
export interface Decoder {
  /** Whether the stream has ended: what follows is not part of it. */
  readonly done: boolean;
  /**
   * Decodes from the bytes and gives how many of them it has used. It may leave up to
   * {@linkcode LEAST} bytes, unless they are the `last` of all. Throws {@linkcode Damaged} where the stream cannot
   * be what the format allows.
   */
  decode(bytes: Uint8Array, last: boolean): number;
}

/** Bytes that every decoder can go on with. */
export const LEAST = 4096;

/** Bytes that a decoder is given at a time: what they may expand to is decoded in well under a second. */
const MOST = 64 * 1024;

/** Decodes a stream from where the reader is to its end, and leaves the reader there. */
export async function decodeStream(
  reader: FileReader,
  decoder: Decoder,
  content: { readonly bytes: number },
): Promise<void> {
  const start = reader.position;
  while (!decoder.done) {
    const bytes = (reader.ready(LEAST) ?? await reader.peek(LEAST)).subarray(0, MOST);
    const last = bytes.length === reader.end - reader.position;
    const used = decodeSome(decoder, bytes, last, reader.position);
    reader.advance(used);
    if (used === 0 && !decoder.done && last) {
      throw new Damaged("the stream is not complete where its bytes end", reader.end, true);
    }
    checkExpansion(content.bytes, reader.position - start);
  }
}

function decodeSome(decoder: Decoder, bytes: Uint8Array, last: boolean, at: number): number {
  try {
    return decoder.decode(bytes, last);
  } catch (error) {
    // A decoder counts from the bytes that it was given.
    if (!(error instanceof Damaged)) throw error;
    throw new Damaged(error.message, at + Math.min(bytes.length, error.at ?? 0), error.cut);
  }
}
