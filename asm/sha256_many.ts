// SHA-256 of many streams, one after another.

import { inTurn } from "./jobs";
import { sha256_finish, sha256_update } from "./sha256";

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function sha256_many(jobs: usize, count: u32): void {
  inTurn(jobs, count, sha256_update, sha256_finish);
}
