// Turns of the event loop: long work that never waits gives one to timers, signals and messages now and
// then. Works that go on at the same time share their turns, so that none goes on alone meanwhile.

let last = 0;
let current: Promise<void> | undefined;

/** Whether no turn was given for so many milliseconds. */
export function turnIsDue(milliseconds: number): boolean {
  return performance.now() - last > milliseconds;
}

/** Whether some work waits for a turn now: it goes on only if all others let it come. */
export function turnIsPending(): boolean {
  return current !== undefined;
}

/** Waits for the turn that is pending, or else for a new one: `wait` resolves in it; a timer if absent. */
export function giveTurn(wait: () => Promise<void> = byTimer): Promise<void> {
  return current ??= wait().finally(() => {
    current = undefined;
    last = performance.now();
  });
}

/** Milliseconds after which a signal may wait no longer for its turn. */
const DUE = 40;

/** Whether work that hears a signal should {@linkcode breathe} now. */
export function breathIsDue(): boolean {
  return turnIsDue(DUE);
}

/** Gives a turn where one is due, and rejects with the signal's reason where it asks for the end. */
export async function breathe(signal: AbortSignal | undefined): Promise<void> {
  if (breathIsDue()) await giveTurn();
  signal?.throwIfAborted();
}

function byTimer(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
