// Rules about identifiers, dates and reserved bytes of descriptors (ECMA-119:1987 8.4, 8.5).

import { logicalSpan } from "../../bytes/span.ts";
import { isZero } from "../../bytes/text.ts";
import type { RecordedTime } from "../../bytes/time.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { descriptorField, type TreeDescriptor, treeDescriptors } from "./descriptor_view.ts";

const layouts = [
  "iso9660/primary-volume-descriptor",
  "iso9660/joliet-volume-descriptor",
  "iso9660/enhanced-volume-descriptor",
  "iso9660/supplementary-volume-descriptor",
];

const rules = {
  reserved: {
    id: "ISO-PVD-010",
    severity: "note",
    title: "Reserved bytes are not zero",
    clause: "ECMA-119:1987 8.4.4, 8.4.7, 8.4.9, 8.4.31, 8.4.33",
    rationale:
      "Readers skip these bytes, so data can be hidden there; Tribes Vengeance CD 1 was mastered with " +
      "text in them.",
    remedy: "Look at the bytes.",
    layouts,
  },
  zeroFiller: {
    id: "ISO-PVD-012",
    severity: "info",
    title: "Identifier padded with zero bytes",
    clause: "ECMA-119:1987 7.4.5",
    rationale: "The filler is a space; some readers show the zero bytes as part of the name.",
    remedy: "Nothing to do.",
    layouts,
  },
  malformedDate: {
    id: "ISO-PVD-015",
    severity: "warning",
    title: "Date field is malformed",
    clause: "ECMA-119:1987 8.4.26.1",
    rationale: "Readers show another date or none. Sixteen digits and an offset byte are recorded.",
    remedy: "Take the dates of the files instead.",
    layouts,
  },
  oddlyUnset: {
    id: "ISO-PVD-016",
    severity: "info",
    title: "Unset date is encoded oddly",
    clause: "ECMA-119:1987 8.4.26.1",
    rationale:
      "Not given means sixteen digits 0 and an offset of 0. MagicISO writes NUL in place of digits.",
    remedy: "Nothing to do.",
    layouts,
  },
  offset: {
    id: "ISO-PVD-017",
    severity: "warning",
    title: "UTC offset out of range",
    clause: "ECMA-119:1987 8.4.26.1",
    rationale: "From -48 to +52 quarter hours; readers shift the time by hours or drop it.",
    remedy: "Take the recorded digits as local time.",
    layouts,
  },
  order: {
    id: "ISO-PVD-018",
    severity: "note",
    title: "Modification precedes creation",
    clause: "ECMA-119:1987 8.4.27",
    rationale: "A clock was wrong, or a date was set on purpose.",
    remedy: "Do not rely on either date alone.",
    layouts,
  },
} as const satisfies RuleTable;

const reservedFields = ["unused8", "unused73", "unused89", "reserved883", "reserved1396"];

/** Bits of the volume flags that are reserved (8.5.3). */
const RESERVED_FLAGS = 0xfe;

function printable(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : " "
  )
    .join("").trim().replace(/ +/g, " ");
  return /[A-Za-z0-9]{4}/.test(text) ? `; the text in them: "${text.slice(0, 80)}"` : "";
}

function* checkReserved(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const { layout, value, volume, span } = descriptor;
    const values: Readonly<Record<string, unknown>> = value;
    for (const name of reservedFields) {
      const bytes = layout.fields[name] === undefined ? undefined : values[name];
      if (!(bytes instanceof Uint8Array) || isZero(bytes)) continue;
      const first = bytes.findIndex((byte) => byte !== 0);
      const last = bytes.findLastIndex((byte) => byte !== 0);
      const start = descriptorField(descriptor, name).start + first;
      const count = bytes.filter((byte) => byte !== 0).length;
      yield {
        rule: rules.reserved,
        span: logicalSpan(start, last + 1 - first),
        message:
          `${count} reserved bytes from byte ${start - span.start} of the descriptor on are ` +
          `not zero${printable(bytes)}`,
        expected: "zeros",
        volume,
      };
    }
    const flags = Number(values["volumeFlags"] ?? 0);
    if ((flags & RESERVED_FLAGS) === 0) continue;
    yield {
      rule: rules.reserved,
      span: descriptorField(descriptor, "volumeFlags"),
      message: `the volume flags are ${flags}; only bit 0 has a meaning`,
      recorded: String(flags),
      expected: "0 or 1",
      volume,
    };
  }
}

const identifiers = [
  "systemIdentifier",
  "volumeIdentifier",
  "volumeSetIdentifier",
  "publisherIdentifier",
  "dataPreparerIdentifier",
  "applicationIdentifier",
  "copyrightFileIdentifier",
  "abstractFileIdentifier",
  "bibliographicFileIdentifier",
] as const;

// In UCS-2 every other byte of plain text is 0: its filler is the unit 0000.
function fillerZeros(bytes: Uint8Array, unit: 1 | 2): number {
  let zeros = 0;
  for (let at = bytes.length - bytes.length % unit; at >= unit; at -= unit) {
    if (!isZero(bytes.subarray(at - unit, at))) break;
    zeros += unit;
  }
  return zeros;
}

function* checkFiller(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    const { kind, value, volume } = descriptor;
    for (const name of identifiers) {
      const zeros = fillerZeros(value[name], kind === "joliet" ? 2 : 1);
      if (zeros === 0) continue;
      yield {
        rule: rules.zeroFiller,
        span: descriptorField(descriptor, name),
        message: `${zeros} bytes at the end of ${name} are zero`,
        recorded: "00",
        expected: "20",
        volume,
      };
    }
  }
}

const dates = [
  "volumeCreationDateAndTime",
  "volumeModificationDateAndTime",
  "volumeExpirationDateAndTime",
  "volumeEffectiveDateAndTime",
] as const;

function shown({ raw }: RecordedTime): string {
  const digits = [...raw.subarray(0, 16)].map((byte) =>
    byte >= 0x20 && byte < 0x7f
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).padStart(2, "0")}`
  );
  return `${digits.join("")} ${((raw[16] ?? 0) << 24) >> 24}`;
}

type DateProblem = Pick<Hit, "rule" | "message" | "expected"> & { readonly last?: true };

function dateProblem(name: string, time: RecordedTime): DateProblem | undefined {
  const { raw, unset, valid, offset } = time;
  const isPlain = raw.subarray(0, 16).every((byte) => byte === 0x30);
  if (unset) {
    if (isPlain && offset === 0) return undefined;
    const how = isPlain ? `an offset of ${offset}` : "NUL where digits belong";
    return { rule: rules.oddlyUnset, message: `${name} is not given, with ${how}`, expected: "0" };
  }
  if (offset < -48 || offset > 52) {
    return {
      rule: rules.offset,
      message: `the offset of ${name} is ${offset} quarter hours`,
      expected: "-48 to 52",
      last: true,
    };
  }
  if (valid) return undefined;
  return {
    rule: rules.malformedDate,
    message: `${name} is recorded as ${shown(time)}, which is no date and time`,
    expected: "YYYYMMDDHHMMSScc and an offset",
  };
}

function* checkDates(image: Image): Iterable<Hit> {
  for (const descriptor of treeDescriptors(image)) {
    for (const name of dates) {
      const time = descriptor.value[name];
      const found = dateProblem(name, time);
      if (found === undefined) continue;
      const { last, ...hit } = found;
      const span = descriptorField(descriptor, name);
      const at = last === true ? logicalSpan(span.start + 16, 1) : span;
      yield { ...hit, span: at, recorded: shown(time), volume: descriptor.volume };
    }
    yield* checkOrder(descriptor);
  }
}

function* checkOrder(descriptor: TreeDescriptor): Iterable<Hit> {
  const { volumeCreationDateAndTime: created, volumeModificationDateAndTime: modified } =
    descriptor.value;
  if (created.epoch === undefined || modified.epoch === undefined) return;
  if (modified.epoch >= created.epoch) return;
  yield {
    rule: rules.order,
    span: descriptorField(descriptor, "volumeModificationDateAndTime"),
    message:
      `the volume was modified ${(created.epoch - modified.epoch) / 1000} seconds before it ` +
      `was created`,
    recorded: shown(modified),
    volume: descriptor.volume,
  };
}

/** Rules about identifiers, dates and reserved bytes of descriptors. */
export const descriptorTexts: RuleFamily = {
  rules,
  image: [checkReserved, checkFiller, checkDates],
};
