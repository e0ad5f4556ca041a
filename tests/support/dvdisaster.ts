// Error correction as dvdisaster 0.79.5 adds it: what `dvdisaster -mRS02 -n 400 -c` put behind the fixture
// iso-level1-genisoimage, without its parity; and the layout of RS03, in layers of three sectors.

import { createDigest } from "../../src/kernel/digest.ts";
import { fixtureImage } from "./fixtures.ts";

const SECTOR = 2048;
/** Sectors of the fixture. */
export const DATA = 189;
/** What stands in the place of a checksum that is not there. */
const PRESET = 0x4c5047;

/** The two sectors of its header, as far as they are not zeros. */
const header = [
  "KmR2ZGlzYXN0ZXIqUlMwMgAAAAAuf4JUw45cbloD33kAT42dVeGN+UWiqFBusB3TfGWfkGl4K1P/H0aO8u9za0GHQZu9" +
  "AAAAAAAAAJ4AAABhAAAA4R4AAMgZAAAQAAAAkFXOJ/YAWGJwAox5kQ+zpWNzmwwACAAAAAAAAAAAAADTAAAAAAAAAA==",
  "YUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw7f4zv1YybN4HRBqBSd1+60CrJj9n1fpnciHUO8Js2v/Z5SyyJE" +
  "k1iHorKuaWFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFF" +
  "Fw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUX" +
  "DmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcO" +
  "YUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5h" +
  "RRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDg==",
];

/** Its checksums, of 189 sectors. */
const checksums =
  "YUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw4+WhSqYUUXDmFFFw5hRRcOKbjnjY1Ozi5MhKQgz638iMcoEtCe" +
  "UssiAv+hhnIrG1RhRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFF" +
  "Fw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUX" +
  "DmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcO" +
  "YUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5h" +
  "RRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDt/j" +
  "O/VjJs3gdEGoFJ3X7rQKsmP2fV+mdyIdQ7wmza/9nlLLIkSTWIeisq5pYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUX" +
  "DmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcO" +
  "YUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5h" +
  "RRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFF" +
  "Fw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcOYUUXDmFFFw5hRRcO";

function decoded(text = ""): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** The fixture with header and checksums behind it. */
export async function rs02Image(): Promise<Uint8Array> {
  const image = new Uint8Array((DATA + 3) * SECTOR);
  image.set(await fixtureImage("iso-level1-genisoimage"));
  image.set(decoded(header[0]), DATA * SECTOR);
  image.set(decoded(header[1]), (DATA + 1) * SECTOR);
  const section = new DataView(image.buffer, (DATA + 2) * SECTOR, SECTOR);
  for (let at = 0; at < SECTOR; at += 4) section.setUint32(at, PRESET, true);
  image.set(decoded(checksums), (DATA + 2) * SECTOR);
  return image;
}

function openCrc32(bytes: Uint8Array): number {
  const digest = createDigest("crc32");
  digest.update(bytes);
  return 0xffffffff - parseInt(digest.hex(), 16);
}

/** The fixture with error correction of RS03, of which the parity is zeros. */
export async function rs03Image(): Promise<Uint8Array> {
  const length = 3;
  const layers = 64;
  const image = new Uint8Array((layers + 3) * length * SECTOR);
  const view = new DataView(image.buffer);
  image.set(await fixtureImage("iso-level1-genisoimage"));
  const at = DATA * SECTOR;
  image.set(new TextEncoder().encode("*dvdisaster*RS03"), at);
  view.setUint32(at + 68, DATA, true);
  view.setUint32(at + 76, layers + 1, true);
  view.setUint32(at + 80, 2, true);
  view.setUint32(at + 120, length, true);
  view.setUint32(at + 96, PRESET, true);
  view.setUint32(at + 96, openCrc32(image.subarray(at, at + 2 * SECTOR)), true);
  for (let slice = 0; slice < length; slice++) {
    const block = (layers * length + slice) * SECTOR;
    for (let layer = 0; layer < layers; layer++) {
      const sector = (layer * length + (slice + 1) % length) * SECTOR;
      view.setUint32(block + 4 * layer, openCrc32(image.subarray(sector, sector + SECTOR)), true);
    }
    image.set(new TextEncoder().encode("*dvdisaster*RS03"), block + 1024);
    view.setUint32(block + 1120, PRESET, true);
    view.setUint32(block + 1120, openCrc32(image.subarray(block, block + SECTOR)), true);
  }
  return image;
}
