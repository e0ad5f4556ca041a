// How text reports look: colours, width and numbers. Decided once, by whoever prints.

/** How a text report is to be written. */
export type Style = {
  readonly color: boolean;
  /** Columns that sentences are broken to. */
  readonly width: number;
  /** Cut names in their middle rather than let a line grow over the width: on terminals only. */
  readonly cut: boolean;
  /** Everything instead of one screen. */
  readonly verbose: boolean;
};

/** No colour, names whole, one screen. */
export const plainStyle: Style = { color: false, width: 80, cut: false, verbose: false };

const codes = {
  bold: "1",
  dim: "2",
  red: "31",
  green: "32",
  yellow: "33",
  blue: "34",
  magenta: "35",
  cyan: "36",
  grey: "90",
  alarm: "1;31",
} as const;

/** A way to set text off. */
export type Paint = keyof typeof codes;

/** Text in a colour, where the style has colours. */
export function paint(style: Style, how: Paint, text: string): string {
  return style.color && text !== "" ? `\x1b[${codes[how]}m${text}\x1b[0m` : text;
}

/** A whole number with its thousands set off by commas. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

/** A number of things in words: `1 file`, `2 files`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const units = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** Bytes in the unit that suits: `512 bytes`, `1.5 KiB`. */
export function bytes(value: number): string {
  if (value < 1024) return counted(value, "byte");
  let scaled = value;
  let unit = -1;
  while (scaled >= 1023.95 && unit < units.length - 1) {
    scaled /= 1024;
    unit++;
  }
  return `${scaled.toFixed(1)} ${units[unit] ?? ""}`;
}

/** A part of a whole in per cent; all and nothing are said of nothing less. */
export function share(part: number, whole: number): string {
  if (whole === 0 || part === 0) return "0 %";
  if (part === whole) return "100 %";
  return `${Math.min(99.9, Math.max(0.1, 100 * part / whole)).toFixed(1)} %`;
}

/** An RFC 3339 time as people read it: `2026-01-01 00:00:00`, in UTC. */
export function time(value: string | undefined): string {
  return value === undefined ? "-" : value.replace("T", " ").replace(/(\.\d+)?Z$/, "");
}

/** Seconds as `0:07` or `1:02:03`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, "0")}:${rest}`;
}
