// What messages about raw sectors say (ECMA-130:1996 14): values as the standard writes them, and the words.

import type { RawRepair, RawRun } from "../model/raw_sectors.ts";
import type { Stretch } from "./raw_runs.ts";
import type { Hit } from "./rule.ts";
import { counted } from "./words.ts";

/** Whether a mode byte is one of modes 0 to 2, or has a block indicator (bits 5 to 7). */
export function isMode(byte = 3): boolean {
  return byte < 3 || byte > 0x1f;
}

function hexWord(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

/** A byte as messages have it. */
export function hexByte(value: number): string {
  return `0x${value.toString(16).padStart(2, "0")}`;
}

/** The bytes of an address, as minute, second and frame. */
function addressText(value: number): string {
  const text = value.toString(16).padStart(6, "0");
  return `${text.slice(0, 2)}:${text.slice(2, 4)}:${text.slice(4)}`;
}

/** An LBA as minute, second and frame. */
function msf(lba: number): string {
  const frames = lba >= -150 ? lba + 150 : lba + 450_150;
  const parts = [Math.floor(frames / 4500), Math.floor(frames / 75) % 60, frames % 75];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
}

function valueText({ problem }: RawRun, value: number): string {
  switch (problem) {
    case "edc":
      return hexWord(value);
    case "address":
      return addressText(value);
    case "sequence":
    case "jump":
      return msf(value);
    default:
      return String(value);
  }
}

/** What is recorded, and what it should be: the numbers are those of the first sector of the run. */
export function recordedOf(run: RawRun, { offset }: Stretch): Pick<Hit, "recorded" | "expected"> {
  const { problem, byte, expected } = run;
  if (byte !== undefined && problem === "mode") {
    return {
      recorded: hexByte(byte),
      ...(expected === undefined ? {} : { expected: hexByte(expected) }),
    };
  }
  const { recorded } = run;
  if (offset !== run.offset) return {};
  return {
    ...(recorded === undefined ? {} : { recorded: valueText(run, recorded) }),
    ...(expected === undefined ? {} : { expected: valueText(run, expected) }),
  };
}

const repairs: Readonly<Record<RawRepair, string>> = {
  sync: "the right sync pattern",
  address: "the address that is due",
  sequence: "the address that is due",
  mode: "the mode of the sectors around it",
};

/** What is wrong with the sectors of a stretch. */
export function describe(run: RawRun, stretch: Stretch): string {
  const { recorded, expected } = recordedOf(run, stretch);
  const first = stretch.sectors > 1 ? "the first " : "it ";
  const holds = run.repair === undefined
    ? ""
    : `; with ${repairs[run.repair]} the error-detection code holds: the data are intact`;
  switch (run.problem) {
    case "no-sync":
      return run.byte === undefined
        ? "no sync pattern, and no data sector behind it"
        : `no sync pattern, all bytes are ${hexByte(run.byte)}`;
    case "sync":
      return `some bytes of the sync pattern are wrong${holds}`;
    case "address":
      return `the address${recorded === undefined ? "" : ` ${recorded}`} is not BCD` +
        (expected === undefined ? "" : `, ${expected} is due`) + holds;
    case "sequence":
      return recorded === undefined
        ? "the addresses are not those that are due"
        : `${first}says ${recorded}, ${expected} is due, as of the sectors around`;
    case "jump":
      return `the addresses go on from ${recorded}, ${expected} is due: ` + shiftText(run);
    case "mode":
      return isMode(run.byte)
        ? `the mode byte is ${recorded}, the codes are those of mode ${expected}${holds}`
        : `the mode byte is ${recorded}: there is no such mode${holds}`;
    case "mode-change":
      return `Mode ${recorded} in a track of Mode ${expected}`;
    default:
      return codeText(run, stretch) + holds;
  }
}

function shiftText({ recorded = 0, expected = 0 }: RawRun): string {
  const shift = recorded - expected;
  return shift > 0
    ? `${counted(shift, "sector")} may be missing here`
    : `${counted(-shift, "sector")} may be inserted or repeated before`;
}

function codeText(run: RawRun, stretch: Stretch): string {
  const { recorded, expected } = recordedOf(run, stretch);
  const many = stretch.sectors > 1;
  if (run.problem === "edc") {
    if (recorded === undefined) return "the error-detection codes are wrong";
    return many
      ? `the error-detection codes are wrong; the first is ${recorded}, its bytes give ${expected}`
      : `the error-detection code is ${recorded}, its bytes give ${expected}`;
  }
  const which = run.form === "form1" ? "the parity" : run.problem === "p" ? "P parity" : "Q parity";
  return run.edcWrong === true
    ? `${which} is wrong, and so is the error-detection code`
    : `${which} is wrong; the error-detection code holds: the data are intact`;
}
