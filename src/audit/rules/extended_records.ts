// Rules about the fields of Extended Attribute Records (ECMA-119:1987 9.5).

import { fieldSpan, type Structure } from "../../bytes/struct.ts";
import { extendedAttributeRecord } from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";

const rules = {
  fillerBits: {
    id: "ISO-XAR-003",
    severity: "info",
    title: "Permission filler bits are not one",
    clause: "ECMA-119:1987 9.5.3",
    rationale: "Every second bit shall be one; a writer that left them out may have meant the " +
      "permission bits in another way.",
    remedy: "Read the permissions of this volume with care.",
    layouts: [extendedAttributeRecord.id],
  },
  invalid: {
    id: "ISO-XAR-004",
    severity: "warning",
    title: "Record version, format or length invalid",
    clause: "ECMA-119:1987 9.5.8, 9.5.13, 9.5.14, 9.5.16",
    rationale: "What stands there may be no extended attribute record at all but the content of " +
      "the file: then its length in the directory record is wrong.",
    remedy: "Look whether the content of the file begins at the location of its directory record.",
    layouts: [extendedAttributeRecord.id],
  },
} as const satisfies RuleTable;

type Extended = Structure<typeof extendedAttributeRecord.fields>;

const FILLER = 0xaaaa;
const FIRST_RESERVED = 4;
const LAST_RESERVED = 127;

function* checkPermissions({ span, value: { permissions } }: Extended): Iterable<Hit> {
  if ((permissions & FILLER) === FILLER) return;
  const binary = permissions.toString(2).padStart(16, "0");
  yield {
    rule: rules.fillerBits,
    span: fieldSpan(extendedAttributeRecord, "permissions", span),
    message: `the permissions are ${binary}; bits 1, 3, 5 and so on up to 15 shall be 1`,
    recorded: binary,
  };
}

function* checkForm({ span, value }: Extended): Iterable<Hit> {
  const { extendedAttributeRecordVersion: version, recordFormat: format } = value;
  const field = (name: keyof typeof value) => fieldSpan(extendedAttributeRecord, name, span);
  const rule = rules.invalid;
  if (version !== 1) {
    const message = `the version of the extended attribute record is ${version}, not 1`;
    const more = { recorded: String(version), expected: "1" };
    yield { rule, span: field("extendedAttributeRecordVersion"), message, ...more };
  }
  if (format >= FIRST_RESERVED && format <= LAST_RESERVED) {
    const message = `the record format ${format} is one of those that are reserved, 4 to 127`;
    yield { rule, span: field("recordFormat"), message, recorded: String(format) };
  }
}

function* checkRecords(image: Image): Iterable<Hit> {
  for (const record of image.structuresOf(extendedAttributeRecord)) {
    yield* checkPermissions(record);
    yield* checkForm(record);
  }
}

/** Rules about extended attribute records. */
export const extendedRecordRules: RuleFamily = {
  rules,
  image: [checkRecords],
  faults: { "extended-record-length": rules.invalid },
};
