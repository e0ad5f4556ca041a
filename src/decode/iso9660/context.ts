// What the decoders of this standard share: where to read, where to record, how far to go.

import type { Limits } from "../../bytes/limits.ts";
import type { Reading } from "../../model/image.ts";
import type { ImageRecorder } from "../../model/recorder.ts";

/** Reads logical bytes. */
export type Read = (start: number, length: number) => Promise<Reading>;

/** The surroundings of one examination. */
export type Context = {
  readonly read: Read;
  /** First logical byte that the image holds: where its first session begins. */
  readonly logicalStart: number;
  /** Logical bytes that the image holds. */
  readonly logicalSize: number;
  readonly out: ImageRecorder;
  readonly limits: Limits;
  /** Leave out trees and sessions that the files of the current one are not listed by. */
  readonly richestOnly: boolean;
  readonly signal?: AbortSignal;
};
