// First, so that in a bundle it does not stand between what is alike: that one is then smaller, compressed.
import inlined from "./inlined.js";
import { ManagedIdentityClient as Client } from "./client.js";
import { loader, type ModuleSource } from "./loader.js";
import { initSync } from "./machine.js";
import { nodeHost } from "./node/host.js";
import { moduleInNode } from "./node/module.js";
import type { ManagedIdentityClientOptions } from "./options.js";

export * from "./index.js";
export type { ModuleSource } from "./loader.js";
export { nodeHost as defaultHost } from "./node/host.js";

const loadOnce = loader(initSync);

/**
 * Loads the WebAssembly module, by default the one that this package brings along. The client does it by itself; who uses
 * the state machine directly does it first.
 *
 * Rejects with a `ManagedIdentityError` when there is no module that can be used.
 */
export function initialize(module?: ModuleSource): Promise<void> {
  return loadOnce(() => moduleInNode(module, inlined));
}

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient extends Client {
  constructor(options: ManagedIdentityClientOptions = {}) {
    super(options, { host: nodeHost, initialize });
  }
}
