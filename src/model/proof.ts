// Facts for the audit that need whole ranges of the image or a checksum: computed apart from the rules.

import type { Span } from "../bytes/span.ts";
import type { BootContent, BootFacts } from "./boot_facts.ts";
import type { HostFacts } from "../bytes/host.ts";
import type { ClaimFacts } from "./claims.ts";
import type { ListFacts } from "./lists.ts";
import type { FormatFacts } from "./format_proof.ts";
import type { LibisofsFacts } from "./checksum_tags.ts";
import type { ErrorCorrection } from "./error_correction.ts";
import type { ImplantedFacts } from "./implanted.ts";
import type { HfsCatalog } from "./hfs.ts";
import type { RawFacts } from "./raw_sectors.ts";
import type { Region } from "./regions.ts";
import type { RescueLog } from "./rescue_log.ts";
import type { HashSetFacts } from "./hash_set.ts";
import type { SignatureFacts } from "./signature_facts.ts";
import type { TraceFacts } from "./trace_facts.ts";
import type { Slip } from "./slips.ts";
import type { Hashes } from "./result.ts";

/** What the checksums of one GPT header should be (UEFI 2.10 5.3.2). */
export type GptProof = {
  /** Where the header is: the span of its structure. */
  readonly header: Span;
  /** CRC-32 over the recorded header size with the field itself zero; absent where that is no size. */
  readonly headerCrc?: number;
  /** CRC-32 over the entry array; absent where the array cannot be read whole. */
  readonly arrayCrc?: number;
};

/** A stretch that is not all zeros. */
export type Occupied = {
  /** The region that it lies in. */
  readonly region: Region;
  /** Logical bytes from the first to the last that is not zero. */
  readonly span: Span;
  /** Sectors with such a byte. */
  readonly sectors: number;
  /** Up to 64 bytes from the start of the first such sector. */
  readonly head: Uint8Array;
};

/** Stretches that are all zeros. */
export type Emptiness = {
  readonly bytes: number;
  readonly stretches: number;
  /** The longest of them, in bytes of the file. */
  readonly largest?: Span;
};

/** Occupied stretches of one kind: the first of them, and how many there are. */
export type OccupiedList = { readonly kept: readonly Occupied[]; readonly count: number };

/** What one pass over the file saw. */
export type DataFacts = {
  /** Digests of the file; absent where some byte of it could not be read. */
  readonly hashes?: Hashes;
  /** Bytes of the file that the storage refused, also sector by sector. */
  readonly unread: readonly Span[];
  /** What raw sectors say of themselves; absent where the file has none. */
  readonly raw?: RawFacts;
  /** Unclaimed stretches inside the volume, and behind it. */
  readonly inside: OccupiedList;
  readonly behind: OccupiedList;
  readonly emptyInside: Emptiness;
  readonly emptyBehind: Emptiness;
  /** Rests of blocks behind files and directories. */
  readonly slack: OccupiedList;
  /** Logical sectors that begin like a volume descriptor. */
  readonly descriptors: { readonly kept: readonly number[]; readonly count: number };
};

/** All computed facts of an image. */
export type ProofFacts = {
  readonly gpt: readonly GptProof[];
  readonly boot: BootFacts;
  readonly hfs: readonly HfsCatalog[];
  /** Absent where the data were not read. */
  readonly bootContents?: readonly BootContent[];
  /** The first 64 KiB of the logical sectors, less where the image is shorter. */
  readonly head?: Uint8Array;
  /** The last 4 KiB of the file. */
  readonly tail?: Uint8Array;
  /** Absent where the data were not read. */
  readonly data?: DataFacts;
  /** What proofs claim of the bytes: structure alone where the data were not read. */
  readonly claims?: ClaimFacts;
  /** Traces of damage in the bytes; absent where the data were not read. */
  readonly traces?: TraceFacts;
  /** Files that a set of digests knows, where the user gave one. */
  readonly hashSet?: HashSetFacts;
  /** What the first bytes of files say; absent where the data were not read. */
  readonly signatures?: SignatureFacts;
  /** Raw sectors that stand in the place of others, in bytes of the file and in its order. */
  readonly displaced?: readonly Span[];
  /** Points from which on the image is shifted. */
  readonly slips?: readonly Slip[];
  /** What the rescue tool wrote down, where the user gave it. */
  readonly rescueLog?: RescueLog;
  /** What the lists inside the image say of its files; absent where the data were not read. */
  readonly lists?: ListFacts;
  /** What the formats of files say of their content; absent where the data were not read. */
  readonly formats?: FormatFacts;
  /** Digests that were written into the image after it was made; absent where there are none. */
  readonly implanted?: ImplantedFacts;
  /** Checksum tags of libisofs; absent where there are none. */
  readonly libisofs?: LibisofsFacts;
  /** Error correction that was added behind the volume; absent where there is none. */
  readonly errorCorrection?: ErrorCorrection;
  /** Bytes of the file that had been read when the work was interrupted; absent where it ended itself. */
  readonly interrupted?: { readonly bytes: number };
  /** What was asked for and needs the data, which were not read: in words. */
  readonly leftOut?: readonly string[];
  /** The storage says that the file changed while it was read. */
  readonly changed?: boolean;
  /** What the storage around the file says of it, where the caller looked. */
  readonly host?: HostFacts;
  /** The time to judge dates by, in milliseconds since 1970, where one was given. */
  readonly now?: number;
};
