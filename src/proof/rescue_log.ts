// The map file of GNU ddrescue: which ranges of the medium were read (its manual, Mapfile structure).

import type { RescueLog, RescueStatus } from "../model/rescue_log.ts";

const statuses: Readonly<Record<string, RescueStatus>> = {
  "?": "non-tried",
  "*": "non-trimmed",
  "/": "non-scraped",
  "-": "bad sector",
};

/** Blocks of one map; maps of very bad discs have some thousands. */
const BLOCKS = 1_000_000;
/** Decimal, hexadecimal with 0x, or octal with 0. */
const NUMBER = /^(?:0x[0-9a-f]+|0[0-7]*|[1-9][0-9]*)$/i;

/**
 * Parses a map file. Its ranges count bytes of the medium, as the image does. Text that is no map, or one
 * whose blocks leave gaps, gives the reason as `error`.
 */
export function parseRescueLog(text: string): RescueLog | { readonly error: string } {
  const lines = text.split(/\r?\n/);
  const unread: { start: number; length: number; status: RescueStatus }[] = [];
  let isBegun = false;
  let at: number | undefined;
  for (const [index, line] of lines.entries()) {
    const words = line.trim().split(/\s+/);
    const [first = "", second = "", third = ""] = words;
    if (first === "" || first.startsWith("#")) continue;
    // The first line says where the rescue stood, the others are blocks.
    if (!isBegun) {
      if (!NUMBER.test(first) || !/^[?*/\-FG+]$/.test(second)) {
        return { error: `line ${index + 1} is not the status line of a ddrescue map` };
      }
      isBegun = true;
      continue;
    }
    const [start, length] = [numberOf(first), numberOf(second)];
    const isBlock = start !== undefined && length !== undefined && /^[?*/\-+]$/.test(third);
    if (!isBlock) return { error: `line ${index + 1} is no block of a ddrescue map` };
    if (at !== undefined && start !== at) {
      return { error: `line ${index + 1} begins at ${start}, where ${at} is due` };
    }
    at = start + length;
    const status = statuses[third];
    if (status === undefined) continue;
    if (unread.length >= BLOCKS) return { error: `it has more than ${BLOCKS} blocks` };
    unread.push({ start, length, status });
  }
  if (at === undefined) return { error: "it has no block" };
  return { unread };
}

function numberOf(word: string): number | undefined {
  if (!NUMBER.test(word)) return undefined;
  const isOctal = /^0[0-7]+$/.test(word);
  const value = isOctal ? Number.parseInt(word, 8) : Number(word);
  return Number.isSafeInteger(value) ? value : undefined;
}
