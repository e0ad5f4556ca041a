// First bytes of files: what they make of a file, and what its name promises.

import { startsWithText } from "../bytes/text.ts";

type Signature = {
  readonly extensions: readonly string[];
  /** Characters stand for bytes; one of them begins the file. */
  readonly texts: readonly string[];
  readonly at?: number;
};

/** Formats whose files always begin so. Formats with optional headers (MP3, JPEG 2000) are left out. */
const promises: readonly Signature[] = [
  { extensions: ["zip", "jar", "whl", "docx", "xlsx", "pptx", "odt", "epub"], texts: ["PK"] },
  { extensions: ["gz", "tgz"], texts: ["\x1f\x8b"] },
  { extensions: ["xz", "txz"], texts: ["\xfd7zXZ\0"] },
  { extensions: ["bz2"], texts: ["BZh"] },
  { extensions: ["zst"], texts: ["\x28\xb5\x2f\xfd", "\x50\x2a\x4d\x18"] },
  { extensions: ["png"], texts: ["\x89PNG"] },
  { extensions: ["jpg", "jpeg"], texts: ["\xff\xd8"] },
  { extensions: ["gif"], texts: ["GIF8"] },
  { extensions: ["pdf"], texts: ["%PDF"] },
  { extensions: ["deb", "udeb"], texts: ["!<arch>"] },
  { extensions: ["rpm"], texts: ["\xed\xab\xee\xdb"] },
  { extensions: ["cab"], texts: ["MSCF", "ISc("] },
  { extensions: ["exe", "dll", "sys", "efi"], texts: ["MZ", "ZM"] },
  { extensions: ["7z"], texts: ["7z\xbc\xaf"] },
  { extensions: ["rar"], texts: ["Rar!"] },
  { extensions: ["wav", "avi", "webp"], texts: ["RIFF", "RIFX"] },
  { extensions: ["ogg", "oga", "ogv"], texts: ["OggS"] },
  { extensions: ["flac"], texts: ["fLaC", "ID3"] },
  { extensions: ["mkv", "webm"], texts: ["\x1a\x45\xdf\xa3"] },
  { extensions: ["class"], texts: ["\xca\xfe\xba\xbe"] },
  { extensions: ["msi", "xls", "ppt"], texts: ["\xd0\xcf\x11\xe0"] },
  { extensions: ["wim", "esd"], texts: ["MSWIM", "WLPWM"] },
  { extensions: ["squashfs", "sfs"], texts: ["hsqs", "sqsh"] },
  { extensions: ["vob"], texts: ["\0\0\x01\xba"] },
];

const byExtension = new Map(
  promises.flatMap((each) => each.extensions.map((name) => [name, each] as const)),
);

/** Documents, pictures, sound and text: none of them is a program. */
const documents: ReadonlySet<string> = new Set([
  ...["doc", "docx", "xls", "xlsx", "ppt", "pptx", "pdf", "odt", "ods", "rtf", "txt", "csv", "log"],
  ...["jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp", "svg", "ico"],
  ...["mp3", "wav", "ogg", "flac", "wma", "m4a", "mp4", "avi", "mkv", "mov", "wmv", "mpg", "mpeg"],
]);

/** The end of a name behind its last dot, in lower case; empty where there is none. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
}

/** Whether a file begins as its extension promises; undefined for extensions that promise nothing. */
export function keepsPromise(extension: string, head: Uint8Array): boolean | undefined {
  const promise = byExtension.get(extension);
  return promise?.texts.some((text) => startsWithText(head, text, promise.at ?? 0));
}

/** Whether files of an extension are documents, pictures, sound or text. */
export function isDocument(extension: string): boolean {
  return documents.has(extension);
}

/** The kind of program that a file is, by its first bytes; undefined for what no system starts. */
export function programOf(head: Uint8Array): string | undefined {
  if (isPortableExecutable(head)) return "a Windows program";
  if (startsWithText(head, "\x7fELF")) return "an ELF program";
  const machO = ["\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe"];
  if (machO.some((text) => startsWithText(head, text))) return "a Mach-O program";
  if (startsWithText(head, "#!/") || startsWithText(head, "#! /")) return "a script";
  return undefined;
}

// MZ alone begins too much: the header that it names must be one (Microsoft PE format, 3).
function isPortableExecutable(head: Uint8Array): boolean {
  if (!startsWithText(head, "MZ") || head.length < 64) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  return startsWithText(head, "PE\0\0", view.getUint32(60, true));
}

/** Whether a file is a shortcut of Windows ([MS-SHLLINK] 2.1). */
export function isShortcut(head: Uint8Array): boolean {
  return startsWithText(head, "L\0\0\0\x01\x14\x02\0\0\0\0\0\xc0");
}

/** The command of a start file of Windows, or undefined. */
export function autorunCommand(head: Uint8Array): string | undefined {
  const text = new TextDecoder("latin1").decode(head);
  const found = /^[ \t]*(?:open|shellexecute|shell\\[^\\=\r\n]+\\command)[ \t]*=[ \t]*([^\r\n]+)/im
    .exec(text);
  return found?.[1]?.trim();
}

/** The disk image that a file is, by its first 2 KiB; undefined for others. */
export function nestedImage(head: Uint8Array): string | undefined {
  if (startsWithText(head, "hsqs")) return "squashfs";
  if (startsWithText(head, "MSWIM\0\0\0")) return "a Windows image (WIM)";
  if (startsWithText(head, "conectix")) return "a virtual disk (VHD)";
  if (startsWithText(head, "vhdxfile")) return "a virtual disk (VHDX)";
  if (startsWithText(head, "QFI\xfb")) return "a virtual disk (qcow2)";
  if (startsWithText(head, "KDMV")) return "a virtual disk (VMDK)";
  if (startsWithText(head, "\xe2\xe1\xf5\xe0", 1024)) return "EROFS";
  if (startsWithText(head, "\x53\xef", 1080)) return "ext2, ext3 or ext4";
  return isFat(head) ? "a FAT file system" : undefined;
}

/** Whether the fields that every FAT boot sector has are each within their bounds (ECMA-107 9). */
export function isFat(head: Uint8Array): boolean {
  if (head.length < 512 || !startsWithText(head, "\x55\xaa", 510)) return false;
  const jumps = head[0] === 0xeb || head[0] === 0xe9;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const bytesPerSector = view.getUint16(11, true);
  const perCluster = view.getUint8(13);
  const media = view.getUint8(21);
  return jumps && [512, 1024, 2048, 4096].includes(bytesPerSector) &&
    perCluster > 0 && Number.isInteger(Math.log2(perCluster)) &&
    view.getUint16(14, true) > 0 && [1, 2].includes(view.getUint8(16)) &&
    (media === 0xf0 || media >= 0xf8);
}
