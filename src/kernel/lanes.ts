// Digests of many streams at once, by the kernels that take several streams in the lanes of a vector.

/** The algorithms that take many streams at once. */
export const laneAlgorithms = ["md5", "sha1", "sha256", "sha512"] as const;

/** Name of an algorithm that takes many streams at once. */
export type LaneAlgorithm = (typeof laneAlgorithms)[number];

/** What the module exports for this file. */
export type LaneExports = Readonly<
  Record<`${LaneAlgorithm}_many`, (jobs: number, count: number) => void>
>;
