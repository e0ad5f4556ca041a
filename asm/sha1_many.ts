// SHA-1 of many streams, one after another.

import { inTurn } from "./jobs";
import { sha1_finish, sha1_update } from "./sha1";

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function sha1_many(jobs: usize, count: u32): void {
  inTurn(jobs, count, sha1_update, sha1_finish);
}
