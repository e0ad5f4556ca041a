// `.treeinfo` of Fedora, RHEL and openSUSE trees (productmd): an INI file with digests of boot files.

import { decodeUtf8 } from "../../bytes/text.ts";
import { digestByLength, digestOf, type ListParser, placed, plainPath } from "./digest_lines.ts";

/** The section `[checksums]`: `path = sha256:HEX`, older ones a digest alone. */
export function treeinfoParser(): ListParser {
  let section = "";
  return {
    line(line) {
      const text = decodeUtf8(line.bytes).text.trim();
      const head = /^\[(.*)\]$/.exec(text);
      if (head !== null) section = head[1] ?? "";
      if (head !== null || text === "" || /^[#;]/.test(text) || section !== "checksums") {
        return "comment";
      }
      const parts = /^(.+?)\s*[=:]\s*(?:([A-Za-z0-9-]+):)?([0-9A-Fa-f]+)$/.exec(text);
      if (parts === null) return undefined;
      const [, path = "", name, digits = ""] = parts;
      const found = name === undefined ? digestByLength(digits) : digestOf(name, digits);
      return found && placed({ ...found, path: plainPath(path) }, line);
    },
  };
}
