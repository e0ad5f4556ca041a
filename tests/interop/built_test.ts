// Images of our own builder as other programs read them: builder and decoder could share a mistake.

import { assert, assertEquals } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import { decodeUtf8 } from "../../src/bytes/text.ts";
import { examine } from "../../src/examine.ts";
import { hex } from "../../src/bytes/text.ts";
import type { VolumeKind } from "../../src/model/namespace.ts";
import { pattern } from "../decode/content.ts";
import { buildImage, type ImageSpec } from "../support/builder.ts";
import { component, link, relocated, symbolicLink } from "../support/susp_encode.ts";
import { available, type Oracle, type OracleTree, treeSeenBy } from "../support/oracles.ts";

const tree: ImageSpec["children"] = [
  { name: "A.TXT;1", longName: "a.txt", content: "hello" },
  { name: "EMPTY.;1", longName: "empty" },
  {
    name: "SUB",
    longName: "sub",
    children: [
      { name: "BIG.BIN;1", longName: "Big file.bin", content: pattern(70_000, 3) },
      { name: "MORE", longName: "more", children: [{ name: "C.;1", longName: "c", content: "c" }] },
    ],
  },
];

const sections: ImageSpec["children"] = [
  { name: "M.BIN;1", longName: "m.bin", content: pattern(10_000), sections: [4096, 2048] },
];

const extended: ImageSpec["children"] = [
  { name: "X.BIN;1", longName: "x.bin", content: pattern(5000), extendedAttributes: { owner: 1 } },
];

// What the image holds, how it is built, which namespace to compare, and who reads it.
const cases: [string, ImageSpec, VolumeKind, readonly Oracle[]][] = [
  ["plain names", { children: tree }, "iso9660", ["bsdtar", "xorriso", "7z"]],
  ["Joliet", { children: tree, joliet: 3 }, "joliet", ["bsdtar", "xorriso", "7z"]],
  ["Rock Ridge 1.09", { children: tree, rockRidge: "1.09" }, "rockridge", ["bsdtar", "xorriso"]],
  ["Rock Ridge 1.10", { children: tree, rockRidge: "1.10" }, "rockridge", ["bsdtar", "xorriso"]],
  ["Rock Ridge 1.12", { children: tree, rockRidge: "1.12" }, "rockridge", ["xorriso"]],
  // bsdtar and xorriso look for SP at the start of the field only.
  ["Rock Ridge behind XA", { children: tree, rockRidge: "1.10", xa: true }, "rockridge", ["7z"]],
  ["optional path tables", { children: tree, optionalPathTables: ["L", "M"] }, "iso9660", [
    "bsdtar",
    "xorriso",
    "7z",
  ]],
  ["three primaries", { children: tree, primaries: 3 }, "iso9660", ["bsdtar", "xorriso"]],
  ["file sections", { children: sections }, "iso9660", ["bsdtar", "xorriso", "7z"]],
  ["extended attribute records", { children: extended }, "iso9660", ["xorriso"]],
];

// bsdtar reads no image below 48 KiB.
const trailer = new Uint8Array(150 * 2048);

/** Path and content of every regular file, as we read it. */
async function ownFiles(bytes: Uint8Array, kind: VolumeKind): Promise<[string, string][]> {
  const image = await examine(new MemorySource(bytes));
  const namespace = image.volumes.find((volume) => volume.kind === kind)?.namespace;
  assert(namespace !== undefined);
  const files: [string, string][] = [];
  for (const { node, path, type } of namespace.entries()) {
    if (type !== "file") continue;
    const parts: number[] = [];
    for (const { start, length } of namespace.extents(node)) {
      parts.push(...(await image.read(start, length)).bytes);
    }
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(parts));
    files.push([path.slice(1), hex(new Uint8Array(digest))]);
  }
  return files.sort();
}

function oracleFiles({ files }: OracleTree): [string, string][] {
  return [...files].map(([path, { sha256 }]): [string, string] => [path, sha256]).sort();
}

for (const [name, spec, kind, readers] of cases) {
  for (const oracle of readers) {
    Deno.test({
      name: `${name}: ${oracle} extracts what we read`,
      ignore: !available(oracle),
      async fn() {
        const bytes = buildImage({ ...spec, trailer }).bytes();
        const seen = await treeSeenBy(oracle, bytes);
        assertEquals(await ownFiles(bytes, kind), oracleFiles(seen), seen.log);
      },
    });
  }
}

// Components of every kind; the file system refuses an empty target, so there is none.
const links: [string, readonly Uint8Array[]][] = [
  ["NAME", [symbolicLink([component(0, "a")])]],
  ["ROOT", [symbolicLink([component(8), component(0, "a"), component(0, "b")])]],
  ["ROOTONLY", [symbolicLink([component(8)])]],
  ["CURRENT", [symbolicLink([component(2), component(0, "a")])]],
  ["PARENT", [symbolicLink([component(4), component(4), component(0, "a")])]],
  ["SPLIT", [symbolicLink([component(1, "ab"), component(0, "cd"), component(0, "e")])]],
  ["ENTRIES", [symbolicLink([component(0, "a")], 1), symbolicLink([component(0, "b")])]],
  [
    "SPLIT2",
    [symbolicLink([component(0, "x"), component(1, "ab")], 1), symbolicLink([component(0, "cd")])],
  ],
  ["ROOT2", [symbolicLink([component(8)], 1), symbolicLink([component(0, "b")])]],
];

// Between two SL entries bsdtar writes no separator; the Linux kernel and xorriso do, as the component
// that ends the first one is not continued (RRIP 1.12 4.1.3.1).
const disputed = new Map<Oracle, string>([["bsdtar", "entries"]]);

for (const oracle of ["bsdtar", "xorriso"] as const) {
  Deno.test({
    name: `symbolic links with components of every kind lead where ${oracle} says`,
    ignore: !available(oracle),
    async fn() {
      const bytes = buildImage({
        rockRidge: "1.10",
        trailer,
        children: links.map(([name, systemUse]) => ({
          name: `${name}.;1`,
          longName: name.toLowerCase(),
          posix: { mode: 0o120777 },
          systemUse,
        })),
      }).bytes();
      const image = await examine(new MemorySource(bytes));
      const namespace = image.richest()?.namespace;
      assert(namespace !== undefined);
      const agreed = ([name]: [string, string]) => name !== disputed.get(oracle);
      const own = [...namespace.entries()].map(({ node, path }): [string, string] => {
        const target = namespace.tree.targets.get(node);
        return [path.slice(1), target === undefined ? "" : decodeUtf8(target).text];
      });
      const seen = await treeSeenBy(oracle, bytes);
      assertEquals(own.sort().filter(agreed), [...seen.symlinks].sort().filter(agreed), seen.log);
    },
  });

  Deno.test({
    name: `a relocated directory is where ${oracle} puts it`,
    ignore: !available(oracle),
    async fn() {
      const placeholder = {
        name: "DEEP.;1",
        longName: "deep",
        posix: { mode: 0o40755 },
        systemUse: [link("CL", "/RR_MOVED/DEEP")],
      };
      const moved = {
        name: "DEEP",
        longName: "deep",
        systemUse: [relocated()],
        dotDot: [link("PL", "/A/B")],
        children: [{ name: "F.TXT;1", longName: "f.txt", content: "found" }],
      };
      const bytes = buildImage({
        rockRidge: "1.10",
        trailer,
        children: [
          {
            name: "A",
            longName: "a",
            children: [{ name: "B", longName: "b", children: [placeholder] }],
          },
          { name: "RR_MOVED", longName: "rr_moved", children: [moved] },
        ],
      }).bytes();
      const seen = await treeSeenBy(oracle, bytes);
      assertEquals(await ownFiles(bytes, "rockridge"), oracleFiles(seen), seen.log);
    },
  });
}
