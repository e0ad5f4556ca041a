// Picks the container of a file by its content.

import type { ByteSource } from "../bytes/source.ts";
import { bin } from "./bin.ts";
import type { Container, Opened, Sidecars } from "./container.ts";
import { cue } from "./cue.ts";
import { iso } from "./iso.ts";
import { openNearby, openShifted } from "./shifted.ts";

/** Formats in the order in which they are tried; what none of them knows is read as plain sectors. */
export const containers: readonly Container[] = [cue, iso, bin];

/** Opens a source as the first container whose probe knows it, else as an image out of its place. */
export async function openContainer(source: ByteSource, sidecars: Sidecars): Promise<Opened> {
  for (const container of containers) {
    if (!await container.probe(source)) continue;
    const nearby = container === iso ? await openNearby(source) : undefined;
    return nearby ?? await container.open(source, sidecars);
  }
  return await openNearby(source) ?? await openShifted(source) ?? await iso.open(source, sidecars);
}
