// Numbers with their nouns, as messages have them.

/** `1 byte`, `2 bytes`. */
export function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
