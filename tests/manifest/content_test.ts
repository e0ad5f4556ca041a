import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { SECTOR } from "../../src/bytes/span.ts";
import { examine } from "../../src/examine.ts";
import { type ContentOptions, type ContentState, readContent } from "../../src/manifest/content.ts";
import type { Image } from "../../src/model/image.ts";
import type { Namespace } from "../../src/model/namespace.ts";
import { fixtureExpectation, fixtureImage } from "../support/fixtures.ts";
import { badRange } from "../support/sources.ts";
import { openBytes, openFixture, sha256 } from "./support.ts";

type Content = ContentState & { readonly content: Uint8Array; readonly pieces: number };

function place(image: Image, path: string): [Namespace, number] {
  const namespace = image.richest()?.namespace;
  assert(namespace !== undefined);
  const [node] = namespace.find(path);
  assert(node !== undefined, path);
  return [namespace, node];
}

async function contentOf(image: Image, path: string, options?: ContentOptions): Promise<Content> {
  const [namespace, node] = place(image, path);
  const iteration = readContent(image, namespace, node, options);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (;;) {
    const { done, value } = await iteration.next();
    if (done === true) {
      const content = new Uint8Array(await new Blob(parts).arrayBuffer());
      return { ...value, content, pieces: parts.length };
    }
    parts.push(value.slice());
  }
}

for (const pieceSize of [1, 7, SECTOR, SECTOR + 1, 1 << 20]) {
  Deno.test(`readContent() joins file sections in pieces of ${pieceSize}`, async () => {
    const image = await openFixture("multi-extent");
    const { files } = await fixtureExpectation("multi-extent");
    const expected = files?.find((file) => file.path === "MULTI.BIN");
    const { content, state, bytes } = await contentOf(image, "/MULTI.BIN", { pieceSize });
    assertEquals([state, bytes, content.length], ["ok", 9096, 9096]);
    assertEquals(await sha256(content), expected?.sha256 ?? "");
  });

  Deno.test(`readContent() leaves sync, header and codes out in pieces of ${pieceSize}`, async () => {
    for (const name of ["mode1-2352", "mode2-form1-2352", "xa1-genisoimage"]) {
      const image = await openFixture(name);
      const { files } = await fixtureExpectation(name);
      const expected = files?.find((file) => file.bytes > 2 * SECTOR);
      assert(expected !== undefined);
      const { content } = await contentOf(image, `/${expected.path}`, { pieceSize });
      assertEquals(await sha256(content), expected.sha256 ?? "", name);
    }
  });
}

Deno.test("readContent() stops where the image is cut, and counts what it delivered", async () => {
  const bytes = await fixtureImage("iso-level1-genisoimage");
  const whole = await openBytes(bytes);
  const [namespace, node] = place(whole, "/DOCS/GUIDE.TXT");
  const { start } = namespace.tree.extent(node, 0);
  for (const kept of [0, 1, 2047, 2048, 4999]) {
    const image = await openBytes(bytes.slice(0, start + kept));
    const { state, reason, bytes: count, content } = await contentOf(image, "/DOCS/GUIDE.TXT");
    assertEquals([state, count, content.length], ["cut", kept, kept]);
    assertMatch(reason ?? "", new RegExp(`^${5000 - kept} of 5000 bytes: they lie outside`));
  }
});

Deno.test("readContent() stops before bytes that the storage refuses", async () => {
  const bytes = await fixtureImage("iso-level1-genisoimage");
  const whole = await openBytes(bytes);
  const [namespace, node] = place(whole, "/DOCS/GUIDE.TXT");
  const { start } = namespace.tree.extent(node, 0);
  const image = await examine(badRange(bytes, start + 2100, 1));
  const { state, reason, content } = await contentOf(image, "/DOCS/GUIDE.TXT");
  assertEquals([state, content.length], ["unreadable", 2048]);
  assertMatch(reason ?? "", new RegExp(`offset ${start + 2048} of the image file`));
});

Deno.test("readContent() stops at the refused sector of a raw image", async () => {
  const bytes = await fixtureImage("mode1-2352");
  const whole = await openBytes(bytes, "image.bin");
  const [namespace, node] = place(whole, "/DOCS/GUIDE.TXT");
  const { start } = namespace.tree.extent(node, 0);
  const bad = whole.mapping.fileOffset(start + SECTOR) + 5;
  const image = await examine(badRange(bytes, bad, 1, "image.bin"));
  const { state, content } = await contentOf(image, "/DOCS/GUIDE.TXT");
  assertEquals([state, content.length], ["unreadable", SECTOR]);
});

Deno.test("readContent() says that data are on another volume of the set", async () => {
  const bytes = await fixtureImage("iso-level1-genisoimage");
  const whole = await openBytes(bytes);
  const [namespace, node] = place(whole, "/DOCS/GUIDE.TXT");
  const changed = bytes.slice();
  // Volume sequence number, both orders (ECMA-119:1987 9.1.9).
  changed.set([2, 0, 0, 2], namespace.tree.record(node) + 28);
  const { state, reason, content } = await contentOf(await openBytes(changed), "/DOCS/GUIDE.TXT");
  assertEquals([state, content.length], ["unreadable", 0]);
  assertMatch(reason ?? "", /another volume of the set/);
});

Deno.test("readContent() says that data are an audio track", async () => {
  const image = await openFixture("vcd-vcdimager");
  const [namespace, node] = place(image, "/INFO/README.TXT");
  namespace.tree.xa.set(node, 0x4555);
  const { state, reason } = await contentOf(image, "/INFO/README.TXT");
  assertEquals(state, "unreadable");
  assertMatch(reason ?? "", /audio track/);
});

Deno.test("readContent() has no pieces for an empty file", async () => {
  const image = await openFixture("zisofs1-xorriso");
  const { state, pieces, sourceBytes } = await contentOf(image, "/empty");
  assertEquals([state, pieces, sourceBytes], ["ok", 0, 0]);
});

Deno.test("readContent() ends with the reason of the signal", async () => {
  const image = await openFixture("multi-extent");
  const [namespace, node] = place(image, "/MULTI.BIN");
  const stop = new AbortController();
  const pieces = readContent(image, namespace, node, { pieceSize: 100, signal: stop.signal });
  await pieces.next();
  stop.abort(new Error("enough"));
  await assertRejects(() => pieces.next(), Error, "enough");
});

Deno.test("readContent() of any cut of an image never throws", async () => {
  const bytes = await fixtureImage("zisofs2-xorriso");
  for (let kept = 0; kept < bytes.length; kept += 6001) {
    const image = await examine(new MemorySource(bytes.slice(0, kept), "image.iso"));
    const namespace = image.richest()?.namespace;
    for (const { node, type } of namespace?.entries() ?? []) {
      if (type !== "file" || namespace === undefined) continue;
      const pieces = readContent(image, namespace, node);
      let next = await pieces.next();
      while (next.done !== true) next = await pieces.next();
      const full = next.value.bytes === namespace.contentSize(node);
      assertEquals(next.value.state === "ok", full);
    }
  }
});
