// What checks ask of the system use entries of a record: where they stand, and whether all were read.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import type { Values } from "../../bytes/struct.ts";
import { isZero } from "../../bytes/text.ts";
import { directoryRecord } from "../../decode/iso9660/layout.ts";
import { extensionsReference, systemUseEntry } from "../../decode/rockridge/layout.ts";
import type { RecordView, SystemUseEntry } from "../../model/directory.ts";

/** Where the system use field of a record lies. */
export function systemUseSpan({ bytes, identifier, span }: RecordView): Span {
  const head = directoryRecord.size + identifier.length;
  const length = Math.max(0, bytes.length - head - (identifier.length % 2 === 0 ? 1 : 0));
  return logicalSpan(span.start + span.length - length, length);
}

// An area that ends in bytes that are no entry was not read to its end; ST ends it for good.
function isReadToEnd({ signature, field, at, length }: SystemUseEntry): boolean {
  const rest = field.subarray(at + length);
  return signature === "ST" || rest.length < systemUseEntry.size || isZero(rest);
}

/**
 * Whether every entry of a record was found: what is missing in one that was not may stand where its
 * entries could not be read.
 */
export function hasAllEntries(record: RecordView): boolean {
  const { systemUse, continuations, bytes } = record;
  if (systemUse.length === 0) {
    const { length } = systemUseSpan(record);
    return length < systemUseEntry.size || isZero(bytes.subarray(bytes.length - length));
  }
  let continued = 0;
  for (const [index, entry] of systemUse.entries()) {
    if (entry.signature === "CE") continued++;
    const next = systemUse[index + 1];
    if (next?.field !== entry.field && !isReadToEnd(entry)) return false;
  }
  return continuations.length >= continued;
}

/** Bytes that an ER entry needs for its head and three texts. */
export function referenceLength(value: Values<typeof extensionsReference.fields>): number {
  return extensionsReference.size + value.lengthOfIdentifier + value.lengthOfDescriptor +
    value.lengthOfSource;
}
