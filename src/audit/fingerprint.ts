// Fingerprints of findings: the same for the same fault, whenever and by whomever the report is made.

import { hex } from "../bytes/text.ts";
import type { Image } from "../model/image.ts";
import type { Region } from "../model/regions.ts";
import type { Finding } from "./result.ts";
import { registry } from "./rules/mod.ts";
import { selects } from "./select.ts";

/** Owners whose bytes are counted from the start of the structure: it may move, and they with it. */
const structured = new Set([
  "descriptor",
  "path-table",
  "directory",
  "continuation",
  "boot",
  "partition-table",
  "udf",
  "hfs",
]);

/** Rules about what the bytes are: a digest or checksum that was computed tells one damage from another. */
const computing = ["PRF", "ZIS", "GPT"];
/** Rules about damage at a place, which a path alone would hide: other bytes of a file are other damage. */
const placed = ["CDR", "DMG"];

/**
 * Findings with their fingerprints: a hash of the rule, the severity where the finding has another than its
 * rule, the volume, and the path. Without a path it is the place: bytes from the start of the structure that
 * owns them, with its name, or bytes of the file where nothing that has a name does; and how many they are.
 * No message or title is in it, so that other words for the same fault make no other fault. Digests and
 * checksums, recorded and computed, are in it where the rule is about them: bytes that changed again are
 * another fault. Findings that are alike in all of this are numbered in their order.
 */
export function withFingerprints(findings: readonly Finding[], image: Image): Finding[] {
  const severityOf = new Map(registry().map(({ id, severity }) => [id, severity]));
  const alike = new Map<string, number>();
  return findings.map((finding) => {
    const { rule, severity, volume = "", path, pathBytes } = finding;
    const own = severity === severityOf.get(rule) ? "" : severity;
    const where = path === undefined ? placeOf(finding, image) : pathBytes ?? path;
    const hash = fnv1a([rule, own, volume, where, ...damageOf(finding)].join("\n"));
    const number = (alike.get(hash) ?? 0) + 1;
    alike.set(hash, number);
    return { ...finding, fingerprint: `${hash}:${number}` };
  });
}

function damageOf({ rule, path, offset, length, recorded, expected }: Finding): string[] {
  if (path !== undefined && placed.some((selector) => selects(selector, rule))) {
    return [`file+${offset ?? ""}+${length ?? ""}`];
  }
  if (!computing.some((selector) => selects(selector, rule))) return [];
  return [recorded, expected].filter((value) => value !== undefined);
}

function placeOf({ offset, length = 0 }: Finding, image: Image): string {
  if (offset === undefined) return "";
  const { size } = image.source;
  if (offset >= size) return `end+${offset - size}+${length}`;
  const region = image.regions.at(offset);
  const name = region === undefined ? undefined : nameOf(region, image);
  if (region === undefined || name === undefined) return `file+${offset}+${length}`;
  return `${region.owner} ${name}+${offset - region.start}+${length}`;
}

function nameOf({ owner, ref }: Region, image: Image): string | undefined {
  if (ref === undefined || !structured.has(owner)) return undefined;
  if ("name" in ref) return ref.name;
  const namespace = image.namespaceOf(ref.tree);
  if (namespace === undefined || ref.node >= namespace.tree.count) return undefined;
  return `${namespace.kind}:${namespace.path(ref.node)}`;
}

const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** FNV-1a (Fowler, Noll, Vo) of 64 bits over the UTF-8 of a text, as 16 hexadecimal digits. */
export function fnv1a(text: string): string {
  let hash = OFFSET_BASIS;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, hash);
  return hex(bytes);
}

/** The fingerprint of one more finding of a rule, without a place, beside others. */
export function furtherFingerprint(rule: string, others: readonly Finding[]): string {
  const hash = fnv1a([rule, "", "", ""].join("\n"));
  return `${hash}:${1 + others.filter((each) => each.fingerprint?.startsWith(hash)).length}`;
}
