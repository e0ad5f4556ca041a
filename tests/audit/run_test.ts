// The run of an audit: causes and symptoms, folding, losses, verdicts, proof, and sources that fail.

import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemorySource } from "../../src/bytes/source.ts";
import type { Finding } from "../../src/audit/result.ts";
import { audit, type AuditOptions } from "../../src/audit/run.ts";
import { KEPT_PER_RULE } from "../../src/audit/finding_list.ts";
import { exitStatus, verdictOf } from "../../src/audit/verdict.ts";
import { examine } from "../../src/examine.ts";
import {
  damagedFixture,
  fixtureExpectation,
  fixtureFileName,
  fixtureImage,
} from "../support/fixtures.ts";
import { badRange, FailingSource, HUGE, SparseSource } from "../support/sources.ts";
import { cutTo, fill, setBoth32, setText } from "./edits.ts";
import { auditBytes, newFindings } from "./rule_cases.ts";

const LEVEL_1 = "iso-level1-genisoimage";

async function fixture(name: string): Promise<DataView<ArrayBuffer>> {
  const bytes = (await fixtureImage(name)).slice();
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function bytesOf(view: DataView<ArrayBuffer>): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function ids(findings: readonly Finding[], severity: string): string[] {
  return findings.filter((each) => each.severity === severity).map(({ rule }) => rule);
}

Deno.test("audit() of a cut image: one cause, its losses exact to the byte, no flood", async () => {
  const { bytes } = await damagedFixture("cut-half");
  const { result, image } = await auditBytes(bytes, "sample.iso");
  const cuts = result.findings.filter(({ rule }) => rule === "IMG-001");
  assertEquals(cuts.map(({ severity, count }) => ({ severity, count })), [
    { severity: "error", count: 1 },
  ]);
  assertEquals(result.findings[0]?.rule, "IMG-001");
  assertEquals(ids(result.findings, "error").filter((id) => id !== "IMG-001"), []);

  // Where each file lies is taken from the tree of the whole image, what is lost from plain arithmetic.
  const whole = await auditBytes(await fixtureImage("sample"), "sample.iso");
  const more = newFindings(result, whole.result).map(({ rule }) => rule);
  assert(more.length < 12, `${more.length} findings more: ${more}`);
  const namespace = whole.image.richest()?.namespace;
  assert(namespace !== undefined);
  const expected: Record<string, number> = {};
  for (const { node, path, type } of namespace.entries()) {
    if (type !== "file") continue;
    const lost = namespace.extents(node).reduce(
      (sum, { start, length }) =>
        sum + length - Math.max(0, Math.min(start + length, bytes.length) - start),
      0,
    );
    if (lost > 0) expected[path] = lost;
  }
  assertEquals(
    Object.fromEntries(result.losses.map(({ path, lost }) => [path, lost])),
    expected,
  );
  assertEquals(image.source.size, bytes.length);
  assertEquals(result.verdict, "damaged");
});

Deno.test("losses have sizes that another program found, and say whether anything is left", async () => {
  const view = await fixture(LEVEL_1);
  // Two bytes of BLOCK1.BIN stay; ONE.BIN and RUN are gone.
  const { result } = await auditBytes(cutTo(view, 69_634), "x.iso");
  const { files } = await fixtureExpectation(LEVEL_1);
  const size = (path: string) => files?.find((file) => file.path === path)?.bytes ?? -1;
  assertEquals(result.losses, [
    {
      path: "/DATA/BLOCK1.BIN",
      volume: "iso9660",
      bytes: size("DATA/BLOCK1.BIN"),
      lost: 2047,
      state: "cut",
    },
    {
      path: "/DATA/ONE.BIN",
      volume: "iso9660",
      bytes: size("DATA/ONE.BIN"),
      lost: 1,
      state: "lost",
    },
    { path: "/DATA/RUN", volume: "iso9660", bytes: size("DATA/RUN"), lost: 3000, state: "lost" },
  ]);
});

Deno.test("losses on a raw image are those of the user data", async () => {
  const view = await fixture("mode1-2352");
  const whole = await auditBytes(bytesOf(view), "x.bin");
  const namespace = whole.image.richest()?.namespace;
  assert(namespace !== undefined);
  const files = [...namespace.entries()].filter(({ type, node }) =>
    type === "file" && namespace.contentSize(node) > 100
  );
  const last = files.map(({ node, path }) => ({ path, ...namespace.tree.extent(node, 0) }))
    .reduce((a, b) => a.start > b.start ? a : b);
  // Ten bytes into the user data of the sector where the last file begins.
  const cut = last.start / 2048 * 2352 + 16 + 10;
  const { result } = await auditBytes(cutTo(view, cut), "x.bin");
  assertEquals(result.losses.find(({ path }) => path === last.path)?.lost, last.length - 10);
});

Deno.test("files that only another namespace shows are losses of that one", async () => {
  const view = await fixture("joliet-genisoimage");
  // The Joliet record of one file names an extent of its own, in the padding that is then cut off.
  const { image } = await auditBytes(bytesOf(view), "x.iso");
  const joliet = image.volumes.find(({ kind }) => kind === "joliet")?.namespace;
  assert(joliet !== undefined);
  const [file] = [...joliet.entries()].filter(({ type }) => type === "file");
  assert(file !== undefined);
  setBoth32(view, joliet.tree.record(file.node) + 2, 100);
  const { result } = await auditBytes(cutTo(view, 180_000), "x.iso");
  assertEquals(result.losses.map(({ path, volume }) => ({ path, volume })), [
    { path: file.path, volume: "joliet" },
  ]);
  const listed = await auditBytes(bytesOf(view), "x.iso");
  assertEquals(listed.result.losses, []);
});

Deno.test("audit({ files: true }) lists whole files as unproven", async () => {
  const image = await examine(new MemorySource(await fixtureImage(LEVEL_1), "x.iso"));
  const { losses } = await audit(image, { files: true });
  const { files } = await fixtureExpectation(LEVEL_1);
  assertEquals(losses.length, files?.length);
  assertEquals(new Set(losses.map(({ state }) => state)), new Set(["unproven"]));
});

Deno.test("causes stand before their symptoms, and causedBy names them", async () => {
  for (const name of ["cut-half", "cut-one-byte", "cut-in-descriptor", "html.iso", "raw-cut"]) {
    const { bytes, origin } = await damagedFixture(name);
    const file = origin === undefined ? name : fixtureFileName(origin);
    const { result: { findings } } = await auditBytes(bytes, file);
    const symptoms = findings.filter(({ causedBy }) => causedBy !== undefined);
    assert(symptoms.length > 0, name);
    findings.forEach(({ causedBy }, index) => {
      if (causedBy === undefined) return;
      assert(causedBy < index, `${name}: ${index} is caused by ${causedBy}`);
      assertEquals(findings[causedBy]?.causedBy, undefined, "a cause is no symptom");
    });
  }
});

Deno.test("causes are sorted by severity, offset and id", async () => {
  const view = await fixture(LEVEL_1);
  setText(view, 100, "hidden");
  view.setUint32(32768 + 84, 401);
  view.setUint8(32768 + 6, 3);
  const { result } = await auditBytes(bytesOf(view), "x.iso");
  const order = ["error", "warning", "info", "note"];
  const keys = result.findings.map(({ severity, offset, rule }) =>
    `${order.indexOf(severity)} ${String((offset ?? -1) + 1).padStart(12)} ${rule}`
  );
  assertEquals(keys, [...keys].sort());
  assertEquals(result.findings.slice(0, 2).map(({ rule }) => rule), ["ISO-PVD-001", "ISO-VDS-007"]);
});

Deno.test("findings of one rule over the limit are one more finding with their count", async () => {
  // 1500 descriptors with a blank sector between them, in the padding of a larger volume.
  const sectors = 3200;
  const view = await fixture(LEVEL_1);
  const longer = new Uint8Array(view.byteLength + sectors * 2048);
  longer.set(bytesOf(view));
  for (let index = 0; index < 1500; index++) {
    longer.set([1, 0x43, 0x44, 0x30, 0x30, 0x31], view.byteLength + index * 4096);
  }
  setBoth32(new DataView(longer.buffer), 32768 + 80, longer.length / 2048);
  const { result } = await auditBytes(longer, "x.iso");
  const found = result.findings.filter(({ rule }) => rule === "ISO-VDS-015");
  assertEquals(found.reduce((sum, { count }) => sum + count, 0), 1500);
  assert(found.length <= KEPT_PER_RULE);
  assert(result.findings.length < KEPT_PER_RULE + 50);
});

Deno.test("verdictOf() and exitStatus() follow the contract", () => {
  const error = { severity: "error" } as const;
  const warning = { severity: "warning" } as const;
  const note = { severity: "note" } as const;
  assertEquals(verdictOf([], true), "intact");
  assertEquals(verdictOf([note], true), "intact");
  assertEquals(verdictOf([note, warning], true), "suspicious");
  assertEquals(verdictOf([warning, error], true), "damaged");
  assertEquals(verdictOf([error], false), "unreadable");
  const status = (findings: Pick<Finding, "severity">[], failOn?: "warning" | "note" | "never") =>
    exitStatus({ verdict: verdictOf(findings, true), findings: findings as Finding[] }, failOn);
  assertEquals(status([]), 0);
  assertEquals(status([warning]), 0);
  assertEquals(status([error]), 1);
  assertEquals(status([warning], "warning"), 1);
  assertEquals(status([note], "note"), 1);
  assertEquals(status([error], "never"), 0);
  assertEquals(exitStatus({ verdict: "unreadable", findings: [] }, "never"), 2);
});

Deno.test("verdicts of whole files", async () => {
  const cases = [
    ["text.iso", "unreadable", "IMG-011"],
    ["html.iso", "unreadable", "IMG-011"],
    ["empty.iso", "unreadable", "IMG-006"],
    ["short.iso", "unreadable", "IMG-011"],
    ["descriptors-zeroed", "damaged", "ISO-VDS-001"],
    ["cut-in-descriptor", "damaged", "IMG-006"],
    ["cut-last-file", "damaged", "IMG-001"],
    ["pvd-signature", "damaged", "ISO-VDS-001"],
  ] as const;
  for (const [name, verdict, first] of cases) {
    const { bytes, origin } = await damagedFixture(name);
    const file = origin === undefined ? name : fixtureFileName(origin);
    const { result } = await auditBytes(bytes, file);
    assertEquals(result.verdict, verdict, name);
    assertEquals(result.findings[0]?.rule, first, name);
  }
});

Deno.test("a volume that is recognised and not read is unreadable without an error", async () => {
  for (const name of ["udf-102-dvd-mkudffs", "udf-201-hd512-mkudffs"]) {
    const { result } = await auditBytes(await fixtureImage(name), fixtureFileName(name));
    assertEquals(result.verdict, "unreadable");
    assertEquals(ids(result.findings, "error"), []);
    assert(result.findings.some(({ rule }) => rule === "LIM-001"));
    assertEquals(exitStatus(result), 2);
  }
});

Deno.test("UDF or HFS beside ISO 9660 is LIM-001 and nothing more", async () => {
  for (const name of ["udf-bridge-genisoimage", "hfs-genisoimage"]) {
    const { result } = await auditBytes(await fixtureImage(name), fixtureFileName(name));
    assertEquals(result.verdict, "intact");
    assertEquals(result.findings.filter(({ rule }) => rule === "LIM-001").length, 1);
  }
});

Deno.test("proof counts every byte once", async () => {
  const { result } = await auditBytes(await fixtureImage("sample"), "sample.iso");
  const { proven, contradicted, unproven, by } = result.proof;
  assertEquals(proven + contradicted + unproven, result.image.bytes);
  assertEquals(contradicted, 0);
  // Two GPT headers of 92 bytes, their arrays, 32 bytes of the boot catalogue's validation entry, and the
  // boot image but for the 64 bytes before those that its boot information table sums up.
  assertEquals(by.format, 2 * 92 + 2 * 31_744 + 32 + 2048 - 64);
  // The files that SHA256SUMS lists.
  assertEquals(by.list, 204_127);
  // The 197 sectors before the session tag; behind it are but the backup GPT, and zeros.
  assertEquals(by.implanted, 197 * 2048);
  assertEquals(proven >= 197 * 2048, true);
  const share = result.findings.find(({ rule }) => rule === "PRF-013");
  const most = (100 * 197 * 2048 / result.image.bytes).toFixed(1);
  assert(
    share?.message.startsWith(`${most} % of ${result.image.bytes} bytes are proven by digests`),
  );
  const bare = await auditBytes(await fixtureImage(LEVEL_1), "x.iso");
  const few = bare.result.findings.find(({ rule }) => rule === "PRF-013");
  assertEquals(
    few?.message,
    "0.0 % of 387072 bytes are proven by digests, 0.0 % by checksums alone: copies that agree 0.0 %; " +
      "7 of 7 files under none",
  );
  // Two descriptors with eight numbers each, two trees with two path tables, and both arrays of GPT.
  assertEquals(by.twin, 64_376);
  const broken = await damagedFixture("gpt-header-crc");
  const after = (await auditBytes(broken.bytes, "sample.iso")).result.proof;
  assertEquals(after.proven + after.contradicted + after.unproven, result.image.bytes);
  assertEquals(after.contradicted, 92);
  const catalog = await damagedFixture("eltorito-checksum");
  const checked = (await auditBytes(catalog.bytes, "sample.iso")).result.proof;
  assertEquals(checked.contradicted, 32);
});

Deno.test("accounting adds up to the image", async () => {
  const { result } = await auditBytes(await fixtureImage("sample"), "sample.iso");
  const sum = Object.values(result.accounting.owners).reduce((a, b) => a + b, 0);
  assertEquals(sum, result.accounting.bytes);
  const coverage = result.findings.find(({ rule }) => rule === "EXT-009");
  assert(coverage !== undefined && coverage.offset === undefined);
});

Deno.test("digests of the image are those of the platform", async () => {
  const bytes = await fixtureImage(LEVEL_1);
  const image = await examine(new MemorySource(bytes, "x.iso"));
  const { image: { hashes } } = await audit(image, { hashes: ["sha256", "sha1"] });
  const digest = async (name: string) =>
    new Uint8Array(await crypto.subtle.digest(name, bytes.slice())).toHex();
  assertEquals(hashes, { sha256: await digest("SHA-256"), sha1: await digest("SHA-1") });
});

Deno.test("audit({ structureOnly: true }) reads no data, and says so", async () => {
  const image = await examine(new MemorySource(await fixtureImage(LEVEL_1), "x.iso"));
  const result = await audit(image, { structureOnly: true });
  assertEquals(result.image.hashes, undefined);
  assertEquals(ids(result.findings, "note"), ["LIM-001", "ISO-PVD-026"]);
  assertEquals(result.findings.some(({ rule }) => rule === "EXT-005"), false);
});

Deno.test("audit({ ignore, only }) picks rules before the verdict", async () => {
  const view = await fixture(LEVEL_1);
  view.setUint32(32768 + 84, 401);
  const image = await examine(new MemorySource(bytesOf(view), "x.iso"));
  assertEquals((await audit(image)).verdict, "damaged");
  assertEquals((await audit(image, { ignore: ["PVD"] })).verdict, "intact");
  assertEquals((await audit(image, { ignore: ["ISO-PVD-001"] })).verdict, "intact");
  const only = await audit(image, { only: ["IMG", "ISO-PVD"] });
  assertEquals(only.findings.map(({ rule }) => rule), ["ISO-PVD-001", "IMG-007", "ISO-PVD-026"]);
});

Deno.test("limits that the walk reached are LIM-002", async () => {
  const source = new MemorySource(await fixtureImage(LEVEL_1), "x.iso");
  const image = await examine(source, { limits: { records: 5 } });
  const { findings } = await audit(image);
  assert(findings.some(({ rule, severity }) => rule === "LIM-002" && severity === "warning"));
});

Deno.test("unread bytes are lost to the files that hold them, and the image has no digest", async () => {
  const bytes = await fixtureImage(LEVEL_1);
  // The first of the three sectors of GUIDE.TXT, and half of the second.
  const image = await examine(badRange(bytes, 59_392, 3000));
  const result = await audit(image);
  assertEquals(result.image.hashes, undefined);
  assertEquals(result.losses.map(({ path, lost, state }) => ({ path, lost, state })), [
    { path: "/DOCS/GUIDE.TXT", lost: 4096, state: "cut" },
  ]);
  const [error] = result.findings;
  assertEquals([error?.rule, error?.offset, error?.length], ["IMG-023", 59_392, 4096]);
});

Deno.test("a source that fails at the nth read ends in findings, for every n", async () => {
  const bytes = await fixtureImage(LEVEL_1);
  const counting = new FailingSource(bytes, () => false);
  await audit(await examine(counting));
  for (let n = 1; n <= counting.reads; n++) {
    const source = new FailingSource(bytes, ({ number }) => number === n);
    let image;
    try {
      image = await examine(source);
    } catch (error) {
      // The container is probed with plain reads: a file that cannot be probed cannot be opened.
      assertEquals(error instanceof Error && error.name, "SourceError", `read ${n}`);
      continue;
    }
    const result = await audit(image);
    const sum = Object.values(result.accounting.owners).reduce((a, b) => a + b, 0);
    assertEquals(sum, bytes.length, `read ${n}`);
    JSON.stringify(result);
  }
});

Deno.test("audit() stops with the reason of its signal", async () => {
  const image = await examine(new MemorySource(await fixtureImage(LEVEL_1), "x.iso"));
  const controller = new AbortController();
  controller.abort(new Error("enough"));
  await assertRejects(() => audit(image, { signal: controller.signal }), Error, "enough");
});

Deno.test("an audit that was interrupted is never `intact`", async () => {
  const image = await examine(new MemorySource(await fixtureImage(LEVEL_1), "x.iso"));
  const stopped = { signal: AbortSignal.abort(new Error("enough")), partial: true };
  const result = await audit(image, stopped);
  assertEquals(result.verdict, "suspicious");
  const found = result.findings.find(({ rule }) => rule === "LIM-002");
  assertEquals(found?.severity, "warning");
  assert(found?.message.includes(`0 of ${image.source.size} bytes were read`), found?.message);
  const without = await audit(image, { ...stopped, ignore: ["LIM"] });
  assertEquals(without.findings.filter(({ rule }) => rule.startsWith("LIM")), []);
  assertEquals(without.verdict, "suspicious");
});

Deno.test("audit() tells how far it is", async () => {
  const image = await examine(new MemorySource(await fixtureImage("sample"), "x.iso"));
  const seen: number[] = [];
  await audit(image, { onEvent: ({ done }) => seen.push(done) });
  assertEquals(seen.at(-1), image.source.size);
});

Deno.test("an image of 128 GiB is audited in structure without reading it", async () => {
  const head = await fixtureImage(LEVEL_1);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  setBoth32(view, 32768 + 80, HUGE / 2048);
  const image = await examine(new SparseSource(HUGE, [{ at: 0, bytes: head }]));
  const result = await audit(image, { structureOnly: true });
  assertEquals(result.verdict, "intact");
  const sum = Object.values(result.accounting.owners).reduce((a, b) => a + b, 0);
  assertEquals(sum, HUGE);
});

Deno.test("offsets past 4 GiB are exact", async () => {
  const head = await fixtureImage(LEVEL_1);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const size = 6 * 2 ** 30;
  setBoth32(view, 32768 + 80, size / 2048);
  const source = new SparseSource(size, [
    { at: 0, bytes: head },
    { at: 5 * 2 ** 30 + 7, bytes: new TextEncoder().encode("hidden") },
  ]);
  const result = await audit(await examine(source), { hashes: ["crc32"] });
  const found = result.findings.find(({ rule }) => rule === "EXT-004");
  assertEquals([found?.offset, found?.length], [5 * 2 ** 30 + 7, 6]);
});

Deno.test("a damaged pair of descriptors is one cause with its pairs as symptoms", async () => {
  const view = await fixture(LEVEL_1);
  fill(view, 32768 + 122, 2);
  fill(view, 32768 + 126, 2);
  fill(view, 32768 + 136, 4);
  const { result: { findings } } = await auditBytes(bytesOf(view), "x.iso");
  const bulk = findings.findIndex(({ rule }) => rule === "ISO-PVD-030");
  const pairs = findings.filter(({ causedBy }) => causedBy === bulk).map(({ rule }) => rule);
  assertEquals(pairs.sort(), ["ISO-PVD-003", "ISO-PVD-004", "ISO-PVD-005"]);
});

Deno.test("a list that nothing was compared with is named where the data were not read", async () => {
  const image = await examine(new MemorySource(await fixtureImage(LEVEL_1), "x.iso"));
  const list = { count: 0, path: () => ({ path: "" }), digests: () => [] };
  const messages = async (more: AuditOptions) => {
    const { findings } = await audit(image, { structureOnly: true, ...more });
    return findings.filter(({ rule }) => rule === "LIM-001").map(({ message }) => message);
  };
  const [plain = ""] = await messages({});
  assertEquals(
    await messages({
      manifest: { name: "a.txt", list },
      hashSet: { name: "b.txt", list },
      deep: true,
    }),
    [
      `${plain}; no file was compared with a.txt; no file was compared with b.txt; ` +
      "no checksum inside a file was checked",
    ],
  );
});
