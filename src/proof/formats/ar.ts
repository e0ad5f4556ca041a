// Debian packages (deb(5)): ar archives whose members carry the checksums of their compression.

import { decodeLatin1, startsWithText } from "../../bytes/text.ts";
import { Damaged, type FileReader, type Format, type FormatReport } from "./format.ts";
import { left, Part, take } from "./reader.ts";
import { formatInside, runFormat } from "./run.ts";

const MAGIC = "!<arch>\n";
const HEADER = 60;

/** Debian packages; `inner` are the compressions that their members may have. */
export function debOf(inner: readonly Format[]): Format {
  return {
    name: "deb",
    probe: (head) => startsWithText(head, `${MAGIC}debian-binary`),
    check: (reader, report) => checkDeb(reader, report, inner),
  };
}

async function checkDeb(
  reader: FileReader,
  report: FormatReport,
  inner: readonly Format[],
): Promise<void> {
  await reader.skip(MAGIC.length);
  while (left(reader) > 0) {
    const from = reader.position;
    const header = decodeLatin1(await take(reader, HEADER));
    const size = header.slice(48, 58).trim();
    if (header.length < HEADER || !header.endsWith("`\n") || !/^\d+$/.test(size)) {
      throw new Damaged(`no header of a member stands at byte ${from}`, from);
    }
    if (Number(size) > left(reader)) {
      const name = header.slice(0, 16).trim();
      throw new Damaged(`member ${name} has ${size} bytes, ${left(reader)} are there`, from, true);
    }
    await checkMember(new Part(reader, Number(size)), report, inner, header.slice(0, 16).trim());
    await reader.skip(Number(size) % 2);
  }
}

async function checkMember(
  part: Part,
  report: FormatReport,
  inner: readonly Format[],
  name: string,
): Promise<void> {
  const from = part.position;
  const format = await formatInside(part, inner, name);
  if (format !== undefined) await runFormat(format, part, report);
  else if (name !== "debian-binary") {
    const plain = name.replace(/\/$/, "");
    if (!/\.tar$/.test(plain) && /^(control|data)\.tar\./.test(plain)) {
      const message = `member ${plain} does not begin as its name says`;
      report.fails({ what: "deb structure", from, to: part.end, message, strength: "structure" });
      await part.skip(left(part));
      return;
    }
    report.unchecked("members without compression are under no checksum", from, part.end);
  }
  await part.skip(left(part));
}
