// Holds the import table of the style guide against every import line in src/. A new arrow is a
// decision: it is made here, in a commit of its own.

import { assertEquals } from "@std/assert";

const source = new URL("../src/", import.meta.url);

/** Files that stand directly in src/ are folders of their own here. */
const table: Readonly<Record<string, readonly string[]>> = {
  bytes: [],
  kernel: [],
  model: ["bytes"],
  container: ["bytes", "model"],
  decode: ["bytes", "model"],
  disc: ["bytes", "model", "kernel"],
  "examine.ts": ["bytes", "kernel", "model", "container", "decode", "disc"],
  audit: ["bytes", "model", "decode/*/layout.ts"],
  pass: ["bytes", "model", "kernel"],
  manifest: ["bytes", "model", "kernel", "pass"],
  proof: ["bytes", "model", "kernel", "pass"],
  compare: ["bytes", "model", "kernel", "pass", "manifest", "decode/*/layout.ts"],
  "mod.ts": [
    ...["bytes", "kernel", "model", "container", "decode", "disc", "examine.ts", "audit"],
    ...["pass", "manifest", "proof", "compare", "report"],
  ],
  report: ["model/result", "audit/result", "manifest/result", "compare/result"],
  platform: ["bytes", "kernel", "pass"],
  cli: ["mod.ts", "mod.ts/*", "platform", "report"],
  web: ["mod.ts", "platform", "report"],
};

/**
 * Arrows of single files. `proof` reads "facts for `audit`": the run gathers them and hands them to the
 * rules, which stay pure. `cli/main.ts` prints the version without loading the library.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  "audit/run.ts": ["proof", "pass"],
  "cli/main.ts": ["model/tool.ts"],
};

/** Third-party packages by the folder that may import them; all others use none. */
const packages: Readonly<Record<string, readonly string[]>> = {
  kernel: ["@noble/hashes/"],
  manifest: ["fflate"],
  proof: ["fflate", "saxes"],
  report: ["string-width"],
  platform: ["node:"],
  cli: ["commander", "@commander-js/extra-typings", "@bomb.sh/tab", "node:"],
  web: [],
};

/** The folders that may know their runtime. */
const edges = ["platform", "cli", "web"];

type Import = { readonly from: string; readonly to: string; readonly typeOnly: boolean };

function* sourceFiles(folder = ""): Generator<string> {
  for (const entry of Deno.readDirSync(new URL(folder, source))) {
    if (entry.isDirectory) yield* sourceFiles(`${folder}${entry.name}/`);
    else if (entry.name.endsWith(".ts")) yield `${folder}${entry.name}`;
  }
}

const files = [...sourceFiles()].sort();
const texts = new Map(files.map((file) => [file, Deno.readTextFileSync(new URL(file, source))]));

// Statements begin at the margin; examples in doc comments do not.
const statement = /^(?:import|export)\b(\s+type\b)?([^;"']*?\bfrom)?\s*["']([^"']+)["']/gm;
const dynamic = /\bimport\(\s*["']([^"']+)["']\s*\)/g;

function importsOf(file: string): Import[] {
  const text = texts.get(file) ?? "";
  const named = [...text.matchAll(statement)].map(([, type, , to]) => ({
    to: to ?? "",
    typeOnly: type !== undefined,
  }));
  const late = [...text.matchAll(dynamic)].map(([, to]) => ({ to: to ?? "", typeOnly: false }));
  return [...named, ...late].map(({ to, typeOnly }) => ({ from: file, to, typeOnly }));
}

function resolved({ from, to }: Import): string {
  return new URL(to, new URL(from, source)).href.slice(source.href.length);
}

function folderOf(file: string): string {
  return file.split("/")[0] ?? file;
}

function isRelative({ to }: Import): boolean {
  return to.startsWith(".");
}

const all = files.flatMap(importsOf);
const own = all.filter(isRelative);

const library = new Set(own.filter((each) => each.from === "mod.ts").map(resolved));

// `model/result` allows the files whose name begins so: results are types. `mod.ts/*` allows the files
// that `mod.ts` re-exports from: a command loads those that it needs, and nothing beside the library.
function allows(arrow: string, target: string): boolean {
  if (arrow === "decode/*/layout.ts") return /^decode\/[^/]+\/layout\.ts$/.test(target);
  if (arrow === "mod.ts/*") return library.has(target);
  if (arrow.endsWith("/result")) return target === `${arrow}.ts`;
  return target === arrow || folderOf(target) === arrow;
}

Deno.test("every import in src/ follows an arrow of the import table", () => {
  const wrong = own.filter((each) => {
    const [folder, target] = [folderOf(each.from), resolved(each)];
    if (folder === folderOf(target)) return false;
    const allowed = [...table[folder] ?? [], ...arrows[each.from] ?? []];
    return !allowed.some((arrow) => allows(arrow, target));
  });
  assertEquals(wrong.map((each) => `${each.from} -> ${resolved(each)}`), []);
});

Deno.test("every folder of src/ has a row in the import table", () => {
  const folders = new Set(files.map(folderOf));
  assertEquals([...folders].filter((folder) => table[folder] === undefined), []);
});

Deno.test("an arrow of a single file is in use", () => {
  for (const [file, targets] of Object.entries(arrows)) {
    const used = importsOf(file).filter(isRelative).map(resolved);
    assertEquals(targets.filter((target) => !used.some((each) => allows(target, each))), []);
  }
});

Deno.test("imports in src/ lead to files that are there", () => {
  const wrong = own.filter((each) => !texts.has(resolved(each)));
  assertEquals(wrong.map((each) => `${each.from} -> ${each.to}`), []);
});

Deno.test("third-party packages are imported only where they are named", () => {
  const wrong = all.filter((each) => !isRelative(each)).filter((each) => {
    const allowed = packages[folderOf(each.from)] ?? [];
    return !allowed.some((name) => each.to === name || each.to.startsWith(name));
  });
  assertEquals(wrong.map((each) => `${each.from} -> ${each.to}`), []);
});

Deno.test("only the edges mention Deno or node:", () => {
  const core = files.filter((file) => !edges.includes(folderOf(file)));
  const wrong = core.filter((file) => /\bDeno\.|["']node:/.test(texts.get(file) ?? ""));
  assertEquals(wrong, []);
});

Deno.test("report imports types of the results, not code", () => {
  const wrong = own.filter((each) =>
    folderOf(each.from) === "report" && folderOf(resolved(each)) !== "report" && !each.typeOnly
  );
  assertEquals(wrong.map((each) => `${each.from} -> ${each.to}`), []);
});

Deno.test("imports in src/ have no cycle", () => {
  const graph = new Map(files.map((file) => [
    file,
    own.filter((each) => each.from === file).map(resolved),
  ]));
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(" -> ");
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  assertEquals(files.map((file) => visit(file, [])).filter((cycle) => cycle !== undefined), []);
});
