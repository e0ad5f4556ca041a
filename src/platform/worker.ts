// The whole program of a worker: it serves passes with the kernels and the platform's own digests. Bundled
// into worker_code.ts, since a worker made of text needs no permission to read its own code.

import { type PassSetup, servePass } from "../pass/worker.ts";
import { nodeEngine } from "./native.ts";

type Scope = {
  onmessage: (event: { readonly data: PassSetup }) => void;
  postMessage(message: unknown): void;
};

// The types of a page know no worker's scope.
const scope = self as unknown as Scope;
const native = nodeEngine();
scope.onmessage = ({ data }) => scope.postMessage(servePass(data, native));
