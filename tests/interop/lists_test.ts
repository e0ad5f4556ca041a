// Lists of digests that other programs made, on images that other programs mastered: intact they hold, and
// one changed byte is told of at its file.

import { assert, assertEquals } from "@std/assert";
import { audit, type AuditResult, examine, MemorySource } from "../../src/mod.ts";
import { extentsInFile } from "../../src/model/entry.ts";

const programs = [
  ...["md5sum", "sha256sum", "dpkg-deb", "apt-ftparchive", "rpmbuild", "createrepo_c", "gzip"],
  ...["xorriso", "genisoimage"],
];

const masters: Readonly<Record<string, readonly string[]>> = {
  xorriso: ["xorriso", "-as", "mkisofs", "-quiet", "-R", "-J", "-o", "image.iso", "tree"],
  genisoimage: ["genisoimage", "-quiet", "-R", "-J", "-o", "image.iso", "tree"],
};

const control = `Package: words
Version: 1
Architecture: all
Maintainer: nobody <nobody@example.org>
Description: words
`;

const spec = `Name: words
Version: 1
Release: 1
Summary: words
License: none
BuildArch: noarch
%description
words
%install
mkdir -p %{buildroot}/usr/share
seq 5000 > %{buildroot}/usr/share/words
%files
/usr/share/words
`;

const deb = "pool/main/words_1_all.deb";
const packages = "dists/stable/main/binary-all/Packages";
const rpm = "rpm/noarch/words-1-1.noarch.rpm";

/** Files to change, and the rule about the list that has them. */
const changed: readonly { readonly file: string; readonly rule: string }[] = [
  { file: "docs/alpha.txt", rule: "PRF-011" },
  { file: "docs/a name with blanks", rule: "PRF-011" },
  { file: "files/beta.bin", rule: "PRF-011" },
  { file: deb, rule: "PRF-015" },
  { file: packages, rule: "PRF-015" },
  { file: `${packages}.gz`, rule: "PRF-015" },
  { file: rpm, rule: "PRF-015" },
];

function available(program: string): boolean {
  try {
    const quiet = { stdin: "null", stdout: "null", stderr: "null" } as const;
    new Deno.Command(program, { args: ["--version"], ...quiet }).outputSync();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function run(cwd: string, [program = "", ...args]: readonly string[]): Promise<Uint8Array> {
  const pipes = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd, ...pipes })
    .output();
  assert(success, `${program}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if (typeof content === "string") await Deno.writeTextFile(path, content);
  else await Deno.writeFile(path, content);
}

/** Two folders, each with a list of its files in the root. */
async function makeSums(tree: string): Promise<void> {
  const lines = Array.from({ length: 3000 }, (_, index) => `line ${index}\n`).join("");
  await write(`${tree}/docs/alpha.txt`, lines);
  await write(`${tree}/docs/a name with blanks`, lines.slice(0, 5000));
  await write(`${tree}/files/beta.bin`, Uint8Array.from(lines, (_, index) => index * 7 % 251));
  await write(`${tree}/files/gamma`, "gamma\n");
  const docs = ["./docs/alpha.txt", "./docs/a name with blanks"];
  await write(`${tree}/md5sum.txt`, await run(tree, ["md5sum", ...docs]));
  const files = ["files/beta.bin", "files/gamma"];
  await write(`${tree}/SHA256SUMS`, await run(tree, ["sha256sum", "-b", ...files]));
}

/** A repository of Debian with one package. */
async function makeDebian(work: string, tree: string): Promise<void> {
  await write(`${work}/deb/DEBIAN/control`, control);
  await write(`${work}/deb/usr/share/words`, "words\n".repeat(3000));
  await write(`${tree}/${deb}`, "");
  await run(work, ["dpkg-deb", "--root-owner-group", "-b", "deb", `${tree}/${deb}`]);
  await write(`${tree}/${packages}`, await run(tree, ["apt-ftparchive", "packages", "pool"]));
  await run(tree, ["gzip", "-kn", packages]);
  const release = await run(tree, ["apt-ftparchive", "release", "dists/stable"]);
  await write(`${tree}/dists/stable/Release`, release);
}

/** A repository of RPM with one package. */
async function makeRpm(work: string, tree: string): Promise<void> {
  await write(`${work}/words.spec`, spec);
  const folders = ["--define", `_topdir ${work}/build`, "--define", `_rpmdir ${tree}/rpm`];
  await run(work, ["rpmbuild", "-bb", "--target", "noarch", ...folders, "words.spec"]);
  await run(tree, ["createrepo_c", "-q", "rpm"]);
}

async function audited(bytes: Uint8Array): Promise<AuditResult> {
  return await audit(await examine(new MemorySource(bytes, "image.iso")));
}

/** The byte in the middle of a file of an image. */
async function middleOf(bytes: Uint8Array, file: string): Promise<number> {
  const image = await examine(new MemorySource(bytes, "image.iso"));
  for (const { namespace } of image.volumes) {
    for (let node = 0; node < (namespace?.tree.count ?? 0); node++) {
      if (namespace?.path(node) !== `/${file}`) continue;
      const [extent] = extentsInFile(image, namespace, node);
      assert(extent !== undefined);
      return extent.offset + Math.floor(extent.length / 2);
    }
  }
  throw new Error(`no /${file}`);
}

const missing = programs.filter((program) => !available(program));
const skipped = missing.length === 0 ? "" : ` (skipped: there is no ${missing.join(", ")})`;

async function testImage(bytes: Uint8Array): Promise<void> {
  const intact = await audited(bytes);
  const isGrave = (severity: string) => severity === "error" || severity === "warning";
  assertEquals(intact.findings.filter(({ severity }) => isGrave(severity)), []);
  for (const { file, rule } of changed) {
    const at = await middleOf(bytes, file);
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 0x10;
    const { findings } = await audited(damaged);
    const said = findings.filter(({ severity }) => severity === "error");
    const found = said.find((finding) => finding.rule === rule && finding.path === `/${file}`);
    const told = said.map((finding) => `${finding.rule} ${finding.path} ${finding.message}`);
    assert(found?.offset !== undefined, `${file}: ${told.join("; ") || "nothing"}`);
    assert(found.offset <= at && at < found.offset + (found.length ?? 0), `${file}: its place`);
  }
}

Deno.test({
  name: `lists by other programs hold, and tell of a changed byte at its file${skipped}`,
  ignore: skipped !== "",
  async fn(t) {
    const work = await Deno.makeTempDir();
    try {
      const tree = `${work}/tree`;
      await makeSums(tree);
      await makeDebian(work, tree);
      await makeRpm(work, tree);
      for (const [master, command] of Object.entries(masters)) {
        await run(work, command);
        const bytes = await Deno.readFile(`${work}/image.iso`);
        await Deno.remove(`${work}/image.iso`);
        await t.step(`mastered by ${master}`, () => testImage(bytes));
      }
    } finally {
      await Deno.remove(work, { recursive: true });
    }
  },
});
