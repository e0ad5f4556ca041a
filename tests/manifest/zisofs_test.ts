import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { zlibSync } from "fflate";
import { readContent } from "../../src/manifest/content.ts";
import { manifest } from "../../src/manifest/manifest.ts";
import {
  adler32,
  type InflateEnd,
  inflateZisofs,
  type StoredReader,
} from "../../src/manifest/zisofs.ts";
import type { Zisofs } from "../../src/model/tree.ts";
import { corpusEntry, corpusFile, corpusTest } from "../support/corpus.ts";
import { fixtureExpectation } from "../support/fixtures.ts";
import { fileAt, openBytes, openDamaged, openFixture } from "./support.ts";

const BLOCK = 32 * 1024;

type Stored = { readonly zisofs: Zisofs; readonly bytes: Uint8Array };

/** A zisofs file as mkzftree and libisofs lay it out; blocks of zeros are not stored. */
function compress(content: Uint8Array, version: 1 | 2): Stored {
  const [headerSize, pointerSize] = version === 1 ? [16, 4] : [24, 8];
  const count = Math.ceil(content.length / BLOCK);
  const blocks = Array.from({ length: count }, (_, index) => {
    const block = content.slice(index * BLOCK, (index + 1) * BLOCK);
    return block.some((byte) => byte !== 0) ? zlibSync(block) : new Uint8Array(0);
  });
  let at = headerSize + pointerSize * (count + 1);
  const bytes = new Uint8Array(at + blocks.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  const put = (index: number, value: number) => {
    const place = headerSize + index * pointerSize;
    if (version === 1) view.setUint32(place, value, true);
    else view.setBigUint64(place, BigInt(value), true);
  };
  if (version === 1) {
    bytes.set(Uint8Array.fromHex("37e45396c9dbd607"));
    view.setUint32(8, content.length, true);
    bytes.set([4, 15], 12);
  } else {
    bytes.set(Uint8Array.fromHex("ef2255a1bc1b95a0000601" + "0f"));
    view.setBigUint64(12, BigInt(content.length), true);
  }
  put(0, at);
  for (const [index, block] of blocks.entries()) {
    bytes.set(block, at);
    at += block.length;
    put(index + 1, at);
  }
  const algorithm = version === 1 ? "pz" : "PZ";
  return {
    zisofs: { version, algorithm, headerSize, blockSize: BLOCK, size: content.length },
    bytes,
  };
}

function readerOf(bytes: Uint8Array): StoredReader {
  return (at, length) => Promise.resolve({ bytes: bytes.slice(at, at + length) });
}

async function inflated(
  { zisofs, bytes }: Stored,
  read = readerOf(bytes),
): Promise<{ end: InflateEnd; content: Uint8Array }> {
  const pieces = inflateZisofs(zisofs, bytes.length, read);
  const parts: Uint8Array[] = [];
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) return { end: value, content: await joined(parts) };
    parts.push(value.slice());
  }
}

async function joined(parts: readonly Uint8Array[]): Promise<Uint8Array> {
  return new Uint8Array(await new Blob(parts.map((part) => part.slice())).arrayBuffer());
}

function sampleContent(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at >= BLOCK && at < 2 * BLOCK ? 0 : at % 251);
}

for (const version of [1, 2] as const) {
  for (const length of [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7]) {
    Deno.test(`inflateZisofs() gives back ${length} bytes of version ${version}`, async () => {
      const content = sampleContent(length);
      const result = await inflated(compress(content, version));
      assertEquals(result.end, { state: "ok" });
      assertEquals(result.content, content);
    });
  }
}

Deno.test("inflateZisofs() reads a table of more pointers than it holds at a time", async () => {
  const stored = compress(new Uint8Array(10_000 * BLOCK + 5), 2);
  const pieces = inflateZisofs(stored.zisofs, stored.bytes.length, readerOf(stored.bytes));
  let length = 0;
  for await (const piece of pieces) length += piece.length;
  assertEquals(length, 10_000 * BLOCK + 5);
});

const malformed: readonly {
  readonly name: string;
  readonly version: 1 | 2;
  readonly change: (stored: Stored, view: DataView) => Partial<Zisofs> | void;
  readonly reason: RegExp;
}[] = [
  {
    name: "no signature",
    version: 1,
    change: (_, view) => view.setUint8(0, 0),
    reason: /do not begin with its signature/,
  },
  {
    name: "the signature of the other version",
    version: 2,
    change: ({ bytes }) => bytes.set(Uint8Array.fromHex("37e45396c9dbd607")),
    reason: /do not begin with its signature/,
  },
  {
    name: "another size in the header",
    version: 1,
    change: (_, view) => view.setUint32(8, 99, true),
    reason: /header gives 99 bytes of content, the ZF entry 98311/,
  },
  {
    name: "a 64-bit size above all numbers",
    version: 2,
    change: (_, view) => view.setBigUint64(12, 2n ** 64n - 1n, true),
    reason: /header gives 18446744073709551615 bytes/,
  },
  {
    name: "another header size in the header",
    version: 1,
    change: (_, view) => view.setUint8(12, 5),
    reason: /it has 20 bytes, version 1 has 16/,
  },
  {
    name: "another header size in the entry",
    version: 1,
    change: () => ({ headerSize: 0 }),
    reason: /header of 0 bytes/,
  },
  {
    name: "blocks of 2^255 bytes in the header",
    version: 1,
    change: (_, view) => view.setUint8(13, 255),
    reason: /blocks of 2\^255 bytes/,
  },
  {
    name: "blocks of 4 GiB in the entry",
    version: 1,
    change: () => ({ blockSize: 2 ** 32 }),
    reason: /blocks of 4294967296 bytes, not 32 to 128 KiB/,
  },
  {
    name: "blocks of 1 byte in the entry",
    version: 2,
    change: () => ({ blockSize: 1 }),
    reason: /blocks of 1 bytes/,
  },
  {
    name: "a pointer into the table",
    version: 1,
    change: (_, view) => view.setUint32(16, 4, true),
    reason: /block pointer 0 is 4/,
  },
  {
    name: "a pointer before the one before it",
    version: 1,
    change: (_, view) => view.setUint32(28, 40, true),
    reason: /block pointer 3 is 40/,
  },
  {
    name: "a pointer past the stored file",
    version: 2,
    change: (_, view) => view.setBigUint64(24 + 4 * 8, 1n << 63n, true),
    reason: /block pointer 4 is 9223372036854776000, which does not lie in/,
  },
  {
    name: "a size that the table has no room for",
    version: 1,
    change: (_, view) => {
      view.setUint32(8, 0xffffffff, true);
      return { size: 0xffffffff };
    },
    reason: /131072 blocks need 524308 bytes of header and pointers/,
  },
  {
    name: "a size of 8 PiB",
    version: 2,
    change: (_, view) => {
      view.setBigUint64(12, BigInt(Number.MAX_SAFE_INTEGER), true);
      return { size: Number.MAX_SAFE_INTEGER };
    },
    reason: /bytes of header and pointers/,
  },
  {
    name: "a block whose Adler-32 is wrong",
    version: 1,
    change: ({ bytes }) => bytes.set([(bytes[bytes.length - 1] ?? 0) ^ 1], bytes.length - 1),
    reason: /block 3 ends with Adler-32/,
  },
  {
    name: "a block with a flipped bit",
    version: 1,
    change: ({ bytes }, view) => {
      const at = view.getUint32(16, true) + 40;
      bytes.set([(bytes[at] ?? 0) ^ 4], at);
    },
    reason: /block 0/,
  },
  {
    name: "a block that is a zlib header and a sum only",
    version: 1,
    change: (_, view) => view.setUint32(20, view.getUint32(16, true) + 6, true),
    reason: /block 0 has 6 bytes stored/,
  },
  {
    name: "an unsupported algorithm in the entry",
    version: 2,
    change: () => ({ algorithm: "XZ" }),
    reason: /algorithm XZ of zisofs is not supported/,
  },
  {
    name: "an unsupported algorithm in the header",
    version: 2,
    change: (_, view) => view.setUint8(10, 4),
    reason: /algorithm ZD of zisofs is not supported/,
  },
];

for (const { name, version, change, reason } of malformed) {
  Deno.test(`inflateZisofs() of version ${version} stops at ${name}`, async () => {
    const stored = compress(sampleContent(3 * BLOCK + 7), version);
    const facts = change(stored, new DataView(stored.bytes.buffer)) ?? {};
    const { end } = await inflated({ ...stored, zisofs: { ...stored.zisofs, ...facts } });
    assertEquals(end.state, "unreadable");
    assertMatch(end.reason ?? "", reason);
  });
}

Deno.test("inflateZisofs() refuses a block that inflates to more than its size", async () => {
  const stored = compress(sampleContent(100), 1);
  const view = new DataView(stored.bytes.buffer);
  view.setUint32(8, 99, true);
  const { end } = await inflated({ ...stored, zisofs: { ...stored.zisofs, size: 99 } });
  assertEquals(end, {
    state: "unreadable",
    reason: "block 0 inflates to more than 99 bytes, not 99",
  });
});

Deno.test("inflateZisofs() says where the image cut the stored file", async () => {
  const stored = compress(sampleContent(3 * BLOCK), 1);
  const read: StoredReader = (at, length) => {
    const bytes = stored.bytes.slice(at, Math.min(at + length, 200));
    const short = { state: "cut", reason: "they lie outside the image" } as const;
    return Promise.resolve(bytes.length < length ? { bytes, short } : { bytes });
  };
  const { end } = await inflated(stored, read);
  assertEquals(end, { state: "cut", reason: "block 0: they lie outside the image" });
});

Deno.test("inflateZisofs() is total: any damage ends in a state, within the recorded size", async () => {
  const content = sampleContent(2 * BLOCK + 100);
  const change = fc.tuple(fc.nat(600), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(1 as const, 2 as const),
      fc.array(change, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(700)),
      async (version, changes, cut) => {
        const stored = compress(content, version);
        for (const [at, byte] of changes) stored.bytes.set([byte], at % stored.bytes.length);
        const bytes = stored.bytes.slice(0, cut ?? stored.bytes.length);
        const result = await inflated({ ...stored, bytes });
        assert(result.content.length <= content.length);
        if (result.end.state === "ok") assertEquals(result.content.length, content.length);
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});

Deno.test("inflateZisofs() takes equal neighbours for zeros, and reads only their pointers", async () => {
  const count = 500;
  const { zisofs, bytes } = compress(new Uint8Array(count * BLOCK), 1);
  let asked = 0;
  const pieces = inflateZisofs(zisofs, bytes.length, (at, length) => {
    asked += length;
    return readerOf(bytes)(at, length);
  });
  let length = 0;
  for (;;) {
    const { done, value } = await pieces.next();
    if (done === true) {
      assertEquals(value, { state: "ok" });
      break;
    }
    length += value.length;
    if (length <= 2 * BLOCK) assert(value.every((byte) => byte === 0));
  }
  assertEquals([length, asked], [count * BLOCK, bytes.length]);
});

Deno.test("inflateZisofs() takes no pointers for a hole that are equal but not neighbours", async () => {
  const stored = compress(sampleContent(3 * BLOCK), 1);
  const view = new DataView(stored.bytes.buffer);
  view.setUint32(16 + 4 * 2, view.getUint32(16, true), true);
  const { end, content } = await inflated(stored);
  assertEquals([end.state, content.length], ["unreadable", BLOCK]);
});

Deno.test("adler32() is that of RFC 1950", () => {
  assertEquals(adler32(new Uint8Array(0)), 1);
  assertEquals(adler32(new TextEncoder().encode("Wikipedia")), 0x11e60398);
  const most = new Uint8Array(100_000).fill(255);
  const stream = zlibSync(most);
  const last = new DataView(stream.buffer, stream.byteOffset + stream.length - 4);
  assertEquals(adler32(most), last.getUint32(0));
});

const whole = ["zisofs1-xorriso", "zisofs2-xorriso", "zisofs2-z2-xorriso", "rr-zisofs-genisoimage"];
for (const name of whole) {
  Deno.test(`manifest() has the decompressed content of ${name}`, async () => {
    const { files: expected } = await fixtureExpectation(name);
    const { files } = await manifest(await openFixture(name));
    for (const { path, bytes, sha256 } of expected ?? []) {
      const file = fileAt(files, `/${path}`);
      assertEquals([file?.bytes, file?.hashes?.sha256], [bytes, sha256 ?? undefined], path);
    }
    assert(files.some((file) => (file.storedBytes ?? file.bytes) < file.bytes));
  });
}

Deno.test("manifest() has the stored bytes of compressed files in the ISO 9660 namespace", async () => {
  const { files } = await manifest(await openFixture("zisofs1-xorriso"), { volume: "iso9660" });
  const file = fileAt(files, "/ZEROS.BIN");
  assertEquals([file?.storedBytes, file?.state], [undefined, "ok"]);
  assert((file?.bytes ?? 1e9) < 200);
});

Deno.test("manifest() has no digest for a compressed file that does not inflate", async () => {
  const { files } = await manifest(await openDamaged("zisofs-pointer"));
  const file = fileAt(files, "/text.txt");
  assertEquals([file?.state, file?.hashes], ["unreadable", undefined]);
  assertMatch(file?.reason ?? "", /block/);
  assertEquals(fileAt(files, "/small.txt")?.state, "ok");
});

Deno.test("readContent() gives the stored bytes of a compressed file when asked", async () => {
  const image = await openFixture("zisofs1-xorriso");
  const namespace = image.richest()?.namespace;
  assert(namespace !== undefined);
  const [node] = namespace.find("/text.txt");
  assert(node !== undefined);
  const pieces = readContent(image, namespace, node, { stored: true });
  const first = await pieces.next();
  assert(first.done !== true);
  assertEquals(first.value.subarray(0, 8).toHex(), "37e45396c9dbd607");
});

corpusTest("manifest() has the stored bytes where the ZF entry has impossible blocks", async () => {
  const entry = corpusEntry("files/libarchive/test_read_format_iso_zisofs_overflow.iso.gz");
  const { files } = await manifest(await openBytes(await corpusFile(entry)));
  const [expected] = entry.expected?.files ?? [];
  const file = fileAt(files, `/${expected?.path}`);
  assertEquals([file?.bytes, file?.hashes?.sha256], [expected?.bytes, expected?.sha256]);
});
