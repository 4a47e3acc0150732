import { ManagedIdentityClient as Client } from "./client.js";
import { everywhere, HostFailure, type Host } from "./host.js";
import { compiled, loadOnce, type ModuleSource } from "./loader.js";
import type { ManagedIdentityClientOptions } from "./options.js";

export * from "./index.js";
export type { ModuleSource } from "./loader.js";

/**
 * Loads the WebAssembly module, by default from beside this file. The client does it by itself; who uses the state machine
 * directly does it first, as does a worker that must hand over the module:
 * `import module from "managed-identity-fetch/managed_identity.wasm"`.
 *
 * Rejects with a `ManagedIdentityError` when there is no module that can be used.
 */
export function initialize(module?: ModuleSource): Promise<void> {
  return loadOnce(async () => {
    const source = module ?? new URL("../managed_identity.wasm", import.meta.url);
    return compiled(source instanceof URL ? await fetch(source) : source);
  });
}

/** The abilities of browsers and workers: no files, no environment, no pinned certificate. */
export const defaultHost: Host = {
  ...everywhere,
  fetch: (url, { credentials, cache, ...init }) =>
    // Some workers refuse what they do not know.
    fetch(url, {
      ...init,
      ...("credentials" in Request.prototype ? { credentials } : {}),
      ...("cache" in Request.prototype ? { cache } : {}),
    }),
  readFile: async () => {
    throw new HostFailure("denied", "there are no files in a browser or worker, so Azure Arc is out of reach");
  },
  env: () => undefined,
  platform: "other",
  arcAgent: () => "absent",
};

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient extends Client {
  constructor(options: ManagedIdentityClientOptions = {}) {
    super(options, { host: defaultHost, initialize });
  }
}
