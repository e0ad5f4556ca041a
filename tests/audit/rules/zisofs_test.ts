// Mutation cases of zisofs.

import { at, placesOf } from "../places.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const IMAGE = "zisofs1-xorriso";
const places = await placesOf(IMAGE);

function compressed(): ReturnType<typeof places.entry> {
  for (const { identifier } of places.records(places.descriptor() + 156)) {
    const name = String.fromCharCode(...identifier);
    if (!name.endsWith(";1")) continue;
    try {
      return places.entry(`/${name}`, "ZF");
    } catch {
      continue;
    }
  }
  throw new RangeError(`Cannot find a compressed file in ${IMAGE}`);
}

const entry = compressed();

ruleCases("ZIS-005", [
  {
    name: "MSB first copy of the uncompressed size",
    image: IMAGE,
    mutate: (view) => view.setUint8(at(entry).start + 15, view.getUint8(at(entry).start + 15) ^ 1),
    hits: [at(entry, 8, 8)],
  },
], structure);
