// Numbers recorded in both byte orders (ECMA-119:1987 7.2.3, 7.3.3): one comparison for every structure.

import {
  both16,
  both32,
  type BothEndian,
  fieldSpan,
  type Layout,
  type Structure,
} from "../../bytes/struct.ts";
import type { Hit, Rule } from "../rule.ts";

/** The rule for each field, by `LAYOUT.FIELD`; `LAYOUT.*` stands for all others of a layout. */
export type OrderRules = Readonly<Record<string, Rule>>;

type BothField = { readonly name: string; readonly offset: number; readonly size: number };

const fieldsOf = new WeakMap<Layout, readonly BothField[]>();

function bothFields(layout: Layout): readonly BothField[] {
  let fields = fieldsOf.get(layout);
  if (fields === undefined) {
    // Only these two types read a number in both orders.
    fields = Object.entries(layout.fields).filter(([, { type }]) =>
      type === both16 || type === both32
    ).map(([name, { offset, type }]) => ({ name, offset, size: type.size }));
    fieldsOf.set(layout, fields);
  }
  return fields;
}

/**
 * Whether some number's two copies differ in the bytes of a structure, which need not be decoded: `length`
 * of them from `start` on.
 */
export function hasDifferingOrders(
  layout: Layout,
  bytes: Uint8Array,
  start = 0,
  length = bytes.length,
): boolean {
  const fields = bothFields(layout);
  for (let index = 0; index < fields.length; index++) {
    const { offset = 0, size = 0 } = fields[index] ?? {};
    if (offset + size > length) continue;
    let last = start + offset + size - 1;
    for (let first = start + offset; first < last; first++, last--) {
      if (bytes[first] !== bytes[last]) return true;
    }
  }
  return false;
}

/** Fields of one structure whose copies differ, each with its rule; fields without a rule are left out. */
export function* differingOrders(
  { layout, span, value }: Pick<Structure, "layout" | "span" | "value">,
  rules: OrderRules,
): Generator<Hit & { readonly field: string; readonly number: BothEndian }> {
  for (const { name: field } of bothFields(layout)) {
    const number: BothEndian = value[field];
    if (number.le === number.be) continue;
    const rule = rules[`${layout.id}.${field}`] ?? rules[`${layout.id}.*`];
    if (rule === undefined) continue;
    yield {
      rule,
      span: fieldSpan(layout, field, span),
      message: `${field} is ${number.le} LSB first but ${number.be} MSB first`,
      recorded: `${number.le} LSB first, ${number.be} MSB first`,
      expected: "the same number in both orders",
      field,
      number,
    };
  }
}
