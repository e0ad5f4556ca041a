// JSON that is safe to print anywhere and need not fit in memory: lists are written entry by entry.

// Valid in JSON, yet a terminal could obey them, or a reader not see them.
const risky =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A value on one line. */
export function compactJson(value: unknown): string {
  return (JSON.stringify(value) ?? "null").replace(risky, escapeUnit);
}

type Entries = Iterable<unknown> | AsyncIterable<unknown>;

function isList(value: unknown): value is Entries {
  return typeof value === "object" && value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value);
}

/**
 * A document with one key, or one entry of a list, on each line. A list may be any iterable: its
 * entries are asked for one at a time. A function is called for its value once all before is written;
 * a key whose value is undefined is left out.
 */
export async function* jsonDocument(
  document: Readonly<Record<string, unknown>>,
): AsyncGenerator<string> {
  let separator = "{\n";
  for (const [key, given] of Object.entries(document)) {
    const value = typeof given === "function" ? given() : given;
    if (value === undefined) continue;
    yield `${separator}  ${compactJson(key)}: `;
    separator = ",\n";
    if (isList(value)) yield* jsonList(value);
    else yield compactJson(value);
  }
  yield separator === ",\n" ? "\n}\n" : "{}\n";
}

/** Characters of entries that are written at once, where nothing has to be waited for. */
const TOGETHER = 16 * 1024;

async function* jsonList(entries: Entries): AsyncGenerator<string> {
  let separator = "[\n";
  if (Symbol.iterator in entries) {
    let text = "";
    for (const entry of entries) {
      text += `${separator}    ${compactJson(entry)}`;
      separator = ",\n";
      if (text.length < TOGETHER) continue;
      yield text;
      text = "";
    }
    yield text;
  } else {
    for await (const entry of entries) {
      yield `${separator}    ${compactJson(entry)}`;
      separator = ",\n";
    }
  }
  yield separator === ",\n" ? "\n  ]" : "[]";
}
