// What a rescue tool wrote down about the ranges that it could not read.

/** What became of a range: in the words of ddrescue. */
export type RescueStatus = "non-tried" | "non-trimmed" | "non-scraped" | "bad sector";

/** The ranges that were not read, in bytes of the image. */
export type RescueLog = {
  readonly unread: readonly {
    readonly start: number;
    readonly length: number;
    readonly status: RescueStatus;
  }[];
};
