import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

import { compiled, type ModuleSource } from "../loader.js";

/** The module that is given, else the one that the package has inlined. */
export function moduleInNode(module: ModuleSource | undefined, inlined: string): object | Promise<object> {
  // It is there sooner when nothing waits for another thread.
  if (module === undefined) return new WebAssembly.Module(brotliDecompressSync(Buffer.from(inlined, "base64")));
  return compiled(module instanceof URL ? readFileSync(module) : module);
}
