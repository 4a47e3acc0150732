import { initSync } from "../chain.js";
import { loader, type ModuleSource } from "../loader.js";
import { moduleOnTheWeb, webHost } from "../web/host.js";
import { DefaultCredential as Credential } from "./client.js";
import type { CredentialHost } from "./host.js";
import type { DefaultCredentialOptions } from "./options.js";

export * from "./index.js";
export type { ModuleSource } from "../loader.js";

const loadOnce = loader(initSync);

/**
 * Loads the WebAssembly module, by default from beside this package. `DefaultCredential` does it by itself; a worker that must
 * hand over the module does it first: `import module from "managed-identity-fetch/managed_identity_chain.wasm"`.
 *
 * Rejects with a `ManagedIdentityError` when there is no module that can be used.
 */
export function initialize(module?: ModuleSource): Promise<void> {
  return loadOnce(() => moduleOnTheWeb(module ?? new URL("../../managed_identity_chain.wasm", import.meta.url)));
}

/** The abilities of browsers and workers: no files, no programs, no keys, no environment. */
export const defaultHost: CredentialHost = webHost;

/** Gets access tokens wherever a program runs, and keeps them while they are usable. */
export class DefaultCredential extends Credential {
  constructor(options: DefaultCredentialOptions = {}) {
    super(options, { host: defaultHost, initialize });
  }
}
