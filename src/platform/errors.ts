// What the edges say when the system refuses: one message a person can act on, never a bare code.

/** A file or folder cannot be used; the message names it and the reason. */
export class PlatformError extends Error {
  /** The system's code, such as `ENOENT`; empty where there is none. */
  readonly code: string;

  /** Takes the whole message. */
  constructor(message: string, code = "") {
    super(message);
    this.name = "PlatformError";
    this.code = code;
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "no permission on the file or on a folder above it",
  EPERM: "no permission",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of the path is no folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the disk is read-only",
  EEXIST: "it is there already",
  ENAMETOOLONG: "the name is too long",
  EILSEQ: "the file system does not take the name",
  EINVAL: "the system does not take the name",
  ELOOP: "a part of the path is a symbolic link",
  EMFILE: "too many files are open",
  EIO: "the storage reports an error",
  EFBIG: "the file would be too large for the file system",
};

/** The code of a system error, such as `ENOENT`, or `DENIED` where Deno's permissions refuse. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if (error.name === "NotCapable") return "DENIED";
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Why the system refused, in words. */
export function reasonOf(error: unknown): string {
  const code = errorCode(error);
  if (code === "DENIED") {
    const access = /Requires (\w+) access/.exec(String(error))?.[1] ?? "read";
    if (access === "all") return "it is a special file";
    return `Deno may not ${access} there; allow it with --allow-${access}`;
  }
  const reason = reasons[code];
  if (reason !== undefined) return reason;
  return error instanceof Error ? error.message : String(error);
}
