// Words that name differences: what `--ignore` of a comparison may say.

import { owners } from "../bytes/span.ts";
import type { Layout } from "../bytes/struct.ts";
import { layouts as dvdisaster } from "../decode/dvdisaster/layout.ts";
import { layouts as elTorito } from "../decode/eltorito/layout.ts";
import { layouts as hfs } from "../decode/hfs/layout.ts";
import { layouts as iso9660 } from "../decode/iso9660/layout.ts";
import { layouts as partition } from "../decode/partition/layout.ts";
import { layouts as rockRidge, timeStampNames } from "../decode/rockridge/layout.ts";
import { layouts as udf } from "../decode/udf/layout.ts";
import { IGNORE_TIMES } from "./explain.ts";
import { implantedNames } from "./implanted.ts";

const layouts: readonly Layout[] = [
  ...iso9660,
  ...rockRidge,
  ...elTorito,
  ...partition,
  ...udf,
  ...hfs,
  ...dvdisaster,
];

/** Regions that no layout stands for. */
const regions = [
  "System Area",
  "Boot Catalog",
  "GPT entry array",
  "GPT backup entry array",
  ...implantedNames.titles,
];

/** Fields whose place varies, which no layout lists. */
const variableFields = [
  "fileIdentifier",
  "directoryIdentifier",
  "paddingField",
  "systemUse",
  "head",
  "data",
  "padding",
  "name",
  "acl",
  "extensionIdentifier",
  "extensionDescriptor",
  "extensionSource",
  ...timeStampNames,
  ...implantedNames.fields,
];

const fieldNames = new Set([
  ...layouts.flatMap(({ fields }) => Object.keys(fields)),
  ...variableFields,
]);
const structures = layouts.flatMap(({ title, id }) => [title, id]);

/** The words of `ignore` that are no paths: `times`, owners, structures, fields. */
export const ignoreWords: readonly string[] = [
  IGNORE_TIMES,
  ...new Set([...owners, ...structures, ...regions, ...fieldNames]),
];

const known = new Set(ignoreWords.map((word) => word.toLowerCase()));
const titles = [...layouts.map(({ title }) => title), ...implantedNames.titles]
  .map((title) => title.toLowerCase());
const fields = new Set([...fieldNames].map((name) => name.toLowerCase()));

/** Components of links and attribute lists are counted; attributes have the names of the disc. */
const counted = /^(component\d+|(user|system|isofs|trusted|security)\..+)$/;

/** Whether a word can name a difference: a path from `/` on, or one of those of {@linkcode ignoreWords}. */
export function isIgnoreWord(word: string): boolean {
  const lower = word.toLowerCase();
  if (lower.startsWith("/") || known.has(lower) || counted.test(lower)) return true;
  const title = titles.find((each) => lower.startsWith(`${each}.`));
  const field = title === undefined ? "" : lower.slice(title.length + 1);
  return fields.has(field) || counted.test(field);
}
