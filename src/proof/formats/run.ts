// Runs a checker over a file or a part of one, and turns what it throws into what it says.

import { Damaged, type FileReader, type Format, type FormatReport, NotChecked } from "./format.ts";

/** Checks to the end of the reader, or to where nothing more can be said. */
export async function runFormat(
  format: Format,
  reader: FileReader,
  report: FormatReport,
): Promise<void> {
  const start = reader.position;
  try {
    await format.check(reader, report);
  } catch (error) {
    const { end } = reader;
    const from = Math.max(start, Math.min(report.reached, end));
    if (error instanceof NotChecked) report.unchecked(error.message, from, end);
    else if (error instanceof Damaged) {
      const at = Math.max(start, Math.min(error.at ?? reader.position, end));
      report.fails({
        what: `${format.name} structure`,
        from: Math.min(from, at),
        to: end,
        suspectTo: at + 1,
        message: `${error.message} (byte ${at} of the file)`,
        strength: "structure",
        cut: error.cut && end === report.size,
      });
    } else throw error;
  }
}

/** The format of a part of a file, by its first bytes. */
export async function formatInside(
  reader: FileReader,
  formats: readonly Format[],
  name: string,
): Promise<Format | undefined> {
  const head = (reader.ready(HEAD) ?? await reader.peek(HEAD)).subarray(0, HEAD);
  const probed = { name: () => name, size: reader.end - reader.position, zisofs: undefined };
  return formats.find((each) => each.probe(head, probed));
}

const HEAD = 2048;
