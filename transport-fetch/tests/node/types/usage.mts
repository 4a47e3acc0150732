// Compiled, not run: the types as a program uses them.

import type { AccessToken as SdkToken, GetTokenOptions as SdkOptions, TokenCredential } from "@azure/core-auth";
import { SecretClient } from "@azure/keyvault-secrets";
import { BlobServiceClient } from "@azure/storage-blob";
import {
  HostFailure,
  HttpResponse,
  ManagedIdentityClient,
  ManagedIdentityError,
  Source,
  TokenCache,
  TokenRequest,
  Wish,
  defaultHost,
  initialize,
  type AccessToken,
  type Acquisition,
  type Host,
  type IdentityOptions,
  type Lookup,
  type ManagedIdentityClientOptions,
  type TokenProvider,
} from "managed-identity-fetch";
import { DefaultCredential } from "managed-identity-fetch/default-credential";
import { FakeTokens, fakeError } from "managed-identity-fetch/testing";

// Exact: `any` would be equal to nothing here.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

export const client = new ManagedIdentityClient({ clientId: "33333333-3333-4333-8333-333333333333", timeBudgetMs: 5000 });

// The credential is taken as it is, by type and by the Azure SDK's clients.
export const credential: TokenCredential = client;
export const anywhere: TokenCredential = new DefaultCredential();
export const secrets = new SecretClient("https://example.vault.azure.net", client);
export const secretsAnywhere = new SecretClient("https://example.vault.azure.net", new DefaultCredential());
export const blobs = new BlobServiceClient("https://example.blob.core.windows.net", client);
export function asSdk(scopes: string | string[], options: SdkOptions): Promise<SdkToken> {
  return client.getToken(scopes, options);
}

export async function tokens(): Promise<void> {
  const token = await client.getToken("https://vault.azure.net", {
    abortSignal: AbortSignal.timeout(1000),
    forceRefresh: true,
    claims: "{}",
  });
  same<typeof token, AccessToken>(true);
  same<typeof token.token, string>(true);
  same<typeof token.expiresOnTimestamp, number>(true);
  same<typeof token.refreshAfterTimestamp, number | undefined>(true);
  same<typeof token.tokenType, "Bearer" | "pop">(true);
  // @ts-expect-error A token is not changed.
  token.token = "";
  // @ts-expect-error There is no such option.
  await client.getToken("https://vault.azure.net", { forcedRefresh: true });
}

// One identity is named, not two.
export function identities(id: string | undefined): void {
  new ManagedIdentityClient({ clientId: id });
  new ManagedIdentityClient({ objectId: "1", retries: false });
  new ManagedIdentityClient({ resourceId: "/subscriptions/1", clientId: undefined });
  new ManagedIdentityClient({ timeBudgetMs: 1 });
  // @ts-expect-error Two identities.
  new ManagedIdentityClient({ clientId: "1", resourceId: "/subscriptions/1" });
  // @ts-expect-error Two identities.
  new ManagedIdentityClient({ clientId: "1", objectId: "1", retries: false });
  // @ts-expect-error Two identities.
  const options: ManagedIdentityClientOptions = { objectId: "1", resourceId: "/subscriptions/1" };
  // @ts-expect-error Two identities.
  const identity: IdentityOptions = { objectId: "1", clientId: "1" };
  // @ts-expect-error Two identities.
  client.forIdentity({ objectId: "1", clientId: "1" });
  // @ts-expect-error There is no such option.
  new ManagedIdentityClient({ clientID: "" });
  // @ts-expect-error There is no such option.
  new ManagedIdentityClient({ managedIdentityClientId: "" });
  // @ts-expect-error Options are an object.
  new ManagedIdentityClient("1");
  // @ts-expect-error An id is a text.
  new ManagedIdentityClient({ clientId: 1 });
  void [options, identity];
}

// A program that takes a provider is tested with a fake.
export function provided(): TokenProvider[] {
  const failing = FakeTokens.failing(fakeError({ code: "transport", problem: "timeout" }));
  const counting = new FakeTokens(({ count }) => ({ token: `t${count}` }));
  const credentials: TokenCredential[] = [failing, counting, client.forIdentity({ clientId: "1" })];
  void credentials;
  return [client, client.forIdentity({ clientId: "1" }), new FakeTokens(), failing, counting];
}

export async function closed(): Promise<void> {
  using one = new ManagedIdentityClient();
  await using other = new ManagedIdentityClient();
  one.close();
  void other;
}

export async function errors(): Promise<string | undefined> {
  try {
    await client.getToken(["https://vault.azure.net/.default"]);
  } catch (error) {
    if (error instanceof ManagedIdentityError) {
      same<typeof error.fault, "caller" | "host" | "security" | "service">(true);
      same<typeof error.isTransient, boolean>(true);
      same<typeof error.retryAfterMs, number | undefined>(true);
      switch (error.code) {
        case "chain":
        case "challenge":
        case "client-certificate":
        case "configuration":
        case "credential-file":
        case "developer-tool":
        case "endpoint":
        case "foreign-service":
        case "invalid-response":
        case "transport":
        case "unusable":
          return error.problem;
        default:
          same<typeof error.code, never>(true);
      }
    }
  }
  return undefined;
}

// A host of one's own: some abilities, the others stay.
export const fetchOfMyOwn: Host["fetch"] = (url, init) => fetch(url, init);
export const hosted = new ManagedIdentityClient({
  host: {
    fetch: fetchOfMyOwn,
    env: (name) => ({ MSI_ENDPOINT: "http://127.0.0.1:1" })[name],
    readFile: async ({ path }) => {
      throw new HostFailure("denied", path);
    },
  },
});

// The bare machine, for a host that owns its loop.
export async function machine(host: Host): Promise<string> {
  await initialize();
  const source = Source.detect(host.env, host.platform, host.arcAgent(), false);
  const request = new TokenRequest(source, "https://vault.azure.net", {});
  const cache = new TokenCache();
  using wish = new Wish();
  const found: Lookup = cache.lookup(request, wish, host.now());
  if (found.kind !== "elected") return found.kind;
  using acquisition: Acquisition = found.lease.start(request, host.seed(), host.now());
  for (;;) {
    const step = acquisition.step();
    switch (step.kind) {
      case "http": {
        same<typeof step.call.method, "GET" | "POST">(true);
        const response = new HttpResponse(200, new Uint8Array());
        response.header("content-type", "application/json");
        acquisition.respond(response, host.now());
        break;
      }
      case "read-file":
        acquisition.failFile("denied", "");
        break;
      case "sleep":
        await host.sleep(step.delayMs, new AbortController().signal);
        acquisition.wake();
        break;
      case "done":
        cache.settle(found.lease, acquisition, host.now(), host.seed());
        return step.token.token;
      case "failed":
        throw step.error;
      default:
        same<typeof step, never>(true);
    }
  }
}
void machine(defaultHost);
