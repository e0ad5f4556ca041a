// Makes of a plain image one of a later session: its addresses count from the start of a disc.

import { setBoth32 } from "./edits.ts";
import { Places } from "./places.ts";

const PVD = 32_768;

/** Adds `base` to every address of a volume without Joliet. */
export function addBase(bytes: Uint8Array, base: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const places = new Places(bytes);
  const records: number[] = [];
  for (const pending = [places.record("/").offset]; pending.length > 0;) {
    const directory = pending.pop() ?? 0;
    records.push(directory);
    for (const { offset, identifier } of [...places.records(directory)]) {
      const isReserved = identifier.length === 1 && (identifier[0] ?? 2) < 2;
      if (!isReserved && (view.getUint8(offset + 25) & 2) !== 0) pending.push(offset);
      else records.push(offset);
    }
  }
  const tables = (["L", "M"] as const).map((type) => places.pathTable(type));
  for (const record of new Set(records)) {
    setBoth32(view, record + 2, view.getUint32(record + 2, true) + base);
  }
  for (const { offset } of tables[0] ?? []) {
    view.setUint32(offset + 2, view.getUint32(offset + 2, true) + base, true);
  }
  for (const { offset } of tables[1] ?? []) {
    view.setUint32(offset + 2, view.getUint32(offset + 2) + base);
  }
  view.setUint32(PVD + 140, view.getUint32(PVD + 140, true) + base, true);
  view.setUint32(PVD + 148, view.getUint32(PVD + 148) + base);
}
