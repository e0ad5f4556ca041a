// Lists that are compressed, and listed files that are: tables of repositories, and files of zisofs.

import { assert, assertEquals } from "@std/assert";
import { audit } from "../../../src/audit/run.ts";
import { MemorySource } from "../../../src/bytes/source.ts";
import { examine } from "../../../src/examine.ts";
import type { Image } from "../../../src/model/image.ts";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { verifyOwnProofs } from "../../../src/proof/own_proofs.ts";
import { readLists } from "../../../src/proof/lists/read.ts";
import { fixtureImage } from "../../support/fixtures.ts";
import { digestOf, type ListedFiles, ListedImage } from "../../support/listed_tree.ts";
import { fromBase64 } from "../formats/support.ts";
import { vectors } from "../formats/vectors.ts";
import { repository } from "./repositories.ts";

function file(name: string): Uint8Array {
  const bytes = repository[name];
  assert(bytes !== undefined, name);
  return bytes;
}

function imageOf(files: ListedFiles): Promise<Image> {
  return examine(new MemorySource(new ListedImage(files).bytes(), "built.iso"));
}

async function verified(files: ListedFiles): Promise<string[]> {
  const verification = await verifyOwnProofs(await imageOf(files));
  return [...verification.entries()].map(({ path, state }) => `${path} ${state}`).sort();
}

const folder = "dists/s/main/binary-all";

for (const name of ["Packages.xz", "Packages.bz2", "Packages.zst", "Packages.lz4"]) {
  const table = file(name);
  const release = async () =>
    `SHA256:\n ${await digestOf("sha256", file("Packages"))} 447 main/binary-all/Packages\n` +
    ` ${await digestOf("sha256", table)} ${table.length} main/binary-all/${name}\n`;
  const chain = async () => ({
    "pool/lantern_1.0_all.deb": file("lantern.deb"),
    "dists/s/Release": await release(),
    [`${folder}/${name}`]: table,
  });

  Deno.test(`${name} is expanded, proves the packages, and what Release has of Packages`, async () => {
    assertEquals(await verified(await chain()), [
      `/${folder}/${name} ok`,
      `/${folder}/${name} ok`,
      "/pool/lantern_1.0_all.deb ok",
    ]);
  });

  Deno.test(`${name}: damaged or cut off anywhere, it neither hangs nor throws`, async () => {
    const files = await chain();
    for (let at = 0; at < table.length; at += 5) {
      const changed = table.slice();
      changed[at] = (changed[at] ?? 0) ^ 1 << at % 8;
      for (const bytes of [changed, table.slice(0, at + 1)]) {
        const image = await imageOf({ ...files, [`${folder}/${name}`]: bytes });
        const { lists } = await readLists({ image });
        const found = lists.find(({ path }) => path.endsWith(name));
        assert(["read", "cut", "none"].includes(found?.state ?? ""), `${at}: ${found?.state}`);
      }
    }
  });
}

for (const name of ["primary.xml.xz", "primary.xml.bz2", "primary.xml.zst"]) {
  Deno.test(`${name} of an RPM repository proves its packages`, async () => {
    const table = file(name);
    const repomd = new TextDecoder().decode(file("repomd.xml"))
      .replace("primary.xml.xz", name)
      .replace(await digestOf("sha256", file("primary.xml.xz")), await digestOf("sha256", table))
      .replace("<size>604</size>", `<size>${table.length}</size>`);
    const found = await verified({
      "lantern.rpm": fromBase64(vectors["t.rpm"] ?? ""),
      "repodata/repomd.xml": repomd,
      [`repodata/${name}`]: table,
    });
    assertEquals(found, ["/lantern.rpm ok", `/repodata/${name} ok`]);
  });
}

const sums = `\
c1e9a81187426a5b115ab5cc59d4ab01bf008b96f18d755f068b9a3349cb7a19  block.bin
2e548b61a994c476aef39ba926c246676b0f5be05bc4067ee58e091f52c324b0  sparse.bin
c2cdd288a040d724e5a3b6250e780ce341ba3f809002fac33895820d39801205  text.txt
4cbbd9be0cba685835755f827758705db5a413c5494c34262cd25946a73e7582  zeros.bin
`;

async function auditedWith(list: string, bytes?: Uint8Array) {
  const image = await examine(
    new MemorySource(bytes ?? await fixtureImage("rr-zisofs-genisoimage"), "z.iso"),
  );
  const parsed = parseManifest(list);
  assert(!("error" in parsed));
  const { findings } = await audit(image, { manifest: { name: "given.txt", list: parsed } });
  return findings.filter(({ rule }) => /^PRF|^LIM/.test(rule) && rule !== "PRF-013")
    .map(({ rule, path }) => `${rule} ${path}`);
}

Deno.test("compressed files are compared by their content", async () => {
  assertEquals(await auditedWith(sums), []);
  assertEquals(await auditedWith(sums.replace("2e548b61", "00000000")), ["PRF-018 /sparse.bin"]);
});
