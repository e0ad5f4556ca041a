// Names that lead elsewhere, deceive, or cannot be made on some systems.

import type { Name } from "../../model/namespace.ts";

/** What is wrong with a name; `windows` and `double` are only noted. */
export type NameHazard = "outside" | "deceptive" | "windows" | "double";

const DOT = 0x2e;

/**
 * Whether nothing can be wrong with a recorded name, without making it a text: letters, digits and few
 * others of ASCII, more than a device has, with one dot in between at most.
 */
export function isOrdinary(bytes: Uint8Array, isWide: boolean): boolean {
  const unit = isWide ? 2 : 1;
  let dots = 0;
  let stem = 0;
  let last = 0;
  for (let at = unit - 1; at < bytes.length; at += unit) {
    const byte = bytes[at] ?? 0;
    if (isWide && bytes[at - 1] !== 0) return false;
    if (byte === 0x3b && at > 0) break; // The version.
    if (byte <= 0x20 || byte >= 0x7f || byte === 0x2f || byte === 0x5c || byte === 0x3a) {
      return false;
    }
    if (byte === DOT) dots++;
    else if (dots === 0) stem++;
    last = byte;
  }
  return dots <= 1 && stem > 4 && last !== DOT;
}

// deno-lint-ignore no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u001f\u007f-\u009f]/;
const direction = /[\u202a-\u202e\u2066-\u2069]/;
const invisible = /[\u200b-\u200f]/;
const device =
  /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])(?:\.|$)/i;
const double =
  /\.(?:pdf|docx?|xlsx?|pptx?|odt|ods|rtf|txt|csv|jpe?g|png|gif|bmp|tiff?|mp3|mp4|avi|mov|wav|html?|eml)\s*\.(?:exe|scr|com|bat|cmd|pif|vbs|vbe|jse|wsf|wsh|hta|lnk|msi|ps1|cpl)$/i;

function outsideReason(text: string): string | undefined {
  if (text === "") return "is empty";
  if (text === "." || text === "..") return "is no name but a place";
  if (/^[A-Za-z]:(?!:)/.test(text)) return "begins with the letter of a drive";
  if (text.includes("/")) return "holds a slash";
  if (text.includes("\\")) return "holds a backslash";
  return text.includes("\0") ? "holds a NUL" : undefined;
}

function deceptiveReason({ text, bytes }: Name): string | undefined {
  if (direction.test(text)) return "holds a character that turns the direction of the text";
  if (invisible.test(text)) return "holds a character that is not seen";
  // Bytes that are no UTF-8 stand with one character each: those of 80 to 9F are then letters of some other
  // character set.
  const own = bytes === undefined ? text : text.replace(/[\u0080-\u009f]/g, "");
  if (control.test(own.replaceAll("\0", ""))) return "holds a control character";
  return text.isWellFormed() ? undefined : "holds half of a character (a lone surrogate)";
}

/** What is wrong with a name, and why in words. */
export function kindsOfName(
  name: Name,
): { readonly hazard: NameHazard; readonly why: string }[] {
  const { text } = name;
  const found: { hazard: NameHazard; why: string }[] = [];
  const outside = outsideReason(text);
  if (outside !== undefined) found.push({ hazard: "outside", why: outside });
  const deceptive = deceptiveReason(name);
  if (deceptive !== undefined) found.push({ hazard: "deceptive", why: deceptive });
  if (device.test(text)) found.push({ hazard: "windows", why: "is the name of a device" });
  else if (/[^. ][. ]+$/.test(text)) {
    found.push({ hazard: "windows", why: "ends in a dot or blank" });
  }
  if (double.test(text)) found.push({ hazard: "double", why: "has two extensions" });
  return found;
}
