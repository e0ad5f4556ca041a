// Bounds of every loop over image data. Reaching one is a fault (LIM-002), never a silent stop.

/** Bounds that a caller may lower; each is far above what genuine images need. */
export type Limits = {
  /** Volume descriptors read in one set (specs: real sets hold fewer than 10). */
  readonly descriptors: number;
  /** Sessions followed in one image. */
  readonly sessions: number;
  /** Directory records kept over all trees. */
  readonly records: number;
  /** Bytes of one directory extent that are read. */
  readonly directoryBytes: number;
  /** Bytes of one path table that are read. */
  readonly pathTableBytes: number;
  /** Depth of a hierarchy. */
  readonly depth: number;
  /** Continuation areas followed for one record. */
  readonly continuations: number;
  /** System use entries read for one record. */
  readonly systemUseEntries: number;
  /** Sectors of one boot catalogue. */
  readonly catalogSectors: number;
  /** Entries of one partition table. */
  readonly partitions: number;
  /** Faults kept of one kind; the rest is counted. */
  readonly faultsPerKind: number;
  /** Components that a path is followed through. */
  readonly pathComponents: number;
};

/** The bounds used unless the caller gives others. */
export const defaultLimits: Limits = {
  descriptors: 64,
  sessions: 100,
  records: 8_000_000,
  directoryBytes: 256 * 1024 * 1024,
  pathTableBytes: 32 * 1024 * 1024,
  depth: 256,
  continuations: 64,
  systemUseEntries: 1024,
  catalogSectors: 32,
  partitions: 1024,
  faultsPerKind: 1000,
  pathComponents: 1024,
};
