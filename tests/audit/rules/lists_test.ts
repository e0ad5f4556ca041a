// Mutation cases of lists of digests inside an image.

import { ascii } from "../../support/iso_encode.ts";
import { digestOf, type ListedFiles, ListedImage } from "../../support/listed_tree.ts";
import { parseManifest } from "../../../src/manifest/parse.ts";
import { setText } from "../edits.ts";
import { type ExpectedHit, ruleCases } from "../rule_cases.ts";

const texts: ListedFiles = {
  "docs/one.txt": "the first of the files\n",
  "docs/two.txt": "the second one\n".repeat(200),
  "docs/three.txt": "and the third\n".repeat(400),
  "docs/four.txt": "four\n",
  "docs/five.txt": "five\n",
};

async function sums(
  files: ListedFiles,
  algorithm: "md5" | "sha1" | "sha256",
  base = "",
): Promise<string> {
  let list = "";
  for (const [path, content] of Object.entries(files)) {
    list += `${await digestOf(algorithm, content)}  ${path.slice(base.length)}\n`;
  }
  return list;
}

const listed = new ListedImage({
  ...texts,
  "sha256sum.txt": await sums(texts, "sha256"),
});
const both = new ListedImage({
  ...texts,
  "docs/MD5SUMS": await sums(texts, "md5", "docs/"),
  "sha256sum.txt": await sums(texts, "sha256"),
});

function flip(view: DataView, at: number): void {
  view.setUint8(at, view.getUint8(at) ^ 1);
}

/** The line of a file in the list of {@linkcode listed}. */
async function lineOf(path: string): Promise<{ start: number; length: number }> {
  const digest = await digestOf("sha256", texts[path] ?? "");
  return listed.placeOf("sha256sum.txt", `${digest}  ${path}`);
}

const second = await lineOf("docs/two.txt");
const two: ExpectedHit = { ...listed.place("docs/two.txt"), severity: "error" };
const changed = ["one", "two", "three", "four"];
const ten = Object.fromEntries(
  Array.from({ length: 10 }, (_, at) => [`f${at}`, `${at} of ten\n`.repeat(300)]),
);
const many = new ListedImage({ ...ten, "sha256sum.txt": await sums(ten, "sha256") });

ruleCases("PRF-011", [
  {
    name: "one bit of a listed file",
    image: () => listed.bytes(),
    mutate: (view) => flip(view, two.start ?? 0),
    hits: [two],
  },
  {
    name: "one bit of a file that two lists have",
    image: () => both.bytes(),
    mutate: (view) => flip(view, both.place("docs/three.txt").start),
    // One place, so one finding, which counts both lists.
    hits: [both.place("docs/three.txt")],
  },
  {
    name: "one digit of the list, which the file does not bear out",
    image: () => listed.bytes(),
    mutate: (view) => {
      const at = second.start + 5;
      setText(view, at, view.getUint8(at) === 0x30 ? "1" : "0");
    },
    hits: [{ ...second, severity: "warning" }],
  },
  {
    name: "one digit of the list that is none any more",
    image: () => listed.bytes(),
    mutate: (view) => setText(view, second.start + 5, "g"),
    hits: [{ ...second, severity: "warning" }],
  },
  {
    name: "most of a few files: each by itself",
    image: () => listed.bytes(),
    mutate: (view) => {
      for (const name of changed) flip(view, listed.place(`docs/${name}.txt`).start);
    },
    hits: changed.map((name): ExpectedHit => ({
      ...listed.place(`docs/${name}.txt`),
      severity: "error",
    })),
  },
  {
    name: "most files changed since the list was made",
    image: () => many.bytes(),
    mutate: (view) => {
      for (const path of Object.keys(ten).slice(0, 6)) flip(view, many.place(path).start);
    },
    hits: [{
      ...many.place("sha256sum.txt"),
      severity: "warning",
    }],
  },
]);

const plain = new ListedImage(texts);
const other = parseManifest(await sums({ "docs/six.txt": "6\n", "docs/seven.txt": "7\n" }, "md5"));
if ("error" in other) throw new RangeError(other.error);

ruleCases("PRF-012", [
  {
    name: "one letter of a name in the list",
    image: () => listed.bytes(),
    mutate: (view) => setText(view, second.start + second.length - 1, "x"),
    hits: [{ ...second, severity: "warning" }],
  },
  {
    name: "nothing of a manifest that the user gave",
    image: () => plain.bytes(),
    options: { manifest: { name: "other.txt", list: other } },
    hits: [{ severity: "warning" }],
    mutate: () => {},
  },
]);

/** A boot image before mastering, with room for the table that isolinux leaves. */
const bootImage = ascii("boot image ".repeat(100));
bootImage.fill(0, 8, 64);
const boot = {
  "isolinux/isolinux.bin": bootImage,
  "boot/loader.bin": bootImage.slice().fill(7, 64, 128),
  "boot/boot.cat": "catalog before mastering\n",
};
const bootable = new ListedImage({ ...boot, "md5sum.txt": await sums(boot, "md5") });

function writeTable(view: DataView, path: string): void {
  const { start, length } = bootable.place(path);
  let sum = 0;
  for (let at = 64; at < length; at += 4) sum += view.getUint32(start + at, true);
  const numbers = [16, start / 2048, length, sum % 2 ** 32];
  for (const [index, number] of numbers.entries()) {
    view.setUint32(start + 8 + 4 * index, number, true);
  }
}

ruleCases("PRF-014", [
  {
    name: "a boot information table in a boot image",
    image: () => bootable.bytes(),
    mutate: (view) => writeTable(view, "boot/loader.bin"),
    hits: [bootable.place("boot/loader.bin")],
  },
  {
    name: "a boot catalog that was written when the image was made",
    image: () => bootable.bytes(),
    mutate: (view) => flip(view, bootable.place("boot/boot.cat").start),
    hits: [bootable.place("boot/boot.cat")],
  },
]);

const debs = {
  "pool/main/a/alpha_1_all.deb": "!<arch>\nthe package alpha\n",
  "pool/main/b/beta_1_all.deb": "!<arch>\nthe package beta\n".repeat(99),
};

async function stanzas(): Promise<string> {
  let text = "";
  for (const [path, content] of Object.entries(debs)) {
    text += `Package: x\nDescription: a package\n with more lines\nFilename: ${path}\n` +
      `Size: ${content.length}\nMD5sum: ${await digestOf("md5", content)}\n` +
      `SHA256: ${await digestOf("sha256", content)}\n\n`;
  }
  return text;
}

const packages = await stanzas();
const PACKAGES = "dists/stable/main/binary-all/Packages";
const release = "Suite: stable\nMD5Sum:\n" +
  ` ${await digestOf("md5", packages)} ${packages.length} main/binary-all/Packages\nSHA256:\n` +
  ` ${await digestOf("sha256", packages)} ${packages.length} main/binary-all/Packages\n` +
  ` ${await digestOf("sha256", "")}       20 main/binary-all/Packages.gz\n`;
const archive = new ListedImage({
  ...debs,
  [PACKAGES]: packages,
  [`dists/stable/main/binary-all/by-hash/SHA256/${await digestOf("sha256", packages)}`]: packages,
  "dists/stable/Release": release,
});

const rpms = { "Packages/a-1.noarch.rpm": "rpm a".repeat(600) };
const [rpm = ""] = Object.values(rpms);
const primary = '<?xml version="1.0" encoding="UTF-8"?>\n<metadata packages="1">\n' +
  `<package type="rpm"><name>a</name><checksum type="sha256" pkgid="YES">${await digestOf(
    "sha256",
    rpm,
  )}</checksum>\n<size package="${rpm.length}" installed="1"/>\n` +
  '<location href="Packages/a-1.noarch.rpm"/></package>\n</metadata>\n';
const repomd = '<?xml version="1.0" encoding="UTF-8"?>\n<repomd>\n<data type="primary">\n' +
  `<checksum type="sha256">${await digestOf("sha256", primary)}</checksum>\n` +
  '<location href="repodata/primary.xml"/></data>\n</repomd>\n';
const repository = new ListedImage({
  "os/Packages/a-1.noarch.rpm": rpm,
  "os/repodata/primary.xml": primary,
  "os/repodata/repomd.xml": repomd,
});

ruleCases("PRF-015", [
  {
    name: "one bit of a deb",
    image: () => archive.bytes(),
    mutate: (view) => flip(view, archive.place("pool/main/b/beta_1_all.deb").start + 2000),
    hits: [archive.place("pool/main/b/beta_1_all.deb")],
  },
  {
    name: "a field of a Packages file that no package is compared with",
    image: () => archive.bytes(),
    mutate: (view) => setText(view, archive.placeOf(PACKAGES, "a package").start, "A"),
    hits: [archive.place(PACKAGES)],
  },
  {
    name: "one bit of an rpm",
    image: () => repository.bytes(),
    mutate: (view) => flip(view, repository.place("os/Packages/a-1.noarch.rpm").start + 2999),
    hits: [repository.place("os/Packages/a-1.noarch.rpm")],
  },
  {
    name: "a table that is no XML any more",
    image: () => repository.bytes(),
    mutate: (view) =>
      setText(view, repository.placeOf("os/repodata/primary.xml", "</name>").start, ">"),
    hits: [
      { ...repository.place("os/repodata/primary.xml"), severity: "error" },
      { ...repository.place("os/repodata/primary.xml"), severity: "warning" },
    ],
  },
  {
    name: "a table of an RPM repository",
    image: () => repository.bytes(),
    mutate: (view) =>
      setText(view, repository.placeOf("os/repodata/primary.xml", 'installed="1"').start + 11, "2"),
    hits: [repository.place("os/repodata/primary.xml")],
  },
]);

const given = parseManifest(await sums(texts, "sha256"));
if ("error" in given) throw new RangeError(given.error);
const options = { manifest: { name: "given.txt", list: given } };

ruleCases("PRF-018", [
  {
    name: "one bit of a file that the manifest has",
    image: () => plain.bytes(),
    options,
    mutate: (view) => flip(view, plain.place("docs/one.txt").start),
    hits: [plain.place("docs/one.txt")],
  },
  {
    name: "all of its files, which is no stale list here",
    image: () => plain.bytes(),
    options,
    mutate: (view) => {
      for (const path of Object.keys(texts)) flip(view, plain.place(path).start);
    },
    hits: Object.keys(texts).map((path) => plain.place(path)),
  },
]);

const signed = { "sha256sum.txt": await sums(texts, "sha256"), ...texts };

ruleCases("PRF-019", [
  {
    name: "a detached signature beside a list",
    image: () => new ListedImage(signed).bytes(),
    mutate: () => new ListedImage({ ...signed, "sha256sum.txt.asc": "signature" }).bytes(),
    hits: [{}],
  },
]);

ruleCases("PRF-022", [
  {
    name: "the digest of a line, where another list bears the file out",
    image: () => both.bytes(),
    mutate: (view) =>
      setText(view, both.placeOf("docs/MD5SUMS", "three.txt").start - 34, "0123".repeat(8)),
    hits: [{
      start: both.placeOf("docs/MD5SUMS", "three.txt").start - 34,
      length: 34 + "three.txt".length,
      severity: "error",
    }],
  },
]);
