// The kernels that take several streams in the lanes of a vector (asm/*_many.ts), as exported.

/** The algorithms that take many streams at once. */
export const laneAlgorithms = ["md5", "sha1", "sha256", "sha512"] as const;

/** Name of an algorithm that takes many streams at once. */
export type LaneAlgorithm = (typeof laneAlgorithms)[number];

/** The functions for many streams at once: address and count of jobs (asm/jobs.ts). */
export type LaneExports = Readonly<
  Record<`${LaneAlgorithm}_many`, (jobs: number, count: number) => void>
>;
