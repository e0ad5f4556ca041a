// Whether one name can have been made from another by the rules that mastering tools shorten names by.

import type { Namespace } from "../../model/namespace.ts";

/** Letters of a name in lower case, or undefined where some are not of ASCII: those may become anything. */
function lettersOf(namespace: Namespace, node: number): string | undefined {
  const { text, bytes } = namespace.name(node);
  // deno-lint-ignore no-control-regex -- the bounds of ASCII
  if (bytes !== undefined || !/^[\x00-\x7f]*$/.test(text)) return undefined;
  return text.toLowerCase().replace(/[^a-z]+/g, "");
}

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (let i = 0; i < short.length; i++) {
    at = long.indexOf(short.charAt(i), at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/**
 * Whether the letters of one name are those of the other in order, some left out: names are cut, put in
 * capitals, given numbers, and get `_` for what is not allowed.
 */
export function isMangledFrom(
  a: Namespace,
  nodeA: number,
  b: Namespace,
  nodeB: number,
): boolean {
  const one = lettersOf(a, nodeA);
  const other = lettersOf(b, nodeB);
  if (one === undefined || other === undefined || one === other) return true;
  return one.length < other.length ? isSubsequence(one, other) : isSubsequence(other, one);
}
