// `discern info` as text: what an image is, on one screen.

import type { BootFacts, InfoResult, PartitionFacts } from "../../model/result.ts";
import { escapeInline, escapeName, escapeText } from "../escape.ts";
import { bytes, count, counted, paint, type Style, time } from "../style.ts";
import { wrap } from "../width.ts";
import { table } from "../table.ts";
import { imageLines, kindsOf, volumeName } from "./names.ts";

/** The lines of the report. */
export function* infoText(result: InfoResult, style: Style): Generator<string> {
  yield* imageLines(result.image, holds(result), style);
  if (result.image.dataPath !== undefined) {
    yield `data      ${escapeText(result.image.dataPath)}`;
  }
  for (const note of [result.layout, ...result.notes]) {
    const lines = wrap(escapeInline(note), style.width - 10);
    for (const [index, line] of lines.entries()) {
      const label = index > 0 ? "" : note === result.layout ? "layout" : "note";
      yield paint(style, "dim", `${label.padEnd(10)}${line}`);
    }
  }
  yield* volumes(result, style);
  yield* sessions(result, style);
  yield* boot(result, style);
  yield* partitions(result, style);
}

function holds(result: InfoResult): string[] {
  const schemes = [...new Set(result.partitions.map(({ scheme }) => scheme.toUpperCase()))];
  return [
    ...kindsOf(result.volumes),
    ...(result.boot.length === 0 ? [] : ["El Torito"]),
    ...(schemes.length === 0 ? [] : [schemes.join(" + ")]),
  ];
}

function* section(title: string, lines: readonly string[], style: Style): Generator<string> {
  if (lines.length === 0) return;
  yield "";
  const [head, ...rest] = lines;
  yield paint(style, "bold", title);
  yield `  ${paint(style, "dim", head ?? "")}`;
  for (const line of rest) yield `  ${line}`;
}

function* volumes({ volumes }: InfoResult, style: Style): Generator<string> {
  const rows = volumes.map((volume) => [
    volumeName(volume.kind),
    volume.label === undefined ? "-" : escapeName(volume.label, volume.labelBytes),
    ...[volume.blocks, volume.files, volume.directories].map((value) =>
      value === undefined ? "-" : count(value)
    ),
    time(volume.created),
  ]);
  if (rows.length === 0) return;
  const columns = [
    { title: "kind" },
    { title: "label", flexible: true },
    { title: "blocks", align: "right", spare: 2 },
    { title: "files", align: "right" },
    { title: "folders", align: "right", spare: 1 },
    { title: "created (UTC)", spare: 3 },
  ] as const;
  yield* section("Volumes", table(columns, rows, indented(style)), style);
  const [first] = volumes;
  if (first === undefined) return;
  for (const field of ["system", "publisher", "preparer", "application"] as const) {
    const text = first[field];
    if (text === undefined) continue;
    for (const [index, line] of wrap(escapeText(text), style.width - 15).entries()) {
      yield `  ${paint(style, "dim", (index === 0 ? field : "").padEnd(11))}  ${line}`;
    }
  }
}

function* sessions({ sessions, image }: InfoResult, style: Style): Generator<string> {
  if (sessions.length < 2) return;
  const rows = sessions.map((session) => [
    `${session.number}${session.current ? " *" : ""}`,
    count(Math.floor(session.offset / image.sectorSize)),
    count(session.blocks),
    escapeText(session.label),
  ]);
  const columns = [
    { title: "session" },
    { title: "sector", align: "right" },
    { title: "blocks", align: "right" },
    { title: "label", flexible: true },
  ] as const;
  yield* section("Sessions (* is shown)", table(columns, rows, indented(style)), style);
}

function* boot({ boot, image }: InfoResult, style: Style): Generator<string> {
  const rows = boot.map((entry: BootFacts) => [
    `${entry.platform}${entry.bootable ? "" : " (not bootable)"}`,
    entry.media,
    count(Math.floor(entry.offset / image.sectorSize)),
    bytes(entry.bytes),
    entry.path === undefined ? "-" : escapeText(entry.path),
  ]);
  const columns = [
    { title: "platform" },
    { title: "emulation", spare: 2 },
    { title: "sector", align: "right" },
    { title: "size", align: "right", spare: 1 },
    { title: "file", flexible: true },
  ] as const;
  if (rows.length > 0) {
    yield* section("Boot (El Torito)", table(columns, rows, indented(style)), style);
  }
}

const SHOWN = 16;

// Type GUIDs of UEFI 2.10 5.3.3 and of the systems that define their own.
const guidNames: Readonly<Record<string, string>> = {
  "C12A7328-F81F-11D2-BA4B-00A0C93EC93B": "EFI System",
  "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7": "Basic Data",
  "0FC63DAF-8483-4772-8E79-3D69D8477DE4": "Linux",
  "21686148-6449-6E6F-744E-656564454649": "BIOS Boot",
  "48465300-0000-11AA-AA11-00306543ECAC": "Apple HFS+",
};

function typeText(type: string, style: Style): string {
  return style.verbose ? escapeInline(type) : guidNames[type] ?? escapeInline(type);
}

function* partitions({ partitions }: InfoResult, style: Style): Generator<string> {
  const shown = style.verbose ? partitions : partitions.slice(0, SHOWN);
  const rows = shown.map((partition: PartitionFacts) => [
    `${partition.scheme} ${partition.index}${partition.active === true ? " active" : ""}`,
    typeText(partition.type, style),
    String(partition.offset),
    bytes(partition.length),
    partition.name === undefined ? "" : escapeText(partition.name),
  ]);
  const columns = [
    { title: "entry" },
    { title: "type" },
    { title: "offset", align: "right" },
    { title: "size", align: "right", spare: 1 },
    { title: "name", flexible: true, spare: 2 },
  ] as const;
  if (rows.length === 0) return;
  yield* section("Partitions", table(columns, rows, indented(style)), style);
  const left = partitions.length - shown.length;
  if (left > 0) yield `  … ${counted(left, "more entry", "more entries")}: -v`;
}

function indented(style: Style): Style {
  return { ...style, width: style.width - 2 };
}
