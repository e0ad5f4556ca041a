// SHA-512 of many streams, one after another.

import { inTurn } from "./jobs";
import { sha512_finish, sha512_update } from "./sha512";

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function sha512_many(jobs: usize, count: u32): void {
  inTurn(jobs, count, sha512_update, sha512_finish);
}
