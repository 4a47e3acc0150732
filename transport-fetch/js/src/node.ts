import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

// First, so that in a bundle it does not stand between what is alike: that one is then smaller, compressed.
import inlined from "./inlined.js";
import { ManagedIdentityClient as Client } from "./client.js";
import { compiled, loadOnce, type ModuleSource } from "./loader.js";
import { nodeHost } from "./node/host.js";
import type { ManagedIdentityClientOptions } from "./options.js";

export * from "./index.js";
export type { ModuleSource } from "./loader.js";
export { nodeHost as defaultHost } from "./node/host.js";

/**
 * Loads the WebAssembly module, by default the one that this package brings along. The client does it by itself; who uses
 * the state machine directly does it first.
 *
 * Rejects with a `ManagedIdentityError` when there is no module that can be used.
 */
export function initialize(module?: ModuleSource): Promise<void> {
  return loadOnce(() => {
    // It is there sooner when nothing waits for another thread.
    if (module === undefined) return new WebAssembly.Module(brotliDecompressSync(Buffer.from(inlined, "base64")));
    return compiled(module instanceof URL ? readFileSync(module) : module);
  });
}

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient extends Client {
  constructor(options: ManagedIdentityClientOptions = {}) {
    super(options, { host: nodeHost, initialize });
  }
}
