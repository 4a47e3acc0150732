// Compiled, not run: the package as TypeScript resolves it the way that knows no `exports`.

import { ManagedIdentityClient, ManagedIdentityError, type TokenProvider } from "managed-identity-fetch";
import { DefaultCredential, type CredentialToken } from "managed-identity-fetch/default-credential";
import { FakeTokens } from "managed-identity-fetch/testing";

export const providers: TokenProvider[] = [new ManagedIdentityClient(), DefaultCredential.azureCli(), new FakeTokens()];
export const isOurs = (error: unknown): boolean => error instanceof ManagedIdentityError && error.isTransient;
export const token = (): Promise<CredentialToken> => new DefaultCredential().getToken("https://vault.azure.net");
// @ts-expect-error Two identities.
new ManagedIdentityClient({ clientId: "1", objectId: "1" });
