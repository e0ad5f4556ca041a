/**
 * discern accounts for every byte of a disc image: which structure or file owns it, and what vouches
 * for it. Open a source with {@linkcode examine}; every other function reads the {@linkcode Image}
 * that it gives. Nothing here needs a file system, a network or a particular runtime.
 *
 * @module
 */

// The library: re-exports only.

export { type Baseline, type KnownFindings, knownOf, parseBaseline } from "./audit/baseline.ts";
export { rules } from "./audit/catalogue.ts";
export { furtherFingerprint } from "./audit/fingerprint.ts";
export { type Move, type Profile, profileOf, profiles } from "./audit/profiles.ts";
export type * from "./audit/result.ts";
export type { Confidence, Severity } from "./audit/rule.ts";
export { audit, type AuditOptions } from "./audit/run.ts";
export { isRuleSelector, ruleSelectors } from "./audit/select.ts";
export { Summary } from "./audit/summary.ts";
export { exitStatus, type FailOn } from "./audit/verdict.ts";
export { type ByteSource, MemorySource, SourceError } from "./bytes/source.ts";
export { type Owner, owners, type Space, type Span } from "./bytes/span.ts";
export { defaultLimits, type Limits } from "./bytes/limits.ts";
export type {
  Fault,
  Field,
  FieldRole,
  Fields,
  FieldType,
  Layout,
  Structure,
  Values,
} from "./bytes/struct.ts";
export { compare, compareExit, type CompareOptions } from "./compare/compare.ts";
export type * from "./compare/result.ts";
export { ignoreWords, isIgnoreWord } from "./compare/words.ts";
export { ContainerError, type Sidecars } from "./container/container.ts";
export { imageSignature, SIGNATURE_BYTES } from "./container/signature.ts";
export { examine, type ExamineOptions } from "./examine.ts";
export {
  type Algorithm,
  algorithms,
  createDigest,
  type Digest,
  DigestSet,
  type DigestSettings,
} from "./kernel/digest.ts";
export {
  EngineError,
  engineFor,
  type EngineKind,
  engineKinds,
  type EngineName,
  engineNames,
  type EngineRates,
  type EngineTable,
  engineTable,
  type NativeEngine,
  type NativeStream,
  useEngineTable,
  useNative,
  type Workload,
} from "./kernel/engine.ts";
export {
  type EntryQuery,
  findEntries,
  type FoundEntry,
  imageFacts,
  info,
  list,
  listEntries,
  listHead,
  map,
  mapHead,
  type MapRun,
  mapRuns,
  NotFoundError,
  unreadReason,
  volumeFacts,
  volumesFor,
  walkEntries,
  where,
} from "./model/describe.ts";
export type {
  DirectoryPlace,
  DirectoryView,
  RecordView,
  SystemUseBytes,
  SystemUseEntry,
  VariableField,
} from "./model/directory.ts";
export { entryFacts, type EntryState, entryState } from "./model/entry.ts";
export {
  type BootEntry,
  type ContainerFacts,
  type GptTable,
  Image,
  type ImageParts,
  type InformationTable,
  type Partition,
  type Reading,
  type Recognised,
  type Session,
  type SessionBase,
  type SheetTrack,
  type Shift,
  type Volume,
} from "./model/image.ts";
export type { AppleMap } from "./model/apple_map.ts";
export type { HfsFacts, HfsMissing, HfsTree, HfsVolume } from "./model/hfs.ts";
export type { Supplied, SuppliedList } from "./model/lists.ts";
export type { BesideFile, HostFacts } from "./bytes/host.ts";
export type { RuleExample } from "./audit/rule.ts";
export { locate, Located, Locator, type RawPart, why } from "./model/locate.ts";
export type { SectorMapping } from "./model/mapping.ts";
export {
  type Entry,
  type EntryType,
  type Name,
  Namespace,
  type VolumeKind,
} from "./model/namespace.ts";
export type { PathTable, PathTableRecord, PathTableType } from "./model/path_table.ts";
export type { Place } from "./model/places.ts";
export type { FaultLog, StructureLog } from "./model/recorder.ts";
export type {
  ClaimColumns,
  ClaimRef,
  Claims,
  Overlap,
  Region,
  RegionMap,
} from "./model/regions.ts";
export type * from "./model/result.ts";
export { tool } from "./model/tool.ts";
export type {
  Attribute,
  ChecksumArea,
  Extent,
  NodeRecord,
  PosixFacts,
  Tree,
  TreeKind,
  Zisofs,
} from "./model/tree.ts";
export type { SharedWork, WorkerPool } from "./pass/crew.ts";
export { type DigestPlan, EngineDisagreement, type SetMember } from "./pass/sets.ts";
export type { RingLayout } from "./pass/layout.ts";
export { type PassEnd, type PassSetup, servePass } from "./pass/worker.ts";
export { type ContentOptions, type ContentState, readContent } from "./manifest/content.ts";
export {
  type ContentDigest,
  digestImage,
  type DigestOptions,
  ImageDigests,
  type RegionDigest,
} from "./manifest/digest_image.ts";
export {
  type ListedPath,
  type ListedRegion,
  type ManifestFormat,
  ParsedManifest,
  type RecordedDigest,
} from "./manifest/listed.ts";
export {
  Manifest,
  manifest,
  manifestEntries,
  type ManifestHead,
  type ManifestOptions,
  openManifest,
} from "./manifest/manifest.ts";
export { type ParseFailure, parseManifest } from "./manifest/parse.ts";
export type * from "./manifest/result.ts";
export {
  openVerification,
  summarise,
  Verification,
  verify,
  verifyHead,
  type VerifyOptions,
} from "./manifest/verify.ts";
export { type OwnEntry, type OwnVerification, verifyOwnProofs } from "./proof/own_proofs.ts";
export { parseRescueLog } from "./proof/rescue_log.ts";
export type { RescueLog, RescueStatus } from "./model/rescue_log.ts";
