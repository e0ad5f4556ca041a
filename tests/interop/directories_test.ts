// More directories than a path table can number (ISO-PTH-016): too slow for the quick suite.

import { assertEquals } from "@std/assert";
import { audit } from "../../src/audit/run.ts";
import type { ByteSource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { buildImage } from "../support/builder.ts";

/** Zeros with parts that begin at sectors: found by their sector, since there are a hundred thousand. */
class SectorSource implements ByteSource {
  readonly name = "directories.iso";
  readonly size: number;
  readonly #sectors = new Map<number, Uint8Array>();

  constructor(size: number, parts: readonly { readonly at: number; readonly bytes: Uint8Array }[]) {
    this.size = size;
    for (const { at: start, bytes } of parts) {
      for (let done = 0; done < bytes.length;) {
        const inSector = (start + done) % 2048;
        const sector = (start + done - inSector) / 2048;
        const piece = bytes.subarray(done, done + 2048 - inSector);
        const whole = this.#sectors.get(sector) ?? new Uint8Array(2048);
        whole.set(piece, inSector);
        this.#sectors.set(sector, whole);
        done += piece.length;
      }
    }
  }

  readSync(offset: number, into: Uint8Array): number {
    const length = Math.max(0, Math.min(into.length, this.size - offset));
    into.fill(0, 0, length);
    for (let done = 0; done < length;) {
      const inSector = (offset + done) % 2048;
      const piece = this.#sectors.get((offset + done - inSector) / 2048);
      const most = Math.min(2048 - inSector, length - done);
      if (piece !== undefined) into.set(piece.subarray(inSector, inSector + most), done);
      done += most;
    }
    return length;
  }

  read(offset: number, into: Uint8Array): Promise<number> {
    return Promise.resolve(this.readSync(offset, into));
  }
}

Deno.test("ISO-PTH-016: 65536 directories", async () => {
  const children = Array.from({ length: 65_535 }, (_, number) => ({
    name: number.toString(36).toUpperCase().padStart(4, "0"),
    children: [],
  }));
  const { size, parts, pathTables } = buildImage({ children });
  const source = new SectorSource(size, parts);
  const { findings } = await audit(await examine(source), { structureOnly: true, only: ["PTH"] });
  const table = pathTables.get("primary:L");
  assertEquals(
    findings.map(({ rule, offset, length }) => ({ rule, offset, length })),
    [{ rule: "ISO-PTH-016", offset: table?.offset, length: table?.length }],
  );
});
