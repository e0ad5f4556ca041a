// Rules about what the entries of a tree are as a whole (SUSP 1.12): extensions, unknown ones, gaps.

import { logicalSpan, type Span } from "../../bytes/span.ts";
import { decodeLatin1, hex, isZero } from "../../bytes/text.ts";
import {
  continuationArea,
  extensionSelector,
  extensionsReference,
  padding,
  rockRidgeSignatures,
  sharingProtocol,
  systemUseEntry,
  terminator,
} from "../../decode/rockridge/layout.ts";
import {
  type DirectoryView,
  entryValue,
  type RecordView,
  type SystemUseEntry,
} from "../../model/directory.ts";
import type { Image } from "../../model/image.ts";
import { type Hit, nothing, type RuleFamily, type RuleTable, type TreeJudge } from "../rule.ts";
import { counted } from "../words.ts";
import { quoted } from "./directory_view.ts";
import { referenceLength, systemUseSpan } from "./entries.ts";
import { Few, Tally, type TreeContext, treeContext } from "./tally.ts";

const rules = {
  severalContinuations: {
    id: "SUS-009",
    severity: "info",
    title: "Several continuations in one area",
    clause: "SUSP 1.12 5.1",
    rationale:
      "An area goes on in one place: readers follow the last CE entry, or the first one, " +
      "and so find different entries.",
    remedy: "Compare the names of these files with another namespace.",
    layouts: [continuationArea.id],
  },
  extension: {
    id: "SUS-011",
    severity: "info",
    title: "Extension announced",
    clause: "SUSP 1.12 5.5",
    rationale:
      "RRIP_1991A is Rock Ridge 1.09 or 1.10 (genisoimage, xorriso, bsdtar), IEEE_P1282 or " +
      "IEEE_1282 Rock Ridge 1.12, AAIP_0200 the attributes of libisofs.",
    remedy: "Nothing to do; it says which readers show modes, owners and long names.",
    layouts: [extensionsReference.id],
  },
  notAnnounced: {
    id: "SUS-012",
    severity: "warning",
    title: "Extension used but not announced",
    clause: "SUSP 1.12 5.5",
    rationale:
      "Readers that look for the extension by its name ignore its entries, and show short " +
      "names without modes and links. Linux and libarchive do not ask for it.",
    remedy: "Read with a program that looks at the entries themselves, as discern does.",
    layouts: [extensionsReference.id],
  },
  afterTerminator: {
    id: "SUS-013",
    severity: "note",
    title: "Data after the terminator entry",
    clause: "SUSP 1.12 5.4",
    rationale:
      "Readers end at the ST entry: what follows in its area is seen by none of them, and " +
      "may be left over from another record.",
    remedy: "Look at the bytes if the origin of the image matters.",
    layouts: [terminator.id],
  },
  paddingData: {
    id: "SUS-014",
    severity: "note",
    title: "Padding entry holds data",
    clause: "SUSP 1.12 5.2",
    rationale: "Padding means nothing to readers, so its bytes can carry what nobody is shown.",
    remedy: "Look at the bytes if the origin of the image matters.",
    layouts: [padding.id],
  },
  unknown: {
    id: "SUS-015",
    severity: "info",
    title: "Unknown entry signatures",
    clause: "SUSP 1.12 4",
    rationale:
      "An extension that discern does not know, or a damaged signature. Readers skip such " +
      "entries.",
    remedy: "Where it is a single one among many known ones, fetch the sector again.",
    layouts: [systemUseEntry.id],
  },
  gap: {
    id: "SUS-016",
    severity: "info",
    title: "Gaps between entries",
    clause: "SUSP 1.12 4",
    rationale:
      "Discs written on a Mac have zero bytes before or between entries. Readers that end " +
      "at a zero byte do not see the entries behind it.",
    remedy: "Read with a program that looks past the gaps, as discern does.",
    layouts: [systemUseEntry.id],
  },
  selector: {
    id: "SUS-017",
    severity: "warning",
    title: "Extension selector out of range",
    clause: "SUSP 1.12 5.6",
    rationale:
      "The ES entry says that the entries behind it belong to an extension that no ER entry " +
      "announces, so their meaning is not known.",
    remedy: "Read the entries by their signatures, as discern does.",
    layouts: [extensionSelector.id, extensionsReference.id],
  },
} as const satisfies RuleTable;

/** Identifiers by which Rock Ridge is announced; java-iso-tools has the last with a space. */
const rockRidgeNames: ReadonlySet<string> = new Set([
  "RRIP_1991A",
  "IEEE_P1282",
  "IEEE_1282",
  "IEEE 1282",
]);

const knownSignatures: ReadonlySet<string> = new Set([
  ...rockRidgeSignatures,
  ...["CE", "PD", "SP", "ST", "ER", "ES"], // SUSP 1.12
  ...["ZF", "Z2", "AL", "AA", "BA", "AS"], // zisofs, AAIP, Apple, Amiga
]);

/** Unknown signatures that are told one by one. */
const SIGNATURES = 8;
const XA_LENGTH = 14;

/** What an entry announces; undefined where its texts overrun it, which SUS-010 says. */
function announced(
  entry: SystemUseEntry,
): { readonly name: string; readonly version: number; readonly span: Span } | undefined {
  const value = entryValue(entry, extensionsReference);
  if (value === undefined || referenceLength(value) > entry.length) return undefined;
  const { lengthOfIdentifier: length, extensionVersion: version } = value;
  const text = entry.bytes.subarray(extensionsReference.size).subarray(0, length);
  const span = logicalSpan(entry.span.start + extensionsReference.size, text.length);
  return { name: decodeLatin1(text), version, span };
}

class EntryJudge implements Required<TreeJudge> {
  readonly #context: TreeContext;
  readonly #several: Tally;
  readonly #after: Tally;
  readonly #padding: Tally;
  readonly #gaps: Tally;
  readonly #unknown = new Map<string, Tally>();
  readonly #otherUnknown: Tally;
  readonly #selectors = new Few("ES entries");
  #dot: RecordView | undefined;
  #extensions: SystemUseEntry[] = [];
  #skip = 0;
  #rockRidge = 0;

  constructor(context: TreeContext) {
    this.#context = context;
    this.#several = new Tally(context);
    this.#after = new Tally(context);
    this.#padding = new Tally(context);
    this.#gaps = new Tally(context);
    this.#otherUnknown = new Tally(context);
  }

  part({ records, node, from }: DirectoryView): Iterable<Hit> {
    const [first] = records;
    for (const record of records) {
      if (record.systemUse.length === 0) continue;
      const isRootDot = node === 0 && from === 0 && record === first && record.reserved === 0;
      if (isRootDot) this.#readRootDot(record);
      this.#record(record, record.node ?? node, isRootDot ? 0 : this.#skip);
    }
    return nothing;
  }

  // The root's `.` record decides for the whole tree (SUSP 1.12 5.3, 5.5).
  #readRootDot(record: RecordView): void {
    this.#dot = record;
    this.#extensions = record.systemUse.filter(({ signature }) => signature === "ER");
    const indicator = record.systemUse.find(({ signature }) => signature === "SP");
    const value = indicator === undefined ? undefined : entryValue(indicator, sharingProtocol);
    this.#skip = value?.bytesSkipped ?? 0;
  }

  #record(record: RecordView, node: number, skip: number): void {
    const { systemUse, other } = record;
    const foreign = other.length > 0 && other[0]?.scheme === "xa" ? XA_LENGTH : 0;
    let expected = Math.max(foreign, skip);
    let area: Uint8Array | undefined;
    let continuations = 0;
    for (let index = 0; index < systemUse.length; index++) {
      const entry = systemUse[index];
      if (entry === undefined) continue;
      if (entry.field !== area) {
        if (area !== undefined) expected = 0;
        area = entry.field;
        continuations = 0;
      }
      if (entry.at > expected) this.#gap(entry, entry.at - expected, node);
      expected = entry.at + entry.length;
      if (entry.signature === "CE" && ++continuations === 2) {
        this.#several.add(() => ({ node, span: entry.span }));
      }
      this.#entry(entry, node);
    }
  }

  #entry(entry: SystemUseEntry, node: number): void {
    const { signature } = entry;
    // Nearly all entries are one of these: a look into a set costs several times a comparison.
    const isCommon = signature === "PX" || signature === "TF" || signature === "NM" ||
      signature === "RR";
    if (isCommon || rockRidgeSignatures.has(signature)) this.#rockRidge++;
    else if (signature === "PD") this.#paddingOf(entry, node);
    else if (signature === "ST") this.#terminator(entry, node);
    else if (signature === "ES") this.#selector(entry, node);
    else if (!knownSignatures.has(signature)) this.#unknownOf(entry, node);
  }

  #gap(entry: SystemUseEntry, length: number, node: number): void {
    this.#gaps.add(() => ({
      node,
      span: logicalSpan(entry.span.start - length, length),
      text: `${counted(length, "byte")} before ${quoted(entry.signature)} of ${
        this.#context.path(node)
      }`,
    }));
  }

  #paddingOf({ bytes, span }: SystemUseEntry, node: number): void {
    const body = bytes.subarray(padding.size);
    if (isZero(body)) return;
    this.#padding.add(() => ({
      node,
      span: logicalSpan(span.start + padding.size, body.length),
      text: `${hex(body.subarray(0, 8))} of ${this.#context.path(node)}`,
    }));
  }

  #terminator({ field, at, length, span }: SystemUseEntry, node: number): void {
    const rest = field.subarray(at + length);
    if (isZero(rest)) return;
    this.#after.add(() => ({
      node,
      span: logicalSpan(span.start + length, rest.length),
      text: `${counted(rest.length, "byte")} of ${this.#context.path(node)}`,
    }));
  }

  #selector(entry: SystemUseEntry, node: number): void {
    const number = entryValue(entry, extensionSelector)?.extensionSequence;
    const { length } = this.#extensions;
    if (number === undefined || number < length) return;
    this.#selectors.take(() => ({
      rule: rules.selector,
      span: logicalSpan(entry.span.start + systemUseEntry.size, 1),
      message:
        `the ES entry names extension ${number}, counted from 0; the root's own record has ` +
        (length === 1 ? "1 ER entry" : `${length} ER entries`),
      recorded: String(number),
      expected: length === 0 ? "no ES entry" : `0 to ${length - 1}`,
      tree: this.#context.number,
      node,
    }));
  }

  #unknownOf({ signature, span }: SystemUseEntry, node: number): void {
    let tally = this.#unknown.get(signature);
    if (tally === undefined) {
      if (this.#unknown.size < SIGNATURES) {
        tally = new Tally(this.#context);
        this.#unknown.set(signature, tally);
      } else tally = this.#otherUnknown;
    }
    const text = tally === this.#otherUnknown ? quoted(signature) : this.#context.path(node);
    tally.add(() => ({ node, span, text }));
  }

  end(): Iterable<Hit> {
    return [
      ...this.#announcements(),
      ...this.#several.hits(
        rules.severalContinuations,
        `${
          counted(this.#several.count, "area")
        } with more than one CE entry, of which the last is ` +
          `followed: ${this.#several.listed}`,
      ),
      ...this.#after.hits(
        rules.afterTerminator,
        `bytes that are not zero behind ST: ${this.#after.listed}`,
      ),
      ...this.#padding.hits(
        rules.paddingData,
        `padding that is not zero: ${this.#padding.listed}`,
      ),
      ...this.#gaps.hits(
        rules.gap,
        `${counted(this.#gaps.count, "gap")} of zero bytes: ${this.#gaps.listed}`,
      ),
      ...this.#selectors.hits,
      ...this.#unknownHits(),
    ];
  }

  *#unknownHits(): Generator<Hit> {
    for (const [signature, tally] of this.#unknown) {
      const message = `signature ${quoted(signature)}, ${
        counted(tally.count, "time")
      }: ${tally.listed}`;
      yield* tally.hits(rules.unknown, message, { recorded: hexOf(signature) });
    }
    const others = this.#otherUnknown;
    yield* others.hits(
      rules.unknown,
      `other signatures, ${counted(others.count, "time")}: ${others.listed}`,
    );
  }

  *#announcements(): Generator<Hit> {
    const owner = { tree: this.#context.number, node: 0 };
    const names: string[] = [];
    for (const entry of this.#extensions) {
      const extension = announced(entry);
      if (extension === undefined) continue;
      const { name, version, span } = extension;
      names.push(name);
      const message = `extension ${quoted(name)}, version ${version}`;
      yield { rule: rules.extension, span, message, recorded: name, ...owner };
    }
    const dot = this.#dot;
    const isKnown = names.some((name) => rockRidgeNames.has(name)) ||
      names.length < this.#extensions.length;
    if (this.#rockRidge === 0 || dot === undefined || isKnown) return;
    // An entry may be where the rest of the field could not be read.
    const unread = dot.continuations.length === 0 &&
      dot.systemUse.some(({ signature }) => signature === "CE");
    if (unread) return;
    yield {
      rule: rules.notAnnounced,
      span: systemUseSpan(dot),
      message:
        `${this.#rockRidge} Rock Ridge entries are in use; the root's own record announces ` +
        (names.length === 0 ? "no extension" : names.map(quoted).join(", ")),
      recorded: names.length === 0 ? "none" : names.join(", "),
      expected: "RRIP_1991A, IEEE_P1282 or IEEE_1282",
      ...owner,
    };
  }
}

function hexOf(signature: string): string {
  return hex(Uint8Array.from(signature, (unit) => unit.charCodeAt(0)));
}

function checkEntries(number: number, image: Image): TreeJudge | undefined {
  const context = treeContext(number, image);
  return context === undefined || context.tree.kind === "joliet"
    ? undefined
    : new EntryJudge(context);
}

/** Rules about the entries of a tree as a whole. */
export const systemUseTreeRules: RuleFamily = { rules, tree: [checkEntries] };
