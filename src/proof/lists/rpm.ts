// RPM repositories (rpm-md): `repomd.xml` with the digests of its tables, `primary.xml` with those of packages.

import { SaxesParser, type SaxesTagPlain } from "saxes";
import { type DigestLine, digestOf, plainPath } from "./digest_lines.ts";
import type { TextSource } from "./line_reader.ts";

/** What an element of a repository says of a file. */
export type RepositoryEntry = DigestLine & {
  /** Line of the element's end, from 1. */
  readonly line: number;
  /** Type of the table in `repomd.xml`: `primary`, `filelists`, ... */
  readonly type?: string;
  /** Digest of the table before it was compressed. */
  readonly open?: Pick<DigestLine, "algorithm" | "digest">;
};

/** How a text came to its end: `stored` where it is not all there, `xml` where it is no XML. */
export type XmlEnd = "whole" | "stored" | "xml";

/** Bytes without an element, more than any genuine description has. */
const QUIET = 4 * 1024 * 1024;

type Open = {
  type?: string;
  path?: string;
  size?: number;
  named: string;
  sum?: string;
  open?: string;
};

/** Reads `repomd.xml` (elements `data`) or `primary.xml` (elements `package`), event by event. */
export async function readRepository(
  source: TextSource,
  take: (entry: RepositoryEntry) => void,
): Promise<XmlEnd> {
  const reader = new RepositoryReader(take);
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await source.next();
    if (done === true) return value ? reader.end() : "stored";
    if (reader.take(decoder.decode(value.bytes, { stream: true }))) continue;
    await source.return(true);
    return "xml";
  }
}

class RepositoryReader {
  readonly #parser = new SaxesParser<{ position: true; xmlns: false }>({
    position: true,
    xmlns: false,
  });
  readonly #take: (entry: RepositoryEntry) => void;
  #open: Open | undefined;
  #text: "sum" | "open" | "size" | undefined;
  #failed = false;
  #quiet = 0;

  constructor(take: (entry: RepositoryEntry) => void) {
    this.#take = take;
    this.#parser.on("error", () => this.#failed = true);
    this.#parser.on("opentag", (tag) => this.#begin(tag));
    this.#parser.on("closetag", (tag) => this.#close(tag.name));
    this.#parser.on("text", (text) => this.#words(text));
  }

  take(text: string): boolean {
    this.#quiet += text.length;
    if (!this.#failed && this.#quiet < QUIET) this.#parser.write(text);
    return !this.#failed && this.#quiet < QUIET;
  }

  end(): XmlEnd {
    if (!this.#failed) this.#parser.close();
    return this.#failed ? "xml" : "whole";
  }

  #begin({ name, attributes }: SaxesTagPlain): void {
    this.#quiet = 0;
    this.#text = undefined;
    if (name === "data" || name === "package") {
      const { type } = attributes;
      this.#open = { named: "", ...(name === "data" && type !== undefined ? { type } : {}) };
    }
    const open = this.#open;
    if (open === undefined) return;
    if (name === "location" && attributes["xml:base"] === undefined) {
      open.path = attributes.href ?? "";
    } else if (name === "checksum") {
      open.named = attributes.type ?? "";
      this.#text = "sum";
    } else if (name === "open-checksum") this.#text = "open";
    else if (name === "size") {
      const size = attributes.package;
      if (size !== undefined) open.size = Number(size);
      else this.#text = "size";
    }
  }

  #words(text: string): void {
    const open = this.#open;
    if (open === undefined || this.#text === undefined) return;
    if (this.#text === "sum") open.sum = text.trim();
    else if (this.#text === "open") open.open = text.trim();
    else if (/^\s*\d+\s*$/.test(text)) open.size = Number(text);
  }

  #close(name: string): void {
    this.#text = undefined;
    if (name !== "data" && name !== "package") return;
    const open = this.#open;
    this.#open = undefined;
    if (open?.path === undefined || open.sum === undefined) return;
    const found = digestOf(open.named, open.sum);
    if (found === undefined) return;
    const { type, size } = open;
    const plain = open.open === undefined ? undefined : digestOf(open.named, open.open);
    this.#take({
      ...found,
      path: plainPath(open.path),
      line: this.#parser.line,
      ...(size === undefined || !Number.isSafeInteger(size) ? {} : { size }),
      ...(type === undefined ? {} : { type }),
      ...(plain === undefined ? {} : { open: plain }),
    });
  }
}
