// Raw sectors as chdman (MAME) sees them: it leaves out sync and parity of the sectors whose parity is right
// by its own encoder, and makes them again when it unpacks. What it leaves out shows in the size.

import { assert, assertEquals } from "@std/assert";
import { rawImage, type SectorMode } from "../support/raw_builder.ts";
import { buildImage } from "../support/builder.ts";
import { auditBytes } from "../audit/rule_cases.ts";

const SECTOR = 2352;
const PARITY = 276;

function isThere(): boolean {
  try {
    const { stdout } = new Deno.Command("chdman", { stdin: "null", stderr: "null" }).outputSync();
    return new TextDecoder().decode(stdout).includes("chdman");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function chdman(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("chdman", {
    args: [...args],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
}

/** Bytes that the image takes when packed, and the image as it is unpacked again. */
async function packed(image: Uint8Array, type: string): Promise<[number, Uint8Array]> {
  const folder = await Deno.makeTempDir();
  const at = (name: string) => `${folder}/${name}`;
  try {
    await Deno.writeFile(at("a.bin"), image);
    const sheet = `FILE "a.bin" BINARY\n  TRACK 01 ${type}\n    INDEX 01 00:00:00\n`;
    await Deno.writeTextFile(at("a.cue"), sheet);
    await chdman("createcd", "-i", at("a.cue"), "-o", at("a.chd"), "-c", "cdzl");
    await chdman("extractcd", "-i", at("a.chd"), "-o", at("b.cue"), "-ob", at("b.bin"));
    return [(await Deno.stat(at("a.chd"))).size, await Deno.readFile(at("b.bin"))];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// Noise does not pack, and so has parity that does not.
function noise(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 24;
  });
}

const there = isThere();
const modes: readonly (readonly [SectorMode, string])[] = [
  ["mode1", "MODE1/2352"],
  ["form1", "MODE2/2352"],
];

for (const [mode, type] of modes) {
  Deno.test({
    name: `chdman and the audit agree which sectors of ${mode} have right parity` +
      (there ? "" : " (skipped: chdman is not here)"),
    ignore: !there,
    async fn() {
      const built = buildImage({ children: [{ name: "A.BIN;1", content: noise(300 * 2048) }] });
      const image = rawImage(built.bytes(), { mode: () => mode });
      const { result } = await auditBytes(image, "a.bin");
      assertEquals(result.findings.filter(({ rule }) => rule.startsWith("CDR")), []);
      const [size, unpacked] = await packed(image, type);
      assertEquals(unpacked, image);

      // One parity byte of 200 sectors of the file
      const damaged = image.slice();
      const first = image.length / SECTOR - 250;
      for (let sector = first; sector < first + 200; sector++) {
        damaged[sector * SECTOR + 2351] = (damaged[sector * SECTOR + 2351] ?? 0) ^ 1;
      }
      const found = (await auditBytes(damaged, "a.bin")).result.findings
        .filter(({ rule }) => rule.startsWith("CDR"));
      assertEquals(
        found.map(({ rule, offset, count }) => [rule, Math.floor((offset ?? 0) / SECTOR), count]),
        [[mode === "mode1" ? "CDR-009" : "CDR-012", first, 200]],
      );
      const [larger, same] = await packed(damaged, type);
      assertEquals(same, damaged);
      const more = (larger - size) / PARITY;
      assert(more > 180 && more < 220, `the parity of ${more} sectors was kept`);
    },
  });
}
