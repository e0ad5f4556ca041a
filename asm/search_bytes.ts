// Where a pattern may stand (see search.ts), byte by byte.

import { possible, TABLES } from "./search_state";

/** Address of the first byte of `[at, end)` at which a pattern may stand, or `end`. */
export function nextCandidate(state: usize, at: usize, end: usize): usize {
  for (; end - at > 2 && at < end; at++) {
    const first = load<u8>(state + usize(load<u8>(at)), TABLES);
    const second = load<u8>(state + usize(load<u8>(at, 1)), TABLES + 256);
    if ((first & second) == 0) continue;
    if ((first & second & load<u8>(state + usize(load<u8>(at, 2)), TABLES + 512)) != 0) return at;
  }
  for (; at < end; at++) {
    if (possible(state, at, end) != 0) return at;
  }
  return end;
}
