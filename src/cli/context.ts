// What a command is added with.

import type { Io } from "./io.ts";

/** What a command is given, and where it says its exit status. */
export type Context = { readonly io: Io; readonly finish: (status: number) => void };
