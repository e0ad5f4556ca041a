import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeTime17, decodeTime7, epochOfTime7, formatInstant } from "../../src/bytes/time.ts";

function time17(digits: string, offset = 0): Uint8Array {
  return new Uint8Array([...new TextEncoder().encode(digits), offset & 255]);
}

const utc = (text: string) => Date.parse(text);

// What is recorded, its instant (undefined: none), whether it is unset, whether it is valid.
const short: [string, number[], string | undefined, boolean, boolean][] = [
  ["a plain date", [126, 1, 2, 3, 4, 5, 0], "2026-01-02T03:04:05Z", false, true],
  ["all zero", [0, 0, 0, 0, 0, 0, 0], undefined, true, true],
  ["two hours east", [126, 7, 1, 1, 0, 0, 8], "2026-06-30T23:00:00Z", false, true],
  ["five hours west", [126, 7, 1, 22, 0, 0, 256 - 20], "2026-07-02T03:00:00Z", false, true],
  ["the westmost offset", [100, 1, 1, 0, 0, 0, 256 - 48], "2000-01-01T12:00:00Z", false, true],
  ["the eastmost offset", [100, 1, 1, 0, 0, 0, 52], "1999-12-31T11:00:00Z", false, true],
  ["an offset beyond the west", [100, 1, 1, 0, 0, 0, 256 - 49], undefined, false, false],
  ["an offset beyond the east", [100, 1, 1, 0, 0, 0, 53], undefined, false, false],
  ["a leap day", [100, 2, 29, 0, 0, 0, 0], "2000-02-29T00:00:00Z", false, true],
  ["no leap day", [200, 2, 29, 0, 0, 0, 0], undefined, false, false],
  ["month 0", [100, 0, 1, 0, 0, 0, 0], undefined, false, false],
  ["day 31 of April", [100, 4, 31, 0, 0, 0, 0], undefined, false, false],
  ["hour 24", [100, 4, 1, 24, 0, 0, 0], undefined, false, false],
  ["second 60", [100, 4, 1, 0, 0, 60, 0], undefined, false, false],
  ["the first year", [0, 1, 1, 0, 0, 0, 0], "1900-01-01T00:00:00Z", false, true],
  ["the last year", [255, 12, 31, 23, 59, 59, 0], "2155-12-31T23:59:59Z", false, true],
];

for (const [name, recorded, instant, unset, valid] of short) {
  Deno.test(`decodeTime7() of ${name}`, () => {
    const time = decodeTime7(new Uint8Array(recorded));
    assertEquals([time.unset, time.valid], [unset, valid]);
    assertEquals(time.epoch, instant === undefined ? undefined : utc(instant));
  });
}

const long: [string, Uint8Array, string | undefined, boolean, boolean][] = [
  ["a plain date", time17("2026010203040567"), "2026-01-02T03:04:05.670Z", false, true],
  ["sixteen digits 0", time17("0000000000000000"), undefined, true, true],
  ["zero bytes", new Uint8Array(17), undefined, true, true],
  ["an offset", time17("2026010203040500", 4), "2026-01-02T02:04:05Z", false, true],
  ["year 1", time17("0001010100000000"), "0001-01-01T00:00:00Z", false, true],
  ["year 99", time17("0099123123595999"), "0099-12-31T23:59:59.990Z", false, true],
  ["year 0 with a month", time17("0000010100000000"), undefined, false, false],
  ["year 9999", time17("9999123123595900"), "9999-12-31T23:59:59Z", false, true],
  ["a letter in the year", time17("20X6010203040500"), undefined, false, false],
  ["a letter in the hundredths", time17("20260102030405X0"), undefined, false, false],
  ["zero bytes in the hundredths", time17("20260102030405\0\0"), undefined, false, false],
  ["month 13", time17("2026130203040500"), undefined, false, false],
];

for (const [name, recorded, instant, unset, valid] of long) {
  Deno.test(`decodeTime17() of ${name}`, () => {
    const time = decodeTime17(recorded);
    assertEquals([time.unset, time.valid], [unset, valid]);
    assertEquals(time.epoch, instant === undefined ? undefined : utc(instant));
  });
}

Deno.test("decodeTime7() and decodeTime17() are total, and give an epoch only where valid", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (raw) => {
      const { epoch, valid, unset } = decodeTime7(raw);
      return (epoch === undefined) === (unset || !valid) && !Number.isNaN(epoch);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 17, maxLength: 17 }), (raw) => {
      const { epoch, valid, unset } = decodeTime17(raw);
      return (epoch === undefined) === (unset || !valid) && !Number.isNaN(epoch);
    }),
  );
});

Deno.test("epochOfTime7() is the epoch of decodeTime7(), or NaN", () => {
  const near = fc.tuple(
    ...[255, 14, 33, 26, 62, 62, 255].map((max) => fc.integer({ min: 0, max })),
  );
  fc.assert(
    fc.property(near, (parts) => {
      const raw = new Uint8Array([9, ...parts]);
      const epoch = epochOfTime7(raw, 1);
      return Object.is(epoch, decodeTime7(raw.subarray(1)).epoch ?? NaN);
    }),
  );
});

Deno.test("formatInstant() shows milliseconds only where there are any", () => {
  assertEquals(formatInstant(0), "1970-01-01T00:00:00Z");
  assertEquals(formatInstant(670), "1970-01-01T00:00:00.670Z");
  assertEquals(formatInstant(NaN), "");
});
