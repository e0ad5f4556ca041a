// What the readers of partition tables share: where they read, and how they say that a bound was reached.

import type { Limits } from "../../bytes/limits.ts";
import type { Span } from "../../bytes/span.ts";
import type { Reading } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";

/** Where to read. Offsets are of the data as partition tools see it: the logical bytes of the image. */
export type PartitionContext = {
  readonly read: (start: number, length: number) => Promise<Reading>;
  readonly size: number;
  readonly out: ImageRecorder;
  readonly limits: Limits;
};

/** Records that a table has more partitions than are read. */
export function noteLimit({ out, limits }: PartitionContext, structure: string, span: Span): void {
  const message = `the limit of ${limits.partitions} partitions of one table was reached`;
  out.fault({ kind: "limit", structure, span, message });
}
