// Rules about what endangers whoever extracts the image: names that lead elsewhere or deceive, and more bytes
// than the image has.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { decodeUtf8 } from "../../bytes/text.ts";
import type { Image } from "../../model/image.ts";
import type { Namespace } from "../../model/namespace.ts";
import type { Tree } from "../../model/tree.ts";
import { isHere } from "../losses.ts";
import type { Hit, Rule, RuleFamily, RuleTable } from "../rule.ts";
import { declaredEnd } from "../volume_end.ts";
import { quoted } from "./directory_view.ts";
import { type FileStarts, fileStarts, groupEnd } from "./file_starts.ts";
import { isOrdinary, kindsOfName, type NameHazard } from "./hazard_names.ts";
import { Few, Tally, treeContext } from "./tally.ts";

const rules = {
  outside: {
    id: "SEC-001",
    severity: "warning",
    title: "Name leads outside the target folder",
    clause: "none",
    rationale:
      "A program that joins the name to the folder without looking writes to another place. Names with a " +
      "backslash are harmless on systems where it is no separator (units of systemd have them).",
    remedy: "Extract with a program that makes such names safe, as discern does.",
  },
  deceptive: {
    id: "SEC-002",
    severity: "warning",
    title: "Deceptive characters in a name",
    clause: "none",
    rationale:
      "The name looks different from what it is, or cannot be made on Windows. Old and Linux discs have " +
      "names of devices (aux.c) and trailing dots: those are only noted.",
    remedy: "Look at the bytes of the name before the file is opened or removed.",
  },
  expands: {
    id: "SEC-003",
    severity: "warning",
    title: "Image expands beyond reason",
    clause: "none",
    rationale:
      "Extents that overlap, compressed files or directories that hold each other give more data than any " +
      "disc has. Hard links and files stored once count once: installers reach twice their size.",
    remedy: "Extract with a limit, or leave the image alone.",
  },
  extension: {
    id: "SEC-006",
    severity: "note",
    title: "Double extension",
    clause: "none",
    rationale: "Where extensions are hidden, the program looks like a document.",
    remedy: "Do not open the file.",
  },
} as const satisfies RuleTable;

/** The rule about data without end, for compressed files that turn out so. */
export const expands: Rule = rules.expands;

/** Where the name of a node is recorded: its identifier, also where Rock Ridge gives another. */
function nameSpan(tree: Tree, node: number): Span {
  return logicalSpan(tree.record(node) + 33, tree.identifier(node).length);
}

const graveRule: Readonly<Partial<Record<NameHazard, Rule>>> = {
  outside: rules.outside,
  deceptive: rules.deceptive,
};

function* checkNames(image: Image): Iterable<Hit> {
  for (const { namespace, tree, kind } of image.volumes) {
    const context = tree === undefined ? undefined : treeContext(tree, image);
    if (namespace === undefined || tree === undefined || context === undefined) continue;
    // In which characters the names of any other supplementary tree are recorded is not known.
    if (namespace.tree.kind === "supplementary") continue;
    const few = { outside: new Few("names"), deceptive: new Few("names") };
    const path = (node: number) => quoted(namespace.path(node));
    const [windows, double] = [new Tally({ ...context, path }), new Tally({ ...context, path })];
    for (let node = 1; node < namespace.tree.count; node++) {
      const raw = rawName(namespace, node);
      if (raw === undefined || isOrdinary(raw, kind === "joliet")) continue;
      for (const { hazard, why } of kindsOfName(namespace.name(node))) {
        const counted = { node, span: nameSpan(namespace.tree, node) };
        if (hazard === "windows") windows.add(() => counted);
        else if (hazard === "double") double.add(() => counted);
        else {
          few[hazard].take(() => ({
            rule: graveRule[hazard] ?? rules.outside,
            ...counted,
            tree,
            volume: kind,
            message: `${quoted(namespace.name(node).text)} ${why}`,
          }));
        }
      }
    }
    yield* few.outside.hits;
    yield* few.deceptive.hits;
    yield* windows.hits(
      rules.deceptive,
      `${windows.count === 1 ? "1 name is" : `${windows.count} names are`} that of a device or ` +
        `end in a dot or blank, which Windows cannot make: ${windows.listed}`,
      { severity: "note", volume: kind },
    );
    yield* double.hits(
      rules.extension,
      `${
        double.count === 1 ? "1 program has" : `${double.count} programs have`
      } the extension of a ` +
        `document before their own: ${double.listed}`,
      { volume: kind },
    );
  }
}

/** The bytes that the name of a node comes from; undefined where the ISO 9660 namespace shows the same. */
function rawName(namespace: Namespace, node: number): Uint8Array | undefined {
  if (namespace.kind === "rockridge") return namespace.tree.alternateName(node);
  return namespace.tree.identifier(node);
}

/** Whether a target leads out of the root when it is followed from `depth` directories below it. */
function leadsOut(target: string, depth: number): boolean {
  if (target.startsWith("/")) return true;
  let level = depth;
  for (const part of target.split("/")) {
    if (part === "..") level--;
    else if (part !== "" && part !== ".") level++;
    if (level < 0) return true;
  }
  return false;
}

function depthOf(tree: Tree, node: number): number {
  let depth = 0;
  for (let at = tree.parent(node); at !== 0 && depth < 1024; at = tree.parent(at)) depth++;
  return depth;
}

// A directory of the same name is written through the link by whoever extracts the link first.
function* checkLinks({ volumes }: Image): Iterable<Hit> {
  const shown = volumes.find(({ kind }) => kind === "rockridge");
  const namespace = shown?.namespace;
  if (shown?.tree === undefined || namespace === undefined) return;
  const { tree } = namespace;
  const byFolder = new Map<number, number[]>();
  for (const [node, target] of tree.targets) {
    if (!leadsOut(decodeUtf8(target).text, depthOf(tree, node))) continue;
    const folder = tree.parent(node);
    byFolder.set(folder, [...byFolder.get(folder) ?? [], node]);
  }
  for (const [folder, links] of byFolder) {
    const names = new Map(links.map((node) => [namespace.name(node).text, node]));
    for (const child of namespace.children(folder)) {
      const link = names.get(namespace.name(child).text);
      if (link === undefined || namespace.type(child) !== "directory") continue;
      yield {
        rule: rules.outside,
        span: nameSpan(tree, link),
        message: `a symbolic link to ${
          quoted(decodeUtf8(tree.targets.get(link) ?? new Uint8Array(0)).text)
        }, out of the image, and a directory with files have one name`,
        tree: shown.tree,
        node: link,
      };
    }
  }
}

/** Bytes that extraction writes at most: of files that begin at one place the longest, cut off with the image. */
function extractedBytes({ starts, nodes }: FileStarts, namespace: Namespace, end: number): number {
  const { tree } = namespace;
  let bytes = 0;
  for (let at = 0; at < starts.length;) {
    const to = groupEnd({ starts, nodes }, at);
    let most = 0;
    for (; at < to; at++) {
      const node = nodes[at] ?? 0;
      if (!isHere(namespace, node)) continue;
      let there = 0;
      for (let number = 0; number < tree.extentCount(node); number++) {
        const { start, length } = tree.extent(node, number);
        there += Math.max(0, Math.min(length, end - start));
      }
      most = Math.max(most, there);
    }
    bytes += most;
  }
  return bytes;
}

/** Times the bytes of the image that its files may have; bytes that a compressed one expands to, and ratio. */
const REASON = 4;
const EXPANDED = 2 ** 30;
const RATIO = 1000;

function* checkExpansion(image: Image): Iterable<Hit> {
  const size = Math.max(image.mapping.logicalSize, declaredEnd(image));
  for (const number of new Set(image.volumes.map(({ tree }) => tree))) {
    const namespace = number === undefined ? undefined : image.namespaceOf(number);
    if (number === undefined || namespace === undefined) continue;
    const bytes = extractedBytes(fileStarts(namespace), namespace, image.mapping.logicalSize);
    if (bytes > REASON * size) {
      yield {
        rule: rules.expands,
        message: `the files have ${bytes} bytes in all, more than ${REASON} times the ${size} of ` +
          `the image`,
        tree: number,
      };
    }
    yield* checkCompressed(namespace, number);
  }
  if (image.faultCount("directory-loop") === 0) return;
  yield {
    rule: rules.expands,
    message: "a directory is said to hold one that it lies in: whoever follows it never ends",
    causedBy: "ISO-DIR-013",
  };
}

function* checkCompressed(namespace: Namespace, number: number): Iterable<Hit> {
  const { tree } = namespace;
  for (const [node, { size }] of tree.zisofs) {
    const stored = tree.size(node);
    if (size < EXPANDED || size <= RATIO * stored) continue;
    yield {
      rule: rules.expands,
      span: nameSpan(tree, node),
      message: `${stored} stored bytes are said to hold ${size} compressed ones, more than ` +
        `${RATIO} times as many`,
      tree: number,
      node,
    };
  }
}

/** Rules about hazards to readers. SEC-010 needs a set of digests. */
export const hazardRules: RuleFamily = {
  rules,
  image: [checkNames, checkLinks, checkExpansion],
};
