// What differs in the facts of two entries of one path, content and place apart.

import { hex } from "../bytes/text.ts";
import type { Namespace } from "../model/namespace.ts";
import type { EntryFacts } from "../model/result.ts";
import { type Attribute, fileFlags } from "../model/tree.ts";

/** Facts that are metadata, in the order of reports. */
const METADATA = [
  "type",
  "mode",
  "uid",
  "gid",
  "links",
  "modified",
  "target",
  "device",
  "hidden",
  "associated",
  "xa",
  "storedBytes",
] as const satisfies readonly (keyof EntryFacts)[];

/** Facts without which an entry is another thing: they decide about the content, as digests do. */
export const DEFINING: ReadonlySet<string> = new Set(["type", "target", "device"]);

/** A node of a namespace. */
export type Place = { readonly namespace: Namespace; readonly node: number };

/** Whether nothing in the columns of two entries differs: most entries need no objects to tell. */
export function sameMetadata(a: Place, b: Place): boolean {
  const [one, other] = [values(a), values(b)];
  if (one.some((value, index) => !Object.is(value, other[index]))) return false;
  return sameBytes(a, b) && attributeText(a) === attributeText(b);
}

function values({ namespace, node }: Place): readonly unknown[] {
  const { tree, kind } = namespace;
  const type = namespace.type(node);
  const flags = tree.flags(node) & (fileFlags.existence | fileFlags.associated);
  const shared = [type, flags, namespace.modified(node), tree.xa.get(node)];
  if (kind !== "rockridge") return shared;
  // The links of a directory are its subdirectories, which are entries themselves.
  const links = type === "directory" ? 0 : tree.links(node);
  // Compressed content may be the same under other stored bytes.
  const stored = tree.zisofs.has(node) ? tree.size(node) : undefined;
  const owner = [tree.mode(node), tree.uid(node), tree.gid(node), links];
  return [...shared, ...owner, stored, deviceText({ namespace, node })];
}

// Two forms are in use: the high and low words have major and minor numbers (mkisofs), or the low word
// has both as Linux packs them (libisofs).
function deviceText({ namespace, node }: Place): string | undefined {
  const device = namespace.type(node) === "device" ? namespace.tree.devices.get(node) : undefined;
  if (device === undefined) return undefined;
  const { high, low } = device;
  if (high !== 0) return `${high},${low}`;
  return `${(low >>> 8) & 0xfff},${(low & 0xff) | ((low >>> 12) & 0xfff00)}`;
}

function sameBytes(a: Place, b: Place): boolean {
  const [one, other] = [target(a), target(b)];
  if (one === undefined || other === undefined) return one === other;
  return hex(one) === hex(other);
}

function target({ namespace, node }: Place): Uint8Array | undefined {
  return namespace.type(node) === "symlink" ? namespace.tree.targets.get(node) : undefined;
}

/** Attributes with their values, in an order of their own; what libisofs says of the disk is left out. */
function attributeText({ namespace, node }: Place): string {
  const attributes = namespace.tree.attributes.get(node);
  if (attributes === undefined) return "";
  const text = ({ name, value }: Attribute) => `${name}=${hex(value)}`;
  return attributes.filter(({ name }) => !name.startsWith("isofs.")).map(text).sort().join("\n");
}

/** Names of the metadata that differ. */
export function differentMetadata(
  a: Place,
  b: Place,
  factsA: EntryFacts,
  factsB: EntryFacts,
): readonly string[] {
  const names: string[] = METADATA.filter((name) => factsA[name] !== factsB[name]);
  const kept = names.filter((name) => {
    if (name === "device") return deviceText(a) !== deviceText(b);
    return name !== "links" || factsA.type !== "directory";
  });
  return attributeText(a) === attributeText(b) ? kept : [...kept, "attributes"];
}
