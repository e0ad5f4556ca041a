// Trees with lists of digests for the builder: names as they are in Rock Ridge, digests by another library.

import { crc32, md5, sha1, sha256, sha512 } from "hash-wasm";
import { buildImage, type BuiltImage, type DirectorySpec, type FileSpec } from "./builder.ts";
import { ascii } from "./iso_encode.ts";

const hashes = { crc32, md5, sha1, sha256, sha512 } as const;

/** The digest of a text or of bytes, in lower case. */
export function digestOf(
  algorithm: keyof typeof hashes,
  content: string | Uint8Array,
): Promise<string> {
  return hashes[algorithm](content);
}

/** Files by path; a folder is made for each part of a path. */
export type ListedFiles = Readonly<Record<string, string | Uint8Array>>;

type Folder = Map<string, Folder | Uint8Array>;

function foldersOf(files: ListedFiles): Folder {
  const root: Folder = new Map();
  for (const [path, content] of Object.entries(files)) {
    const names = path.split("/");
    const last = names.pop() ?? "";
    let folder = root;
    for (const name of names) {
      const next = folder.get(name);
      const made = next instanceof Map ? next : new Map();
      if (next !== made) folder.set(name, made);
      folder = made;
    }
    folder.set(last, ascii(content));
  }
  return root;
}

// Identifiers are numbers, so that they are in order whatever the names are.
function children(folder: Folder): (FileSpec | DirectorySpec)[] {
  return [...folder].map(([posixName, content], index) => {
    const number = String(index).padStart(4, "0");
    return content instanceof Map
      ? { name: `D${number}`, posixName, children: children(content) }
      : { name: `F${number}.DAT;1`, posixName, content };
  });
}

/** An image with these files under Rock Ridge. */
export class ListedImage {
  readonly built: BuiltImage;
  readonly #files: ListedFiles;

  /** Builds it. */
  constructor(files: ListedFiles) {
    this.#files = files;
    this.built = buildImage({ rockRidge: "1.12", children: children(foldersOf(files)) });
  }

  /** The whole image. */
  bytes(): Uint8Array {
    return this.built.bytes();
  }

  /** Where a file's bytes are. */
  place(path: string): { readonly start: number; readonly length: number } {
    const content = ascii(this.#files[path] ?? "");
    let key = "primary:";
    let folder: Folder | Uint8Array | undefined = foldersOf(this.#files);
    for (const name of path.split("/")) {
      if (!(folder instanceof Map)) break;
      const number = String([...folder.keys()].indexOf(name)).padStart(4, "0");
      folder = folder.get(name);
      key += folder instanceof Map ? `/D${number}` : `/F${number}.DAT;1`;
    }
    const [extent] = this.built.extents.get(key) ?? [];
    if (extent === undefined) throw new RangeError(`Cannot find ${path} (${key})`);
    return { start: extent.offset, length: content.length };
  }

  /** Where a text is in a file: of its first occurrence. */
  placeOf(path: string, text: string): { readonly start: number; readonly length: number } {
    const content = this.#files[path];
    const at = typeof content === "string" ? content.indexOf(text) : -1;
    if (at < 0) throw new RangeError(`Cannot find ${text} in ${path}`);
    return { start: this.place(path).start + at, length: text.length };
  }
}
