// Files of very many members, members that overlap, and checkers that are interrupted.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { NotChecked } from "../../../src/proof/formats/format.ts";
import { Pipe } from "../../../src/proof/formats/reader.ts";
import { checkZstd } from "../../../src/proof/formats/zstd.ts";
import { checkBytes, fromBase64 } from "./support.ts";
import { vectors } from "./vectors.ts";

const EMPTY_GZIP = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const EMPTY_BZIP2 = [0x42, 0x5a, 0x68, 0x39, 0x17, 0x72, 0x45, 0x38, 0x50, 0x90, 0, 0, 0, 0];
/** A frame without content and checksum. */
const EMPTY_ZSTD = [0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0];

function times(count: number, member: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(count * member.length);
  for (let at = 0; at < bytes.length; at += member.length) bytes.set(member, at);
  return bytes;
}

for (
  const [name, member, covered] of [
    ["gzip", EMPTY_GZIP, EMPTY_GZIP.length],
    // No checksum covers the header of a stream.
    ["bzip2", EMPTY_BZIP2, EMPTY_BZIP2.length - 4],
    ["zstd", EMPTY_ZSTD, 0],
  ] as const
) {
  Deno.test(`${name}: as many empty members as are checked cost little`, async () => {
    const started = performance.now();
    const said = await checkBytes(times(65_536, member));
    assertEquals(said.failures, []);
    assert(!said.unchecked.some((reason) => reason.includes("members")));
    assertEquals(said.held, 65_536 * covered);
    // Room made anew for each, or bytes that are moved for each, took minutes.
    assert(performance.now() - started < 20_000);
  });

  Deno.test(`${name}: empty members behind those are not checked, which is said`, async () => {
    const said = await checkBytes(times(70_000, member));
    assertEquals(said.failures, []);
    assert(said.unchecked.some((reason) => reason.startsWith("it has more than 65536 members")));
  });
}

Deno.test("members of a usual size are all checked, wherever pieces end", async () => {
  const padded = fromBase64(vectors["multi.gz"] ?? "");
  const { held } = await checkBytes(padded);
  const all = times(20, [...padded.subarray(0, held)]);
  for (const piece of [7, 1000, 4096, 5000, 1024 * 1024]) {
    const said = await checkBytes(all, { piece });
    assertEquals([said.held, said.failures, said.unchecked], [all.length, [], []], `${piece}`);
  }
});

/** A frame that goes on and on: blocks of one byte 131,072 times. */
function endlessZstd(): Uint8Array {
  const blocks = times(250_000, [0x02, 0x00, 0x10, 0x41]);
  const frame = new Uint8Array(6 + blocks.length);
  frame.set([0x28, 0xb5, 0x2f, 0xfd, 0, 0x38]);
  frame.set(blocks, 6);
  return frame;
}

Deno.test("a checker ends with the reason of its signal while it expands what it has", async () => {
  const bytes = endlessZstd();
  const controller = new AbortController();
  const pipe = new Pipe(
    bytes.length,
    () => Promise.reject(new NotChecked("nothing")),
    controller.signal,
  );
  const report = {
    ...{ zisofs: undefined, size: bytes.length, reached: 0 },
    ...{ holds() {}, fails() {}, remarks() {}, failsZisofs() {}, grew() {}, unchecked() {} },
  };
  const checked = checkZstd(pipe, report).finally(() => pipe.close());
  const ended = assertRejects(() => checked, Error, "enough");
  setTimeout(() => controller.abort(new Error("enough")), 1);
  await pipe.feed(bytes);
  await ended;
});

Deno.test("zip: members that begin inside others are counted, with their bytes", async () => {
  const bytes = fromBase64(vectors["two.zip"] ?? "").slice();
  const second = bytes.findLastIndex((byte, at) =>
    byte === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 1 && bytes[at + 3] === 2
  );
  // The second entry of the directory names the place of the first member.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setUint32(second + 42, 0, true);
  const said = await checkBytes(bytes);
  assertEquals(said.unchecked, ["1 of its 2 members begin inside others"]);
  const claimed = 30 + view.getUint16(second + 28, true) + view.getUint32(second + 20, true);
  assertEquals(said.open, claimed);
});
