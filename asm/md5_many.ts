// MD5 of many streams, one after another.

import { inTurn } from "./jobs";
import { md5_finish, md5_update } from "./md5";

/** Does `count` jobs (jobs.ts) at `jobs`. */
export function md5_many(jobs: usize, count: u32): void {
  inTurn(jobs, count, md5_update, md5_finish);
}
