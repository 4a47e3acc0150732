// Compiled, not run: the types with those of browsers.

import { ManagedIdentityClient, initialize, type Host } from "managed-identity-fetch";

const fetchOfMyOwn: Host["fetch"] = (url, init) => fetch(url, init);

export async function token(module: WebAssembly.Module, { signal }: AbortController): Promise<string> {
  await initialize(module);
  await initialize(new URL("https://example.com/managed_identity.wasm"));
  await initialize(await fetch("managed_identity.wasm"));
  await initialize();
  const client = new ManagedIdentityClient({ host: { fetch: fetchOfMyOwn } });
  return (await client.getToken("https://vault.azure.net", { abortSignal: signal })).token;
}
