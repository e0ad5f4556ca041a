// Walks the entries that are to be extracted and hands each to the folder that takes them.

import { readContent } from "../manifest/content.ts";
import type { FoundEntry } from "../model/describe.ts";
import { lostDirectory } from "../model/entry.ts";
import type { Image } from "../model/image.ts";
import type { Entry, Namespace } from "../model/namespace.ts";
import type { ExtractEntry } from "../model/result.ts";
import type { FileToWrite, Folder, Outcome, Place, RecordedName } from "../platform/folder.ts";

/** A folder of the image that is being filled: where, or why it could not be made. */
type Level = { readonly place: Place | undefined; readonly modified: number };

/** What an extraction needs to know. */
export type ExtractionOptions = {
  readonly signal: AbortSignal;
  /** Told of the bytes written so far. */
  readonly onBytes: (bytes: number) => void;
};

/** Extracts entries with all below them, and says of each what became of it. */
export async function* extractEntries(
  image: Image,
  folder: Folder,
  entries: readonly FoundEntry[],
  options: ExtractionOptions,
): AsyncGenerator<ExtractEntry> {
  for (const found of entries) {
    yield* new Extraction(image, folder, found.namespace, options).run(found);
  }
}

class Extraction {
  readonly #image: Image;
  readonly #folder: Folder;
  readonly #namespace: Namespace;
  readonly #options: ExtractionOptions;
  readonly #levels: Level[];

  constructor(image: Image, folder: Folder, namespace: Namespace, options: ExtractionOptions) {
    this.#image = image;
    this.#folder = folder;
    this.#namespace = namespace;
    this.#options = options;
    this.#levels = [{ place: folder.root, modified: NaN }];
  }

  async *run({ entry }: FoundEntry): AsyncGenerator<ExtractEntry> {
    for (const node of ancestors(this.#namespace, entry.node)) {
      const path = this.#namespace.path(node);
      yield this.#directory({ node, path, type: "directory", depth: 0 });
    }
    const above = this.#levels.length;
    if (entry.node !== 0) yield await this.#one(entry);
    else if (this.#lost(entry) !== undefined) yield this.#told(entry, { state: "ok" });
    if (entry.type === "directory") {
      const path = entry.node === 0 ? "" : entry.path;
      for (const below of this.#namespace.entries(entry.node, path, entry.pathBytes)) {
        const base = entry.node === 0 ? above : above + 1;
        this.#closeTo(base + below.depth - 1);
        yield await this.#one(below);
      }
    }
    this.#closeTo(1);
  }

  // Folders that the walk has left get their time: nothing more is written to them.
  #closeTo(levels: number): void {
    while (this.#levels.length > levels) {
      const level = this.#levels.pop();
      if (level?.place !== undefined) this.#folder.leave(level.place, level.modified);
    }
  }

  #directory(entry: Entry): ExtractEntry {
    const parent = this.#levels.at(-1)?.place;
    const modified = this.#namespace.modified(entry.node);
    if (parent === undefined) {
      this.#levels.push({ place: undefined, modified });
      return this.#told(entry, { state: "refused", reason: "its folder could not be made" });
    }
    const mode = permissions(this.#namespace, entry.node) ?? 0o777;
    const { place, ...outcome } = this.#folder.directory(parent, this.#name(entry), mode);
    this.#levels.push({ place, modified });
    return this.#told(entry, outcome);
  }

  async #one(entry: Entry): Promise<ExtractEntry> {
    this.#options.signal.throwIfAborted();
    if (entry.type === "directory") return this.#directory(entry);
    const parent = this.#levels.at(-1)?.place;
    if (parent === undefined) {
      return this.#told(entry, { state: "refused", reason: "its folder could not be made" });
    }
    if (entry.type === "file") {
      const outcome = await this.#folder.file(parent, this.#name(entry), this.#file(entry));
      return this.#told(entry, outcome);
    }
    if (entry.type === "symlink") {
      return this.#told(entry, this.#folder.link(parent, this.#name(entry), this.#target(entry)));
    }
    return this.#told(entry, { state: "skipped", reason: `a ${entry.type} is never made` });
  }

  #file({ node }: Entry): FileToWrite {
    const namespace = this.#namespace;
    const mode = permissions(namespace, node);
    const { signal, onBytes } = this.#options;
    const content = readContent(this.#image, namespace, node, { signal });
    return {
      content: counted(content, onBytes),
      modified: namespace.modified(node),
      ...(mode === undefined ? {} : { mode }),
    };
  }

  #name({ node }: Entry): RecordedName {
    return this.#namespace.name(node);
  }

  // A target that is no valid text would become another one on the way to the file system.
  #target({ node }: Entry): string {
    const bytes = this.#namespace.tree.targets.get(node) ?? new Uint8Array(0);
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    } catch {
      return "";
    }
  }

  // A folder is made all the same: what else was found of it goes there.
  #lost({ node }: Entry): Pick<Outcome, "state" | "reason"> | undefined {
    return lostDirectory(this.#image, this.#namespace, node);
  }

  #told(entry: Entry, outcome: Outcome): ExtractEntry {
    const { path, pathBytes, type } = entry;
    const lost = outcome.state === "ok" ? this.#lost(entry) : undefined;
    const { state, to, bytes, reason } = { ...outcome, ...lost };
    return {
      path,
      ...(pathBytes === undefined ? {} : { pathBytes: hexOf(pathBytes) }),
      type,
      state,
      ...(to === undefined ? {} : { to }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(reason === undefined ? {} : { reason }),
    };
  }
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function* counted(
  content: ReturnType<typeof readContent>,
  onBytes: (bytes: number) => void,
): FileToWrite["content"] {
  for (;;) {
    const next = await content.next();
    if (next.done === true) {
      const { state, reason } = next.value;
      return reason === undefined ? { state } : { state, reason };
    }
    onBytes(next.value.length);
    yield next.value;
  }
}

function permissions(namespace: Namespace, node: number): number | undefined {
  const mode = namespace.kind === "rockridge" ? namespace.tree.mode(node) : 0;
  return mode === 0 ? undefined : mode & 0o777;
}

// Folders above a node from the root down, the root left out, as the namespace shows them.
function ancestors(namespace: Namespace, node: number): number[] {
  const { tree, kind } = namespace;
  const above: number[] = [];
  const shownAs = (at: number) =>
    (kind === "rockridge" ? tree.placeholders.get(at) : undefined) ?? at;
  for (let at = tree.parent(shownAs(node)); at !== 0 && above.length < 1024;) {
    above.unshift(shownAs(at));
    at = tree.parent(shownAs(at));
  }
  return above;
}
