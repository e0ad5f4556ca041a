// Mutation cases of zisofs.

import { at, placesOf } from "../places.ts";
import { buildImage } from "../../support/builder.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const IMAGE = "zisofs1-xorriso";
const places = await placesOf(IMAGE);

function compressed(): ReturnType<typeof places.entry> {
  for (const { identifier } of places.records(places.descriptor() + 156)) {
    const name = String.fromCharCode(...identifier);
    if (!name.endsWith(";1")) continue;
    try {
      return places.entry(`/${name}`, "ZF");
    } catch {
      continue;
    }
  }
  throw new RangeError(`Cannot find a compressed file in ${IMAGE}`);
}

const entry = compressed();

ruleCases("ZIS-005", [
  {
    name: "MSB first copy of the uncompressed size",
    image: IMAGE,
    mutate: (view) => view.setUint8(at(entry).start + 15, view.getUint8(at(entry).start + 15) ^ 1),
    hits: [at(entry, 8, 8)],
  },
], structure);

/** Where the data of a file begin. */
function extentOf(name: string, of = places): number {
  return of.extent(of.record(`/${name}`).offset);
}

const text = extentOf("TEXT.TXT;1");
const second = await placesOf("zisofs2-xorriso");
const textOfSecond = extentOf("TEXT.TXT;1", second);
const HEADER = 16;
/** The file that `entry` is of: one block. */
const compressedAt = extentOf("BLOCK.BIN;1");
const COMPRESSED = 7563;

ruleCases("ZIS-001", [
  {
    name: "signature of version 1",
    image: IMAGE,
    mutate: (view) => view.setUint8(text + 3, 0),
    hits: [{ start: text, length: 8 }],
  },
  {
    name: "signature of version 2",
    image: "zisofs2-xorriso",
    mutate: (view) => view.setUint8(textOfSecond, 0x37),
    hits: [{ start: textOfSecond, length: 8 }],
  },
]);

const plain = buildImage({
  children: ["A.BIN;1", "B.BIN;1"].map((name) => ({ name, content: new Uint8Array(500).fill(65) })),
});
const plainAt = plain.extents.get("primary:/A.BIN;1")?.[0]?.offset ?? 0;

ruleCases("ZIS-002", [{
  name: "a plain file that begins with the signature, and another one",
  image: () => plain.bytes(),
  mutate(view) {
    const magic = [0x37, 0xe4, 0x53, 0x96, 0xc9, 0xdb, 0xd6, 0x07];
    for (const [index, byte] of magic.entries()) {
      view.setUint8(plainAt + index, byte);
      view.setUint8(plainAt + 2048 + index, byte);
    }
  },
  hits: [{ start: plainAt, length: 8 }],
}]);

ruleCases("ZIS-003", [
  {
    name: "header size of version 1",
    image: IMAGE,
    mutate: (view) => view.setUint8(text + 12, 5),
    hits: [{ start: text + 12, length: 1 }],
  },
  {
    name: "block size of version 1: one that no reader takes, and another than the entry's",
    image: IMAGE,
    mutate(view) {
      view.setUint8(text + 13, 18);
      view.setUint8(extentOf("SPARSE.BIN;1") + 13, 16);
    },
    hits: [{ start: text + 13, length: 1 }, { start: extentOf("SPARSE.BIN;1") + 13, length: 1 }],
  },
  {
    name: "header size, algorithm and block size of version 2",
    image: "zisofs2-xorriso",
    mutate(view) {
      view.setUint8(textOfSecond + 9, 4);
      view.setUint8(textOfSecond + 10, 9);
      view.setUint8(textOfSecond + 11, 30);
    },
    hits: [9, 10, 11].map((at) => ({ start: textOfSecond + at, length: 1 })),
  },
]);

ruleCases("ZIS-004", [
  {
    name: "a pointer past the end",
    image: IMAGE,
    mutate: (view) => view.setUint32(text + HEADER + 4, 5_000_000, true),
    hits: [{ start: text + HEADER + 4, length: 4 }],
  },
  {
    name: "a pointer below the one before it",
    image: IMAGE,
    mutate: (view) => view.setUint32(text + HEADER + 8, 60, true),
    hits: [{ start: text + HEADER + 8, length: 4 }],
  },
  {
    name:
      "a pointer into the middle of a block: blocks that follow each other are whole all the same",
    image: IMAGE,
    mutate(view) {
      const pointer = view.getUint32(text + HEADER + 8, true);
      view.setUint32(text + HEADER + 8, pointer + 5, true);
    },
    hits: [{ start: text + HEADER + 8, length: 4 }],
  },
  {
    name: "a size that needs more pointers than the file has bytes",
    image: IMAGE,
    mutate(view) {
      const size = at(entry).start + 8;
      view.setUint32(size, 4_000_000_000, true);
      view.setUint32(size + 4, 4_000_000_000);
      view.setUint32(compressedAt + 8, 4_000_000_000, true);
    },
    hits: [{ start: compressedAt + HEADER, length: COMPRESSED - HEADER }, {
      rule: "SEC-003",
      start: places.record("/BLOCK.BIN;1").offset + 33,
      length: 11,
    }],
  },
]);

ruleCases("ZIS-005", [{
  name: "size in the header of version 1",
  image: IMAGE,
  mutate: (view) => view.setUint8(text + 9, view.getUint8(text + 9) ^ 1),
  hits: [{ start: text + 8, length: 4 }],
}, {
  name: "size in the header of version 2",
  image: "zisofs2-xorriso",
  mutate: (view) => view.setUint8(textOfSecond + 13, view.getUint8(textOfSecond + 13) ^ 1),
  hits: [{ start: textOfSecond + 12, length: 8 }],
}]);

ruleCases("ZIS-006", [
  {
    name: "a bit in a block, and one of another block's Adler-32",
    image: IMAGE,
    mutate(view) {
      view.setUint8(text + 8000, view.getUint8(text + 8000) ^ 4);
      view.setUint8(text + 30_176, view.getUint8(text + 30_176) ^ 1);
    },
    hits: [{ start: text + 7604, length: 15124 - 7604 }, {
      start: text + 22659,
      length: 30177 - 22659,
    }],
  },
]);
