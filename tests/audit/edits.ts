// Edits of image bytes that mutation cases share.

/** Writes a number LSB first and MSB first, 8 bytes (ECMA-119:1987 7.3.3). */
export function setBoth32(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value);
}

/** The same in 4 bytes (7.2.3). */
export function setBoth16(view: DataView, at: number, value: number): void {
  view.setUint16(at, value, true);
  view.setUint16(at + 2, value);
}

/** Writes one byte a character. */
export function setText(view: DataView, at: number, text: string): void {
  for (let i = 0; i < text.length; i++) view.setUint8(at + i, text.charCodeAt(i));
}

/** Writes `length` bytes of one value. */
export function fill(view: DataView, at: number, length: number, value = 0): void {
  for (let i = 0; i < length; i++) view.setUint8(at + i, value);
}

/** Copies bytes to another place. */
export function copy(view: DataView, from: number, to: number, length: number): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  bytes.copyWithin(to, from, from + length);
}

/** The first `length` bytes. */
export function cutTo(view: DataView, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, length).slice();
}

/** All bytes and `length` zeros behind them. */
export function extended(view: DataView, length: number): Uint8Array {
  const longer = new Uint8Array(view.byteLength + length);
  longer.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return longer;
}
