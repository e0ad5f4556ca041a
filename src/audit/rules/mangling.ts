// Whether one name can have been made from another by the rules that mastering tools shorten names by.

import type { Namespace } from "../../model/namespace.ts";

/** Letters of a name that are compared: no name has more. */
const ROOM = 1024;
const SEMICOLON = 0x3b;

/** Compares names of two namespaces, as bytes: of a million files each name would cost a text. */
export class Mangling {
  readonly #one = new Uint8Array(ROOM);
  readonly #other = new Uint8Array(ROOM);

  /**
   * Whether the letters of one name are those of the other in order, some left out: names are cut, put in
   * capitals, given numbers, and get `_` for what is not allowed. Letters outside ASCII may become any.
   */
  isMangledFrom(a: Namespace, nodeA: number, b: Namespace, nodeB: number): boolean {
    const one = lettersOf(a, nodeA, this.#one);
    const other = lettersOf(b, nodeB, this.#other);
    if (one < 0 || other < 0) return true;
    return one < other
      ? isSubsequence(this.#one, one, this.#other, other)
      : isSubsequence(this.#other, other, this.#one, one);
  }
}

/** Writes the letters of a name in lower case; their count, or -1 where some are not of ASCII. */
function lettersOf({ tree, kind }: Namespace, node: number, into: Uint8Array): number {
  const alternate = kind === "rockridge" ? tree.alternateName(node) : undefined;
  const bytes = alternate ?? tree.identifier(node);
  const isWide = kind === "joliet";
  // What stands behind a semicolon is the version; Rock Ridge and enhanced names have none.
  const hasVersion = alternate === undefined && kind !== "enhanced";
  let count = 0;
  for (let at = isWide ? 1 : 0; at < bytes.length; at += isWide ? 2 : 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80 || (isWide && bytes[at - 1] !== 0)) return -1;
    if (hasVersion && byte === SEMICOLON) break;
    const letter = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
    if (letter < 0x61 || letter > 0x7a) continue;
    if (count === into.length) return -1;
    into[count++] = letter;
  }
  return count;
}

function isSubsequence(
  short: Uint8Array,
  shortLength: number,
  long: Uint8Array,
  longLength: number,
): boolean {
  let at = 0;
  for (let i = 0; i < longLength && at < shortLength; i++) if (long[i] === short[at]) at++;
  return at === shortLength;
}
