// The families of the catalogue (rules.md): every id that a finding may carry, built or not yet.

/** Prefixes of ids, each with its number of rules: they count from 001 without a gap. */
const ruleCounts: Readonly<Record<string, number>> = {
  "IMG": 24,
  "ISO-VDS": 16,
  "ISO-PVD": 30,
  "ISO-DIR": 46,
  "ISO-XAR": 4,
  "ISO-PTH": 16,
  "JOL": 12,
  "SUS": 18,
  "RRP": 29,
  "ZIS": 6,
  "AIP": 4,
  "ELT": 30,
  "MBR": 11,
  "GPT": 16,
  "APM": 6,
  "UDF-VRS": 6,
  "UDF-TAG": 8,
  "UDF-ANC": 6,
  "UDF-SEQ": 6,
  "UDF-PVD": 4,
  "UDF-LVD": 5,
  "UDF-PD": 3,
  "UDF-LVI": 7,
  "UDF-FSD": 2,
  "UDF-FE": 17,
  "UDF-FID": 8,
  "UDF-MAP": 2,
  "UDF-MET": 3,
  "UDF-VAT": 3,
  "UDF-SPR": 1,
  "HFS": 8,
  "CDR": 29,
  "SUB": 10,
  "SHT": 9,
  "SES": 7,
  "EXT": 9,
  "XNS": 7,
  "TIM": 7,
  "PRF": 22,
  "DMG": 8,
  "SEC": 10,
  "LIM": 4,
};

/** Every id of the catalogue, in its order. */
export const catalogueIds: readonly string[] = Object.entries(ruleCounts).flatMap((
  [prefix, count],
) => Array.from({ length: count }, (_, at) => `${prefix}-${String(at + 1).padStart(3, "0")}`));

/** Every name of a family: the prefixes of ids, those that several share, and `PVD` for `ISO-PVD`. */
export const familyNames: readonly string[] = [
  ...new Set(
    Object.keys(ruleCounts).flatMap((prefix) => {
      const [first = "", second] = prefix.split("-");
      const short = first === "ISO" && second !== undefined ? [second] : [];
      return [first, prefix, ...short];
    }),
  ),
];
