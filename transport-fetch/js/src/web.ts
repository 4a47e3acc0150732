import { ManagedIdentityClient as Client } from "./client.js";
import { loader, type ModuleSource } from "./loader.js";
import { initSync } from "./machine.js";
import type { ManagedIdentityClientOptions } from "./options.js";
import { moduleOnTheWeb, webHost } from "./web/host.js";

export * from "./index.js";
export type { ModuleSource } from "./loader.js";
export { webHost as defaultHost } from "./web/host.js";

const loadOnce = loader(initSync);

/**
 * Loads the WebAssembly module, by default from beside this file. The client does it by itself; who uses the state machine
 * directly does it first, as does a worker that must hand over the module:
 * `import module from "managed-identity-fetch/managed_identity.wasm"`.
 *
 * Rejects with a `ManagedIdentityError` when there is no module that can be used.
 */
export function initialize(module?: ModuleSource): Promise<void> {
  return loadOnce(() => moduleOnTheWeb(module ?? new URL("../managed_identity.wasm", import.meta.url)));
}

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient extends Client {
  constructor(options: ManagedIdentityClientOptions = {}) {
    super(options, { host: webHost, initialize });
  }
}
