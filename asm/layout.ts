// The memory map of the kernels: each region is the previous end plus a size. Address 0 is unused.
// The host reads ARENA, WINDOW, STATES and END as exported globals and repeats no number.

/** Tables made by `memory.data`, from --memoryBase up, end before this address. */
const TABLES_END: usize = 64 * 1024;

/** Working memory of one kernel call; nothing in it outlives the call. */
export const SCRATCH: usize = TABLES_END;
const SCRATCH_SIZE: usize = 64 * 1024;

/** First byte of the part that belongs to the host: the input window, then the states. */
export const ARENA: usize = SCRATCH + SCRATCH_SIZE;
/** Bytes in the input window. */
export const WINDOW: usize = 2 * 1024 * 1024;

/** First byte of the room for states and digests of the streams that are being worked on. */
export const STATES: usize = ARENA + WINDOW;
const STATES_SIZE: usize = 64 * 1024;

/** Bytes in the whole memory; equals --initialMemory and --maximumMemory pages. */
export const END: usize = STATES + STATES_SIZE;

/** Traps when the tables or the memory that the build asked for do not fit this map. */
export function checkLayout(): void {
  if (__heap_base > TABLES_END) unreachable();
  if ((usize(memory.size()) << 16) != END) unreachable();
}
