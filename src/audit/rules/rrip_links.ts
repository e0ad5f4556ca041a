// Rules about symbolic links, link counts and moved directories of a tree (RRIP 1.12 4.1.1, 4.1.3, 4.1.5).

import { logicalSpan } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { decodeUtf8 } from "../../bytes/text.ts";
import {
  posixAttributes,
  relocatedDirectory,
  symbolicLink,
} from "../../decode/rockridge/layout.ts";
import type { Tree } from "../../model/tree.ts";
import type { Hit, RuleTable } from "../rule.ts";
import { counted } from "../words.ts";
import { quoted } from "./directory_view.ts";
import { hasAllEntries } from "./entries.ts";
import { ExtentCounts } from "./extent_counts.ts";
import { CIRCLE, LinkTargets } from "./link_targets.ts";
import {
  byteAt,
  type EntriesCheck,
  type EntriesJudge,
  type EntriesOwner,
  indexBits,
  LINK_TYPE,
  numberAt,
  ownedBy,
  type RockRidgeEntries,
  TYPE_BITS,
} from "./rrip_view.ts";
import { Few, Tally, type TreeContext } from "./tally.ts";

/** Rules about SL, the link count of PX, and RE. */
export const linkRules = {
  linkCount: {
    id: "RRP-005",
    severity: "info",
    title: "Link count differs from links found",
    clause: "RRIP 1.12 4.1.1",
    rationale:
      "Hard links of the source may have been left out of the image, or the same data were " +
      "recorded for files of their own. libisofs writes 1 for every directory, which is not told.",
    remedy: "Nothing to do; the data are not concerned.",
    layouts: [posixAttributes.id],
  },
  unendedLink: {
    id: "RRP-009",
    severity: "warning",
    title: "Symlink continuation never ends",
    clause: "RRIP 1.12 4.1.3",
    rationale: "The rest of the target is missing, so the link leads somewhere else.",
    remedy: "Fetch the sector again; what of the target can be read is shown.",
    layouts: [symbolicLink.id],
  },
  linkType: {
    id: "RRP-010",
    severity: "warning",
    title: "Symlink entry and type disagree",
    clause: "RRIP 1.12 4.1.3",
    rationale:
      "One reader shows a link where another shows an empty file: the mode or the entry is " +
      "damaged.",
    remedy: "A record with a target and without data is a link.",
    layouts: [symbolicLink.id, posixAttributes.id],
  },
  absolute: {
    id: "RRP-011",
    severity: "note",
    title: "Symlink target is absolute",
    clause: "RRIP 1.12 4.1.3",
    rationale:
      "Where the image is mounted, the link leads to the system that reads it and not into " +
      "the image.",
    remedy: "Extract with a program that does not write through such links, as discern does.",
    layouts: [symbolicLink.id],
  },
  climbs: {
    id: "RRP-012",
    severity: "warning",
    title: "Symlink climbs above the root",
    clause: "RRIP 1.12 4.1.3",
    rationale:
      "The link leads out of the image, to a file of the system that reads it: a trap for " +
      "programs that write through links.",
    remedy: "Extract with a program that does not write through such links, as discern does.",
    layouts: [symbolicLink.id],
  },
  dangles: {
    id: "RRP-013",
    severity: "info",
    title: "Symlink dangles",
    clause: "RRIP 1.12 4.1.3",
    rationale:
      "Its target was not put into the image, or is meant to be on the system that the files " +
      "are installed on. Absolute targets are looked for from the root of the image.",
    remedy: "Nothing to do where the target is elsewhere on purpose.",
    layouts: [symbolicLink.id],
  },
  lostPlace: {
    id: "RRP-021",
    severity: "warning",
    title: "Relocated directory has no child link",
    clause: "RRIP 1.12 4.1.5.3",
    rationale:
      "The directory was moved to make the tree less deep, and nothing leads to it from its " +
      "own place: readers that hide moved directories do not show it at all.",
    remedy: "Look for it below the relocation directory, where discern shows it.",
    layouts: [relocatedDirectory.id],
  },
} as const satisfies RuleTable;

const rules = linkRules;

const CONTINUES = 1;
const FLAGS = 4;
/** The link count in PX. */
const LINKS = posixAttributes.fields.fileLinks.offset;
const SLASH = 0x2f;

class LinkJudge implements EntriesJudge {
  readonly #context: TreeContext;
  readonly #extents: ExtentCounts;
  readonly #targets: LinkTargets;
  /** Whether all directories could be read and are in their places. */
  readonly #isWhole: boolean;
  readonly #counts: Tally;
  readonly #absolute: Tally;
  readonly #dangling: Tally;
  readonly #unended = new Few("links");
  readonly #types = new Few("records");
  readonly #climbing = new Few("links");
  readonly #lost = new Few("directories");

  constructor(context: TreeContext) {
    this.#context = context;
    this.#extents = new ExtentCounts(context.tree);
    this.#targets = new LinkTargets(context.tree);
    const { unreadable, found, limited, pendingLinks, childLinks } = context.tree;
    const isRead = unreadable.size === 0 && found.size === 0 && !limited;
    this.#isWhole = isRead && pendingLinks.size === childLinks.size;
    this.#counts = new Tally(context);
    this.#absolute = new Tally(context);
    this.#dangling = new Tally(context);
  }

  record(entries: RockRidgeEntries, owner: EntriesOwner): void {
    const { record } = owner;
    if (record.node === undefined || record.section > 0) return;
    this.#count(entries, owner);
    const isLink = (entries.mode & TYPE_BITS) === LINK_TYPE;
    const { link, relocated } = entries;
    if (link === undefined && relocated === undefined && !isLink) return;
    this.#type(entries, owner, isLink);
    this.#target(entries, owner);
    this.#place(entries, owner);
  }

  #count({ attributes, present }: RockRidgeEntries, { node }: EntriesOwner): void {
    // A moved directory is counted at its placeholder.
    if (attributes === undefined || attributes.length < LINKS + 8 || !this.#isWhole) return;
    if ((present & (indexBits.RE | indexBits.CL)) !== 0) return;
    const links = numberAt(attributes, LINKS);
    const { tree } = this.#context;
    const found = tree.isDirectory(node)
      ? directoryLinks(tree, node, links)
      : this.#extents.of(node);
    if (found === 0 || found === links) return;
    this.#counts.add(() => ({
      node,
      span: fieldSpan(posixAttributes, "fileLinks", attributes.span),
      text: `${links} and not ${found} of ${this.#context.path(node)}`,
    }));
  }

  #type(
    { link, attributes }: RockRidgeEntries,
    { record, node }: EntriesOwner,
    isLink: boolean,
  ): void {
    if (attributes === undefined || isLink === (link !== undefined)) return;
    if (link === undefined && !hasAllEntries(record)) return;
    const mode = numberAt(attributes, FLAGS).toString(8).padStart(7, "0");
    this.#types.take(() => ({
      rule: rules.linkType,
      span: link?.span ?? fieldSpan(posixAttributes, "fileMode", attributes.span),
      message: link === undefined
        ? `the mode ${mode} is that of a symbolic link, and no SL entry has its target`
        : `an SL entry on a record with the mode ${mode}, which is not that of a symbolic link`,
      recorded: mode,
      ...ownedBy(this.#context, node),
    }));
  }

  #target({ link, lastLink }: RockRidgeEntries, { record, node }: EntriesOwner): void {
    if (link === undefined || lastLink === undefined) return;
    const owner = ownedBy(this.#context, node);
    if ((byteAt(lastLink, FLAGS) & CONTINUES) !== 0 && hasAllEntries(record)) {
      this.#unended.take(() => ({
        rule: rules.unendedLink,
        span: logicalSpan(lastLink.span.start + FLAGS, 1),
        message: "the last SL entry says that the target goes on",
        recorded: String(byteAt(lastLink, FLAGS)),
        ...owner,
      }));
    }
    const target = this.#context.tree.targets.get(node);
    if (target === undefined) return;
    const { length, start } = link.span;
    const span = logicalSpan(start + symbolicLink.size, Math.max(0, length - symbolicLink.size));
    const shown = () => quoted(decodeUtf8(target).text);
    const named = (note: string) => () => ({
      node,
      span,
      text: `${this.#context.path(node)} to ${shown()}${note}`,
    });
    if (target[0] === SLASH) this.#absolute.add(named(""));
    if (this.#targets.climbs(node)) {
      const message = `the target ${shown()} leads above the root`;
      this.#climbing.take(() => ({ rule: rules.climbs, span, message, ...owner }));
      return;
    }
    // In a tree with gaps the target may be in one of them.
    if (!this.#isWhole) return;
    const end = this.#targets.end(node);
    if (end < 0) this.#dangling.add(named(end === CIRCLE ? " (in a circle)" : ""));
  }

  #place({ relocated }: RockRidgeEntries, { record, node }: EntriesOwner): void {
    const { tree } = this.#context;
    if (relocated === undefined || tree.placeholders.has(node)) return;
    // The link may be in a directory that could not be read; and libisofs marks the relocation directory.
    const isRead = tree.unreadable.size === 0 && tree.found.size === 0 && !tree.limited;
    if (!isRead || holdsRelocated(tree, node)) return;
    const isMisled = tree.pendingLinks.size > tree.childLinks.size;
    this.#lost.take(() => ({
      rule: rules.lostPlace,
      span: record.span,
      message: `the directory at logical block ${
        tree.extent(node, 0).start / tree.blockSize
      } was moved (RE), and no child link names it`,
      ...ownedBy(this.#context, node),
      ...(isMisled ? { causedBy: "RRP-019" } : {}),
    }));
  }

  end(): Iterable<Hit> {
    const [counts, absolute, dangling] = [this.#counts, this.#absolute, this.#dangling];
    const few = [this.#unended, this.#types, this.#climbing, this.#lost];
    return [
      ...few.flatMap((each) => each.hits),
      ...counts.hits(
        rules.linkCount,
        `${counted(counts.count, "link count")} not as found in the image: ${counts.listed}`,
      ),
      ...absolute.hits(
        rules.absolute,
        `${counted(absolute.count, "symbolic link")} with an absolute target: ${absolute.listed}`,
      ),
      ...dangling.hits(
        rules.dangles,
        `${
          counted(dangling.count, "symbolic link")
        } to what is not in the image: ${dangling.listed}`,
      ),
    ];
  }
}

function holdsRelocated(tree: Tree, node: number): boolean {
  const first = tree.firstChild(node);
  for (let child = first; child >= 0 && child < first + tree.childCount(node); child++) {
    if (tree.relocated.has(child)) return true;
  }
  return false;
}

// Links of a directory: its name, its `.`, and the `..` of each in it. Moved ones may count at their
// placeholders or where they are (genisoimage); a writer that records 1 counts none of them.
function directoryLinks(tree: Tree, node: number, recorded: number): number {
  if (recorded === 1) return recorded;
  const first = tree.firstChild(node);
  let [links, moved] = [2, 0];
  for (let child = first; child >= 0 && child < first + tree.childCount(node); child++) {
    if (tree.childLinks.has(child)) links++;
    else if (!tree.isDirectory(child)) continue;
    else if (tree.placeholders.has(child)) moved++;
    else links++;
  }
  return recorded === links + moved ? recorded : links;
}

/** Judges links and moved directories of a tree. */
export const checkLinks: EntriesCheck = (context) => new LinkJudge(context);
