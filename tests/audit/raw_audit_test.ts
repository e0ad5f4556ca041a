// The audit of raw images as a whole: causes, proof, losses, and what is no damage.

import { assert, assertEquals } from "@std/assert";
import type { AuditResult } from "../../src/audit/result.ts";
import { audit } from "../../src/audit/run.ts";
import { MemorySource } from "../../src/bytes/source.ts";
import { examine } from "../../src/examine.ts";
import { buildImage } from "../support/builder.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { cueSheet, rawImage, rawSector } from "../support/raw_builder.ts";
import { badRange } from "../support/sources.ts";
import { auditBytes } from "./rule_cases.ts";

const SECTOR = 2352;

async function auditRaw(bytes: Uint8Array, sheet?: string): Promise<AuditResult> {
  if (sheet === undefined) return (await auditBytes(bytes, "raw.bin")).result;
  const source = new MemorySource(new TextEncoder().encode(sheet), "raw.cue");
  const data = new MemorySource(bytes, "raw.bin");
  return await audit(await examine(source, { sidecars: () => Promise.resolve(data) }), {
    files: true,
  });
}

function codes({ findings }: AuditResult): string[] {
  return findings.filter(({ rule }) => rule.startsWith("CDR"))
    .map(({ rule, severity }) => `${rule} ${severity}`);
}

function appended(bytes: Uint8Array, ...sectors: readonly Uint8Array[]): Uint8Array {
  const longer = new Uint8Array(bytes.length + sectors.length * SECTOR);
  longer.set(bytes);
  for (const [at, sector] of sectors.entries()) longer.set(sector, bytes.length + at * SECTOR);
  return longer;
}

const noise = Uint8Array.from({ length: SECTOR }, (_, at) => (at * at + 31 * at) % 251);

/** Bytes that the structures of a fixture record twice, as its files are few. */
const TWIN = 172;

Deno.test("the findings of a damaged sector have its code as their cause, each its own", async () => {
  const bytes = await fixtureImage("mode1-2352");
  for (const sector of [34, 60, 100]) bytes[sector * SECTOR + 500] = 0x77;
  bytes[34 * SECTOR + 14] = 0x99;
  const { findings } = await auditRaw(bytes);
  const raw = findings.filter(({ rule }) => rule.startsWith("CDR"));
  assertEquals(raw.length, 10);
  for (const { rule, causedBy, sector } of raw) {
    if (rule === "CDR-007") {
      assertEquals(causedBy, undefined);
      continue;
    }
    assert(causedBy !== undefined, rule);
    assertEquals([findings[causedBy]?.rule, findings[causedBy]?.sector], ["CDR-007", sector]);
  }
});

Deno.test("a damaged header is the cause of the codes that are over it", async () => {
  const bytes = await fixtureImage("mode1-2352");
  bytes[34 * SECTOR + 14] = 0x7f;
  const { findings } = await auditRaw(bytes);
  const cause = findings.findIndex(({ rule }) => rule === "CDR-002");
  for (const rule of ["CDR-007", "CDR-008", "CDR-009"]) {
    assertEquals(findings.find((each) => each.rule === rule)?.causedBy, cause, rule);
  }
});

Deno.test("findings name the files of their sectors, and the numbers of the first code", async () => {
  const bytes = await fixtureImage("mode1-2352");
  for (const sector of [34, 35, 36]) bytes[sector * SECTOR + 500] = 0x77;
  const { findings } = await auditRaw(bytes);
  const found = findings.find(({ rule }) => rule === "CDR-007");
  assertEquals([found?.path, found?.count, found?.sector], ["/DATA/BLOCK.BIN", 3, 34]);
  assert(found?.message.includes("/DATA/BLOCK.BIN, /DATA/BLOCK1.BIN"), found?.message);
  assert(/^0x[0-9a-f]{8}$/.test(found?.recorded ?? ""));
  assert(/^0x[0-9a-f]{8}$/.test(found?.expected ?? ""));
});

Deno.test("proof counts what the codes of raw sectors vouch for, and what they contradict", async () => {
  const cases = [
    // All of Mode 1 is under its codes.
    { name: "mode1-2352", at: 0, proven: 190 * SECTOR, contradicted: 0 },
    // In Mode 2 no code is over sync and header.
    { name: "mode2-form1-2352", at: 0, proven: 190 * 2336, contradicted: 0 },
    { name: "mode1-2352", at: 1000, proven: 189 * SECTOR, contradicted: SECTOR },
    { name: "mode2-form1-2352", at: 1000, proven: 189 * 2336, contradicted: 2336 },
    // Parity only: the data are proven all the same.
    { name: "mode1-2352", at: 2300, proven: 189 * SECTOR + 2068, contradicted: 276 },
    { name: "mode2-form1-2352", at: 2300, proven: 189 * 2336 + 2060, contradicted: 276 },
    // The sync pattern only.
    { name: "mode1-2352", at: 5, proven: 189 * SECTOR + 2052, contradicted: 16 },
  ];
  for (const { name, at, proven, contradicted } of cases) {
    const bytes = await fixtureImage(name);
    if (at > 0) bytes[34 * SECTOR + at] = (bytes[34 * SECTOR + at] ?? 0) ^ 1;
    const { proof, accounting } = await auditRaw(bytes);
    const unproven = bytes.length - proven - contradicted;
    // Eight numbers of the descriptor and two path tables of 62 bytes are there twice.
    const by = { edc: proven, twin: TWIN };
    assertEquals(proof, { proven, contradicted, unproven, by }, `${name} ${at}`);
    const sum = (owners: object = {}) => Object.values(owners).reduce((a, b) => a + b, 0);
    assertEquals(sum(accounting.proven), proven);
    assertEquals(sum(accounting.contradicted), contradicted);
    if (contradicted > 0) assertEquals(Object.keys(accounting.contradicted ?? {}), ["file"]);
  }
});

Deno.test("losses list the files in sectors that are contradicted, and with all the proven ones", async () => {
  const bytes = await fixtureImage("mode1-2352");
  bytes[34 * SECTOR + 1000] = (bytes[34 * SECTOR + 1000] ?? 0) ^ 1;
  // The next one has no sync pattern left: two files, of which this holds a part and nothing.
  bytes.fill(0, 35 * SECTOR, 36 * SECTOR);
  const { losses } = await auditRaw(bytes);
  assertEquals(losses, [
    {
      path: "/DATA/BLOCK.BIN",
      volume: "rockridge",
      bytes: 2048,
      lost: 0,
      contradicted: 2048,
      state: "contradicted",
    },
    {
      path: "/DATA/BLOCK1.BIN",
      volume: "rockridge",
      bytes: 2049,
      lost: 0,
      contradicted: 2048,
      state: "contradicted",
    },
  ]);
  const all = (await auditRaw(bytes, new TextDecoder().decode(cueSheet("raw.bin")))).losses;
  const states = new Map(all.map(({ path, state }) => [path, state]));
  assertEquals(states.get("/DATA/BLOCK.BIN"), "contradicted");
  assertEquals(states.get("/DOCS/GUIDE.TXT"), "intact");
  assertEquals(states.get("/DATA/RUN"), "intact");
});

Deno.test("an image made of user data alone, without codes, has no finding and no proof but its twins", async () => {
  const bytes = await fixtureImage("mode1-2352");
  for (let at = 0; at < bytes.length; at += SECTOR) bytes.fill(0, at + 2064, at + SECTOR);
  const result = await auditRaw(bytes);
  assertEquals(codes(result), []);
  assertEquals(result.verdict, "intact");
  assertEquals([result.proof.proven, result.proof.by], [TWIN, { twin: TWIN }]);
});

Deno.test("audio behind the data of a bare image is no damage; a few such sectors are", async () => {
  const bytes = await fixtureImage("mode1-2352");
  const audio = Array.from({ length: 300 }, () => noise);
  const silence = Array.from({ length: 200 }, () => new Uint8Array(SECTOR));
  assertEquals(codes(await auditRaw(appended(bytes, ...audio))), []);
  assertEquals(codes(await auditRaw(appended(bytes, ...silence, ...audio.slice(150)))), []);
  const few = await auditRaw(appended(bytes, ...audio.slice(290)));
  assertEquals(codes(few), ["CDR-001 warning"]);
  // A sheet that says data is believed.
  const sheet = new TextDecoder().decode(cueSheet("raw.bin"));
  assertEquals(codes(await auditRaw(appended(bytes, ...audio), sheet)), ["CDR-001 warning"]);
});

Deno.test("a pause of Mode 0 at the end of a track is no change of mode", async () => {
  const bytes = await fixtureImage("mode1-2352");
  const pause = Array.from({ length: 150 }, (_, at) => {
    const sector = rawSector(new Uint8Array(2048), 190 + at, "mode1");
    return sector.fill(0, 15);
  });
  assertEquals(codes(await auditRaw(appended(bytes, ...pause))), []);
  const audio = Array.from({ length: 300 }, () => noise);
  assertEquals(codes(await auditRaw(appended(bytes, ...pause, ...audio))), []);
  const more = rawSector(new Uint8Array(2048), 340, "mode1");
  const between = appended(bytes, ...pause, more, rawSector(new Uint8Array(2048), 341, "mode1"));
  assertEquals(codes(await auditRaw(between)), ["CDR-005 warning"]);
});

Deno.test("a session with addresses of its own has no finding of them", async () => {
  const built = buildImage({ children: [{ name: "A.TXT;1", content: "hello" }] }).bytes();
  for (const firstLba of [11_400, 404_990]) {
    assertEquals(codes(await auditRaw(rawImage(built, { firstLba }))), []);
  }
});

Deno.test("a file in form 2 sectors without codes is neither proven nor contradicted", async () => {
  const bytes = await fixtureImage("vcd-vcdimager");
  for (let at = 300; at < 716; at++) bytes.fill(0, at * SECTOR + 2348, (at + 1) * SECTOR);
  const result = await auditRaw(bytes, new TextDecoder().decode(cueSheet("raw.bin", "MODE2/2352")));
  assertEquals(codes(result), ["CDR-015 info"]);
  const states = new Map(result.losses.map(({ path, state }) => [path, state]));
  assertEquals(states.get("/MPEGAV/AVSEQ01.DAT"), "unproven");
  assertEquals(states.get("/INFO/README.TXT"), "intact");
});

Deno.test("a disc written in packets has one finding of its link blocks, and no other", async () => {
  const bytes = await fixtureImage("mode1-2352");
  // After the files: four run-in blocks, a packet of 16, two run-out blocks and a link block, over and over.
  const indicators = [0x81, 0x61, 0x41, 0x21, ...new Array<number>(16).fill(1), 0xe1, 0xc1, 0xa1];
  for (let at = 45; at < 45 + 6 * indicators.length; at++) {
    const mode = indicators[(at - 45) % indicators.length] ?? 1;
    if (mode !== 1) {
      bytes.fill(at % 7, at * SECTOR + 16, (at + 1) * SECTOR).fill(
        mode,
        at * SECTOR + 15,
        at * SECTOR + 16,
      );
    }
  }
  const result = await auditRaw(bytes);
  assertEquals(codes(result), ["CDR-004 info"]);
  assertEquals(result.findings.find(({ rule }) => rule === "CDR-004")?.count, 42);
});

Deno.test("sectors that the storage refuses are unread, and nothing is said of their codes", async () => {
  const bytes = appended(
    await fixtureImage("mode1-2352"),
    ...Array.from({ length: 400 }, (_, at) => rawSector(new Uint8Array(2048), 190 + at, "mode1")),
  );
  const source = badRange(bytes, 300 * SECTOR + 100, 5 * SECTOR);
  const result = await audit(await examine(source));
  assertEquals(codes(result), []);
  assertEquals(result.proof.proven, bytes.length - 6 * SECTOR);
  assert(result.findings.some(({ rule }) => rule === "IMG-023"));
});
