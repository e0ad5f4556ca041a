// Single faults that nobody tuned for: seeded changes of one place of an image, each of one kind.

import { both16, both32 } from "../src/bytes/struct.ts";
import type { Image } from "../src/model/image.ts";

/** Kinds of faults, in the order of the table. */
export const faultKinds = [
  "bit flip",
  "zeroed sector",
  "swapped sectors",
  "cut",
  "inserted byte",
  "wrong field",
] as const;

/** One of {@linkcode faultKinds}. */
export type FaultKind = typeof faultKinds[number];

/** A changed copy of an image. */
export type Mutant = {
  readonly kind: FaultKind;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Changed bytes `[start, end)` of the file: more than one stretch where sectors are swapped. */
  readonly changed: readonly (readonly [start: number, end: number])[];
};

/** Whole numbers below `n`, the same for the same seed (xorshift32). */
export function seeded(seed: number): (n: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (n) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return Math.floor(state / 2 ** 32 * n);
  };
}

/** A field that a fault may change: bytes of the file, and whether both byte orders are recorded. */
export type FieldPlace = { readonly at: number; readonly length: number; readonly both: boolean };

/** Fields of every structure and directory record of an image, for `wrong field`. */
export async function fieldsOf(image: Image): Promise<FieldPlace[]> {
  const fields: FieldPlace[] = [];
  const add = (logical: number, length: number, both: boolean) =>
    fields.push({ at: image.mapping.fileOffset(logical), length, both });
  for (const { layout, span } of image.structures()) {
    for (const field of Object.values(layout.fields)) {
      const { size } = field.type;
      const { type } = field;
      if (span.space === "logical" && size <= 34) {
        add(span.start + field.offset, size, type === both16 || type === both32);
      }
    }
  }
  for (const [number, tree] of image.trees.entries()) {
    for (let node = 0; node < Math.min(tree.count, 200); node++) {
      if (!tree.isDirectory(node) && node > 0) continue;
      const { records } = await image.readDirectory(number, node);
      for (const { span } of records) {
        // Location, data length, date, flags, length of the identifier (ECMA-119:1987 9.1).
        for (const [at, length, both] of [[2, 8, true], [10, 8, true], [18, 7, false]] as const) {
          add(span.start + at, length, both);
        }
        add(span.start + 25, 1, false);
        add(span.start + 32, 1, false);
      }
    }
  }
  return fields;
}

/** Makes one mutant; the bytes always differ from those of the image. */
export function mutate(
  clean: Uint8Array<ArrayBuffer>,
  kind: FaultKind,
  stride: number,
  fields: readonly FieldPlace[],
  random: (n: number) => number,
): Mutant {
  for (;;) {
    const mutant = faults[kind](clean, { stride, fields, random });
    const same = mutant.bytes.length === clean.length &&
      mutant.changed.every(([start, end]) => equal(clean, mutant.bytes, start, end));
    if (!same) return { kind, ...mutant };
  }
}

type Work = {
  readonly stride: number;
  readonly fields: readonly FieldPlace[];
  readonly random: (n: number) => number;
};
type Fault = (clean: Uint8Array<ArrayBuffer>, work: Work) => Omit<Mutant, "kind">;

const faults: Readonly<Record<FaultKind, Fault>> = {
  "bit flip": (clean, { random }) => {
    const at = random(clean.length);
    const bytes = clean.slice();
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
    return { bytes, changed: [[at, at + 1]] };
  },
  "zeroed sector": (clean, { stride, random }) => {
    const at = random(Math.floor(clean.length / stride)) * stride;
    const bytes = clean.slice();
    bytes.fill(0, at, at + stride);
    return { bytes, changed: [[at, at + stride]] };
  },
  "swapped sectors": (clean, { stride, random }) => {
    const count = Math.floor(clean.length / stride);
    const [a, b] = [random(count) * stride, random(count) * stride];
    const bytes = clean.slice();
    bytes.set(clean.subarray(a, a + stride), b);
    bytes.set(clean.subarray(b, b + stride), a);
    return { bytes, changed: [[a, a + stride], [b, b + stride]] };
  },
  "cut": (clean, { random }) => {
    const end = 1 + random(clean.length - 1);
    return { bytes: clean.slice(0, end), changed: [[end, clean.length]] };
  },
  "inserted byte": (clean, { random }) => {
    const at = random(clean.length);
    const bytes = new Uint8Array(clean.length + 1);
    bytes.set(clean.subarray(0, at));
    bytes[at] = random(256);
    bytes.set(clean.subarray(at), at + 1);
    return { bytes, changed: [[at, clean.length + 1]] };
  },
  "wrong field": (clean, { fields, random }) => {
    const { at, length, both } = fields[random(fields.length)] ?? { at: 0, length: 1, both: false };
    const bytes = clean.slice();
    const half = both ? length / 2 : length;
    for (let index = 0; index < half; index++) {
      const value = random(256);
      bytes[at + index] = value;
      // The other order says the same: the field is wrong, and not torn.
      if (both) bytes[at + length - 1 - index] = value;
    }
    return { bytes, changed: [[at, at + length]] };
  },
};

function equal(a: Uint8Array, b: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (a[at] !== b[at]) return false;
  return true;
}
