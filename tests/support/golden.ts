// Golden files: what a writer must print, to the letter. One that is missing is written, for a look at it.

import { assertEquals } from "@std/assert";

const folder = new URL("../report/golden/", import.meta.url);

/** Compares a text with the golden file of a name, in tests/report/golden. */
export async function assertGolden(name: string, text: string): Promise<void> {
  const file = new URL(name, folder);
  const expected = await Deno.readTextFile(file).catch(async (error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await Deno.writeTextFile(file, text);
    throw new Error(`${name} was not there: it is now, and wants to be looked at`);
  });
  assertEquals(text, expected, name);
}
