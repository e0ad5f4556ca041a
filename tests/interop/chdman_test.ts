// Raw sectors as chdman judges them: it leaves out the sync pattern and the parity of a sector just when
// its own encoder would restore them, so that a file of intact sectors becomes smaller.

import { assert, assertEquals } from "@std/assert";
import { compileKernels, Kernels } from "../../src/kernel/kernels.ts";
import { checkSectors, rawSectorSize, sectorBits, sectorKinds } from "../../src/kernel/sectors.ts";
import { cueSheet, rawSector, type SectorMode } from "../support/raw_builder.ts";

/** Sectors of an image; chdman 0.251 cannot read all of its own files of 64. */
const COUNT = 400;

function chdman(...args: string[]): Deno.CommandOutput {
  return new Deno.Command("chdman", { args, stdin: "null" }).outputSync();
}

function available(): boolean {
  try {
    chdman("help");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Bytes that no codec makes smaller. */
function noise(length: number, seed: number): Uint8Array {
  let state = seed + 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

/** Raw sectors with noise for data, each changed by exclusive or at the places that `change` names. */
function image(mode: SectorMode, change: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(COUNT * rawSectorSize);
  for (let sector = 0; sector < COUNT; sector++) {
    const raw = rawSector(noise(2048, sector), sector, mode);
    if (mode === "form2") raw.set(noise(276, COUNT + sector), 2072); // The builder's end has a period
    for (const at of change) raw[at] = (raw[at] ?? 0) ^ 0x10;
    bytes.set(raw, sector * rawSectorSize);
  }
  return bytes;
}

/** Bytes of the CHD file of an image, after a look that it gives the image back. */
async function compressed(bytes: Uint8Array, track: string): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const at = (name: string) => `${folder}/${name}`;
    await Deno.writeFile(at("in.bin"), bytes);
    await Deno.writeFile(at("in.cue"), cueSheet("in.bin", track));
    assert(chdman("createcd", "-c", "cdzl", "-i", at("in.cue"), "-o", at("x.chd")).success);
    assert(chdman("extractcd", "-i", at("x.chd"), "-o", at("o.cue"), "-ob", at("o.bin")).success);
    assertEquals(await Deno.readFile(at("o.bin")), bytes);
    return (await Deno.stat(at("x.chd"))).size;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const { edcWrong, pWrong, qWrong, syncDamaged } = sectorBits;

const cases: readonly {
  readonly name: string;
  readonly mode: SectorMode;
  readonly change: readonly number[];
  readonly word: number;
}[] = [
  { name: "Mode 1", mode: "mode1", change: [], word: sectorKinds.mode1 },
  {
    name: "Mode 1 with a damaged first byte of P",
    mode: "mode1",
    change: [2076],
    word: sectorKinds.mode1 + pWrong + qWrong,
  },
  {
    name: "Mode 1 with a damaged last byte of Q",
    mode: "mode1",
    change: [2351],
    word: sectorKinds.mode1 + qWrong,
  },
  {
    name: "Mode 1 with damaged data",
    mode: "mode1",
    change: [999],
    word: sectorKinds.mode1 + edcWrong + pWrong + qWrong,
  },
  {
    name: "Mode 1 with damaged sync",
    mode: "mode1",
    change: [4],
    word: sectorKinds.mode1 + edcWrong + syncDamaged,
  },
  { name: "form 1", mode: "form1", change: [], word: sectorKinds.form1 },
  { name: "form 1 with another minute", mode: "form1", change: [12], word: sectorKinds.form1 },
  {
    name: "form 1 with a damaged sub-header",
    mode: "form1",
    change: [16, 20],
    word: sectorKinds.form1 + edcWrong + pWrong + qWrong,
  },
  { name: "form 2", mode: "form2", change: [], word: sectorKinds.form2 + edcWrong },
];

const skipped = available() ? "" : " (skipped: there is no chdman)";

for (const { name, mode, change, word } of cases) {
  Deno.test({
    name: `checkSectors() and chdman agree on sectors of ${name}${skipped}`,
    ignore: skipped !== "",
    async fn() {
      const bytes = image(mode, change);
      for (const simd of [false, true]) {
        const kernels = new Kernels(compileKernels({ simd }));
        kernels.window.set(bytes);
        const words = new Uint32Array(COUNT);
        checkSectors(kernels, 0, rawSectorSize, COUNT, words);
        assertEquals([...new Set(words)], [word]);
      }
      const size = await compressed(bytes, mode === "mode1" ? "MODE1/2352" : "MODE2/2352");
      const restorable = word === sectorKinds.mode1 || word === sectorKinds.form1;
      // The parity alone is 276 bytes of each sector
      assertEquals(size < bytes.length - COUNT * 200, restorable, `${size} of ${bytes.length}`);
    },
  });
}
