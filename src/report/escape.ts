// The one way for text of an image to reach a terminal: quoted as a shell takes it, like GNU ls.

const letters: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\e",
  "\\": "\\\\",
  "'": "\\'",
};

// Controls, formats (direction marks among them), surrogates, private and unassigned characters,
// line and paragraph separators: whatever a terminal could obey or would not show.
const unsafe = /[\p{C}\p{Zl}\p{Zp}]/u;
// Beside those, a text that begins like a quoted one, or whose ends are blank, would mislead.
const misleading = /^(?:\$'|['"\s])|\s$/u;

/** Text on one line that no terminal obeys: as it is where that is safe, else in `$'...'`. */
export function escapeText(text: string): string {
  return unsafe.test(text) || misleading.test(text)
    ? `$'${[...text].map(escapeOne).join("")}'`
    : text;
}

/** As {@linkcode escapeText}, for names whose bytes (hexadecimal) are given where they are no text. */
export function escapeName(text: string, bytes?: string): string {
  if (bytes === undefined || /\p{Cs}/u.test(text)) return escapeText(text);
  return `$'${[...runsOf(bytes)].join("")}'`;
}

/** Text in which every character that a terminal could obey is escaped, without quotes around it. */
export function escapeInline(text: string): string {
  return unsafe.test(text) ? text.replace(new RegExp(unsafe, "gu"), escapeOne) : text;
}

function escapeOne(character: string): string {
  const letter = letters[character];
  if (letter !== undefined) return letter;
  if (!unsafe.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16);
  if (code <= 0xff && code < 0x80) return `\\x${digits.padStart(2, "0")}`;
  return code > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
}

// Valid UTF-8 as its characters, any other byte as \xHH.
function* runsOf(hexadecimal: string): Generator<string> {
  const bytes = Uint8Array.from(hexadecimal.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0;
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    try {
      yield escapeOne(decoder.decode(bytes.subarray(at, at + length)));
      at += length;
    } catch {
      yield `\\x${byte.toString(16).padStart(2, "0")}`;
      at++;
    }
  }
}
