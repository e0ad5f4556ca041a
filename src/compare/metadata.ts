// What differs in the facts of two entries of one path, content and place apart: told from columns, since
// most entries differ in nothing, or a million of them in their times.

import { equalBytes, hex } from "../bytes/text.ts";
import type { Namespace } from "../model/namespace.ts";
import type { EntryFacts } from "../model/result.ts";
import { type Attribute, fileFlags, type Tree } from "../model/tree.ts";

/** A node of a namespace whose records tell of an entry. */
export type Place = { readonly namespace: Namespace; readonly node: number };

/** Names of facts that are metadata. */
export type MetadataName = Extract<
  keyof EntryFacts,
  | "type"
  | "mode"
  | "uid"
  | "gid"
  | "links"
  | "modified"
  | "target"
  | "device"
  | "hidden"
  | "associated"
  | "xa"
  | "attributes"
  | "storedBytes"
>;

/** Facts without which an entry is another thing: they decide about the content, as digests do. */
export const DEFINING: ReadonlySet<string> = new Set<MetadataName>(["type", "target", "device"]);

const NONE: readonly MetadataName[] = [];

/** Names of the metadata that differ, in the order of reports. */
export function differentMetadata(a: Place, b: Place): readonly MetadataName[] {
  const [one, other] = [a.namespace, b.namespace];
  const [treeA, treeB] = [one.tree, other.tree];
  const [typeA, typeB] = [one.type(a.node), other.type(b.node)];
  let names: MetadataName[] | undefined;
  const note = (name: MetadataName, differs: boolean) => {
    if (differs) (names ??= []).push(name);
  };
  note("type", typeA !== typeB);
  if (one.kind === "rockridge") {
    notePosix(treeA, a.node, treeB, b.node, typeA === "directory", note);
  }
  // NaN stands for no time.
  note("modified", !Object.is(one.modified(a.node), other.modified(b.node)));
  if (typeA === "symlink" || typeB === "symlink") note("target", !sameTarget(a, b));
  if (typeA === "device" || typeB === "device") note("device", deviceText(a) !== deviceText(b));
  const flags = treeA.flags(a.node) ^ treeB.flags(b.node);
  note("hidden", (flags & fileFlags.existence) !== 0);
  note("associated", (flags & fileFlags.associated) !== 0);
  note("xa", treeA.xa.get(a.node) !== treeB.xa.get(b.node));
  note("attributes", attributeText(a) !== attributeText(b));
  if (one.kind === "rockridge") note("storedBytes", stored(a) !== stored(b));
  return names ?? NONE;
}

function notePosix(
  treeA: Tree,
  a: number,
  treeB: Tree,
  b: number,
  isDirectory: boolean,
  note: (name: MetadataName, differs: boolean) => void,
): void {
  const [modeA, modeB] = [treeA.mode(a), treeB.mode(b)];
  // A mode of 0 has no file type either: no PX entry was recorded, and there is no owner then.
  const recorded = (modeA === 0) === (modeB === 0);
  note("mode", !recorded || (modeA & 0o7777) !== (modeB & 0o7777));
  note("uid", !recorded || treeA.uid(a) !== treeB.uid(b));
  note("gid", !recorded || treeA.gid(a) !== treeB.gid(b));
  // The links of a directory are its subdirectories, which are entries themselves.
  note("links", !isDirectory && (!recorded || treeA.links(a) !== treeB.links(b)));
}

// Two forms are in use: the high and low words have major and minor numbers (mkisofs), or the low word
// has both as Linux packs them (libisofs).
function deviceText({ namespace, node }: Place): string | undefined {
  const device = namespace.tree.devices.get(node);
  if (device === undefined) return undefined;
  const { high, low } = device;
  if (high !== 0) return `${high},${low}`;
  return `${(low >>> 8) & 0xfff},${(low & 0xff) | ((low >>> 12) & 0xfff00)}`;
}

function sameTarget(a: Place, b: Place): boolean {
  const one = a.namespace.tree.targets.get(a.node);
  const other = b.namespace.tree.targets.get(b.node);
  if (one === undefined || other === undefined) return one === other;
  return equalBytes(one, other);
}

// Compressed content may be the same under other stored bytes.
function stored({ namespace: { tree }, node }: Place): number | undefined {
  return tree.zisofs.has(node) ? tree.size(node) : undefined;
}

/** Attributes with their values, in an order of their own; what libisofs says of the disk is left out. */
function attributeText({ namespace, node }: Place): string {
  const attributes = namespace.tree.attributes.get(node);
  if (attributes === undefined) return "";
  const text = ({ name, value }: Attribute) => `${name}=${hex(value)}`;
  return attributes.filter(({ name }) => !name.startsWith("isofs.")).map(text).sort().join("\n");
}
