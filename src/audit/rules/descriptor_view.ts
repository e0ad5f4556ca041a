// What the checks of volume descriptors share: every descriptor that heads a tree, with its sets.

import { SECTOR, type Span } from "../../bytes/span.ts";
import { fieldSpan, type Layout, type Structure, type Values } from "../../bytes/struct.ts";
import {
  bootRecord,
  enhancedVolumeDescriptor,
  jolietVolumeDescriptor,
  primaryVolumeDescriptor,
  supplementaryVolumeDescriptor,
  unknownVolumeDescriptor,
  volumeDescriptorSetTerminator,
  volumePartitionDescriptor,
} from "../../decode/iso9660/layout.ts";
import type { Image } from "../../model/image.ts";
import type { VolumeKind } from "../../model/namespace.ts";

type Shared = Exclude<
  keyof Values<typeof supplementaryVolumeDescriptor.fields>,
  "volumeFlags" | "escapeSequences"
>;

/** Fields that every descriptor of a tree has. */
export type DescriptorValues = Pick<Values<typeof supplementaryVolumeDescriptor.fields>, Shared>;

/** A descriptor that heads a tree. */
export type TreeDescriptor = {
  readonly kind: "primary" | "joliet" | "enhanced" | "supplementary";
  /** The volume that findings about it name. */
  readonly volume: VolumeKind;
  readonly layout: Layout;
  readonly span: Span;
  readonly value: DescriptorValues;
};

const kinds = [
  { layout: primaryVolumeDescriptor, kind: "primary", volume: "iso9660" },
  { layout: jolietVolumeDescriptor, kind: "joliet", volume: "joliet" },
  { layout: enhancedVolumeDescriptor, kind: "enhanced", volume: "enhanced" },
  { layout: supplementaryVolumeDescriptor, kind: "supplementary", volume: "iso9660" },
] as const;

/** Every descriptor that heads a tree, of every session. */
export function* treeDescriptors(image: Image): Generator<TreeDescriptor> {
  for (const { layout, kind, volume } of kinds) {
    const untyped: Layout = layout;
    for (const { span, value } of image.structuresOf(untyped)) {
      // All four layouts name the shared fields alike, and read them with the same types.
      yield { kind, volume, layout, span, value: value as unknown as DescriptorValues };
    }
  }
}

/** Where a field of a tree descriptor lies. */
export function descriptorField({ layout, span }: TreeDescriptor, field: string): Span {
  return fieldSpan(layout, field, span);
}

const allLayouts: readonly Layout[] = [
  ...kinds.map(({ layout }): Layout => layout),
  bootRecord,
  volumePartitionDescriptor,
  volumeDescriptorSetTerminator,
  unknownVolumeDescriptor,
];

/** Descriptors that follow each other. */
export type SetView = {
  /** Logical byte of the first of them. */
  readonly start: number;
  /** Logical byte after the last of them. */
  readonly end: number;
  readonly descriptors: readonly Structure[];
};

/** The descriptor sets of an image, in its order; blank or foreign sectors inside a set do not part it. */
export function descriptorSets(image: Image): SetView[] {
  const all = allLayouts.flatMap((layout) => [...image.structuresOf(layout)])
    .sort((a, b) => a.span.start - b.span.start);
  const sets: { start: number; end: number; descriptors: Structure[] }[] = [];
  for (const descriptor of all) {
    const { start } = descriptor.span;
    const last = sets.at(-1);
    const ended = last?.descriptors.at(-1)?.layout.id === volumeDescriptorSetTerminator.id;
    if (last !== undefined && !ended && start - last.end <= 3 * SECTOR) {
      last.descriptors.push(descriptor);
      last.end = start + SECTOR;
    } else sets.push({ start, end: start + SECTOR, descriptors: [descriptor] });
  }
  return sets;
}

/** The set that a descriptor belongs to. */
export function setOf(sets: readonly SetView[], { start }: Span): SetView | undefined {
  return sets.find((set) => start >= set.start && start < set.end);
}

/** Whether the block size of a descriptor cannot be used, so that 2048 stands for it. */
export function isBlockSizeAssumed({ value }: TreeDescriptor): boolean {
  const { le, be } = value.logicalBlockSize;
  return le !== be || ![512, 1024, 2048].includes(le);
}
