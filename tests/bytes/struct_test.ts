import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { logicalSpan } from "../../src/bytes/span.ts";
import {
  as,
  be16,
  be32,
  both16,
  both32,
  bp,
  bytes,
  decode,
  type Fault,
  fieldAt,
  fieldSpan,
  layout,
  le16,
  le32,
  le64,
  rbp,
  s8,
  type Structure,
  text,
  textUcs2,
  time7,
  u8,
  valuesOf,
} from "../../src/bytes/struct.ts";

const table = layout({
  id: "test/table",
  title: "Table",
  clause: "1",
  size: 8,
  fields: { first: bp(1, "1.1", le32), second: bp(5, "1.2", be32) },
});

class Notes {
  readonly structures: Structure[] = [];
  readonly faults: Fault[] = [];
  structure(structure: Structure): void {
    this.structures.push(structure);
  }
  fault(fault: Fault): void {
    this.faults.push(fault);
  }
}

function view(...values: number[]): DataView {
  return new DataView(new Uint8Array(values).buffer);
}

const numbers: [string, { read(view: DataView, at: number): unknown }, number[], unknown][] = [
  ["u8", u8, [0xfe], 0xfe],
  ["s8", s8, [0xd0], -48],
  ["le16", le16, [0x34, 0x12], 0x1234],
  ["be16", be16, [0x12, 0x34], 0x1234],
  ["le32", le32, [0x78, 0x56, 0x34, 0xf2], 0xf2345678],
  ["be32", be32, [0xf2, 0x34, 0x56, 0x78], 0xf2345678],
  ["le64", le64, [1, 0, 0, 0, 0, 0, 0, 0x80], 0x8000000000000001n],
];

for (const [name, type, recorded, value] of numbers) {
  Deno.test(`${name} reads its byte order`, () => {
    assertEquals(type.read(view(9, ...recorded), 1), value);
  });
}

Deno.test("both16 and both32 keep both copies", () => {
  assertEquals(both16.read(view(1, 2, 3, 4), 0), { le: 0x0201, be: 0x0304 });
  assertEquals(both32.read(view(1, 0, 0, 0, 0, 0, 0, 2), 0), { le: 1, be: 2 });
  assertEquals(both32.format({ le: 7, be: 7 }), "7");
  assertEquals(both32.format({ le: 7, be: 8 }), "7 LSB first, 8 MSB first");
});

Deno.test("text drops padding and keeps bytes", () => {
  const type = text(4);
  const raw = type.read(view(0x41, 0xe4, 0x20, 0x20), 0);
  assertEquals([...raw], [0x41, 0xe4, 0x20, 0x20]);
  assertEquals(type.format(raw), "Aä");
});

Deno.test("textUcs2 leaves an odd last byte over", () => {
  const type = textUcs2(5);
  assertEquals(type.format(type.read(view(0, 0x41, 0, 0x42, 0x7f), 0)), "AB");
});

Deno.test("values do not alias the bytes that they were read from", () => {
  const recorded = new Uint8Array([1, 2, 3, 4]);
  const value = bytes(4).read(new DataView(recorded.buffer), 0);
  recorded[0] = 9;
  assertEquals([...value], [1, 2, 3, 4]);
});

Deno.test("bp counts from 1, rbp from 0", () => {
  assertEquals(bp(1, "", u8).offset, 0);
  assertEquals(rbp(1, "", u8).offset, 1);
});

Deno.test("as() gives a field another role and nothing else", () => {
  const checksum = as("checksum", le32);
  assertEquals([checksum.role, checksum.size, le32.role], ["checksum", 4, "value"]);
});

Deno.test("decode() records a structure with its span and owner", () => {
  const notes = new Notes();
  const recorded = new Uint8Array([1, 0, 0, 0, 0, 0, 0, 2, 99]);
  const slice = { bytes: recorded, space: "logical" as const, start: 100 };
  assertEquals(decode(table, slice, "descriptor", notes), { first: 1, second: 2 });
  assertEquals(notes.faults, []);
  const [structure] = notes.structures;
  assertEquals([structure?.span, structure?.owner], [logicalSpan(100, 8), "descriptor"]);
});

Deno.test("decode() of short bytes is a fault, and records nothing", () => {
  const notes = new Notes();
  const slice = { bytes: new Uint8Array(7), space: "logical" as const, start: 100 };
  assertEquals(decode(table, slice, "descriptor", notes), undefined);
  assertEquals(notes.structures, []);
  assertEquals(notes.faults.map((fault) => [fault.kind, fault.span]), [
    ["truncated", logicalSpan(100, 8)],
  ]);
});

Deno.test("valuesOf() reads a view in the middle of a buffer, and never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), fc.nat(24), (recorded, from) => {
      const part = recorded.subarray(from);
      const values = valuesOf(table, part);
      if (part.length < table.size) return values === undefined;
      const whole = new DataView(recorded.buffer, recorded.byteOffset);
      return values?.first === whole.getUint32(from, true) &&
        values.second === whole.getUint32(from + 4);
    }),
  );
});

Deno.test("fieldSpan() and fieldAt() lead from names to bytes and back", () => {
  assertEquals(fieldSpan(table, "second", logicalSpan(1000, 8)), logicalSpan(1004, 4));
  assertEquals(fieldAt(table, 3)?.[0], "first");
  assertEquals(fieldAt(table, 4)?.[0], "second");
  assertEquals(fieldAt(table, 8), undefined);
  // A name from outside the table is a mistake of the caller.
  const name = "third" as "first";
  assertThrows(() => fieldSpan(table, name, logicalSpan(0, 8)), TypeError, "third");
});

Deno.test("time7 says what it cannot read", () => {
  const format = (...recorded: number[]) => time7.format(time7.read(view(...recorded), 0));
  assertEquals(format(126, 1, 2, 3, 4, 5, 0), "2026-01-02T03:04:05Z");
  assertEquals(format(0, 0, 0, 0, 0, 0, 0), "not given");
  assertEquals(format(126, 13, 2, 3, 4, 5, 0), "malformed 7e0d0203040500");
});
