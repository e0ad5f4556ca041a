// What an audit comes to: its verdict, and the exit status of a program that reports it.

import type { AuditResult, Finding, Verdict } from "./result.ts";
import type { Severity } from "./rule.ts";

/** Severities from the gravest on. */
export const severities: readonly Severity[] = ["error", "warning", "info", "note"];

/** The least severity that makes an audit fail; `never` for none. */
export type FailOn = Severity | "never";

/**
 * `damaged` with an error, else `suspicious` with a warning, else `intact`. An image of which nothing
 * was read is `unreadable`, whatever was found.
 */
export function verdictOf(
  findings: readonly Pick<Finding, "severity">[],
  readable: boolean,
): Verdict {
  if (!readable) return "unreadable";
  if (findings.some(({ severity }) => severity === "error")) return "damaged";
  return findings.some(({ severity }) => severity === "warning") ? "suspicious" : "intact";
}

/** 2 for `unreadable`, 1 with a finding at or above `failOn`, else 0. */
export function exitStatus(
  { verdict, findings }: Pick<AuditResult, "verdict" | "findings">,
  failOn: FailOn = "error",
): 0 | 1 | 2 {
  if (verdict === "unreadable") return 2;
  if (failOn === "never") return 0;
  const limit = severities.indexOf(failOn);
  return findings.some(({ severity }) => severities.indexOf(severity) <= limit) ? 1 : 0;
}
