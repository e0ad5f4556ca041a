// Writes an ISO 9660 image with Rock Ridge and a given number of entries, for measurements. The data
// of its files are holes: every file is 100 zero bytes, or as many as asked for, in blocks of its own.
//
//   deno run --allow-write=PATH bench/make_million.ts PATH [ENTRIES] [DIRECTORIES] [FILE_BYTES]

import {
  ascii,
  concat,
  directoryRecord,
  pathTableRecord,
  setTerminator,
  treeDescriptor,
} from "../tests/support/iso_encode.ts";
import {
  alternateName,
  extensionsReference,
  posixAttributes,
  sharingProtocol,
  timeStamps,
} from "../tests/support/susp_encode.ts";

const SECTOR = 2048;

function systemUse(mode: number, ...entries: readonly Uint8Array[]): Uint8Array {
  return concat(posixAttributes({ mode }), ...entries, timeStamps());
}

/** Puts records into sectors: none crosses the end of one (ECMA-119:1987 6.8.1.1). */
class Directory {
  #sectors: Uint8Array[] = [new Uint8Array(SECTOR)];
  #used = 0;

  add(record: Uint8Array): void {
    if (this.#used + record.length > SECTOR) {
      this.#sectors.push(new Uint8Array(SECTOR));
      this.#used = 0;
    }
    this.#sectors.at(-1)?.set(record, this.#used);
    this.#used += record.length;
  }

  get length(): number {
    return this.#sectors.length * SECTOR;
  }

  bytes(): Uint8Array {
    return concat(...this.#sectors);
  }
}

type Place = { location: number; length: number };

class Million {
  readonly #entries: number;
  readonly #count: number;
  readonly #fileBytes: number;
  readonly #fileBlocks: number;
  readonly #directories: Place[] = [];

  constructor(entries: number, directories: number, fileBytes: number) {
    this.#entries = entries;
    this.#count = directories;
    this.#fileBytes = fileBytes;
    this.#fileBlocks = Math.ceil(fileBytes / SECTOR);
  }

  /** Directory `index` with its files from block `block` on. */
  #directory(index: number, self: Place, root: Place, block: number): Directory {
    const directory = new Directory();
    const dot = systemUse(0o40755);
    this.#addDots(directory, self, root, dot);
    const files = this.#filesIn(index);
    for (let file = 0; file < files; file++) {
      const name = String(file).padStart(7, "0");
      directory.add(directoryRecord({
        identifier: ascii(`F${name}.TXT;1`),
        location: block + file * this.#fileBlocks,
        dataLength: this.#fileBytes,
        flags: 0,
        systemUse: systemUse(0o100644, alternateName(`file-${name}.txt`)),
      }));
    }
    return directory;
  }

  #filesIn(index: number): number {
    const files = this.#entries - this.#count;
    return Math.floor(files / this.#count) + (index < files % this.#count ? 1 : 0);
  }

  #addDots(directory: Directory, self: Place, parent: Place, use: Uint8Array): void {
    for (const [id, place] of [[0, self], [1, parent]] as const) {
      directory.add(directoryRecord({
        identifier: new Uint8Array([id]),
        location: place.location,
        dataLength: place.length,
        flags: 2,
        systemUse: id === 0 ? use : systemUse(0o40755),
      }));
    }
  }

  #root(self: Place): Directory {
    const directory = new Directory();
    const use = concat(sharingProtocol(), systemUse(0o40755), extensionsReference("RRIP_1991A"));
    this.#addDots(directory, self, self, use);
    for (const [index, place] of this.#directories.entries()) {
      const name = String(index).padStart(6, "0");
      directory.add(directoryRecord({
        identifier: ascii(`D${name}`),
        location: place.location,
        dataLength: place.length,
        flags: 2,
        systemUse: systemUse(0o40755, alternateName(`directory-${name}`)),
      }));
    }
    return directory;
  }

  #pathTable(root: Place, msb: boolean): Uint8Array {
    const records = [pathTableRecord(new Uint8Array(1), root.location, 1, 0, msb)];
    for (const [index, { location }] of this.#directories.entries()) {
      records.push(
        pathTableRecord(ascii(`D${String(index).padStart(6, "0")}`), location, 1, 0, msb),
      );
    }
    return concat(...records);
  }

  write(path: string): void {
    using file = Deno.openSync(path, { write: true, create: true, truncate: true });
    const put = (sector: number, bytes: Uint8Array) => {
      file.seekSync(sector * SECTOR, Deno.SeekMode.Start);
      for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    };
    const tableSectors = Math.ceil((10 + this.#count * 16) / SECTOR);
    const [typeL, typeM] = [18, 18 + tableSectors];
    const root: Place = { location: typeM + tableSectors, length: 0 };
    this.#directories.push(...new Array(this.#count).fill({ location: 0, length: 0 }));
    root.length = this.#root(root).length;
    let at = root.location + root.length / SECTOR;
    for (let index = 0; index < this.#count; index++) {
      const place: Place = { location: at, length: 0 };
      place.length = this.#directory(index, place, root, 0).length;
      this.#directories[index] = place;
      at += place.length / SECTOR;
    }
    for (let index = 0; index < this.#count; index++) {
      const place = this.#directories[index] ?? root;
      put(place.location, this.#directory(index, place, root, at).bytes());
      at += this.#filesIn(index) * this.#fileBlocks;
    }
    put(root.location, this.#root(root).bytes());
    put(typeL, this.#pathTable(root, false));
    put(typeM, this.#pathTable(root, true));
    put(16, this.#descriptor(root, typeL, typeM, at));
    put(17, setTerminator());
    file.truncateSync(at * SECTOR);
  }

  #descriptor(root: Place, typeL: number, typeM: number, end: number): Uint8Array {
    return treeDescriptor({
      type: 1,
      version: 1,
      wide: false,
      flags: 0,
      escapeSequences: new Uint8Array(0),
      systemIdentifier: "",
      volumeIdentifier: "MILLION",
      volumeSpaceSize: end,
      setSize: 1,
      sequence: 1,
      blockSize: SECTOR,
      pathTableSize: this.#pathTable(root, false).length,
      pathTables: [typeL, 0, typeM, 0],
      root: directoryRecord({
        identifier: new Uint8Array(1),
        location: root.location,
        dataLength: root.length,
        flags: 2,
      }),
    });
  }
}

/** Writes an image with `entries` files and directories, the root not counted. */
export function writeMillion(
  path: string,
  entries = 1_000_000,
  directories: number = Math.round(Math.sqrt(entries)),
  fileBytes = 100,
): void {
  new Million(entries, directories, fileBytes).write(path);
}

if (import.meta.main) {
  const [path, entries = "1000000", directories, fileBytes = "100"] = Deno.args;
  if (path === undefined) {
    console.error("usage: make_million.ts PATH [ENTRIES] [DIRECTORIES] [FILE_BYTES]");
    Deno.exit(2);
  }
  const count = Number(entries);
  const folders = directories === undefined ? undefined : Number(directories);
  writeMillion(path, count, folders, Number(fileBytes));
}
