// Rules about the code of the master boot record, and how its entries fit the boot catalogue.

import { logicalSpan, SECTOR } from "../../bytes/span.ts";
import { fieldSpan } from "../../bytes/struct.ts";
import { masterBootRecord, mbrPartition } from "../../decode/partition/layout.ts";
import type { Image } from "../../model/image.ts";
import type { ProofFacts } from "../../model/proof.ts";
import type { Hit, RuleFamily, RuleTable } from "../rule.ts";
import { isIsolinux } from "./eltorito_images.ts";

const rules = {
  staleLoader: {
    id: "MBR-008",
    severity: "warning",
    title: "Hybrid loader address is stale",
    clause: "isohybrid",
    rationale:
      "The code of the boot record loads the boot image from that block: started from a disk the " +
      "image fails, though it starts from a disc. It was mastered again without isohybrid.",
    remedy: "Run isohybrid on the image again.",
    layouts: [masterBootRecord.id],
  },
  code: {
    id: "MBR-010",
    severity: "note",
    title: "Boot code digest",
    clause: "none",
    rationale:
      "Tells by a list of known boot code which one it is, and whether it was changed. Hybrids " +
      "overwrite the first 32 bytes.",
    remedy: "Nothing to do.",
    layouts: [masterBootRecord.id],
  },
  efiDiffers: {
    id: "MBR-011",
    severity: "warning",
    title: "EFI partition and El Torito image differ",
    clause: "none",
    rationale:
      "Firmware starts one file system from the disc and another from the disk, though hybrids have " +
      "one for both.",
    remedy: "Look at both file systems; the table or the catalog may be of another build.",
    layouts: [mbrPartition.id],
  },
} as const satisfies RuleTable;

const BLOCK = 512;
/** First bytes of isohybrid's code: its own, or a driver descriptor for Macs over them. */
const STARTS = [[0x33, 0xed], [0x45, 0x52, 0x08, 0x00, 0x00, 0x00, 0x90, 0x90]];

function* checkLoader(image: Image, { boot }: ProofFacts): Iterable<Hit> {
  const [record] = image.structuresOf(masterBootRecord);
  if (record === undefined) return;
  const { bootCode, hybridLoaderAddress } = record.value;
  if (!STARTS.some((start) => start.every((byte, at) => bootCode[at] === byte))) return;
  const start = (each: { readonly start: number }) => BigInt(each.start / BLOCK);
  // The code is isohybrid's and starts only what has its mark: where no image has it, one was replaced.
  const marked = boot.images.filter(isIsolinux);
  const blocks = (marked.length > 0 ? marked : boot.images).map(start);
  // A driver descriptor alone, without code behind it, loads nothing.
  if (marked.length === 0 && hybridLoaderAddress === 0n) return;
  if (blocks.length === 0 || blocks.includes(hybridLoaderAddress)) return;
  yield {
    rule: rules.staleLoader,
    span: fieldSpan(masterBootRecord, "hybridLoaderAddress", record.span),
    message: `the code loads block ${hybridLoaderAddress}, ` +
      `${blocks.length === 1 ? "the boot image begins" : "boot images begin"} in block ` +
      blocks.join(" or "),
    recorded: String(hybridLoaderAddress),
    expected: blocks.join(" or "),
  };
}

function* checkCode(_image: Image, { boot: { code } }: ProofFacts): Iterable<Hit> {
  if (code === undefined) return;
  yield {
    rule: rules.code,
    span: logicalSpan(0, masterBootRecord.fields.bootCode.type.size),
    message: `bytes 0 to 431 have the SHA-256 ${code.all}, bytes 32 to 431 have ${code.behindHead}`,
    recorded: code.all,
  };
}

const EFI_PARTITION = 0xef;
/** Boot images that a message names. */
const NAMED = 3;

function* checkEfi(image: Image): Iterable<Hit> {
  const efi = image.boot.filter(({ platform }) => platform === 0xef);
  if (efi.length === 0) return;
  for (const { span, value } of image.structuresOf(mbrPartition)) {
    if (value.osType !== EFI_PARTITION) continue;
    const start = value.startingLba * BLOCK;
    const length = value.sizeInLba * BLOCK;
    const same = efi.find(({ sector }) => sector * SECTOR === start);
    const sizes = same === undefined ? [] : [same.bytes, same.sectorCount * BLOCK];
    if (sizes.some((size) => Math.ceil(size / SECTOR) === Math.ceil(length / SECTOR))) continue;
    const { offset } = mbrPartition.fields.startingLba;
    yield {
      rule: rules.efiDiffers,
      span: logicalSpan(span.start + offset, mbrPartition.size - offset),
      message: `the EFI partition has ${length} bytes from byte ${start} on, the catalog has ` +
        efi.slice(0, NAMED).map(({ bytes, sector }) => `${bytes} from ${sector * SECTOR}`).join(
          ", ",
        ),
      recorded: `${value.startingLba}, ${value.sizeInLba}`,
    };
  }
}

/** Rules about boot code and the EFI partition of the boot record. */
export const bootCodeRules: RuleFamily = { rules, image: [checkLoader, checkCode, checkEfi] };
