// The images that whole commands are measured on: 700 MB with 40,000 files, the same with one byte of one
// file changed, 2.5 GB with 50,000 files, raw sectors of the first, and a sparse one of 4.7 GB with the
// boot structures of a distribution. What a folder has already is taken as it is.

import { type Place, shell } from "./measure.ts";
import { writeRaw } from "./make_raw.ts";

/** Images by the names that command lines use. */
export type ImageName = "a700.iso" | "a700b.iso" | "b2500.iso" | "raw700.bin" | "sparse4700.iso";

/** Size of an image in bytes, or why there is none. */
export type Found = { readonly bytes: number } | { readonly missing: string };

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch {
    return undefined;
  }
}

/** Seeded numbers from 0 to 2^32 - 1 (xorshift32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

type Tree = { readonly files: number; readonly bytes: number; readonly seed: number };

/** Sizes that add up to about `bytes`: many small files, few of tens of megabytes (Pareto, cut off). */
function sizes({ files, bytes }: Tree, next: () => number): number[] {
  const drawn = Array.from({ length: files }, () => (1 - next() / 2 ** 32) ** (-1 / 0.9));
  const cap = drawn.reduce((sum, size) => sum + size, 0) / 25;
  const cut = drawn.map((size) => Math.min(size, cap));
  const sum = cut.reduce((total, size) => total + size, 0);
  return cut.map((size) => Math.floor(size / sum * bytes));
}

/** Fills `folder` with files of pseudo-random bytes in nested directories; the same on every machine. */
function writeTree(folder: string, tree: Tree): void {
  const next = numbers(tree.seed);
  const block = new Uint32Array(1024 ** 2).map(() => next());
  const bytes = new Uint8Array(block.buffer);
  const directories = ["."];
  Deno.mkdirSync(folder, { recursive: true });
  for (let index = 0; index < tree.files / 25; index++) {
    const parent = directories[next() % directories.length] ?? ".";
    const path = `${parent}/dir${String(index).padStart(5, "0")}`;
    if (path.split("/").length > 7) continue;
    Deno.mkdirSync(`${folder}/${path}`);
    directories.push(path);
  }
  for (const [index, size] of sizes(tree, next).entries()) {
    const name = `file${String(index).padStart(6, "0")}.bin`;
    using file = Deno.openSync(`${folder}/${directories[next() % directories.length]}/${name}`, {
      write: true,
      createNew: true,
    });
    for (let left = size; left > 0;) {
      const start = next() % (bytes.length - 1);
      left -= file.writeSync(bytes.subarray(start, start + left));
    }
  }
}

const clock = "export SOURCE_DATE_EPOCH=1700000000\n";

/** Changes a byte of the first file of more than 200 KB. */
const changeByte = `
file=$(find "$SCRATCH/tree" -type f -size +200k | sort | head -1)
printf X | dd of="$file" bs=1 seek=1000 conv=notrunc status=none`;

function xorriso(image: string): string {
  return `find "$SCRATCH/tree" -exec touch -h -d @1700000000 {} +
xorriso -as mkisofs -quiet -V BIG700 -R -J -joliet-long --md5 -o ${image} "$SCRATCH/tree"`;
}

async function make700(place: Place): Promise<void> {
  writeTree(`${place.scratch}/tree`, { files: 40_000, bytes: 700_000_000, seed: 1 });
  await shell(
    `${clock}set -e\n${xorriso("a700.iso")}\n${changeByte}\n${xorriso("a700b.iso")}`,
    place,
  );
}

async function make2500(place: Place): Promise<void> {
  writeTree(`${place.scratch}/tree`, { files: 50_000, bytes: 2_500_000_000, seed: 2 });
  const script = `genisoimage -quiet -V BIG2500 -R -J -joliet-long -udf -allow-limited-size \
-iso-level 3 -o b2500.iso "$SCRATCH/tree"`;
  await shell(clock + script, place);
}

/** 4,000 packages of holes, boot images for BIOS and EFI, an EFI partition in MBR and GPT. */
async function makeSparse(place: Place): Promise<void> {
  const tree = `${place.scratch}/tree`;
  for (let index = 0; index < 4000; index++) {
    const [letter, group] = [String.fromCharCode(97 + index % 26), Math.floor(index / 4)];
    const folder = `${tree}/pool/main/${letter}/source${group}`;
    Deno.mkdirSync(folder, { recursive: true });
    const path = `${folder}/package-${index}_1.0-1_amd64.deb`;
    Deno.writeFileSync(path, new Uint8Array());
    Deno.truncateSync(path, 1_170_000);
  }
  Deno.mkdirSync(`${tree}/boot`);
  Deno.writeFileSync(`${tree}/boot/bios.img`, new Uint8Array(26 * 1024).fill(0x90));
  Deno.writeFileSync(`${place.scratch}/efi.img`, new Uint8Array(4 * 1024 ** 2));
  // The holes of the files become holes of the image: what is zero is not written.
  const script = `set -o pipefail
xorriso -as mkisofs -quiet -V SPARSE4700 -R -J -joliet-long -c boot/boot.cat -b boot/bios.img \
-no-emul-boot -boot-load-size 4 -boot-info-table -eltorito-alt-boot \
-append_partition 2 0xef "$SCRATCH/efi.img" -appended_part_as_gpt \
-e --interval:appended_partition_2:all:: -no-emul-boot -o - "$SCRATCH/tree" |
dd of=sparse4700.iso bs=64K iflag=fullblock conv=sparse status=none`;
  await shell(clock + script, place);
}

const makers: Readonly<Record<ImageName, (place: Place) => Promise<void>>> = {
  "a700.iso": make700,
  "a700b.iso": make700,
  "b2500.iso": make2500,
  "raw700.bin": (place) => {
    writeRaw(`${place.folder}/a700.iso`, `${place.folder}/raw700.bin`);
    return Promise.resolve();
  },
  "sparse4700.iso": makeSparse,
};

/** Finds an image in the folder, or makes it there; then reads it once, so that it is page-cached. */
export async function image(name: ImageName, place: Place): Promise<Found> {
  const path = `${place.folder}/${name}`;
  if (sizeOf(path) === undefined) {
    console.error(`making ${name}`);
    try {
      await makers[name](place);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      await shell(`rm -f ${name}`, place);
      return { missing: `${name} could not be made: ${error.message}` };
    } finally {
      await shell(`rm -rf "$SCRATCH/tree"`, place);
    }
  }
  if (name !== "sparse4700.iso") await shell(`cat ${name} >/dev/null`, place);
  return { bytes: sizeOf(path) ?? 0 };
}
