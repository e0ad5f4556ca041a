// What an audit has to say of each class of damage: the rules that fit its description, and where they
// point. Written from the descriptions of the classes and the catalogue's cell for the place.

/** Where a finding of a class has to lie. */
export type Place =
  /** On a sector whose bytes differ from those of the undamaged image. */
  | "changed"
  /** At the named file: the catalogue's place is an extent, or the record that is still there. */
  | { readonly file: string }
  /** On the sector before a changed one. */
  | "before"
  /** At a byte of the file, which refers to what was changed. */
  | { readonly at: number }
  /** In the sectors that the message of a proof names: the place is its tag. */
  | "covered"
  /** From the end of the file on: what is missing is not there to be pointed at. */
  | "end";

/** A class of damage. */
export type DamageClass = {
  /** Any of these rules explains it. */
  readonly rules: readonly string[];
  readonly place: Place;
};

const gamma = { file: "/docs/gamma.txt" } as const;
const bothOrders = (field: string, rule: string) => ({
  [`pvd-${field}-LE`]: [rule],
  [`pvd-${field}-BE`]: [rule],
});

const rulesAt: Readonly<Record<string, readonly string[]>> = {
  // Transport
  "trunc-1byte": ["IMG-001", "IMG-005", "PRF-020", "PRF-021"],
  "trunc-1sector": ["IMG-001", "PRF-020", "PRF-021"],
  "trunc-half": ["IMG-001"],
  "trailing-garbage": ["IMG-003"],
  "zero-64k": ["PRF-002", "PRF-009", "PRF-021"],
  "bitflip-data": ["PRF-002", "PRF-009", "PRF-021"],
  "bitflip-padding": ["EXT-004", "PRF-001", "PRF-021"],
  "sectors-swapped": ["PRF-002", "PRF-009", "PRF-021"],
  "ascii-mode-ftp": ["IMG-012"],
  // Volume descriptors
  ...bothOrders("volsize", "ISO-PVD-001"),
  ...bothOrders("setsize", "ISO-PVD-004"),
  ...bothOrders("seqno", "ISO-PVD-005"),
  ...bothOrders("blocksize", "ISO-PVD-002"),
  ...bothOrders("ptsize", "ISO-PVD-003"),
  "pvd-cd001": ["ISO-VDS-001", "ISO-VDS-004"],
  "pvd-version": ["ISO-VDS-007"],
  "svd-cd001": ["ISO-VDS-016"],
  "dup-pvd-differs": ["ISO-VDS-005"],
  "volspace-small": ["ISO-PVD-028"],
  "root-zero": ["ISO-PVD-021"],
  "root-beyond": ["ISO-PVD-021"],
  "root-size-differs": ["ISO-PVD-022"],
  "pvd-date-invalid": ["ISO-PVD-015"],
  "vd-unknown-type": ["ISO-VDS-008"],
  // Path tables
  "pt-L-vs-M": ["ISO-PTH-003"],
  "pt-parent": ["ISO-PTH-008"],
  "pt-vs-dir": ["ISO-PTH-010", "ISO-PTH-011", "ISO-PTH-012"],
  "pt-name": ["ISO-PTH-012"],
  "pt-loc-beyond": ["ISO-PTH-001"],
  "pt-size-double": ["ISO-PTH-005"],
  // Directories
  "dr-len0": ["ISO-DIR-003"],
  "dr-too-long": ["ISO-DIR-001"],
  "dr-too-short": ["ISO-DIR-001"],
  "dr-cross-sector": ["ISO-DIR-002"],
  "dr-namelen": ["ISO-DIR-001"],
  "dir-loop": ["ISO-DIR-013"],
  "dir-loop-joliet": ["ISO-DIR-013"],
  "ext-beyond": ["IMG-016"],
  "size-beyond": ["IMG-016"],
  "dot-wrong": ["ISO-DIR-009"],
  "dotdot-wrong": ["ISO-DIR-010"],
  "dot-missing": ["ISO-DIR-008"],
  "dir-unsorted": ["ISO-DIR-017"],
  "dir-dupname": ["ISO-DIR-018", "RRP-017"],
  "dr-ext-both-endian": ["ISO-DIR-004"],
  "dr-size-both-endian": ["ISO-DIR-005"],
  "dr-date-invalid": ["ISO-DIR-024"],
  "dr-hidden-flag": ["ISO-DIR-028"],
  "dr-multiextent-dangling": ["ISO-DIR-033"],
  "dr-interleave": ["ISO-DIR-031"],
  "iso-name-illegal": ["ISO-DIR-019", "SEC-001", "SEC-002"],
  "dr-reserved-flags": ["ISO-DIR-025"],
  // Hidden data
  "hidden-padding": ["EXT-004"],
  "hidden-file-slack": ["EXT-006"],
  "hidden-dir-slack": ["ISO-DIR-003", "EXT-007"],
  "hidden-system-area": ["ISO-VDS-013", "GPT-008"],
  "hidden-app-use": ["ISO-PVD-024"],
  "hidden-bootcat": ["ELT-022"],
  // Trees that disagree
  "joliet-other-extent": ["XNS-001"],
  "joliet-other-size": ["XNS-002"],
  // Rock Ridge
  "rr-nm-traversal": ["RRP-016", "SEC-001"],
  "rr-nm-control": ["RRP-016", "SEC-002"],
  "rr-nm-utf8": ["RRP-018"],
  "rr-ce-loop": ["SUS-007"],
  "rr-ce-beyond": ["SUS-006"],
  "rr-susp-len0": ["SUS-001"],
  "rr-susp-long": ["SUS-001"],
  "rr-px-type": ["RRP-003"],
  "rr-px-both-endian": ["RRP-001"],
  "rr-sl-bad": ["RRP-008"],
  "rr-sp-missing": ["SUS-003"],
  // El Torito and partition tables
  "et-checksum": ["ELT-006"],
  "et-cat-beyond": ["ELT-004"],
  "et-img-beyond": ["ELT-013"],
  "et-section-count": ["ELT-020"],
  "mbr-beyond": ["MBR-002"],
  "mbr-sig": ["GPT-012"],
  "gpt-hdr-crc": ["GPT-001"],
  "gpt-ent-crc": ["GPT-002"],
  "gpt-part-beyond": ["GPT-008"],
  // Embedded checksums
  "implant-md5-wrong": ["PRF-001", "PRF-003", "PRF-022"],
  "implant-frag-wrong": ["PRF-002", "PRF-003", "PRF-022"],
  "xorriso-tag-wrong": ["PRF-008"],
  // Sessions
  "ms-first-pvd-damaged": ["ISO-VDS-001", "ISO-VDS-016"],
  "ms-second-pvd-damaged": ["ISO-VDS-001", "ISO-VDS-016"],
  // zisofs
  "zisofs-ptr-beyond": ["ZIS-004"],
  "zisofs-ptr-descending": ["ZIS-004"],
  "zisofs-data-flip": ["ZIS-006"],
  "zisofs-size-mismatch": ["ZIS-005"],
  "zisofs-magic": ["ZIS-001"],
  "zisofs-blocksize": ["ZIS-003"],
  // Raw sectors; the intermediate bytes are under the parity
  "raw-data-flip": ["CDR-007"],
  "raw-bad-edc": ["CDR-007"],
  "raw-bad-ecc-p": ["CDR-008"],
  "raw-bad-ecc-q": ["CDR-009"],
  "raw-bad-sync": ["CDR-001"],
  "raw-msf-jump": ["CDR-003"],
  "raw-msf-notbcd": ["CDR-002"],
  "raw-mode-byte": ["CDR-004", "CDR-005"],
  "raw-sector-missing": ["CDR-003"],
  "raw-partial-sector": ["IMG-001", "IMG-005"],
  "raw-hidden-intermediate": ["CDR-008", "CDR-010"],
};

/** Classes whose place, by the catalogue, is not where the bytes were changed. */
const elsewhere: Readonly<Record<string, DamageClass>> = {
  // The place is the last descriptor that was read.
  "vdst-missing": { rules: ["ISO-VDS-003"], place: "before" },
  "volspace-large": { rules: ["IMG-001"], place: "end" },
  "ext-overlap": { rules: ["EXT-001"], place: gamma },
  "ext-in-metadata": { rules: ["EXT-003"], place: gamma },
  "orphan-extent": { rules: ["EXT-004"], place: gamma },
  "joliet-only": { rules: ["XNS-001"], place: gamma },
  "iso-only": { rules: ["XNS-001"], place: gamma },
  "et-bootinfo-sum": { rules: ["ELT-025"], place: { file: "/isolinux/isolinux.bin" } },
  // The loader's address in the master boot record, which the boot catalog contradicts.
  "et-img-elsewhere": { rules: ["MBR-008"], place: { at: 432 } },
  "ms-old-file-flip": { rules: ["PRF-007"], place: "covered" },
  // The address of the backup in the primary header.
  "gpt-backup-missing": { rules: ["GPT-005"], place: { at: 544 } },
};

/** Every class by its name. */
export const damageClasses: Readonly<Record<string, DamageClass>> = {
  ...Object.fromEntries(
    Object.entries(rulesAt).map(([id, rules]) => [id, { rules, place: "changed" as const }]),
  ),
  ...elsewhere,
};
