// The speeds that `auto` goes by: those kept for this machine, or measured before long work.

import { useEngineTable } from "../kernel/engine.ts";
import { tool } from "../model/tool.ts";
import { readEngineTable, writeEngineTable } from "../platform/engine_cache.ts";

/** Bytes of an image from which on measuring costs little beside the work. */
const LONG = 2 * 1024 ** 3;

let settled = false;

/**
 * Makes `auto` go by what is known of this machine. Only before work on `bytes` bytes that take long is
 * anything measured, once a process, and kept where the permissions for it are there.
 */
export async function settleEngines(bytes: number): Promise<void> {
  if (settled) return;
  const kept = readEngineTable(tool.version);
  if (kept === undefined && bytes < LONG) return;
  settled = true;
  if (kept !== undefined) return useEngineTable(kept);
  const { calibrate } = await import("../platform/calibration.ts");
  const table = calibrate();
  useEngineTable(table);
  writeEngineTable(tool.version, table);
}
