// System use fields that no mastering tool makes, built by hand: SUSP 1.12, RRIP, AAIP, XA, Apple.

import { assert, assertEquals } from "@std/assert";
import { decodeUtf8 } from "../../src/bytes/text.ts";
import { directoryRecord } from "../../src/decode/iso9660/layout.ts";
import type { RecordView } from "../../src/model/directory.ts";
import type { Image } from "../../src/model/image.ts";
import type { DirectorySpec, FileSpec } from "../support/builder.ts";
import { ascii, both32, concat } from "../support/iso_encode.ts";
import {
  alternateName,
  appleHfs,
  attributeList,
  component,
  continuation,
  deviceNumber,
  entry,
  link,
  linkComponents,
  posixAttributes,
  relocated,
  symbolicLink,
  timeStamps,
} from "../support/susp_encode.ts";
import { built, contentAt, faultKinds, nodeAt, pathsOf, pattern, volumeOf } from "./content.ts";

const utf8 = (bytes: Uint8Array | undefined) => bytes === undefined ? "" : decodeUtf8(bytes).text;

async function recordOf(image: Image, name: string): Promise<RecordView> {
  for (const record of (await image.readDirectory(0, 0)).records) {
    if (utf8(record.identifier) === name) return record;
  }
  throw new Error(`the root has no record ${name}`);
}

for (const version of ["1.09", "1.10", "1.12"] as const) {
  Deno.test(`Rock Ridge ${version}: names, modes, owners, times`, async () => {
    const { image } = await built({
      rockRidge: version,
      children: [
        {
          name: "A.TXT;1",
          posixName: "A name with \u00e4.text",
          content: "x",
          posix: { mode: 0o104751, uid: 1000, gid: 100, links: 3 },
        },
        { name: "D", posixName: "dir.d", posix: { mode: 0o41777 }, children: [] },
      ],
    });
    assertEquals(pathsOf(image, "rockridge"), ["/A name with \u00e4.text", "/dir.d"]);
    const { tree } = volumeOf(image, "rockridge").namespace;
    const node = nodeAt(image, "rockridge", "/A name with \u00e4.text");
    const facts = [tree.mode(node), tree.uid(node), tree.gid(node), tree.links(node)];
    assertEquals(facts, [0o104751, 1000, 100, 3]);
    assertEquals(tree.modified(node), Date.UTC(2026, 0, 2, 3, 4, 5));
    assertEquals(tree.mode(0), 0o40755);
    assertEquals(image.faults, []);
  });
}

Deno.test("every type of file is told by its mode", async () => {
  const types = { s: 0o140644, l: 0o120777, b: 0o060600, c: 0o020600, p: 0o010600, f: 0o100644 };
  const { image } = await built({
    rockRidge: "1.10",
    children: Object.entries(types).map(([name, mode]) => ({
      name: `${name.toUpperCase()}.;1`,
      posixName: name,
      posix: { mode },
      systemUse: [deviceNumber(1, 2)],
    })),
  });
  const { namespace } = volumeOf(image, "rockridge");
  const found = [...namespace.entries()].map(({ path, type }) => [path, type]);
  assertEquals(found, [
    ["/b", "device"],
    ["/c", "device"],
    ["/f", "file"],
    ["/l", "symlink"],
    ["/p", "fifo"],
    ["/s", "socket"],
  ]);
  assertEquals(namespace.tree.devices.get(nodeAt(image, "rockridge", "/b")), { high: 1, low: 2 });
});

// Components of SL, entry by entry, and the target that they say together (RRIP 1.12 4.1.3).
const targets: [string, readonly Uint8Array[], string][] = [
  ["a name", [symbolicLink([component(0, "a")])], "a"],
  ["names", [symbolicLink(linkComponents("a/b/c"))], "a/b/c"],
  ["a root", [symbolicLink([component(8)])], "/"],
  ["an absolute path", [symbolicLink(linkComponents("/a/b"))], "/a/b"],
  ["current and parent", [symbolicLink(linkComponents("./../../a/."))], "./../../a/."],
  ["parent alone", [symbolicLink([component(4)])], ".."],
  ["a name in two components", [symbolicLink([component(1, "ab"), component(0, "cd")])], "abcd"],
  [
    "a name over two entries",
    [symbolicLink([component(0, "x"), component(1, "ab")], 1), symbolicLink([component(0, "cd")])],
    "x/abcd",
  ],
  [
    "components over two entries",
    [symbolicLink([component(0, "a")], 1), symbolicLink([component(0, "b")])],
    "a/b",
  ],
  [
    "a root, then another entry",
    [symbolicLink([component(8)], 1), symbolicLink([component(0, "b")])],
    "/b",
  ],
  ["an empty component as genisoimage writes it", [
    symbolicLink([component(8), component(0, "a"), component(8), component(0, "b")]),
  ], "/a//b"],
  ["nothing", [symbolicLink([])], ""],
];

for (const [name, entries, target] of targets) {
  Deno.test(`a symbolic link of ${name} leads to "${target}"`, async () => {
    const { image } = await built({
      rockRidge: "1.10",
      children: [{ name: "L.;1", posix: { mode: 0o120777 }, systemUse: entries }],
    });
    const { tree } = volumeOf(image, "rockridge").namespace;
    assertEquals(utf8(tree.targets.get(nodeAt(image, "rockridge", "/L"))), target);
  });
}

Deno.test("a name over several entries is put together", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      bare: true,
      systemUse: [
        posixAttributes({ mode: 0o100644 }),
        alternateName("first-", 1),
        alternateName("second-", 1),
        alternateName("third"),
      ],
    }],
  });
  assertEquals(pathsOf(image, "rockridge"), ["/first-second-third"]);
});

Deno.test("long stamps, and stamps of which only some are there, give the modification time", async () => {
  const long = new TextEncoder().encode("2001020304050600\0");
  const short = new Uint8Array([101, 2, 3, 4, 5, 6, 0]);
  for (
    const stamps of [
      timeStamps(0x82, long),
      timeStamps(0x83, long),
      timeStamps(2, short),
      timeStamps(0x7f, short),
    ]
  ) {
    const { image } = await built({
      rockRidge: "1.10",
      children: [{
        name: "A.;1",
        bare: true,
        systemUse: [posixAttributes({ mode: 0o100644 }), alternateName("a"), stamps],
      }],
    });
    const { tree } = volumeOf(image, "rockridge").namespace;
    assertEquals(tree.modified(1), Date.UTC(2001, 1, 3, 4, 5, 6));
  }
});

const deep: DirectorySpec = {
  name: "RR_MOVED",
  posixName: "rr_moved",
  children: [{
    name: "DEEP",
    posixName: "deep",
    systemUse: [relocated()],
    dotDot: [link("PL", "/A/B")],
    children: [{ name: "F.TXT;1", posixName: "file.txt", content: "found" }],
  }],
};

const placeholder: FileSpec = {
  name: "DEEP.;1",
  posixName: "deep",
  posix: { mode: 0o40755 },
  systemUse: [link("CL", "/RR_MOVED/DEEP")],
};

Deno.test("a relocated directory is shown where its placeholder stands", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [
      {
        name: "A",
        posixName: "a",
        children: [{ name: "B", posixName: "b", children: [placeholder] }],
      },
      deep,
    ],
  });
  assertEquals(pathsOf(image, "rockridge"), [
    "/a",
    "/a/b",
    "/a/b/deep",
    "/a/b/deep/file.txt",
  ]);
  const text = await contentAt(image, "rockridge", "/a/b/deep/file.txt");
  assertEquals(utf8(text), "found");
  assertEquals(volumeOf(image, "rockridge").namespace.count(), { files: 1, directories: 3 });
  assertEquals(image.faults, []);
});

Deno.test("the directory of relocated ones is shown where it holds something else", async () => {
  const other = { name: "OTHER.;1", posixName: "other", content: "x" };
  const { image } = await built({
    rockRidge: "1.10",
    children: [
      {
        name: "A",
        posixName: "a",
        children: [{ name: "B", posixName: "b", children: [placeholder] }],
      },
      { ...deep, children: [...deep.children, other] },
    ],
  });
  const shown = pathsOf(image, "rockridge").filter((path) => path.startsWith("/rr_moved"));
  assertEquals(shown, ["/rr_moved", "/rr_moved/other"]);
});

// Child links that lead nowhere, upwards, or twice to the same place.
const brokenLinks: [string, (FileSpec | DirectorySpec)[]][] = [
  ["nowhere", [{ ...placeholder, systemUse: [entry("CL", both32(9999))] }]],
  ["to the root", [{ ...placeholder, systemUse: [link("CL", "/")] }]],
  ["to the directory that it is in", [{
    name: "A",
    children: [{ ...placeholder, systemUse: [link("CL", "/A")] }],
  }]],
  ["twice to one directory", [
    { ...placeholder, systemUse: [link("CL", "/D")] },
    { ...placeholder, name: "TWICE.;1", posixName: "twice", systemUse: [link("CL", "/D")] },
    { name: "D", systemUse: [relocated()], children: [{ name: "F.;1", content: "x" }] },
  ]],
  ["crosswise into each other", [
    {
      name: "A",
      systemUse: [relocated()],
      children: [{ ...placeholder, systemUse: [link("CL", "/B")] }],
    },
    {
      name: "B",
      systemUse: [relocated()],
      children: [{ ...placeholder, systemUse: [link("CL", "/A")] }],
    },
  ]],
];

for (const [where, children] of brokenLinks) {
  Deno.test(`a child link ${where} is a fault, and the walk ends`, async () => {
    const { image } = await built({ rockRidge: "1.10", children });
    assert(faultKinds(image).includes("child-link"), faultKinds(image).join());
    const paths = pathsOf(image, "rockridge");
    assert(paths.length < 20);
    assertEquals(new Set(paths).size, paths.length);
    volumeOf(image, "rockridge").namespace.count();
  });
}

Deno.test("a record goes on over continuation areas, each leading to the next", async () => {
  const names = Array.from({ length: 8 }, (_, at) => alternateName(`part${at}-`, at < 7 ? 1 : 0));
  const { built: made, image } = await built({
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      bare: true,
      systemUse: [posixAttributes({ mode: 0o100600 })],
      continuation: [names.slice(0, 3), names.slice(3, 6), names.slice(6)],
    }],
  });
  assertEquals(pathsOf(image, "rockridge"), [
    "/part0-part1-part2-part3-part4-part5-part6-part7-",
  ]);
  assertEquals(made.continuations.length, 3);
  for (const { offset, length } of made.continuations) {
    assertEquals(image.regions.at(offset)?.owner, "continuation");
    assertEquals(image.regions.at(offset + length - 1)?.owner, "continuation");
  }
  const record = await recordOf(image, "A.;1");
  assertEquals(record.continuations.length, 3);
  const found = record.systemUse.map(({ signature, area }) => `${signature} ${area}`);
  assertEquals(found.filter((each) => each === "NM continuation").length, 8);
});

Deno.test("a continuation area that crosses a sector is read (libisofs before 1.4.0)", async () => {
  const padding = Array.from({ length: 9 }, () => entry("PD", new Uint8Array(240)));
  const { image } = await built({
    rockRidge: "1.10",
    children: [{ name: "A.;1", continuation: [[...padding, alternateName("-end")]] }],
  });
  assertEquals(pathsOf(image, "rockridge"), ["/A-end"]);
});

const badAreas: [string, FileSpec, string][] = [
  [
    "a place past the image",
    { name: "A.;1", systemUse: [continuation(999_999, 0, 100)] },
    "continuation-outside",
  ],
  [
    "4 GiB of bytes",
    { name: "A.;1", systemUse: [continuation(0, 0, 0xffffffff)] },
    "continuation-outside",
  ],
  ["the last byte there is", {
    name: "A.;1",
    systemUse: [continuation(0xffffffff, 0xffffffff, 0xffffffff)],
  }, "continuation-outside"],
];

for (const [where, file, kind] of badAreas) {
  Deno.test(`a continuation in ${where} is a fault, and the record keeps its own entries`, async () => {
    const { image } = await built({ rockRidge: "1.10", children: [file] });
    assertEquals(faultKinds(image), [kind]);
    assertEquals(pathsOf(image, "rockridge"), ["/A"]);
  });
}

Deno.test("a continuation area that leads to itself is a loop, and is left", async () => {
  const { built: made, image: first } = await built({
    rockRidge: "1.10",
    children: [{ name: "A.;1", continuation: [[alternateName("x", 1)], [alternateName("y", 1)]] }],
  });
  assertEquals(first.faults, []);
  // The second area is made to lead back to the first.
  const [one, two] = made.continuations;
  assert(one !== undefined && two !== undefined);
  const back = continuation(Math.floor(one.offset / 2048), one.offset % 2048, one.length);
  const { image } = await built({
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      continuation: [[alternateName("x", 1)], [alternateName("y", 1), back]],
    }],
  });
  assertEquals(faultKinds(image), ["continuation-loop"]);
  assertEquals(pathsOf(image, "rockridge"), ["/Axy"]);
});

const lengths: [string, readonly Uint8Array[]][] = [
  ["0", [entry("NM", new Uint8Array([0, 0x61]), { length: 0 })]],
  ["3", [entry("NM", new Uint8Array([0, 0x61]), { length: 3 })]],
  ["past its area", [entry("NM", new Uint8Array([0, 0x61]), { length: 200 })]],
];

for (const [name, systemUse] of lengths) {
  Deno.test(`an entry of length ${name} is a fault, and what stands before it is kept`, async () => {
    const { image } = await built({ rockRidge: "1.10", children: [{ name: "A.;1", systemUse }] });
    assertEquals(faultKinds(image), ["system-use-length"]);
    const { tree } = volumeOf(image, "rockridge").namespace;
    assertEquals([tree.mode(1), pathsOf(image, "rockridge")], [0o100644, ["/A"]]);
  });
}

Deno.test("zero bytes between entries are stepped over", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      bare: true,
      systemUse: [posixAttributes({ mode: 0o100644 }), new Uint8Array(6), alternateName("after")],
    }],
  });
  assertEquals(pathsOf(image, "rockridge"), ["/after"]);
});

Deno.test("ST ends an area: what follows it is not read", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      bare: true,
      systemUse: [alternateName("yes"), entry("ST"), alternateName("no")],
    }],
  });
  assertEquals(pathsOf(image, "rockridge"), ["/yes"]);
});

Deno.test("XA attributes before Rock Ridge are skipped by LEN_SKP, and kept", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    xa: true,
    children: [
      { name: "A.;1", posixName: "a", xa: { attributes: 0x4555, fileNumber: 1 } },
      { name: "B.;1", posixName: "b" },
    ],
  });
  assertEquals(pathsOf(image, "rockridge"), ["/a", "/b"]);
  const { tree } = volumeOf(image, "rockridge").namespace;
  assertEquals([tree.xa.get(1), tree.xa.get(2), tree.xa.get(0)], [0x4555, 0x0d55, 0x8d55]);
  assertEquals(image.faults, []);
});

Deno.test("XA attributes alone are facts, and no Rock Ridge", async () => {
  const { image } = await built({ xa: true, children: [{ name: "A.;1", content: "x" }] });
  assertEquals(image.volumes.map(({ kind }) => kind), ["iso9660"]);
  assertEquals(image.trees[0]?.xa.get(1), 0x0d55);
  const record = await recordOf(image, "A.;1");
  assertEquals(record.other.map(({ scheme }) => scheme), ["xa"]);
});

Deno.test("Apple entries alone are facts, and no Rock Ridge", async () => {
  const { image } = await built({
    children: [{ name: "A.;1", content: "x", systemUse: [appleHfs("TEXT", "ttxt", 0x100)] }],
  });
  assertEquals(image.volumes.map(({ kind }) => kind), ["iso9660"]);
  const record = await recordOf(image, "A.;1");
  assertEquals(record.other.map(({ scheme, layout }) => [scheme, layout?.id]), [
    ["apple", "apple/aa-hfs"],
  ]);
  assertEquals(image.faults, []);
});

Deno.test("Apple entries among Rock Ridge are entries of their own table", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [{ name: "A.;1", systemUse: [appleHfs("TEXT", "ttxt")] }],
  });
  const record = await recordOf(image, "A.;1");
  const apple = record.systemUse.find(({ signature }) => signature === "AA");
  assertEquals(apple?.layout.id, "apple/aa-hfs");
});

Deno.test("attributes are put together over components and entries (AAIP)", async () => {
  const value = pattern(300, 5);
  const whole = concat(
    component(0, "\x03note"),
    component(1, value.subarray(0, 200)),
    component(0, value.subarray(200)),
    component(0, "\x04cx"),
    component(0, new Uint8Array([1, 2])),
    component(0, ""),
    component(0, new Uint8Array([6, 7])),
  );
  const { image } = await built({
    rockRidge: "1.10",
    children: [{
      name: "A.;1",
      // A component may be cut by the end of an entry, and goes on as bytes in the next one.
      continuation: [[
        attributeList([whole.subarray(0, 150)], 1),
        attributeList([whole.subarray(150)]),
      ]],
    }],
  });
  const { tree } = volumeOf(image, "rockridge").namespace;
  assertEquals(tree.attributes.get(1), [
    { name: "user.note", value },
    { name: "", value: new Uint8Array([6, 7]) },
  ]);
  assertEquals(tree.checksumIndex(1), 258);
});

Deno.test("an attribute list may be cut inside the head of a component, as libisofs does", async () => {
  const name = component(0, concat(new Uint8Array([3]), ascii("first")));
  const head = concat(name, component(0, new Uint8Array([7])));
  const whole = concat(head, component(0, concat(new Uint8Array([3]), ascii("second"))));
  const list = concat(whole, component(0, new Uint8Array([8])));
  for (const cut of [head.length, head.length + 1, head.length + 2]) {
    const { image } = await built({
      rockRidge: "1.10",
      children: [{
        name: "A.;1",
        systemUse: [attributeList([list.subarray(0, cut)], 1), attributeList([list.subarray(cut)])],
      }],
    });
    const { tree } = volumeOf(image, "rockridge").namespace;
    assertEquals(tree.attributes.get(1), [
      { name: "user.first", value: new Uint8Array([7]) },
      { name: "user.second", value: new Uint8Array([8]) },
    ]);
    assertEquals(faultKinds(image).includes("attribute-list"), false);
  }
});

Deno.test("zisofs entries of both versions give the size of the content", async () => {
  const head = new Uint8Array([0x70, 0x7a, 4, 15]);
  const version2 = new Uint8Array(8);
  new DataView(version2.buffer).setBigUint64(0, 5_000_000_000n, true);
  const { image } = await built({
    rockRidge: "1.10",
    children: [
      { name: "A.;1", content: "stored", systemUse: [entry("ZF", concat(head, both32(70_000)))] },
      { name: "B.;1", systemUse: [entry("ZF", concat(head, version2), { version: 2 })] },
      {
        name: "C.;1",
        content: "x",
        systemUse: [entry("ZF", concat(head, new Uint8Array(8).fill(0xff)), { version: 2 })],
      },
    ],
  });
  const { namespace } = volumeOf(image, "rockridge");
  const sizes = [1, 2, 3].map((node) => namespace.contentSize(node));
  // A size above 2^53 is not believed: the stored bytes are what there is.
  assertEquals(sizes, [70_000, 5_000_000_000, 1]);
  assertEquals(namespace.tree.zisofs.get(1)?.blockSize, 32_768);
});

Deno.test("Rock Ridge without SP, and without ER, is read", async () => {
  const { image } = await built({
    children: [{
      name: "A.;1",
      systemUse: [posixAttributes({ mode: 0o100644 }), alternateName("name")],
    }],
    root: { dot: [posixAttributes({ mode: 0o40755 })] },
  });
  assertEquals(pathsOf(image, "rockridge"), ["/name"]);
});

Deno.test("a directory is decoded record by record, with the node that the walk gave each", async () => {
  const { image } = await built({
    rockRidge: "1.10",
    children: [
      { name: "A.;1", content: pattern(5000), sections: [2048, 2048] },
      { name: "B.;1" },
    ],
  });
  const view = await image.readDirectory(0, 0);
  const seen = view.records.map(({ reserved, node, section }) => [reserved, node, section]);
  assertEquals(seen, [
    [0, undefined, 0],
    [1, undefined, 0],
    [undefined, 1, 0],
    [undefined, 1, 1],
    [undefined, 1, 2],
    [undefined, 2, 0],
  ]);
  assert(view.records.every(({ layout }) => layout === directoryRecord));
});
