// Names of a stranger made fit for a file system: what cannot stand is written as %XX, and said.

/** A name that stands for itself in one folder. */
export type SafeName = {
  readonly name: string;
  /** Why it is not the recorded name; absent where it is. */
  readonly reason?: string;
};

/** Whose rules the name has to meet. */
export type NameRules = "posix" | "windows";

const windowsDevice = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const windowsCharacters = '<>:"\\|?*';

/**
 * The name to write under: one component, never `.` or `..`, without slash, NUL or control characters.
 * `bytes` are given where the recorded name is not valid text, and `text` then has one character a
 * byte, or a 16-bit unit.
 */
export function safeName(
  text: string,
  bytes: Uint8Array | undefined,
  rules: NameRules = "posix",
): SafeName {
  if (text === "") return { name: "%", reason: "its name is empty" };
  if (text === "." || text === "..") {
    return { name: text.replaceAll(".", "%2E"), reason: `its name is ${text}` };
  }
  const single = bytes !== undefined && bytes.length === text.length;
  const reasons = new Set<string>();
  let name = "";
  for (const character of text) {
    const reason = problemOf(character, single, rules);
    if (reason === undefined) {
      name += character;
      continue;
    }
    reasons.add(reason);
    name += encoded(character);
  }
  if (rules === "windows") name = fitWindows(name, reasons);
  return reasons.size === 0 ? { name } : { name, reason: [...reasons].join("; ") };
}

function problemOf(character: string, single: boolean, rules: NameRules): string | undefined {
  const code = character.codePointAt(0) ?? 0;
  if (character === "/") return "its name has a slash";
  if (code === 0) return "its name has a NUL";
  if (single && code >= 0x80) return "its name is not valid UTF-8";
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return "its name has control characters";
  if (code >= 0xd800 && code <= 0xdfff) return "its name is not valid UCS-2";
  if (rules === "windows" && windowsCharacters.includes(character)) {
    return `its name has ${character}`;
  }
  return undefined;
}

function encoded(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  return code > 0xff ? `%u${digits.padStart(4, "0")}` : `%${digits.padStart(2, "0")}`;
}

function fitWindows(name: string, reasons: Set<string>): string {
  if (windowsDevice.test(name)) {
    reasons.add("its name is that of a device");
    return `%${name}`;
  }
  if (/[. ]$/.test(name)) {
    reasons.add("its name ends with a dot or a space");
    return name.slice(0, -1) + encoded(name.slice(-1));
  }
  return name;
}

/** Two names with one key are the same file on some file systems: case and normal form do not count. */
export function collisionKey(name: string): string {
  return name.normalize("NFC").toLowerCase();
}

/**
 * Why a symbolic link in a folder `depth` levels below the root may not be made: its target must stay
 * below the root whatever other links do, so that `..` may only lead it. Undefined where it is safe.
 */
export function linkProblem(target: string, depth: number): string | undefined {
  if (target === "") return "its target is empty";
  if (target.includes("\0")) return "its target has a NUL";
  if (target.startsWith("/") || /^[a-z]:|^\\/i.test(target)) return "its target is absolute";
  let up = 0;
  let named = false;
  for (const part of target.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") named = true;
    else if (named) return "its target goes up after going down";
    else up++;
  }
  return up > depth ? "its target lies outside the folder" : undefined;
}
