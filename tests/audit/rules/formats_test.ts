// Mutation cases of the checksums inside the formats of files.

import { buildImage } from "../../support/builder.ts";
import { archives } from "../../proof/formats/archive_vectors.ts";
import { fromBase64 } from "../../proof/formats/support.ts";
import { vectors } from "../../proof/formats/vectors.ts";
import { type RuleCase, ruleCases } from "../rule_cases.ts";

function vector(name: string): Uint8Array {
  return fromBase64(vectors[name] ?? "");
}

const built = buildImage({
  children: [
    { name: "GRAY.PNG;1", content: vector("gray.png") },
    { name: "TEXT.GZ;1", content: vector("text.gz") },
  ],
  joliet: 3,
});

function startOf(name: string): number {
  return built.extents.get(`primary:/${name};1`)?.[0]?.offset ?? 0;
}

function flip(view: DataView, at: number): void {
  view.setUint8(at, view.getUint8(at) ^ 1);
}

function deep(each: RuleCase): RuleCase {
  return { ...each, options: { deep: true } };
}

const gz = startOf("TEXT.GZ");
const png = startOf("GRAY.PNG");

ruleCases(
  "PRF-017",
  [
    {
      name: "a bit in the CRC-32 of a gzip member, which two trees name",
      image: () => built.bytes(),
      mutate: (view: DataView) => flip(view, gz + 1040 - 8),
      hits: [{ start: gz, length: 1040 }],
    },
    {
      name: "a bit in the size of a gzip member",
      image: () => built.bytes(),
      mutate: (view: DataView) => flip(view, gz + 1040 - 4),
      hits: [{ start: gz + 1036, length: 4 }],
    },
    {
      name: "a bit in the header chunk of a PNG file",
      image: () => built.bytes(),
      mutate: (view: DataView) => flip(view, png + 16),
      hits: [{ start: png + 8, length: 25 }],
    },
  ].map(deep),
);

const installer = buildImage({
  children: [
    { name: "INSTALL.WIM;1", content: archives["LZX.wim"]?.bytes ?? "" },
    { name: "SETUP.CAB;1", content: archives["n.cab"]?.bytes ?? "" },
  ],
});
const wim = installer.extents.get("primary:/INSTALL.WIM;1")?.[0]?.offset ?? 0;

ruleCases(
  "PRF-016",
  [
    {
      name: "a bit in a resource that is stored as it is",
      image: () => installer.bytes(),
      mutate: (view: DataView) => flip(view, wim + 730),
      hits: [{ start: wim + 720, length: 40 }],
    },
  ].map(deep),
);
