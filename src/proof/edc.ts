// The error-detection code of raw sectors (ECMA-130:1996 14.3; CD-ROM XA): which sectors contradict theirs.

import { isZero } from "../bytes/text.ts";
import { sectorEdc } from "../kernel/digest.ts";
import type { Image } from "../model/image.ts";
import type { EdcFacts } from "../model/proof.ts";

const KEPT = 10_000;
const WHOLE = 2352;
const SYNCED_DATA = [16, 24];

/** Where the code of a sector stands, and the bytes that it covers. */
type Code = { readonly form: "mode1" | "form1"; readonly from: number; readonly at: number };

const mode1: Code = { form: "mode1", from: 0, at: 2064 };
const form1: Code = { form: "form1", from: 16, at: 2072 };

// Audio has no sync pattern, and any bytes where a header would be. A few damaged bytes do not make
// audio of a data sector: random ones match as many with a chance below 2^-60.
function hasSync(sector: Uint8Array): boolean {
  let matches = 0;
  for (let at = 0; at < 12; at++) {
    if (sector[at] === (at === 0 || at === 11 ? 0 : 0xff)) matches++;
  }
  return matches >= 9;
}

// Link and run-out blocks (bits 5 to 7 of the mode) may have wrong codes without damage; a Mode 2 sector
// whose two sub-headers differ has no form to go by; form 2 need not record a code.
function codeOf(sector: Uint8Array): Code | undefined {
  if (!hasSync(sector)) return undefined;
  const mode = sector[15];
  if (mode === 1) return mode1;
  if (mode !== 2) return undefined;
  for (let at = 16; at < 20; at++) if (sector[at] !== sector[at + 4]) return undefined;
  return ((sector[18] ?? 0) & 0x20) === 0 ? form1 : undefined;
}

/** Checks every whole raw sector that comes by; of an image without raw sectors it takes nothing. */
export class EdcCheck {
  readonly #image: Image;
  readonly #raw: boolean;
  readonly #bad: EdcFacts["bad"][number][] = [];
  #count = 0;
  #checked = 0;

  constructor(image: Image) {
    const { stride, dataOffset } = image.mapping;
    this.#image = image;
    this.#raw = stride >= WHOLE && SYNCED_DATA.includes(dataOffset);
  }

  /** Takes the bytes of the file from `offset` on; sectors that are cut by either end are left out. */
  take(offset: number, bytes: Uint8Array): void {
    if (!this.#raw) return;
    const { stride } = this.#image.mapping;
    const origin = this.#image.mapping.boundary(this.#image.mapping.logicalStart) % stride;
    const skipped = (stride - (offset - origin) % stride) % stride;
    for (let at = skipped; at + WHOLE <= bytes.length; at += stride) {
      this.#check(offset + at, bytes.subarray(at, at + WHOLE));
    }
  }

  #check(offset: number, sector: Uint8Array): void {
    const code = codeOf(sector);
    // Sectors made from user data alone have no codes at all: nothing is contradicted.
    if (code === undefined || isZero(sector.subarray(code.at))) return;
    this.#checked++;
    const view = new DataView(sector.buffer, sector.byteOffset, sector.length);
    const recorded = view.getUint32(code.at, true);
    const computed = sectorEdc(sector.subarray(code.from, code.at));
    if (computed === recorded) return;
    this.#count++;
    if (this.#bad.length >= KEPT) return;
    this.#bad.push({ offset, at: code.at, form: code.form, recorded, computed });
  }

  /** What was found, or undefined where no sector has a code. */
  facts(): EdcFacts | undefined {
    if (this.#checked === 0) return undefined;
    return { checked: this.#checked, bad: this.#bad, count: this.#count };
  }
}
