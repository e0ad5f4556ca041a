// Where symbolic links lead: by hand-made trees, long chains and circles among them.

import { assertEquals } from "@std/assert";
import { CIRCLE, LinkTargets, NOWHERE } from "../../src/audit/rules/link_targets.ts";
import { fileFlags, Tree } from "../../src/model/tree.ts";

const encoder = new TextEncoder();

type Made = {
  readonly name: string;
  readonly target?: string;
  readonly children?: readonly Made[];
};

/** A tree of these entries, and its nodes by path. */
function treeOf(children: readonly Made[]): { tree: Tree; nodes: Map<string, number> } {
  const tree = new Tree("primary");
  const nodes = new Map<string, number>([["/", 0]]);
  const node = (parent: number, { name, target, children }: Made): number => {
    const flags = children === undefined ? 0 : fileFlags.directory;
    const identifier = encoder.encode(name);
    const made = tree.add({ parent, record: 0, identifier, flags, recorded: NaN });
    const link = target === undefined ? {} : { target: encoder.encode(target) };
    tree.setPosix(made, { name: identifier, mode: 0, ...link });
    return made;
  };
  node(0, { name: "", children });
  const pending = [{ at: 0, path: "", children }];
  for (const { at, path, children } of pending) {
    const first = tree.count;
    for (const child of children) {
      const made = node(at, child);
      nodes.set(`${path}/${child.name}`, made);
      if (child.children === undefined) continue;
      pending.push({ at: made, path: `${path}/${child.name}`, children: child.children });
    }
    if (tree.count > first) tree.setChildren(at, first, tree.count - first);
  }
  return { tree, nodes };
}

const many = Array.from({ length: 40 }, (_, number) => ({ name: `f${number}` }));
const { tree, nodes } = treeOf([
  { name: "a", children: [{ name: "b", children: [{ name: "deep", target: "../../many/f39" }] }] },
  { name: "many", children: many },
  { name: "file" },
  { name: "plain", target: "file" },
  { name: "again", target: "./plain" },
  { name: "absolute", target: "/many//f7" },
  { name: "folder", target: "a/b" },
  { name: "through", target: "folder/deep" },
  { name: "back", target: "folder/../b" },
  { name: "lost", target: "many/f40" },
  { name: "below", target: "file/x" },
  { name: "one", target: "two" },
  { name: "two", target: "one" },
  { name: "into", target: "one/x" },
  { name: "self", target: "self" },
  { name: "root", target: "/" },
  { name: "out", target: "a/../../file" },
  { name: "inside", target: "a/b/../../file" },
]);
const node = (path: string) => nodes.get(path) ?? NaN;

const ends: readonly (readonly [link: string, end: number])[] = [
  ["/a/b/deep", node("/many/f39")],
  ["/plain", node("/file")],
  ["/again", node("/file")],
  ["/absolute", node("/many/f7")],
  ["/folder", node("/a/b")],
  ["/through", node("/many/f39")],
  // From where the link leads, as a system follows it.
  ["/back", node("/a/b")],
  ["/lost", NOWHERE],
  ["/below", NOWHERE],
  ["/one", CIRCLE],
  ["/two", CIRCLE],
  ["/into", CIRCLE],
  ["/self", CIRCLE],
  ["/root", 0],
  // Above the root is the root again; that the link climbs is told apart.
  ["/out", node("/file")],
  ["/inside", node("/file")],
];

for (const [link, end] of ends) {
  Deno.test(`LinkTargets.end(): ${link}`, () => {
    assertEquals(new LinkTargets(tree).end(node(link)), end);
  });
}

Deno.test("LinkTargets.end() does not depend on the order of links", () => {
  const targets = new LinkTargets(tree);
  for (const [link, end] of ends.toReversed()) assertEquals(targets.end(node(link)), end, link);
});

Deno.test("LinkTargets.climbs() goes by the names alone", () => {
  const targets = new LinkTargets(tree);
  const climbing = ends.map(([link]) => link).filter((link) => targets.climbs(node(link)));
  assertEquals(climbing, ["/out"]);
});

Deno.test("LinkTargets.end() follows a chain of 100,000 links without recursion", () => {
  const count = 100_000;
  const chain = Array.from({ length: count }, (_, number) => ({
    name: `l${number}`,
    target: number + 1 < count ? `l${number + 1}` : "/",
  }));
  const { tree, nodes } = treeOf(chain);
  const targets = new LinkTargets(tree);
  assertEquals(targets.end(nodes.get("/l0") ?? NaN), 0);
  assertEquals(targets.end(nodes.get("/l50000") ?? NaN), 0);
});
