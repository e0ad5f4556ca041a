// Files, blobs and standard input as byte sources.

import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { MemorySource, SourceError } from "../../src/bytes/source.ts";
import { BlobSource } from "../../src/platform/blob_source.ts";
import { PlatformError } from "../../src/platform/errors.ts";
import { FileSource, readWhole, withTurns } from "../../src/platform/file_source.ts";
import { passOnce, spool } from "../../src/platform/stdin.ts";

const sample = decodeURIComponent(new URL("../../fixtures/sample.iso", import.meta.url).pathname);

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-platform-" });
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("FileSource reads the same with and without waiting", async () => {
  const whole = await Deno.readFile(sample);
  const file = FileSource.open(sample);
  assertEquals(file.size, whole.length);
  for (const [offset, length] of [[0, 1], [32_768, 2048], [file.size - 3, 10], [file.size, 4]]) {
    const expected = whole.subarray(offset, (offset ?? 0) + (length ?? 0));
    const [one, two] = [new Uint8Array(length ?? 0), new Uint8Array(length ?? 0)];
    assertEquals(file.readSync(offset ?? 0, one), expected.length);
    assertEquals(await file.read(offset ?? 0, two), expected.length);
    assertEquals(one.subarray(0, expected.length), expected);
    assertEquals(two, one);
  }
  assertEquals(await file.changed(), false);
  file.close();
  file.close();
  assertThrows(() => file.readSync(0, new Uint8Array(1)), SourceError, "closed");
});

Deno.test("FileSource says what it does not open", () =>
  withFolder(async (folder) => {
    const empty = `${folder}/empty`;
    await Deno.writeFile(empty, new Uint8Array(0));
    const cases: readonly (readonly [string, string])[] = [
      [`${folder}/none`, "there is no such file"],
      [folder, "it is a folder"],
      [empty, "it is empty (0 bytes)"],
      ["/dev/null", "no file that can be read anywhere"],
    ];
    for (const [path, message] of cases) {
      assertThrows(() => FileSource.open(path), PlatformError, message);
    }
    const allowed = FileSource.open(empty, { empty: true });
    assertEquals(allowed.size, 0);
    allowed.close();
  }));

Deno.test("FileSource follows no symbolic link out of the folder where that is asked for", () =>
  withFolder(async (folder) => {
    await Deno.mkdir(`${folder}/in/sub`, { recursive: true });
    await Deno.writeTextFile(`${folder}/in/sub/data`, "x");
    await Deno.writeTextFile(`${folder}/out`, "x");
    await Deno.symlink("in", `${folder}/alias`);
    await Deno.symlink("sub/data", `${folder}/in/below`);
    await Deno.symlink("../out", `${folder}/in/above`);
    await Deno.symlink("../alias/../out", `${folder}/in/round`);
    await Deno.symlink("none", `${folder}/in/dangling`);
    for (const name of ["in/below", "alias/below", "in/sub/data"]) {
      FileSource.open(`${folder}/${name}`, { beside: true }).close();
    }
    for (const name of ["in/above", "alias/above", "in/round"]) {
      const path = `${folder}/${name}`;
      const message = "a symbolic link that leads out of its folder";
      assertThrows(() => FileSource.open(path, { beside: true }), PlatformError, message);
      FileSource.open(path).close();
    }
    const dangling = () => FileSource.open(`${folder}/in/dangling`, { beside: true });
    assertThrows(dangling, PlatformError, "there is no such file");
  }));

Deno.test("readWhole() reads up to its limit, and nothing once it is interrupted", () =>
  withFolder(async (folder) => {
    const path = `${folder}/list`;
    const bytes = new Uint8Array(200_000).map((_, index) => index % 251);
    await Deno.writeFile(path, bytes);
    assertEquals(await readWhole(path, 200_000), bytes);
    await assertRejects(() => readWhole(path, 199_999), PlatformError, "longer than 199999");
    await assertRejects(() => readWhole(folder, 1), PlatformError, "it is a folder");
    const none = await assertRejects(() => readWhole(`${folder}/none`, 1), PlatformError);
    assertEquals(none.code, "ENOENT");
    const signal = AbortSignal.abort();
    await assertRejects(() => readWhole(path, 200_000, signal), DOMException);
  }));

Deno.test("FileSource.changed() sees a file that grew", () =>
  withFolder(async (folder) => {
    const path = `${folder}/growing`;
    await Deno.writeTextFile(path, "one");
    const file = FileSource.open(path);
    await Deno.writeTextFile(path, "two", { append: true });
    assertEquals(await file.changed(), true);
    file.close();
  }));

Deno.test("FileSource names a missing permission", { permissions: { read: [sample] } }, () => {
  const error = assertThrows(() => FileSource.open("/elsewhere.iso"), PlatformError);
  assertStringIncludes(error.message, "--allow-read");
});

Deno.test("withTurns() gives timers their turn in the middle of reads", async () => {
  const source = withTurns(new MemorySource(new Uint8Array(16)));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const begun = performance.now();
  while (performance.now() - begun < 200) await source.read(0, new Uint8Array(16));
  clearInterval(timer);
  assert(turns > 0);
});

Deno.test("BlobSource reads across its blocks and asks for each once", async () => {
  const bytes = new Uint8Array(700_000).map((_, index) => index % 251);
  const blob = new Blob([bytes]);
  let slices = 0;
  const slice = blob.slice.bind(blob);
  blob.slice = (...range) => {
    slices++;
    return slice(...range);
  };
  const source = new BlobSource(blob, "x.iso");
  assertEquals([source.name, source.size], ["x.iso", 700_000]);
  for (const offset of [0, 1, 262_140, 524_280, 699_990]) {
    const into = new Uint8Array(20);
    const count = await source.read(offset, into);
    assertEquals(into.subarray(0, count), bytes.subarray(offset, offset + 20));
  }
  assertEquals(slices, 3);
  const large = new Uint8Array(700_000);
  assertEquals(await source.read(0, large), 700_000);
  assertEquals(large, bytes);
  assertEquals(slices, 4);
  assertEquals(await source.read(700_000, new Uint8Array(5)), 0);
});

Deno.test("BlobSource says what it could not read", async () => {
  const blob = new Blob([new Uint8Array(10)]);
  blob.slice = () => {
    throw new Error("the file has gone");
  };
  await assertRejects(
    () => new BlobSource(blob).read(2, new Uint8Array(4)),
    SourceError,
    "the file has gone",
  );
});

async function* chunks(...sizes: number[]): AsyncGenerator<Uint8Array> {
  for (const size of sizes) {
    await Promise.resolve();
    yield new Uint8Array(size).fill(size);
  }
}

function leftIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

Deno.test("spool() keeps a stream in a file without a name", () =>
  withFolder(async (folder) => {
    const { source, remove } = await spool(chunks(3, 5), { folder, limit: 8 });
    assertEquals(source.size, 8);
    const into = new Uint8Array(8);
    assertEquals(source.readSync(0, into), 8);
    assertEquals([...into], [3, 3, 3, 5, 5, 5, 5, 5]);
    source.close();
    remove();
    assertEquals(leftIn(folder), []);
  }));

Deno.test("spool() ends at its limit, at nothing and at an interrupt, and leaves nothing", () =>
  withFolder(async (folder) => {
    await assertRejects(
      () => spool(chunks(3, 6), { folder, limit: 8 }),
      PlatformError,
      "longer than 8 bytes",
    );
    await assertRejects(() => spool(chunks(), { folder, limit: 8 }), PlatformError, "empty");
    const signal = AbortSignal.abort();
    await assertRejects(() => spool(chunks(1), { folder, limit: 8, signal }), DOMException);
    await assertRejects(
      () => spool(chunks(1), { folder: `${folder}/none`, limit: 8 }),
      PlatformError,
      "Cannot spool to",
    );
    assertEquals(leftIn(folder), []);
  }));

Deno.test("passOnce() keeps both ends and counts the rest", async () => {
  let seen = 0;
  const take = (chunk: Uint8Array) => seen += chunk.length;
  const { head, tail, bytes } = await passOnce(chunks(3, 5, 7), { keep: 6, last: 4 }, take);
  assertEquals([[...head], [...tail], bytes, seen], [[3, 3, 3, 5, 5, 5], [7, 7, 7, 7], 15, 15]);
  const short = await passOnce(chunks(2), { keep: 6, last: 4 }, () => {});
  assertEquals([[...short.head], [...short.tail]], [[2, 2], [2, 2]]);
});

Deno.test("passOnce() keeps the same end however the stream is cut", async () => {
  const all = new Uint8Array(300).map((_, index) => index % 251);
  async function* pieces(size: number): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
  }
  for (const size of [1, 7, 63, 64, 65, 128, 300]) {
    const { tail } = await passOnce(pieces(size), { keep: 0, last: 64 }, () => {});
    assertEquals(tail, all.subarray(236));
  }
});
