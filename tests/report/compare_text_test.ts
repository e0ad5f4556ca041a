// The text of a comparison: which namespace a row is about, and which side is broken.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { compare } from "../../src/compare/compare.ts";
import { plainStyle } from "../../src/report/style.ts";
import { compareText } from "../../src/report/text/compare.ts";
import { openBytes, openFixture } from "../manifest/support.ts";
import { fixtureImage } from "../support/fixtures.ts";
import { buildImage, type FileSpec } from "../support/builder.ts";

const style = { ...plainStyle, verbose: true };

function built(children: readonly FileSpec[]) {
  return openBytes(buildImage({ joliet: 3, rockRidge: "1.12", children }).bytes());
}

Deno.test("rows of another namespace than the richest name it", async () => {
  const both: FileSpec = { name: "A.TXT;1", longName: "a.txt", content: "one" };
  const hidden: FileSpec = { name: "B.TXT;1", longName: "b.txt", content: "two", only: ["joliet"] };
  const result = await compare(await built([both]), await built([both, hidden]));
  assertEquals(result.volumes, ["rockridge", "joliet", "iso9660"]);
  const text = [...compareText(result, style)].join("\n");
  assertStringIncludes(text, "  + /b.txt in Joliet  3 bytes\n");
  assert(!text.includes("in Rock Ridge"));
  const builds = await compare(await openFixture("sample"), await openFixture("sample2"));
  const fields = [...compareText(builds, style)].join("\n");
  assertStringIncludes(fields, "Directory Record of /CHANGELOG.md in Joliet: dataLength");
  assertStringIncludes(fields, "Directory Record of /CHANGELOG.md: dataLength");
});

Deno.test("a file that is cut in one image says so, and is counted once", async () => {
  const whole = await openFixture("sample");
  const cut = await openBytes((await fixtureImage("sample")).subarray(0, 200_000));
  const result = await compare(whole, cut);
  const text = [...compareText(result, style)].join("\n");
  assertStringIncludes(text, "  ~ /README.md  cut in b\n");
  const note = `${result.summary.content} files could not be read whole on both sides`;
  assertStringIncludes(result.notes?.join("\n") ?? "", note);
  const reverse = [...compareText(await compare(cut, whole), style)].join("\n");
  assertStringIncludes(reverse, "  ~ /README.md  cut in a\n");
  const same = [...compareText(await compare(cut, cut), style)].join("\n");
  assert(!same.includes("cut in"));
});
