// The line that tells of progress.

import { assertEquals } from "@std/assert";
import { BufferedOutput, type Io } from "../../src/cli/io.ts";
import { Progress, progressLine } from "../../src/cli/progress.ts";

Deno.test("progressLine() says what is done, how fast and how long it takes", () => {
  const event = {
    type: "progress",
    what: "audit",
    done: 50 * 2 ** 20,
    total: 200 * 2 ** 20,
  } as const;
  assertEquals(
    progressLine(event, 5, 0),
    "audit [#####---------------]  25%  50.0 MiB of 200.0 MiB  10.0 MiB/s  0:15 left",
  );
  assertEquals(
    progressLine({ ...event, done: 0 }, 0, 0),
    "audit [--------------------]   0%  0 bytes of 200.0 MiB  0 bytes/s",
  );
  assertEquals(
    progressLine({ ...event, total: 0 }, 5, 0),
    "audit  50.0 MiB  10.0 MiB/s",
  );
});

function draw(isTerminal: boolean, steps: number): string {
  let text = "";
  let clock = 0;
  const stderr = new BufferedOutput((bytes) => text += new TextDecoder().decode(bytes), isTerminal);
  const io = { stderr, width: 80, now: () => clock } as Pick<Io, "stderr" | "width" | "now">;
  // A progress line needs no more of its surroundings than these.
  const progress = new Progress(io as Io, true);
  for (let step = 0; step < steps; step++) {
    clock += 10;
    progress.onEvent({ type: "progress", what: "audit", done: step, total: steps });
  }
  progress.clear();
  return text;
}

Deno.test("Progress draws at most ten times a second", () => {
  // Two seconds: the first event begins the measurement, each tenth of a second after it has a line.
  const lines = draw(true, 200).split("\r\x1b[K").filter((line) => line !== "");
  assertEquals(lines.length, 19);
});

Deno.test("Progress writes nothing where no terminal is", () => {
  assertEquals(draw(false, 200), "");
});
