// Calibration: genuine images whose boot catalogues and partition tables break rules.

import { assertEquals } from "@std/assert";
import type { Finding } from "../../../src/audit/result.ts";
import { buildImage } from "../../support/builder.ts";
import type { BootSpec, FileSpec } from "../../support/builder_spec.ts";
import { fixtureImage } from "../../support/fixtures.ts";
import { bootEntry, sectionHeader, validationEntry } from "../../support/iso_encode.ts";
import { setText } from "../edits.ts";
import { sealArray } from "../gpt_edits.ts";
import { auditBytes } from "../rule_cases.ts";

const EFI = 0xef;

/** A FAT volume of 64 KiB with \EFI\BOOT, made by mkfs.fat and mtools. */
const efiImage = (await fixtureImage("eltorito-genisoimage")).slice(29 * 2048, 29 * 2048 + 65_536);

const files: readonly FileSpec[] = [
  { name: "BIOS.BIN;1", content: new Uint8Array(2048).fill(0x90) },
  { name: "EFI.IMG;1", content: efiImage },
];

type CatalogOf = Extract<BootSpec, { readonly catalog: unknown }>["catalog"];
type Locate = Parameters<CatalogOf>[0];

function bios(locate: Locate): Uint8Array {
  return bootEntry({ sector: locate("/BIOS.BIN;1"), count: 4 });
}

function efi(locate: Locate, count = 128): Uint8Array {
  return bootEntry({ sector: locate("/EFI.IMG;1"), count });
}

function image(catalog: CatalogOf, trailer = new Uint8Array(0)): DataView<ArrayBuffer> {
  const bytes = buildImage({ children: files, boot: [{ catalog }], trailer }).bytes().slice();
  return new DataView(bytes.buffer);
}

async function audited(view: DataView<ArrayBuffer>): Promise<readonly Finding[]> {
  const { result } = await auditBytes(new Uint8Array(view.buffer), "built.iso");
  assertEquals(result.findings.filter(({ severity }) => severity === "error"), []);
  return result.findings;
}

/** Asserts what the families of boot structures warn of, and that some rules are there. */
async function assertFound(
  view: DataView<ArrayBuffer>,
  { warnings, others = [] }: { readonly warnings: string[]; readonly others?: readonly string[] },
): Promise<void> {
  const findings = await audited(view);
  const warned = findings.filter(({ severity }) => severity === "warning").map(({ rule }) => rule);
  assertEquals(warned.sort(), warnings);
  const ids = new Set(findings.map(({ rule }) => rule));
  assertEquals(others.filter((id) => !ids.has(id)), [], [...ids].join(", "));
}

const plain: CatalogOf = (locate) => [validationEntry(), bios(locate)];

function addBootRecord(
  view: DataView,
  entries: readonly { readonly type: number; readonly start: number; readonly count: number }[],
): void {
  view.setUint8(0, 0xfa);
  view.setUint16(510, 0x55aa);
  for (const [index, { type, start, count }] of entries.entries()) {
    const at = 446 + 16 * index;
    view.setUint8(at + 4, type);
    view.setUint32(at + 8, start, true);
    view.setUint32(at + 12, count, true);
  }
}

Deno.test("Fedora Workstation 33: Apple map entry missing where announced", async () => {
  const view = image(plain);
  addBootRecord(view, [{ type: 0, start: 0, count: view.byteLength / 512 }]);
  setText(view, 0, "ER");
  view.setUint16(2, 2048);
  view.setUint32(4, 0x00009090);
  await assertFound(view, { warnings: [], others: ["APM-004"] });
});

/** Writes both copies of a table with one partition from block 64 to the end of the volume. */
function addTable(view: DataView, { backup, end }: { backup: number; end: number }): void {
  const last = backup - 33;
  for (const [own, other, array] of [[1, backup, 2], [backup, 1, backup - 32]] as const) {
    const header = own * 512;
    const first = array * 512;
    if (header + 512 > view.byteLength) continue;
    setText(view, header, "EFI PART");
    view.setUint32(header + 8, 0x00010000, true);
    view.setUint32(header + 12, 92, true);
    view.setBigUint64(header + 24, BigInt(own), true);
    view.setBigUint64(header + 32, BigInt(other), true);
    view.setBigUint64(header + 40, 34n, true);
    view.setBigUint64(header + 48, BigInt(last), true);
    view.setUint32(header + 56, 0x11223344);
    view.setBigUint64(header + 72, BigInt(array), true);
    view.setUint32(header + 80, 128, true);
    view.setUint32(header + 84, 128, true);
    view.setUint32(first, 0xa2a0d0eb);
    view.setUint32(first + 16, 0x55667788);
    view.setBigUint64(first + 32, 64n, true);
    view.setBigUint64(first + 40, BigInt(end), true);
    sealArray(view, header);
  }
}

Deno.test("Debian 13.0 netinst: backup GPT address past the end of the image", async () => {
  const view = image(plain);
  const blocks = view.byteLength / 512;
  addBootRecord(view, [{ type: 0xee, start: 1, count: blocks - 1 }]);
  addTable(view, { backup: blocks + 4095, end: blocks - 1 });
  await assertFound(view, { warnings: ["GPT-005"] });
});

Deno.test("syslinux hybrids: backup GPT overlaps image data", async () => {
  const view = image(plain, new Uint8Array(64 * 512));
  const blocks = view.byteLength / 512;
  addBootRecord(view, [{ type: 0x17, start: 0, count: blocks }]);
  addTable(view, { backup: blocks - 1, end: blocks - 100 });
  // Its backup says that one block of its own array may be used, too.
  const backup = (blocks - 1) * 512;
  view.setBigUint64(backup + 48, BigInt(blocks - 33), true);
  sealArray(view, backup);
  await assertFound(view, { warnings: ["GPT-006"], others: ["GPT-012", "MBR-007"] });
});

Deno.test("isohybrid images: whole-image partition at block 0", async () => {
  for (const type of [0x17, 0x83, 0xcd, 0x00]) {
    const view = image(plain);
    // Rounded up to a cylinder of 1 MiB.
    const count = Math.ceil(view.byteLength / 1_048_576) * 2048;
    addBootRecord(view, [{ type, start: 0, count }]);
    await assertFound(view, { warnings: [], others: ["MBR-001", "MBR-007"] });
  }
});

Deno.test("OpenBSD 7.9 install: extra bytes in the boot catalog", async () => {
  const rest = new Uint8Array(32).fill(0x11);
  await assertFound(image((locate) => [...plain(locate), rest]), {
    warnings: [],
    others: ["ELT-022"],
  });
  const sections: CatalogOf = (locate) => [
    ...plain(locate),
    sectionHeader({ platform: EFI, count: 1 }),
    efi(locate),
    rest,
  ];
  await assertFound(image(sections), { warnings: [], others: ["ELT-022"] });
});

Deno.test("FreeBSD 11.0, Mageia 4 installers: boot catalog sections short of their count", async () => {
  const freeBsd: CatalogOf = (locate) => [
    ...plain(locate),
    sectionHeader({ platform: EFI, count: 2, last: false }),
    efi(locate),
  ];
  await assertFound(image(freeBsd), { warnings: ["ELT-019", "ELT-020"] });
  const mageia: CatalogOf = (locate) => [...plain(locate), bios(locate)];
  await assertFound(image(mageia), { warnings: ["ELT-019"] });
});

Deno.test("Ubuntu and TrueNAS installers: several EFI boot entries", async () => {
  for (const count of [0, 1, 128]) {
    const several: CatalogOf = (locate) => [
      ...plain(locate),
      sectionHeader({ platform: EFI, count: 1, last: false }),
      efi(locate, count),
      sectionHeader({ platform: EFI, count: 2 }),
      efi(locate, count),
      efi(locate, count),
    ];
    await assertFound(image(several), { warnings: [], others: count < 2 ? ["ELT-015"] : [] });
  }
});

Deno.test("memtest86+ 6.10: FAT system partition after the volume", async () => {
  const { byteLength } = image((locate) => [
    ...plain(locate),
    sectionHeader({ platform: EFI, count: 1 }),
    bootEntry({ sector: 1 }),
  ]);
  const appended: CatalogOf = (locate) => [
    ...plain(locate),
    sectionHeader({ platform: EFI, count: 1 }),
    bootEntry({ sector: byteLength / 2048, count: 128 }),
  ];
  const view = image(appended, efiImage);
  addBootRecord(view, [
    { type: 0, start: 0, count: byteLength / 512 },
    { type: EFI, start: byteLength / 512, count: 128 },
  ]);
  await assertFound(view, { warnings: [], others: ["IMG-004", "ELT-024", "MBR-007"] });
  const findings = await audited(view);
  assertEquals(findings.filter(({ rule }) => rule === "IMG-003"), []);
});
