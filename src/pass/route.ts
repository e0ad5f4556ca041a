// A way through the image: where its next piece begins and ends, by what its clients want.

import { SECTOR } from "../bytes/span.ts";
import type { Image } from "../model/image.ts";
import type { Client } from "./client.ts";

/** A client with its number in the pass. */
export type NumberedClient = { readonly client: Client; readonly number: number };

/** How a route goes through the image. */
export type RouteOptions = {
  /** All bytes are wanted, by someone who is no client. */
  readonly takesAll: boolean;
  /** User data are gathered from raw sectors: pieces begin and end with a sector. */
  readonly inSectors: boolean;
  /** Sectors of a piece. */
  readonly sectors: number;
};

/** Pieces in the order of the file. */
export class Route {
  readonly clients: readonly NumberedClient[];
  readonly #image: Image;
  readonly #options: RouteOptions;
  /** File offset of the next piece; Infinity where there is none. */
  at = 0;

  /** Begins nowhere: see {@linkcode Route.begin}. */
  constructor(image: Image, clients: readonly NumberedClient[], options: RouteOptions) {
    this.#image = image;
    this.clients = clients;
    this.#options = options;
  }

  /** Goes to the first piece from file offset `from` on that is wanted. */
  begin(from: number): void {
    const next = this.#next(from);
    this.at = next < this.#image.source.size ? next : Infinity;
  }

  #next(at: number): number {
    const { takesAll, inSectors } = this.#options;
    if (takesAll) return at;
    const { mapping } = this.#image;
    const logical = mapping.logicalOffset(at);
    let next = Infinity;
    for (const { client } of this.clients) {
      const wanted = client.space === "file" ? client.next(at) : client.next(logical);
      if (wanted === Infinity) continue;
      const place = client.space === "file" ? wanted : mapping.fileOffset(wanted);
      next = Math.min(next, inSectors ? this.#sectorAt(place) : place);
    }
    return Math.max(at, next);
  }

  #sectorAt(place: number): number {
    const { mapping } = this.#image;
    return mapping.boundary(Math.floor(mapping.logicalOffset(place) / SECTOR) * SECTOR);
  }

  /** Where the piece at `at` ends, at most `most` bytes on: at a sector, or where nobody wants more. */
  pieceEnd(most: number): number {
    const { mapping, source } = this.#image;
    const { sectors, takesAll } = this.#options;
    const sector = Math.floor(mapping.logicalOffset(this.at) / SECTOR);
    const end = mapping.boundary((sector + sectors) * SECTOR);
    const last = Math.min(this.at + most, source.size);
    const whole = end > this.at ? Math.min(end, last) : last;
    return takesAll ? whole : this.#wantedEnd(whole);
  }

  #wantedEnd(end: number): number {
    const { mapping } = this.#image;
    const { at } = this;
    const logical = mapping.logicalOffset(at);
    let reach = at;
    for (const { client } of this.clients) {
      if (client.space === "file") reach = Math.max(reach, client.reach(at, end));
      else {
        const to = client.reach(logical, mapping.logicalOffset(end - 1) + 1);
        const last = this.#options.inSectors ? Math.ceil(to / SECTOR) * SECTOR : to;
        if (to > logical) reach = Math.max(reach, mapping.boundary(last));
      }
    }
    return reach > at ? Math.min(reach, end) : end;
  }
}
