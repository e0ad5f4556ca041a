// Names, types and paths as each system shows them, on trees made by hand.

import { assertEquals } from "@std/assert";
import { Namespace, pathBytesHex } from "../../src/model/namespace.ts";
import { Tree } from "../../src/model/tree.ts";

const ascii = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0));

type Child = { id: string; directory?: boolean; name?: string; mode?: number; children?: Child[] };

/** A tree in the order of a walk: breadth first, children side by side. */
function treeOf(children: readonly Child[]): Tree {
  const tree = new Tree("primary");
  const record = { parent: 0, record: 0, flags: 2, recorded: NaN };
  tree.add({ ...record, identifier: new Uint8Array(1) });
  const pending: { node: number; children: readonly Child[] }[] = [{ node: 0, children }];
  for (let each = pending.shift(); each !== undefined; each = pending.shift()) {
    const first = tree.count;
    for (const child of each.children) {
      const directory = child.directory === true || child.children !== undefined;
      const node = tree.add({
        ...record,
        parent: each.node,
        identifier: ascii(child.id),
        flags: directory ? 2 : 0,
      });
      if (child.name !== undefined || child.mode !== undefined) {
        tree.setPosix(node, {
          ...(child.name === undefined ? {} : { name: ascii(child.name) }),
          mode: child.mode ?? (directory ? 0o40755 : 0o100644),
        });
      }
      pending.push({ node, children: child.children ?? [] });
    }
    if (tree.count > first) tree.setChildren(each.node, first, tree.count - first);
  }
  return tree;
}

// Identifier as recorded, whether it is a directory, and the name that readers show.
const names: [string, boolean, string][] = [
  ["README.TXT;1", false, "README.TXT"],
  ["README.;1", false, "README"],
  ["README.TXT;2", false, "README.TXT;2"],
  ["README.TXT", false, "README.TXT"],
  ["A.B.C;1", false, "A.B.C"],
  [".;1", false, "."],
  ["..;1", false, ".."],
  ["DIR.;1", true, "DIR.;1"],
  ["DIR", true, "DIR"],
];

for (const [identifier, directory, shown] of names) {
  Deno.test(`ISO 9660 shows ${directory ? "directory" : "file"} "${identifier}" as "${shown}"`, () => {
    const namespace = new Namespace(treeOf([{ id: identifier, directory }]), "iso9660");
    assertEquals(namespace.name(1), { text: shown });
  });
}

Deno.test("Joliet and enhanced names keep what they record", () => {
  const wide = Uint8Array.from([0, 0x61, 0, 0x3b, 0, 0x31]);
  const tree = new Tree("joliet");
  const record = { parent: 0, record: 0, recorded: NaN };
  tree.add({ ...record, identifier: new Uint8Array(1), flags: 2 });
  tree.add({ ...record, identifier: wide, flags: 0 });
  assertEquals(new Namespace(tree, "joliet").name(1), { text: "a" });
  const enhanced = new Namespace(treeOf([{ id: "a;1" }]), "enhanced");
  assertEquals(enhanced.name(1), { text: "a;1" });
});

const tree = treeOf([
  { id: "A.;1", name: "a" },
  {
    id: "D",
    name: "d",
    children: [{ id: "B.TXT;1", name: "b.txt" }, { id: "E", name: "e", children: [] }],
  },
  { id: "L.;1", name: "l", mode: 0o120777 },
]);
const posix = new Namespace(tree, "rockridge");
const plain = new Namespace(tree, "iso9660");

Deno.test("entries() goes depth first, with paths of its namespace", () => {
  const seen = [...posix.entries()].map(({ path, type, depth }) => `${type} ${path} ${depth}`);
  assertEquals(seen, [
    "file /a 1",
    "directory /d 1",
    "file /d/b.txt 2",
    "directory /d/e 2",
    "symlink /l 1",
  ]);
  const own = [...plain.entries()].map(({ path }) => path);
  assertEquals(own, ["/A", "/D", "/D/B.TXT", "/D/E", "/L"]);
});

Deno.test("find() and path() undo each other", () => {
  for (const { path, node } of posix.entries()) {
    assertEquals([posix.find(path), posix.path(node)], [[node], path]);
  }
  assertEquals([posix.find("/"), posix.find(""), posix.path(0)], [[0], [0], "/"]);
});

Deno.test("find() takes an identifier as recorded, extra slashes, and nothing else", () => {
  assertEquals(plain.find("/D/B.TXT;1"), plain.find("/D/B.TXT"));
  assertEquals(plain.find("//D/./B.TXT"), plain.find("/D/B.TXT"));
  for (const path of ["/d", "/D/B", "/A/B", "/D/B.TXT/x", "/../A"]) {
    assertEquals(plain.find(path), []);
  }
});

Deno.test("two entries of one name are both found", () => {
  const twice = new Namespace(
    treeOf([{ id: "A.;1", name: "x" }, { id: "B.;1", name: "x" }]),
    "rockridge",
  );
  assertEquals(twice.find("/x"), [1, 2]);
});

Deno.test("count() counts files, and directories without the root", () => {
  assertEquals(posix.count(), { files: 2, directories: 2 });
  assertEquals(plain.count(), { files: 3, directories: 2 });
});

Deno.test("a path with bytes that are no text has them beside it", () => {
  const namespace = new Namespace(
    treeOf([{ id: "D", name: "d\xe4", children: [{ id: "F.;1", name: "f" }] }]),
    "rockridge",
  );
  const found = [...namespace.entries()].map((entry) => [entry.path, pathBytesHex(entry)]);
  assertEquals(found, [["/d\xe4", "2f64e4"], ["/d\xe4/f", "2f64e42f66"]]);
});

Deno.test("a directory whose mode says file is still a directory", () => {
  const namespace = new Namespace(
    treeOf([{ id: "D", name: "d", mode: 0o100644, children: [{ id: "F.;1", name: "f" }] }]),
    "rockridge",
  );
  assertEquals([...namespace.entries()].map(({ path }) => path), ["/d", "/d/f"]);
});
