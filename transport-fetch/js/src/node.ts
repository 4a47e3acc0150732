import { readFileSync } from "node:fs";

import { ManagedIdentityClient as Client, type ManagedIdentityClientOptions } from "./client.js";
import { initSync } from "./machine.js";
import { nodeHost } from "./node/host.js";

export * from "./index.js";
export { nodeHost } from "./node/host.js";

let loaded = false;

/** Loads the WebAssembly module. The client does it by itself; who uses the state machine directly does it first. */
export async function initialize(): Promise<void> {
  if (loaded) return;
  const file = new URL("../managed_identity.wasm", import.meta.url);
  initSync({ module: new WebAssembly.Module(readFileSync(file)) });
  loaded = true;
}

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient extends Client {
  constructor(options: ManagedIdentityClientOptions = {}) {
    super(options, { host: nodeHost, initialize });
  }
}
