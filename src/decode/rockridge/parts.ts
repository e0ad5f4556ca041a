// Fields of system use entries whose place varies: stamps of TF, names, components (RRIP 1.12 4.1).

import { time17, time7 } from "../../bytes/struct.ts";
import { decodeLatin1, decodeUtf8, hex } from "../../bytes/text.ts";
import { decodeTime17, decodeTime7 } from "../../bytes/time.ts";
import type { VariableField } from "../../model/directory.ts";
import {
  attributeList,
  entryLayout,
  extensionsReference,
  symbolicLink,
  timeStampNames,
  timeStamps,
} from "./layout.ts";

type Part = Omit<VariableField, "clause">;

const CONTINUES = 1;
/** When the image was composed (AAIP, libisofs). */
const COMPOSITION_TIME = "isofs.st";

function text(bytes: Uint8Array): string {
  return decodeUtf8(bytes).text;
}

/** Stamps of a TF entry, one a flag, in the order of the flags. */
function* stamps(bytes: Uint8Array): Generator<Part> {
  const flags = bytes[4] ?? 0;
  const length = (flags & 0x80) !== 0 ? 17 : 7;
  let offset = timeStamps.size;
  for (const [index, name] of timeStampNames.entries()) {
    if ((flags & (1 << index)) === 0) continue;
    if (offset + length > bytes.length) return;
    const raw = bytes.subarray(offset, offset + length);
    const value = () =>
      length === 17 ? time17.format(decodeTime17(raw)) : time7.format(decodeTime7(raw));
    yield { name, offset, length, role: "time", value };
    offset += length;
  }
}

function* componentPlaces(bytes: Uint8Array, from: number): Generator<Part & { data: Uint8Array }> {
  let number = 1;
  for (let offset = from; offset + 2 <= bytes.length; number++) {
    const length = Math.min(2 + (bytes[offset + 1] ?? 0), bytes.length - offset);
    const data = bytes.subarray(offset + 2, offset + length);
    yield {
      name: `component${number}`,
      offset,
      length,
      role: "value",
      value: () => text(data),
      data,
    };
    offset += length;
  }
}

function linkComponent(flags: number, data: Uint8Array): string {
  if ((flags & 8) !== 0) return "/";
  if ((flags & 4) !== 0) return "..";
  if ((flags & 2) !== 0) return ".";
  return text(data);
}

function* linkComponents(bytes: Uint8Array): Generator<Part> {
  for (const { data, ...part } of componentPlaces(bytes, symbolicLink.size)) {
    yield { ...part, value: () => linkComponent(bytes[part.offset] ?? 0, data) };
  }
}

const attributePrefixes = ["", "", "system.", "user.", "isofs.", "trusted.", "security."];

/** Name of an attribute: its first byte may stand for a prefix (AAIP 2.0). Empty for an access list. */
export function attributeName(bytes: Uint8Array): string {
  const prefix = attributePrefixes[bytes[0] ?? 0];
  if (bytes.length === 0 || prefix === undefined) return decodeLatin1(bytes);
  return prefix + decodeLatin1(bytes.subarray(1));
}

// Names and values alternate (AAIP 2.0); a list that goes on from the entry before cannot be told apart.
function* attributeComponents(bytes: Uint8Array): Generator<Part> {
  let isName = true;
  let name: string | undefined;
  let isWhole = true;
  for (const { data, ...part } of componentPlaces(bytes, attributeList.size)) {
    const goesOn = ((bytes[part.offset] ?? 0) & CONTINUES) !== 0;
    isWhole &&= !goesOn;
    if (isName) {
      yield { ...part, value: () => attributeName(data) };
      name = isWhole ? attributeName(data) : undefined;
    } else {
      const role = name === COMPOSITION_TIME ? "time" : "value";
      yield { ...part, ...(isWhole && name !== undefined ? { name: name || "acl" } : {}), role };
    }
    if (goesOn) continue;
    isName = !isName;
    isWhole = true;
  }
}

function* extensionTexts(bytes: Uint8Array): Generator<Part> {
  const names = ["extensionIdentifier", "extensionDescriptor", "extensionSource"];
  let offset = extensionsReference.size;
  for (const [index, name] of names.entries()) {
    const length = Math.min(bytes[4 + index] ?? 0, bytes.length - offset);
    if (length <= 0) continue;
    const raw = bytes.subarray(offset, offset + length);
    yield { name, offset, length, role: "value", value: () => text(raw) };
    offset += length;
  }
}

function* partsOf(signature: string, bytes: Uint8Array): Generator<Part> {
  switch (signature) {
    case "TF":
      yield* stamps(bytes);
      break;
    case "SL":
      yield* linkComponents(bytes);
      break;
    case "AL":
      yield* attributeComponents(bytes);
      break;
    case "ER":
      yield* extensionTexts(bytes);
      break;
    case "NM":
      if (bytes.length > 5) {
        const value = () => text(bytes.subarray(5));
        yield { name: "name", offset: 5, length: bytes.length - 5, role: "value", value };
      }
  }
}

/**
 * What follows the fixed head of a system use entry, field by field in the order of the bytes; bytes
 * that no field has come as `data`, or as `padding` in PD.
 */
export function entryParts(signature: string, bytes: Uint8Array): VariableField[] {
  const head = entryLayout(signature, bytes[3] ?? 0, bytes.length);
  const parts: VariableField[] = [];
  let end: number = Math.min(head.size, bytes.length);
  if (bytes.length >= head.size) {
    for (const part of partsOf(signature, bytes)) {
      parts.push({ ...part, clause: head.clause });
      end = part.offset + part.length;
    }
  } else end = Math.min(4, bytes.length);
  if (end >= bytes.length) return parts;
  const role = signature === "PD" ? "reserved" : "value";
  const from = end;
  parts.push({
    name: signature === "PD" ? "padding" : "data",
    offset: from,
    length: bytes.length - from,
    clause: head.clause,
    role,
    value: () => hex(bytes.subarray(from, from + 32)),
  });
  return parts;
}
