// Mutation cases of the partitions of GUID partition tables.

import { fixtureImage } from "../../support/fixtures.ts";
import { copy, fill, setText } from "../edits.ts";
import { arrayOf, editArrays, editHeaders, headersOf } from "../gpt_edits.ts";
import { ruleCases, structure } from "../rule_cases.ts";

const SAMPLE = "sample";
/** With an EFI system partition behind the volume, which the boot catalog names, too. */
const APPENDED = "append-partition-xorriso";
const PRIMARY = 512;
const ENTRY = 128;

async function firstArray(name: string): Promise<number> {
  return arrayOf(new DataView((await fixtureImage(name)).slice().buffer), PRIMARY);
}
const ARRAY = await firstArray(SAMPLE);
const APPENDED_ARRAY = await firstArray(APPENDED);

ruleCases("GPT-008", [
  {
    name: "a partition past the usable range, in both arrays",
    image: SAMPLE,
    mutate: (view) => editArrays(view, (array) => view.setBigUint64(array + 40, 99_999_999n, true)),
    hits: [{ start: ARRAY + 32, length: 16 }],
  },
  {
    name: "the third partition begins inside the second",
    image: APPENDED,
    mutate: (view) =>
      editArrays(view, (array) => view.setBigUint64(array + 2 * ENTRY + 32, 3490n, true)),
    hits: [{ start: APPENDED_ARRAY + 2 * ENTRY + 32, length: 16 }],
  },
], structure);

ruleCases("GPT-009", [
  {
    name: "block 20 is the first that may be used",
    image: SAMPLE,
    mutate: (view) => editHeaders(view, (header) => view.setBigUint64(header + 40, 20n, true)),
    hits: [{ start: PRIMARY + 40, length: 8 }],
  },
], structure);

ruleCases("GPT-011", [
  {
    name: "a letter behind the end of the name",
    image: SAMPLE,
    mutate: (view) => editArrays(view, (array) => view.setUint8(array + 126, 0x41)),
    hits: [{ start: ARRAY + 56, length: 72 }],
  },
  {
    name: "half of a pair",
    image: SAMPLE,
    mutate: (view) => editArrays(view, (array) => view.setUint16(array + ENTRY + 56, 0xd83d, true)),
    hits: [{ start: ARRAY + ENTRY + 56, length: 72 }],
  },
], structure);

ruleCases("GPT-013", [
  {
    name: "a table where none was",
    image: SAMPLE,
    prepare: (view) => {
      for (const header of headersOf(view)) fill(view, header, 8);
    },
    mutate: (view) => {
      for (const header of headersOf(view)) setText(view, header, "EFI PART");
    },
    hits: [
      { start: PRIMARY + 56, length: 16 },
      { rule: "GPT-012", start: 446, length: 64 },
    ],
  },
], structure);

ruleCases("GPT-014", [
  {
    name: "the EFI partition begins four blocks late",
    image: APPENDED,
    mutate: (view) =>
      editArrays(view, (array) => view.setBigUint64(array + ENTRY + 32, 3368n, true)),
    hits: [{ start: APPENDED_ARRAY + ENTRY + 32, length: 16 }],
  },
  {
    name: "the EFI partition is one block of 2048 short",
    image: APPENDED,
    mutate: (view) =>
      editArrays(view, (array) => view.setBigUint64(array + ENTRY + 40, 3487n, true)),
    hits: [{ start: APPENDED_ARRAY + ENTRY + 32, length: 16 }],
  },
], structure);

ruleCases("GPT-015", [
  {
    name: "the second partition has the identifier of the first",
    image: SAMPLE,
    mutate: (view) => editArrays(view, (array) => copy(view, array + 16, array + ENTRY + 16, 16)),
    hits: [{ start: ARRAY + ENTRY + 16, length: 16 }],
  },
], structure);

ruleCases("GPT-016", [
  {
    name: "a byte of the field",
    image: SAMPLE,
    mutate: (view) => editHeaders(view, (header) => view.setUint8(header + 21, 7)),
    hits: headersOf(new DataView((await fixtureImage(SAMPLE)).slice().buffer))
      .map((header) => ({ start: header + 20, length: 4 })),
  },
  {
    name: "a byte in the rest of the block",
    image: SAMPLE,
    mutate: (view) => view.setUint8(PRIMARY + 200, 7),
    hits: [{ start: PRIMARY + 200, length: 1 }],
  },
], structure);
