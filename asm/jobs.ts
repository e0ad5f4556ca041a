// Lists of jobs for many streams at once, and the plain way to do them: one after another.
// A job is four u32: address of a state, address and count of the bytes that its stream takes, and
// where the digest goes, or 0 if the stream goes on. The states of a list are distinct.

/** Bytes of a job. */
export const JOB: usize = 16;

// @ts-ignore: decorator
@inline
export function jobState(job: usize): usize {
  return load<u32>(job);
}

// @ts-ignore: decorator
@inline
export function jobData(job: usize): usize {
  return load<u32>(job, 4);
}

// @ts-ignore: decorator
@inline
export function jobLength(job: usize): usize {
  return load<u32>(job, 8);
}

// @ts-ignore: decorator
@inline
export function jobOut(job: usize): usize {
  return load<u32>(job, 12);
}

/** Does `count` jobs one after another. */
// @ts-ignore: decorator
@inline
export function inTurn(
  jobs: usize,
  count: u32,
  update: (state: usize, data: usize, length: usize) => void,
  finish: (state: usize, out: usize) => void,
): void {
  for (const end = jobs + usize(count) * JOB; jobs < end; jobs += JOB) {
    update(jobState(jobs), jobData(jobs), jobLength(jobs));
    if (jobOut(jobs) != 0) finish(jobState(jobs), jobOut(jobs));
  }
}
