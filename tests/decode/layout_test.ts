// Every layout table of every standard: its fields fill it exactly, and its id is its own.

import { assertEquals, assertMatch } from "@std/assert";
import type { Layout } from "../../src/bytes/struct.ts";

const folder = new URL("../../src/decode/", import.meta.url);

const standards = [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory)
  .map((entry) => entry.name).sort();

async function layoutsOf(standard: string): Promise<readonly Layout[]> {
  const module = await import(new URL(`${standard}/layout.ts`, folder).href);
  return module.layouts;
}

/** Tables that a layout.ts exports, whether or not its list names them. */
async function tablesOf(standard: string): Promise<Layout[]> {
  const module = await import(new URL(`${standard}/layout.ts`, folder).href);
  return Object.values(module).filter((value): value is Layout =>
    typeof value === "object" && value !== null && "fields" in value && "size" in value
  );
}

function problemsOf({ size, fields }: Layout): string[] {
  const problems: string[] = [];
  const order = Object.entries(fields).sort(([, a], [, b]) => a.offset - b.offset);
  let at = 0;
  for (const [name, { offset, type }] of order) {
    if (offset < at) problems.push(`${name} at ${offset} overlaps the field before it`);
    if (offset > at) problems.push(`bytes ${at} to ${offset - 1} before ${name} are not declared`);
    at = offset + type.size;
  }
  if (at > size) problems.push(`fields end at ${at}, the structure at ${size}`);
  if (at < size) problems.push(`bytes ${at} to ${size - 1} at the end are not declared`);
  return problems;
}

for (const standard of standards) {
  Deno.test(`${standard}: fields neither overlap nor leave gaps`, async () => {
    for (const layout of await layoutsOf(standard)) {
      assertEquals(problemsOf(layout), [], layout.id);
    }
  });

  Deno.test(`${standard}: the list of layouts has every table`, async () => {
    const listed = new Set(await layoutsOf(standard));
    const missing = (await tablesOf(standard)).filter((layout) => !listed.has(layout));
    assertEquals(missing.map((layout) => layout.id), []);
  });

  Deno.test(`${standard}: tables and fields have a title, a clause and a readable format`, async () => {
    for (const layout of await layoutsOf(standard)) {
      assertMatch(layout.id, /^[a-z0-9]+\/[a-z0-9.-]+$/);
      assertMatch(layout.title, /\S/, layout.id);
      assertMatch(layout.clause, /\S/, layout.id);
      for (const [name, { clause, type }] of Object.entries(layout.fields)) {
        assertMatch(clause, /\S/, `${layout.id} ${name}`);
        for (const byte of [0, 0x20, 0x30, 0x7f, 0xff]) {
          const view = new DataView(new Uint8Array(type.size).fill(byte).buffer);
          assertEquals(typeof type.format(type.read(view, 0)), "string", `${layout.id} ${name}`);
        }
      }
    }
  });
}

Deno.test("ids of layouts are unique over all standards", async () => {
  const ids = (await Promise.all(standards.map(layoutsOf))).flat().map((layout) => layout.id);
  assertEquals(ids.filter((id, index) => ids.indexOf(id) !== index), []);
});
