// Attribute lists (AAIP 2.0): names and values in AL entries, and what libisofs records in them.

import { fieldSpan, type Recorder } from "../../bytes/struct.ts";
import { decodeLatin1, hex } from "../../bytes/text.ts";
import type { SystemUseEntry } from "../../model/directory.ts";
import type { Attribute, ChecksumArea, PosixFacts } from "../../model/tree.ts";
import { concat } from "./concat.ts";
import { attributeList } from "./layout.ts";
import { attributeName } from "./parts.ts";

/** Bytes of a component that are kept. */
const COMPONENT_BYTES = 0xffff;
/** Bytes of all AL entries of one record that are looked at. */
const LIST_BYTES = 1 << 20;
const CONTINUES = 1;

type Components = { readonly whole: readonly Uint8Array[]; readonly problem?: string };

/**
 * Components of all AL entries as one list: it is cut into entries wherever one is full, inside the head
 * of a component too.
 */
function componentsOf(bytes: Uint8Array): Components {
  const whole: Uint8Array[] = [];
  let pending: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const [flags = 0, length = 0] = bytes.subarray(at, at + 2);
    const left = bytes.length - at - 2;
    if (left < length) {
      const number = whole.length + 1;
      const problem = left < 0
        ? `one byte is left for component ${number}`
        : `component ${number} has ${length} bytes, ${left} are left`;
      return { whole, problem };
    }
    pending.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
    if ((flags & CONTINUES) !== 0) continue;
    whole.push(concat(pending, COMPONENT_BYTES));
    pending = [];
  }
  if (pending.length > 0) return { whole, problem: "its last component says that it goes on" };
  if (whole.length % 2 === 0) return { whole };
  return { whole, problem: `it has ${whole.length} components, the last of them without a value` };
}

function goesOn({ bytes }: SystemUseEntry): boolean {
  return ((bytes[attributeList.fields.flags.offset] ?? 0) & CONTINUES) !== 0;
}

function noteProblem(
  lists: readonly SystemUseEntry[],
  problem: string | undefined,
  out: Recorder,
): void {
  const last = lists.at(-1);
  if (last === undefined) return;
  const fault = { kind: "attribute-list", structure: attributeList.id };
  if (goesOn(last)) {
    const span = fieldSpan(attributeList, "flags", last.span);
    const message = "the last AL entry of the record says that the list goes on";
    out.fault({ ...fault, span, message });
  } else if (problem !== undefined) {
    out.fault({ ...fault, span: last.span, message: `the attribute list: ${problem}` });
  }
}

/** Attributes of a record, with those of libisofs that say something of checksums by themselves. */
export function attributeFacts(
  lists: readonly SystemUseEntry[],
  out: Recorder,
): Pick<PosixFacts, "attributes" | "checksumIndex" | "checksumArea"> {
  const { whole, problem } = componentsOf(
    concat(lists.map(({ bytes }) => bytes.subarray(attributeList.size)), LIST_BYTES),
  );
  noteProblem(lists, problem, out);
  const attributes: Attribute[] = [];
  let checksumIndex: number | undefined;
  let checksumArea: ChecksumArea | undefined;
  const [first] = lists;
  for (let at = 0; at + 1 < whole.length; at += 2) {
    const name = attributeName(whole[at] ?? new Uint8Array(0));
    const value = whole[at + 1] ?? new Uint8Array(0);
    if (name === "isofs.cx" && value.length <= 4) {
      checksumIndex = numberOf(value);
      if (checksumIndex === 0 && first !== undefined) noteIndex(first, out);
      continue;
    }
    attributes.push({ name, value: value.slice() });
    if (name !== "isofs.ca" || first === undefined) continue;
    checksumArea = areaOf(value);
    if (checksumArea === undefined) noteArea(first, value, out);
  }
  return {
    ...(attributes.length > 0 ? { attributes } : {}),
    ...(checksumIndex === undefined ? {} : { checksumIndex }),
    ...(checksumArea === undefined ? {} : { checksumArea }),
  };
}

function noteIndex({ span }: SystemUseEntry, out: Recorder): void {
  out.fault({
    kind: "checksum-index",
    structure: attributeList.id,
    span,
    message: "the checksum index (isofs.cx) is 0; files have 1 and more",
    recorded: "0",
  });
}

function noteArea({ span }: SystemUseEntry, value: Uint8Array, out: Recorder): void {
  out.fault({
    kind: "checksum-area",
    structure: attributeList.id,
    span,
    message:
      `the value of isofs.ca is ${hex(value.subarray(0, 32))}: four numbers, each behind its ` +
      `length, and the name of a digest were expected`,
    recorded: hex(value),
  });
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((number, byte) => number * 256 + byte, 0);
}

/** Bytes of a number that is exact. */
const NUMBER_BYTES = 6;

// START, END, COUNT and SIZE, each a length byte and a number MSB first; then the type (isofs.ca).
function areaOf(value: Uint8Array): ChecksumArea | undefined {
  const numbers: number[] = [];
  let at = 0;
  for (let index = 0; index < 4; index++) {
    const length = value[at] ?? 0;
    if (length === 0 || length > NUMBER_BYTES || at + 1 + length > value.length) return undefined;
    numbers.push(numberOf(value.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  const [start = 0, end = 0, count = 0, size = 0] = numbers;
  return { start, end, count, size, type: decodeLatin1(value.subarray(at)) };
}
