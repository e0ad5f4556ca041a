// The families of rules, one line each, in the order of the catalogue.

import type { Rule, RuleFamily } from "../rule.ts";
import { checksumArrayRules } from "./checksum_array.ts";
import { checksumTagRules } from "./checksum_tags.ts";
import { contentRules } from "./content.ts";
import { damageRules } from "./damage.ts";
import { appleMapRules } from "./apm.ts";
import { descriptorIdentifiers } from "./descriptor_identifiers.ts";
import { attributeListRules } from "./aaip.ts";
import { descriptorNumbers } from "./descriptor_numbers.ts";
import { descriptorSet } from "./descriptor_set.ts";
import { descriptorTexts } from "./descriptor_texts.ts";
import { descriptorUse } from "./descriptor_use.ts";
import { directoryRules } from "./dir.ts";
import { elToritoRules } from "./eltorito.ts";
import { elToritoCatalogRules } from "./eltorito_catalog.ts";
import { bootImageRules } from "./eltorito_images.ts";
import { errorCorrectionRules } from "./error_correction.ts";
import { extents } from "./extents.ts";
import { formatRules } from "./formats.ts";
import { gptRules } from "./gpt.ts";
import { gptEntryRules } from "./gpt_entries.ts";
import { hazardRules } from "./hazards.ts";
import { hfsRules } from "./hfs.ts";
import { image } from "./image.ts";
import { imageEnd } from "./image_end.ts";
import { jolietRules } from "./joliet.ts";
import { jolietTreeRules } from "./joliet_names.ts";
import { extendedRecordRules } from "./extended_records.ts";
import { imageSizes } from "./image_sizes.ts";
import { implantedRules } from "./implanted.ts";
import { limits } from "./limits.ts";
import { listRules } from "./lists.ts";
import { masterBootRules } from "./mbr.ts";
import { bootCodeRules } from "./mbr_boot.ts";
import { namespaceViews } from "./namespace_views.ts";
import { namespaceRules } from "./namespaces.ts";
import { pathTableRules } from "./pth.ts";
import { proofRules } from "./proofs.ts";
import { placement } from "./placement.ts";
import { rootRecord } from "./root_record.ts";
import { rawSectorRules } from "./raw_sectors.ts";
import { rockRidgeRules } from "./rrip.ts";
import { sessionRules } from "./sessions.ts";
import { rockRidgeTreeRules } from "./rrip_tree.ts";
import { systemUseRules } from "./susp.ts";
import { systemUseTreeRules } from "./susp_entries.ts";
import { storageRules } from "./storage.ts";
import { systemArea } from "./system_area.ts";
import { timeRules } from "./times.ts";
import { transferRules } from "./transfer.ts";
import { zisofsRules } from "./zisofs.ts";

/** Every family that the audit runs. */
export const families: readonly RuleFamily[] = [
  imageEnd,
  image,
  imageSizes,
  storageRules,
  placement,
  descriptorSet,
  systemArea,
  descriptorNumbers,
  descriptorTexts,
  descriptorIdentifiers,
  descriptorUse,
  rootRecord,
  directoryRules,
  extendedRecordRules,
  pathTableRules,
  jolietRules,
  jolietTreeRules,
  systemUseRules,
  systemUseTreeRules,
  rockRidgeRules,
  rockRidgeTreeRules,
  zisofsRules,
  attributeListRules,
  elToritoRules,
  elToritoCatalogRules,
  bootImageRules,
  masterBootRules,
  bootCodeRules,
  gptRules,
  gptEntryRules,
  appleMapRules,
  hfsRules,
  rawSectorRules,
  sessionRules,
  listRules,
  extents,
  namespaceRules,
  namespaceViews,
  timeRules,
  hazardRules,
  transferRules,
  damageRules,
  contentRules,
  formatRules,
  errorCorrectionRules,
  implantedRules,
  checksumTagRules,
  checksumArrayRules,
  proofRules,
  limits,
];

/** Every rule of every family, in their order. */
export function registry(): readonly Rule[] {
  return families.flatMap((family) => Object.values(family.rules));
}
