// Finds what libisofs records to check a session by: tags behind its descriptors, and the checksum array.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { decodeLatin1 } from "../../bytes/text.ts";
import type { Reading } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";
import type { Tree } from "../../model/tree.ts";
import { volumeDescriptorSetTerminator } from "../iso9660/layout.ts";

/** Where to read. */
export type ChecksumContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly logicalSize: number;
  readonly out: ImageRecorder;
};

const HEAD = /^libisofs_(?:(?:rlsb32_|sb_|tree_)?checksum_tag_v1) /;
/** Tags of a session: over its descriptors, its tree and its data. */
const CHAIN = 3;
const TAG = { name: "libisofs checksum tag" } as const;
const ARRAY = { name: "libisofs MD5 array", algorithm: "MD5", item: 16 } as const;
/** A named file of the same bytes owns them before the array, which only an attribute tells of. */
const ARRAY_RANK = 30;

/** Claims the tags and arrays of all sessions for `descriptor`: they describe the session, and no file. */
export async function readChecksums(
  trees: readonly Tree[],
  context: ChecksumContext,
): Promise<void> {
  for (const { span } of [...context.out.structures.of(volumeDescriptorSetTerminator)]) {
    await readChain(span.start + SECTOR, context);
  }
  const { out, logicalSize } = context;
  for (const { checksumArea, blockSize } of trees) {
    if (checksumArea === undefined) continue;
    const { end, count, size, type } = checksumArea;
    const [start, length] = [end * blockSize, count * size];
    const isSane = type === ARRAY.algorithm && size === ARRAY.item && start + length <= logicalSize;
    if (isSane) out.claim(logicalSpan(start, length), "descriptor", ARRAY, ARRAY_RANK);
  }
}

async function readChain(first: number, { read, logicalSize, out }: ChecksumContext) {
  let start = first;
  for (let number = 0; number < CHAIN && start + SECTOR <= logicalSize; number++) {
    const { bytes } = await read(start, SECTOR);
    const line = decodeLatin1(bytes.subarray(0, 256)).split("\n", 1)[0] ?? "";
    if (bytes.length < SECTOR || !HEAD.test(line)) return;
    out.claim(logicalSpan(start, SECTOR), "descriptor", TAG);
    const next = Number(/ next=(\d{1,10}) /.exec(line)?.[1] ?? 0) * SECTOR;
    if (next <= start) return;
    start = next;
  }
}
