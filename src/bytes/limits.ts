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
  /** Bytes of all directory extents together; never more than twice the bytes of the image. */
  readonly allDirectoryBytes: number;
  /** Extents of interleaved file sections over all trees. */
  readonly interleavedExtents: number;
  /** Bytes of one path table that are read. */
  readonly pathTableBytes: number;
  /** Records of all path tables together. */
  readonly pathTableRecords: number;
  /** Depth of a hierarchy. */
  readonly depth: number;
  /** Continuation areas followed for one record. */
  readonly continuations: number;
  /** Bytes of all continuation areas together. */
  readonly allContinuationBytes: number;
  /** System use entries read for one record. */
  readonly systemUseEntries: number;
  /** Extended attributes (AAIP) kept over all trees. */
  readonly attributes: number;
  /** Boot catalogues read. */
  readonly catalogs: number;
  /** Sectors of one boot catalogue. */
  readonly catalogSectors: number;
  /** Entries of one partition table. */
  readonly partitions: number;
  /** Sectors that nothing claims searched for directories, where something is broken. */
  readonly recoverySectors: number;
  /** The same where nothing says that the file holds a volume at all. */
  readonly blindSectors: number;
  /** Directories found there that are kept. */
  readonly orphans: number;
  /** Faults kept of one kind; the rest is counted. */
  readonly faultsPerKind: number;
  /** Structures kept of one layout. */
  readonly structuresPerLayout: number;
};

/** The bounds used unless the caller gives others. */
export const defaultLimits: Limits = {
  descriptors: 64,
  sessions: 100,
  records: 3_000_000,
  directoryBytes: 256 * 1024 * 1024,
  allDirectoryBytes: 4 * 1024 * 1024 * 1024,
  interleavedExtents: 1_000_000,
  pathTableBytes: 32 * 1024 * 1024,
  pathTableRecords: 4_000_000,
  depth: 256,
  continuations: 64,
  allContinuationBytes: 256 * 1024 * 1024,
  systemUseEntries: 1024,
  attributes: 1_000_000,
  catalogs: 16,
  catalogSectors: 32,
  partitions: 1024,
  recoverySectors: 2_097_152,
  blindSectors: 8192,
  orphans: 65_536,
  faultsPerKind: 1000,
  structuresPerLayout: 20_000,
};
