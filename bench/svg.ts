// Small SVG: text, lines, markers and logarithmic axes, as strings. No script, no font of its own.

/** Colours that the colour-blind can tell apart (Okabe and Ito), and their greys. */
export const colors = {
  ours: "#0072b2",
  missed: "#d55e00",
  others: ["#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#8c6d31", "#7f7f7f"],
  ink: "#222222",
  faint: "#777777",
  grid: "#dddddd",
} as const;

/** Text for content and attributes. */
export function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** A coordinate, in as few digits as matter. */
export function coordinate(value: number): string {
  return String(Math.round(value * 10) / 10);
}

type Attributes = Readonly<Record<string, string | number>>;

/** One element. */
export function element(name: string, attributes: Attributes, content = ""): string {
  const list = Object.entries(attributes).map(([key, value]) =>
    ` ${key}="${typeof value === "number" ? coordinate(value) : escape(value)}"`
  );
  return `<${name}${list.join("")}${content === "" ? "/>" : `>${content}</${name}>`}`;
}

/** A line of text; `anchor` says which end of it stands at `x`. */
export function text(
  x: number,
  y: number,
  content: string,
  { anchor = "start", fill = colors.ink, size = 12, weight = "normal" }: {
    readonly anchor?: "start" | "middle" | "end";
    readonly fill?: string;
    readonly size?: number;
    readonly weight?: string;
  } = {},
): string {
  const attributes = {
    x,
    y,
    "text-anchor": anchor,
    fill,
    "font-size": size,
    "font-weight": weight,
  };
  return element("text", attributes, escape(content));
}

/** A straight line. */
export function line(
  [x1, y1]: Point,
  [x2, y2]: Point,
  stroke: string,
  { width = 1, dash = "" }: { readonly width?: number; readonly dash?: string } = {},
): string {
  const dashes = dash === "" ? {} : { "stroke-dasharray": dash };
  return element("line", { x1, y1, x2, y2, stroke, "stroke-width": width, ...dashes });
}

/** x and y, y downwards. */
export type Point = readonly [x: number, y: number];

/** A line through points. */
export function path(points: readonly Point[], stroke: string): string {
  const list = points.map((point) => point.map(coordinate).join(",")).join(" ");
  return element("polyline", { points: list, fill: "none", stroke, "stroke-width": 2 });
}

/** A mark at a point: shape as well as colour tells what it stands for. */
export function mark(
  [x, y]: Point,
  fill: string,
  shape: "circle" | "diamond" | "square" = "circle",
  title = "",
): string {
  const content = title === "" ? "" : element("title", {}, escape(title));
  if (shape === "circle") return element("circle", { cx: x, cy: y, r: 5, fill }, content);
  const turn = shape === "diamond"
    ? { transform: `rotate(45 ${coordinate(x)} ${coordinate(y)})` }
    : {};
  return element("rect", { x: x - 4, y: y - 4, width: 8, height: 8, fill, ...turn }, content);
}

/** A logarithmic axis from whole powers or the given ends. */
export type Scale = {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
};

/** Maps `[low, high]` to `[from, to]` by the logarithm, with ticks at 1, and at 2 and 5 where there is room. */
export function logarithmic(low: number, high: number, from: number, to: number): Scale {
  const [least, most] = [Math.log10(low), Math.log10(high)];
  const place = (value: number) =>
    from + (Math.log10(value) - least) / (most - least) * (to - from);
  const steps = most - least < 2.2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(least); power <= Math.ceil(most); power++) {
    for (const step of steps) {
      const value = Number(`${step}e${power}`);
      if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
    }
  }
  return { place, ticks };
}

/** Ends of an axis that has room for all values. */
export function bounds(values: readonly number[]): [low: number, high: number] {
  return [Math.min(...values) / 1.3, Math.max(...values) * 1.3];
}

/** A whole document on white, with a title for those who cannot see it. */
export function document(
  { width, height, title }: {
    readonly width: number;
    readonly height: number;
    readonly title: string;
  },
  content: readonly string[],
): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    "font-family": "system-ui, sans-serif",
  };
  const parts = [
    element("title", {}, escape(title)),
    element("rect", { width, height, fill: "#ffffff" }),
    ...content,
  ];
  return element("svg", attributes, `\n${parts.join("\n")}\n`) + "\n";
}
