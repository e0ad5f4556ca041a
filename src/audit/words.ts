// Numbers with their nouns, as messages have them.

/** `1 byte`, `2 bytes`. */
export function counted(number: number, noun: string): string {
  const ending = number === 1 ? "" : /(ch|sh|s|x)$/.test(noun) ? "es" : "s";
  return `${number} ${noun}${ending}`;
}
