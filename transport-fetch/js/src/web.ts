import { ManagedIdentityClient as Client, type ManagedIdentityClientOptions } from "./client.js";
import { everywhere, HostFailure, type Host } from "./host.js";
import load from "./machine.js";

export * from "./index.js";

let loading: Promise<void> | undefined;

/**
 * Loads the WebAssembly module. The client does it by itself; who uses the state machine directly does it first, as does a
 * worker that must hand over the module: `import module from "managed-identity-fetch/managed_identity.wasm"`.
 */
export function initialize(
  module: WebAssembly.Module | BufferSource | Response | URL = new URL("../managed_identity.wasm", import.meta.url),
): Promise<void> {
  const begun = loading ?? load({ module_or_path: module }).then(() => {});
  loading = begun;
  // What failed may be tried again.
  begun.catch(() => (loading = undefined));
  return begun;
}

/** The abilities of browsers and workers: no files, no environment, no pinned certificate. */
export const webHost: Host = {
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
  hasArcAgent: () => false,
};

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient extends Client {
  constructor(options: ManagedIdentityClientOptions = {}) {
    super(options, { host: webHost, initialize: () => initialize() });
  }
}
