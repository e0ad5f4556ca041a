// Filters of xz (its file format, 5.3): what was changed before compression is changed back.

import { NotChecked } from "../formats/format.ts";
import type { Sink } from "./decoder.ts";

/** A filter between a decoder and a sink. */
export type Filter = {
  /** Takes what was decoded. */
  readonly take: Sink;
  /** Hands on what it kept back. */
  end(): void;
};

/** Makes the filter of an id; throws {@linkcode NotChecked} for one that is not known. */
export function makeFilter(id: number, properties: Uint8Array, sink: Sink): Filter {
  if (id === 3) return delta((properties[0] ?? 0) + 1, sink);
  const convert = converters[id];
  if (convert === undefined) throw new NotChecked(`filter ${id} of xz is not known`);
  const start = properties.length < 4
    ? 0
    : new DataView(properties.buffer, properties.byteOffset, 4).getUint32(0, true);
  return branches(convert(), start, sink);
}

function delta(distance: number, sink: Sink): Filter {
  const before = new Uint8Array(256);
  let at = 0;
  return {
    take(bytes) {
      const out = bytes.slice();
      for (let index = 0; index < out.length; index++) {
        const value = (out[index] ?? 0) + (before[at - distance & 255] ?? 0) & 255;
        out[index] = value;
        before[at & 255] = value;
        at = at + 1 & 255;
      }
      sink(out);
    },
    end: () => {},
  };
}

/** Changes whole instructions back, from the start of `bytes` on; gives how many bytes are done. */
type Convert = (bytes: Uint8Array, start: number) => number;

function branches(convert: Convert, start: number, sink: Sink): Filter {
  let kept = new Uint8Array(0);
  let at = start;
  return {
    take(bytes) {
      const all = new Uint8Array(kept.length + bytes.length);
      all.set(kept);
      all.set(bytes, kept.length);
      const done = convert(all, at);
      sink(all.subarray(0, done));
      kept = all.slice(done);
      at += done;
    },
    end: () => sink(kept),
  };
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0) << 16 |
    (bytes[at + 3] ?? 0) << 24;
}

// Calls and jumps of x86: E8 and E9 with an address whose highest byte is 00 or FF.
function x86(): Convert {
  let previousMask = 0;
  let previousAt = -5;
  const allowed = [1, 1, 1, 0, 1, 0, 0, 0];
  const bits = [0, 1, 2, 2, 3, 3, 3, 3];
  const isEnd = (byte: number) => byte === 0 || byte === 255;
  return (bytes, start) => {
    if (bytes.length <= 4) return 0;
    const most = bytes.length - 4;
    let last = previousAt;
    let at = 0;
    for (; at < most; at++) {
      const op = bytes[at] ?? 0;
      if ((op & 0xfe) !== 0xe8) continue;
      const distance = at - last;
      last = at;
      if (distance > 3) previousMask = 0;
      else {
        previousMask = previousMask << distance - 1 & 7;
        if (previousMask !== 0) {
          const byte = bytes[at + 4 - (bits[previousMask] ?? 0)] ?? 0;
          if (allowed[previousMask] === 0 || isEnd(byte)) {
            previousMask = previousMask << 1 | 1;
            continue;
          }
        }
      }
      if (!isEnd(bytes[at + 4] ?? 0)) {
        previousMask = previousMask << 1 | 1;
        continue;
      }
      let source = word(bytes, at + 1);
      let target = 0;
      for (;;) {
        target = source - (start + at + 5) | 0;
        if (previousMask === 0) break;
        const index = (bits[previousMask] ?? 0) * 8;
        if (!isEnd(target >>> 24 - index & 255)) break;
        source = target ^ (1 << 32 - index) - 1;
      }
      target &= 0x1ffffff;
      target |= 0 - (target & 0x1000000);
      bytes[at + 1] = target;
      bytes[at + 2] = target >> 8;
      bytes[at + 3] = target >> 16;
      bytes[at + 4] = target >> 24;
      at += 4;
      previousMask = 0;
    }
    previousAt = last - at;
    return at;
  };
}

// Branches of fixed length that stand at multiples of four.
function everyFour(change: (bytes: Uint8Array, at: number, place: number) => void): () => Convert {
  return () => (bytes, start) => {
    const most = bytes.length - bytes.length % 4;
    for (let at = 0; at < most; at += 4) change(bytes, at, start + at);
    return most;
  };
}

const arm = everyFour((bytes, at, place) => {
  if (bytes[at + 3] !== 0xeb) return;
  const source = (word(bytes, at) & 0xffffff) << 2;
  const target = source - (place + 8) >> 2;
  bytes[at] = target;
  bytes[at + 1] = target >> 8;
  bytes[at + 2] = target >> 16;
});

const arm64 = everyFour((bytes, at, place) => {
  const instruction = word(bytes, at);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4);
  if (instruction >>> 26 === 0x25) {
    const target = instruction - (place >>> 2);
    view.setInt32(0, 0x94000000 | target & 0x3ffffff, true);
    return;
  }
  if ((instruction & 0x9f000000) !== (0x90000000 | 0)) return;
  const source = instruction >>> 29 & 3 | instruction >>> 3 & 0x1ffffc;
  // Addresses of pages within 512 MiB on either side
  if ((source + 0x20000 & 0x1c0000) !== 0) return;
  const target = source - (place >>> 12);
  let result = instruction & 0x9000001f;
  result |= (target & 3) << 29;
  result |= (target & 0x3fffc) << 3;
  result |= 0 - (target & 0x20000) & 0xe00000;
  view.setInt32(0, result, true);
});

const powerPc = everyFour((bytes, at, place) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4);
  const instruction = view.getInt32(0);
  if ((instruction & 0xfc000003) !== 0x48000001) return;
  view.setInt32(0, 0x48000001 | (instruction & 0x3fffffc) - place & 0x3fffffc);
});

function armThumb(): Convert {
  return (bytes, start) => {
    let at = 0;
    for (; at + 4 <= bytes.length; at += 2) {
      const [second = 0, fourth = 0] = [bytes[at + 1], bytes[at + 3]];
      if ((second & 0xf8) !== 0xf0 || (fourth & 0xf8) !== 0xf8) continue;
      const source = ((second & 7) << 19 | (bytes[at] ?? 0) << 11 | (fourth & 7) << 8 |
        (bytes[at + 2] ?? 0)) << 1;
      const target = source - (start + at + 4) >> 1;
      bytes[at + 1] = 0xf0 | target >> 19 & 7;
      bytes[at] = target >> 11;
      bytes[at + 3] = 0xf8 | target >> 8 & 7;
      bytes[at + 2] = target;
      at += 2;
    }
    return at;
  };
}

const converters: Readonly<Record<number, () => Convert>> = {
  4: x86,
  5: powerPc,
  7: arm,
  8: armThumb,
  10: arm64,
};
