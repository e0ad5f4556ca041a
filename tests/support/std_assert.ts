// The @std/assert of this project: npm `deno-std` (JavaScript only) under the types that we use, so
// that the JSR package can take this file's place in deno.json without a change to any test.
// @ts-types="./std_assert.d.ts"
export * from "npm:deno-std@1.4.0/assert/mod.js";
