// Debian archives: the fields of `Release` and the stanzas of `Packages` (RFC 822 fields, as deb822(5) has them).

import { decodeUtf8 } from "../../bytes/text.ts";
import {
  type DigestLine,
  digestOf,
  type ListedDigest,
  type ListParser,
  placed,
  plainPath,
} from "./digest_lines.ts";
import type { Line } from "./line_reader.ts";

const releaseFields: ReadonlySet<string> = new Set(["md5sum", "sha1", "sha256", "sha512"]);

/** `Release` and `InRelease`: ` HEX SIZE PATH` below the field of the algorithm. */
export function releaseParser(): ListParser {
  let field = "";
  return {
    line(line) {
      const { text } = decodeUtf8(line.bytes);
      const entry = /^[ \t]+([0-9A-Fa-f]+)[ \t]+(\d+)[ \t]+(\S.*)$/.exec(text);
      if (entry === null || !releaseFields.has(field)) {
        field = /^([A-Za-z0-9-]+):/.exec(text)?.[1]?.toLowerCase() ?? field;
        const isDamaged = releaseFields.has(field) && /^[ \t]/.test(text);
        return isDamaged ? undefined : "comment";
      }
      const [, digits = "", size = "", path = ""] = entry;
      const found = digestOf(field, digits);
      return found && placed({ ...found, path: plainPath(path), size: Number(size) }, line);
    },
  };
}

/** Fields of a package with the digest of its file, the first one that is there counts. */
const packageFields = ["sha256", "sha512", "sha1", "md5sum"] as const;

type Stanza = { path?: string; size?: number; readonly digests: Map<string, ListedDigest> };

/** `Packages`: a stanza for each package, with `Filename`, `Size` and digests of the whole file. */
export function packagesParser(): ListParser {
  let stanza: Stanza = { digests: new Map() };
  const finish = (): ListedDigest | undefined => {
    const { path, size, digests } = stanza;
    stanza = { digests: new Map() };
    const best = packageFields.map((name) => digests.get(name)).find((each) => each !== undefined);
    if (path === undefined || best === undefined) return undefined;
    return { ...best, path, ...(size === undefined ? {} : { size }) };
  };
  return {
    line(line) {
      if (line.bytes.length === 0) return finish() ?? "comment";
      return takeField(stanza, line) ? "comment" : undefined;
    },
    end: finish,
  };
}

function takeField(stanza: Stanza, line: Line): boolean {
  const [first] = line.bytes;
  // A field goes on.
  if (first === 0x20 || first === 0x09) return true;
  const { text } = decodeUtf8(line.bytes);
  const parts = /^([A-Za-z0-9-]+):[ \t]*(.*)$/.exec(text);
  if (parts === null) return false;
  const [, name = "", value = ""] = parts;
  const field = name.toLowerCase();
  if (field === "filename") stanza.path = plainPath(value.trim());
  else if (field === "size" && /^\d+$/.test(value.trim())) stanza.size = Number(value);
  else if (packageFields.some((each) => each === field)) {
    const found: Omit<DigestLine, "path"> | undefined = digestOf(field, value.trim());
    if (found === undefined) return false;
    stanza.digests.set(field, placed({ ...found, path: "" }, line));
  }
  return true;
}
