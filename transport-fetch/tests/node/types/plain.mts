// Compiled, not run: the types where there are neither those of browsers nor those of Node, and wherever else.

import {
  ManagedIdentityClient,
  Source,
  TokenRequest,
  Wish,
  defaultHost,
  initialize,
  type FetchResponse,
  type Host,
  type TokenProvider,
} from "managed-identity-fetch";
import { FakeTokens } from "managed-identity-fetch/testing";

export const client = new ManagedIdentityClient({ clientId: "1", host: { env: () => undefined } });
export const providers: TokenProvider[] = [client, new FakeTokens()];

export const host: Host = {
  ...defaultHost,
  fetch: async (_url, { signal }): Promise<FetchResponse> => {
    const aborted: boolean = signal.aborted;
    return { status: aborted ? 0 : 200, headers: [["a", "b"]], body: null };
  },
  readFile: async () => new Uint8Array(),
};

export async function token(): Promise<string> {
  await initialize(new Uint8Array());
  using request = new TokenRequest(await client.source(), "https://vault.azure.net", {});
  using wish = new Wish();
  const { kind }: Source = Source.detect(host.env, host.platform, "absent", false);
  void [request, wish, kind];
  const controller = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} };
  return (await client.getToken("https://vault.azure.net", { abortSignal: controller })).token;
}
