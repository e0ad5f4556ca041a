// Audits as SARIF 2.1.0 (OASIS, errata 01): one run, an artifact for each image, a result for each finding.

import type {
  AuditResult,
  Finding,
  ProfileName,
  RuleFacts,
  SummaryResult,
} from "../audit/result.ts";
import type { Hashes } from "../model/result.ts";
import { escapeInline } from "./escape.ts";

const SCHEMA =
  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

type Level = "error" | "warning" | "note";

/** SARIF has no level below `note` for what is a finding at all. */
const levels: Readonly<Record<Finding["severity"], Level>> = {
  error: "error",
  warning: "warning",
  info: "note",
  note: "note",
};

/** Names of digests in the registry that SARIF refers to (3.24.11). */
const hashNames: Readonly<Record<keyof Hashes, string>> = {
  md5: "md5",
  sha1: "sha-1",
  sha256: "sha-256",
  sha512: "sha-512",
  blake3: "blake3",
  crc32: "crc32",
};

/** An object of the format; which fields there are is the standard's matter. */
type SarifObject = Readonly<Record<string, unknown>>;

/** A message in the format: braces and what looks like a link would have a meaning (3.11.5, 3.11.6). */
function message(text: string): { readonly text: string } {
  const plain = escapeInline(text).replace(/[{}]/g, "$&$&");
  return { text: plain.replace(/[\\[](?=[^\]]*\]\()/g, "\\$&") };
}

/** Rules of LIM tell of the audit: they are notifications of the run, and no results. */
function isNotification(rule: string): boolean {
  return rule.startsWith("LIM-");
}

/** Takes audits one by one, and keeps what the run will say of them. */
export class SarifRun {
  readonly #rules: ReadonlyMap<string, RuleFacts>;
  readonly #profile: ProfileName;
  readonly #described = new Map<string, number>();
  readonly #notified = new Map<string, number>();
  readonly #artifacts: SarifObject[] = [];
  readonly #results: SarifObject[] = [];
  readonly #notifications: SarifObject[] = [];

  /** `rules` are those of the catalogue. */
  constructor(rules: readonly RuleFacts[], profile: ProfileName) {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#profile = profile;
  }

  /** Takes an audit. */
  add(result: AuditResult): void {
    const index = this.#artifacts.length;
    this.#artifacts.push(artifactOf(result));
    const where = { ...locationOf(pathOf(result)), index };
    for (const finding of result.findings) {
      if (isNotification(finding.rule)) this.#notify(finding, where);
      else this.#results.push(this.#resultOf(finding, result, where));
    }
    if (result.verdict !== "unreadable") return;
    const text = `Cannot audit ${result.image.path}: nothing in it could be judged`;
    this.#fail(text, [{ physicalLocation: { artifactLocation: where } }]);
  }

  #fail(text: string, locations: readonly SarifObject[] = []): void {
    this.#notifications.push({
      level: "error",
      message: message(text),
      ...(locations.length === 0 ? {} : { locations }),
    });
  }

  #notify({ rule, severity, message: text }: Finding, where: SarifObject): void {
    this.#notifications.push({
      descriptor: { id: rule, index: numbered(this.#notified, rule) },
      level: levels[severity],
      message: message(text),
      locations: [{ physicalLocation: { artifactLocation: where } }],
    });
  }

  #resultOf(finding: Finding, { findings, known }: AuditResult, where: SarifObject): SarifObject {
    const { rule, severity, count, fingerprint, causedBy } = finding;
    const cause = causedBy === undefined ? undefined : findings[causedBy];
    return {
      ruleId: rule,
      ruleIndex: numbered(this.#described, rule),
      level: levels[severity],
      message: message(finding.message),
      locations: [resultLocation(finding, where)],
      ...(cause === undefined ? {} : { relatedLocations: [causeLocation(cause, where)] }),
      ...(count > 1 ? { occurrenceCount: count } : {}),
      ...(fingerprint === undefined
        ? {}
        : { partialFingerprints: { "discernFinding/v1": fingerprint } }),
      // A baseline leaves what it knows out of the report.
      ...(known === undefined ? {} : { baselineState: "new" }),
      properties: propertiesOf(finding, cause),
    };
  }

  /** The document; `summary` is that of the same audits, `exitCode` another than it has. */
  document(
    { tool, status, failed = [] }: SummaryResult,
    exitCode: number = status,
  ): SarifObject {
    for (const { reason } of failed) this.#fail(reason);
    const driver = {
      name: tool.name,
      semanticVersion: tool.version,
      rules: this.#descriptors(this.#described),
      ...(this.#notified.size === 0 ? {} : { notifications: this.#descriptors(this.#notified) }),
    };
    const invocation = {
      executionSuccessful: exitCode < 2,
      exitCode,
      ...(this.#notifications.length === 0
        ? {}
        : { toolExecutionNotifications: this.#notifications }),
    };
    const run = {
      tool: { driver },
      automationDetails: { id: `discern/audit/${this.#profile}/` },
      invocations: [invocation],
      artifacts: this.#artifacts,
      results: this.#results,
    };
    return { $schema: SCHEMA, version: "2.1.0", runs: [run] };
  }

  #descriptors(numbers: ReadonlyMap<string, number>): SarifObject[] {
    return [...numbers.keys()].map((id) => descriptorOf(id, this.#rules.get(id)));
  }
}

function numbered(numbers: Map<string, number>, id: string): number {
  const number = numbers.get(id) ?? numbers.size;
  numbers.set(id, number);
  return number;
}

function descriptorOf(id: string, rule: RuleFacts | undefined): SarifObject {
  if (rule === undefined) return { id };
  const { title, severity, confidence, clause, rationale, remedy } = rule;
  const basis = clause === "none" ? undefined : clause;
  return {
    id,
    name: title,
    shortDescription: { text: `${title}.` },
    fullDescription: { text: rationale },
    help: {
      text: [rationale, remedy, ...basis === undefined ? [] : [`Clause: ${basis}.`]].join("\n\n"),
      markdown: [
        `**${id}** ${markdown(title)}`,
        markdown(rationale),
        `**Remedy:** ${markdown(remedy)}`,
        ...basis === undefined ? [] : [`**Clause:** ${markdown(basis)}`],
      ].join("\n\n"),
    },
    defaultConfiguration: { level: levels[severity] },
    properties: {
      severity,
      confidence,
      ...(basis === undefined ? {} : { clause: basis }),
      tags: [id.replace(/-\d+$/, "")],
    },
  };
}

function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, "\\$&");
}

function pathOf({ image }: AuditResult): string {
  return image.dataPath ?? image.path;
}

/** Where a file is, as a URI reference (RFC 3986); standard input has none. */
function locationOf(path: string): SarifObject {
  if (path === "-") return { description: { text: "standard input" } };
  const parts = path.split(/[/\\]/).map(encodeURIComponent);
  const drive = /^[A-Za-z]:[/\\]/.test(path);
  if (drive) return { uri: `file:///${path[0]}:/${parts.slice(1).join("/")}` };
  return { uri: path.startsWith("/") ? `file://${parts.join("/")}` : parts.join("/") };
}

function artifactOf(result: AuditResult): SarifObject {
  const { image, verdict, proof, losses } = result;
  const hashes = Object.entries(image.hashes ?? {}).map(([name, digest]) => // Keys of the object are those of its type.
  [hashNames[name as keyof Hashes], digest]);
  const hit = losses.filter(({ state }) => state !== "intact" && state !== "unproven");
  return {
    location: locationOf(pathOf(result)),
    length: image.bytes,
    roles: ["analysisTarget"],
    ...(hashes.length === 0 ? {} : { hashes: Object.fromEntries(hashes) }),
    properties: {
      verdict,
      container: image.container,
      sectorSize: image.sectorSize,
      proof,
      losses: { files: hit.length, bytes: hit.reduce((sum, { lost }) => sum + lost, 0) },
    },
  };
}

function physicalLocation({ offset, length = 0 }: Finding, where: SarifObject): SarifObject {
  if (offset === undefined) return { artifactLocation: where };
  // Viewers that know lines only open the file all the same.
  const region = { startLine: 1, byteOffset: offset, byteLength: length };
  return { artifactLocation: where, region };
}

function resultLocation(finding: Finding, where: SarifObject): SarifObject {
  const { path, pathBytes, volume } = finding;
  const named = path === undefined ? [] : [{
    fullyQualifiedName: path,
    kind: "resource",
    ...(pathBytes === undefined && volume === undefined ? {} : {
      properties: {
        ...(pathBytes === undefined ? {} : { pathBytes }),
        ...(volume === undefined ? {} : { volume }),
      },
    }),
  }];
  return {
    physicalLocation: physicalLocation(finding, where),
    ...(named.length === 0 ? {} : { logicalLocations: named }),
  };
}

function causeLocation(cause: Finding, where: SarifObject): SarifObject {
  return {
    physicalLocation: physicalLocation(cause, where),
    message: message(`caused by ${cause.rule}: ${cause.message}`),
  };
}

function propertiesOf(finding: Finding, cause: Finding | undefined): SarifObject {
  const { severity, confidence, sector, volume, recorded, expected, clause } = finding;
  const causedBy = cause?.fingerprint ?? cause?.rule;
  return {
    severity,
    confidence,
    ...(sector === undefined ? {} : { sector }),
    ...(volume === undefined ? {} : { volume }),
    ...(recorded === undefined ? {} : { recorded }),
    ...(expected === undefined ? {} : { expected }),
    ...(clause === undefined ? {} : { clause }),
    ...(causedBy === undefined ? {} : { causedBy }),
  };
}
