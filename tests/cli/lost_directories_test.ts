// What commands say and return where a directory cannot be read, so that its entries are not shown.

import { assertEquals, assertMatch } from "@std/assert";
import { fixtureImage } from "../support/fixtures.ts";
import { discern } from "./harness.ts";

/** The root directory of iso-level1-genisoimage, and the record of its directory DATA. */
const ROOT = 47_104;
const SECTOR = 2048;

const said = (name: string) =>
  new RegExp(`unreadable: (folder )?${name} \\(holds no records: what it held is unknown\\)`);

async function withImage(
  at: number,
  run: (path: string, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "discern-lost-" });
  try {
    const bytes = (await fixtureImage("iso-level1-genisoimage")).slice();
    const view = new DataView(bytes.buffer);
    const start = at === 0 ? ROOT : view.getUint32(ROOT + at + 2, true) * SECTOR;
    bytes.fill(0, start, start + SECTOR);
    await Deno.writeFile(`${folder}/lost.iso`, bytes);
    await run(`${folder}/lost.iso`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [at, name] of [[0, "/"], [68, "/DATA"]] as const) {
  Deno.test(`manifest and extract return 1 and name ${name} where it cannot be read`, async () => {
    await withImage(at, async (path, folder) => {
      const commands = [
        { argv: ["manifest", path], status: 1 },
        { argv: ["manifest", path, "--json"], status: 1 },
        { argv: ["extract", path, "-o", `${folder}/out`], status: 1 },
        { argv: ["extract", path, "-o", `${folder}/json`, "--json"], status: 1 },
        { argv: ["list", path], status: 0 },
        { argv: ["list", path, "--json"], status: 0 },
      ];
      for (const { argv, status } of commands) {
        const outcome = await discern(argv);
        assertEquals(outcome.status, status, argv.join(" "));
        const isDocument = argv[0] === "extract" && argv.includes("--json");
        const text = isDocument ? outcome.stdout : outcome.stderr;
        if (!isDocument) assertMatch(text, argv[0] === "extract" ? /unreadable/ : said(name));
        assertMatch(text, /holds no records: what it held is unknown/);
      }
    });
  });
}

Deno.test("what does not lie in the lost directory is whole", async () => {
  await withImage(68, async (path) => {
    const outcome = await discern(["manifest", path, "--json"]);
    assertEquals(outcome.status, 1);
    assertEquals((await discern(["list", path, "/DOCS"])).stderr, "");
  });
});
