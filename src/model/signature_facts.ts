// What files are by their first bytes, where that is worth a word.

/** A file of a tree. */
export type FileRef = { readonly tree: number; readonly node: number };

/** Files of one kind: the first of them, and how many there are. */
export type FileList = { readonly kept: readonly NamedFile[]; readonly count: number };

/** A file, and what it is. */
export type NamedFile = FileRef & { readonly what: string };

/** A place in the order of the image from which on signatures no longer hold. */
export type SignatureBreak = {
  /** Logical byte at which the first file of a known extension behind it begins. */
  readonly start: number;
  readonly first: FileRef;
  /** Files with a known extension before and behind it, and those whose signature holds. */
  readonly before: number;
  readonly beforeHolds: number;
  readonly behind: number;
  readonly behindHolds: number;
};

/** What the first bytes of files say. */
export type SignatureFacts = {
  /** Executables under names of documents, pictures, sound or text. */
  readonly disguised: FileList;
  /** Shortcuts of Windows. */
  readonly shortcuts: FileList;
  /** Executables and libraries that are hidden. */
  readonly hiddenPrograms: FileList;
  /** Executables and libraries. */
  readonly programs: number;
  /** Regular files with content. */
  readonly files: number;
  /** Start files with a command, and the command. */
  readonly autorun: FileList;
  /** Images of discs and file systems. */
  readonly nested: FileList;
  readonly signatureBreak?: SignatureBreak;
};
