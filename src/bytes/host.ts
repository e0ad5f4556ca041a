// What the storage around an image file says of it: files beside it, and the room that it takes. The edges
// gather it; the core only judges.

/** A file in the same folder. */
export type BesideFile = {
  readonly name: string;
  /** Bytes; absent where the folder does not say. */
  readonly size?: number;
};

/** Facts about an image file that its bytes do not hold; each is absent where it may not be looked at. */
export type HostFacts = {
  /** Files of the same folder whose names begin like that of the image, itself left out. */
  readonly beside?: readonly BesideFile[];
  /** Bytes of storage that the file takes. */
  readonly allocated?: number;
  /** The control file of aria2 beside the image, from its start. */
  readonly aria2?: Uint8Array;
};
