// What a mistyped word may have meant.

/** At most this many words are proposed. */
const PROPOSED = 3;

/** Steps from one text to another: letters added, removed, changed, or two neighbours swapped. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      next.push(Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + same,
        swapped ? (before[column - 2] ?? 0) + 1 : Infinity,
      ));
    }
    before = last;
    last = next;
  }
  return last[b.length] ?? 0;
}

/** `Did you mean ...?` where some known words are near a given one, else an empty text. */
export function didYouMean(word: string, known: readonly string[]): string {
  const given = word.toLowerCase().slice(0, 64);
  const most = Math.max(1, Math.floor(given.length / 3));
  const near = known
    .map((each) => ({ each, steps: distance(given, each.toLowerCase()) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps);
  const nearest = near.filter(({ steps }) => steps === near[0]?.steps).slice(0, PROPOSED);
  if (nearest.length === 0) return "";
  return `Did you mean ${nearest.map(({ each }) => each).join(" or ")}?`;
}
