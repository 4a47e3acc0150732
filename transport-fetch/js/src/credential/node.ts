// First, as in the other entry.
import inlined from "./inlined.js";
import { initSync } from "../chain.js";
import { loader, type ModuleSource } from "../loader.js";
import { nodeHost } from "../node/host.js";
import { moduleInNode } from "../node/module.js";
import { DefaultCredential as Credential } from "./client.js";
import type { CredentialHost } from "./host.js";
import { run } from "./node/run.js";
import { findProgram } from "./node/search.js";
import { sign } from "./node/sign.js";
import type { DefaultCredentialOptions } from "./options.js";

export * from "./index.js";
export type { ModuleSource } from "../loader.js";

const loadOnce = loader(initSync);

/**
 * Loads the WebAssembly module, by default the one that this package brings along. `DefaultCredential` does it by itself.
 *
 * Rejects with a `ManagedIdentityError` when there is no module that can be used.
 */
export function initialize(module?: ModuleSource): Promise<void> {
  return loadOnce(() => moduleInNode(module, inlined));
}

/** The abilities of Node, Deno and Bun. */
export const defaultHost: CredentialHost = { ...nodeHost, run, sign, findProgram };

/** Gets access tokens wherever a program runs, and keeps them while they are usable. */
export class DefaultCredential extends Credential {
  constructor(options: DefaultCredentialOptions = {}) {
    super(options, { host: defaultHost, initialize });
  }
}
