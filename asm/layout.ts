// The memory map of the kernels: each region is the previous end plus a size. Address 0 is unused.
// The memory is the host's: it may be shared by several instances. The tables lie at one place for
// all of them (each instance writes the same values there), the scratch room is each one's own.
// The host reads TABLES_END, SCRATCH_SIZE and the sizes of states as exported globals.

/** Address of this instance's working memory; nothing in it outlives a call. A multiple of 64. */
// @ts-ignore: decorator
@external("env", "scratch")
export declare const SCRATCH: usize;

/** Bytes of working memory that an instance needs. */
export const SCRATCH_SIZE: usize = 128 * 1024;

/** Tables made by `memory.data`, from --memoryBase up, end before this address. */
export const TABLES_END: usize = 128 * 1024;

/** Traps when the tables or the place of the scratch room do not fit this map. */
export function checkLayout(): void {
  if (__heap_base > TABLES_END) unreachable();
  if (SCRATCH < TABLES_END || (SCRATCH & 63) != 0) unreachable();
  if (SCRATCH + SCRATCH_SIZE > (usize(memory.size()) << 16)) unreachable();
}
