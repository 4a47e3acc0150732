// Compiled, not run: the types of DefaultCredential.

import {
  DefaultCredential,
  HostFailure,
  ManagedIdentityError,
  defaultHost,
  initialize,
  type CommandRequest,
  type CredentialHost,
  type CredentialKind,
  type CredentialToken,
  type DefaultCredentialOptions,
  type DetectedCredential,
  type SignRequest,
  type TokenProvider,
} from "managed-identity-fetch/default-credential";
import { ManagedIdentityClient, type TokenProvider as Same } from "managed-identity-fetch";

// Exact: `any` would be equal to nothing here.
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Equal<A, B>): void {}

export const credential: DefaultCredential = new DefaultCredential();

// A program that takes a provider takes either.
export const providers: (TokenProvider & Same)[] = [credential, new ManagedIdentityClient()];

export const each: DefaultCredential[] = [
  DefaultCredential.clientSecret("tenant", "client", "secret"),
  DefaultCredential.clientCertificate("tenant", "client", "/c.pem", { password: "p", retries: false }),
  DefaultCredential.workloadIdentity("tenant", "client", "/token"),
  DefaultCredential.azurePipelines("tenant", "client", "connection"),
  DefaultCredential.gitHubActions("tenant", "client", { tenantId: "other" }),
  DefaultCredential.federated("tenant", "client", { clientId: "1" }),
  DefaultCredential.managedIdentity({ resourceId: "/subscriptions/1" }),
  DefaultCredential.managedIdentity(),
  DefaultCredential.azureCli({ toolTimeLimitMs: 5000 }),
  DefaultCredential.azurePowerShell(),
  DefaultCredential.azureDeveloperCli(),
];

export function options(): void {
  new DefaultCredential({ only: ["azure-cli", "managed-identity"], clientId: "1", requireVariable: true });
  // @ts-expect-error There is no such credential.
  new DefaultCredential({ only: ["az"] });
  // @ts-expect-error Two identities.
  new DefaultCredential({ clientId: "1", objectId: "1" });
  // @ts-expect-error Two identities.
  const two: DefaultCredentialOptions = { clientId: "1", resourceId: "/1" };
  // @ts-expect-error Two identities.
  DefaultCredential.managedIdentity({ clientId: "1", objectId: "1" });
  // @ts-expect-error There is no such option.
  new DefaultCredential({ source: "imds" });
  // @ts-expect-error A secret is needed.
  DefaultCredential.clientSecret("tenant", "client");
  void two;
}

export async function token(): Promise<string> {
  await initialize();
  const token = await credential.getToken("https://vault.azure.net", { tenantId: "t", claims: "{}" });
  same<typeof token, CredentialToken>(true);
  same<typeof token.credential, CredentialKind>(true);
  if (token.source === "azure-cli" || token.source === "imds") return token.source;
  return token.token;
}

export async function detected(): Promise<string[]> {
  const all: readonly DetectedCredential[] = await credential.detect();
  return all.map(({ credential, verdict, reason }) => `${credential} ${verdict ?? "to be asked"}: ${reason}`);
}

export function lines(error: unknown): string[] {
  if (!(error instanceof ManagedIdentityError)) return [];
  return (error.members ?? []).map(({ credential, verdict, reason, nextStep }) => [credential, verdict, reason, nextStep].join());
}

export const host: Partial<CredentialHost> = {
  ...defaultHost,
  run: async ({ programs, timeLimitMs }: CommandRequest, signal) => {
    const aborted: boolean = signal.aborted;
    if (aborted || timeLimitMs === 0) throw new HostFailure("not-found", programs.join());
    return { exitCode: 0, output: new Uint8Array(), errors: new Uint8Array() };
  },
  sign: async ({ content, signingInput }: SignRequest) => {
    const input = signingInput([content]);
    if (input === undefined) throw new HostFailure("not-the-keys");
    return { input, signature: new Uint8Array() };
  },
  findProgram: undefined,
};
