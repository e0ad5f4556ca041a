// Formats whose content is compressed, by their first bytes and by the ends of names.

import { startsWithText } from "../bytes/text.ts";

type Compressed = {
  readonly name: string;
  /** Characters stand for bytes. */
  readonly texts: readonly string[];
  readonly extensions: readonly string[];
};

const formats: readonly Compressed[] = [
  { name: "gzip", texts: ["\x1f\x8b\x08"], extensions: ["gz", "tgz", "svgz"] },
  { name: "xz", texts: ["\xfd7zXZ\0"], extensions: ["xz", "txz"] },
  { name: "bzip2", texts: ["BZh"], extensions: ["bz2", "tbz"] },
  { name: "Zstandard", texts: ["\x28\xb5\x2f\xfd"], extensions: ["zst", "tzst"] },
  {
    name: "zip",
    texts: ["PK\x03\x04"],
    extensions: ["zip", "jar", "whl", "docx", "xlsx", "pptx", "odt", "epub", "apk"],
  },
  { name: "cabinet", texts: ["MSCF\0\0\0\0"], extensions: ["cab"] },
  { name: "7z", texts: ["7z\xbc\xaf\x27\x1c"], extensions: ["7z"] },
  { name: "RAR", texts: ["Rar!\x1a\x07"], extensions: ["rar"] },
  { name: "squashfs", texts: ["hsqs"], extensions: ["squashfs", "sfs"] },
  { name: "JPEG", texts: ["\xff\xd8\xff"], extensions: ["jpg", "jpeg"] },
  { name: "PNG", texts: ["\x89PNG\r\n\x1a\n"], extensions: ["png"] },
  {
    name: "MPEG",
    texts: ["\0\0\x01\xba", "\0\0\x01\xb3"],
    extensions: ["mpg", "mpeg", "vob", "m2v"],
  },
  { name: "FLAC", texts: ["fLaC"], extensions: ["flac"] },
  { name: "Ogg", texts: ["OggS"], extensions: ["ogg", "oga", "ogv", "opus"] },
  { name: "Debian package", texts: ["!<arch>\ndebian-binary"], extensions: ["deb", "udeb"] },
  { name: "RPM package", texts: ["\xed\xab\xee\xdb"], extensions: ["rpm"] },
];

/** The compressed format that bytes begin with, or undefined. */
export function compressedFormat(head: Uint8Array): string | undefined {
  return formats.find(({ texts }) => texts.some((text) => startsWithText(head, text)))?.name;
}

/** The compressed format that a name promises, or undefined. */
export function namesCompressed(name: string): string | undefined {
  const extension = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return formats.find(({ extensions }) => extensions.includes(extension))?.name;
}
