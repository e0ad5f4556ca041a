// What every image format gives: a source of sectors, their layout, and how that was decided.

import { type ByteSource, SourceError } from "../bytes/source.ts";
import type { ContainerFacts } from "../model/image.ts";

/** Where sectors lie in a file: logical sector n at `origin + n * stride`, its data at `dataOffset`. */
export type SectorLayout = {
  readonly stride: number;
  readonly dataOffset: number;
  /** File offset of logical sector 0; negative where the file begins later on the disc. */
  readonly origin: number;
  /** Logical sector at which the file's first session begins; 0 where absent. */
  readonly session?: number;
};

/** An opened container. */
export type Opened = {
  /** The file that holds the sectors: the one opened, or the one that a sheet names. */
  readonly source: ByteSource;
  readonly layout: SectorLayout;
  readonly facts: ContainerFacts;
};

/** Opens a file that stands beside the image, or resolves to undefined. Never throws. */
export type Sidecars = (name: string) => Promise<ByteSource | undefined>;

/** An image file format. */
export type Container = {
  readonly name: string;
  /** File name extensions, lower case, as a hint. */
  readonly extensions: readonly string[];
  /** Whether the source could be it: reads a few bytes, never throws on their content. */
  probe(source: ByteSource): Promise<boolean>;
  /** Opens it. Rejects with {@linkcode ContainerError} where the sectors cannot be reached. */
  open(source: ByteSource, sidecars: Sidecars): Promise<Opened>;
};

/** The sectors of a container cannot be reached: a sheet names a file that is not there, say. */
export class ContainerError extends Error {
  /** Takes the whole message. */
  constructor(message: string) {
    super(message);
    this.name = "ContainerError";
  }
}

/**
 * Up to `length` bytes from `offset`, fewer at the end of the source and none where the storage fails:
 * what cannot be read is no evidence. Reading the structures tells of it later.
 */
export async function peek(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (offset < 0 || offset >= source.size) return new Uint8Array(0);
  const bytes = new Uint8Array(Math.min(length, source.size - offset));
  try {
    return bytes.subarray(0, await source.read(offset, bytes));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return new Uint8Array(0);
  }
}
