import type { Token } from "./machine.js";
import type { AbortSignalLike } from "./signal.js";

/** What a single call may change. */
export interface GetTokenOptions {
  /** Ends this call and nothing else: the flow goes on, and whoever asks next joins it. */
  readonly abortSignal?: AbortSignalLike;
  /** Asks the source even when there is a usable token. */
  readonly forceRefresh?: boolean;
  /**
   * The claims that a resource answered with. The token at hand is taken for the one that was rejected, unless `rejectedToken`
   * says which one it was; they are not sent. `DefaultCredential` sends them, and keeps the token that meets them beside others.
   */
  readonly claims?: string;
  /**
   * A token that a resource rejected: this call does not get it again, and Service Fabric is told its SHA-256 digest. Others
   * go on getting it until there is another one.
   */
  readonly rejectedToken?: string;
  /**
   * With `DefaultCredential`: the tenant to get a token of, where it is another one than the credential's; the environment
   * variable `AZURE_ADDITIONALLY_ALLOWED_TENANTS` allows it. The tokens of a managed identity are of its own tenant.
   */
  readonly tenantId?: string;
}

/** A token as the clients of the Azure SDK take it. */
export interface AccessToken extends Token {
  /** From when on asking again brings a newer token. */
  readonly refreshAfterTimestamp?: number;
}

/**
 * Whatever gives out access tokens: a client, one of its identities, a fake in a test. Programs that need tokens take this.
 * It is a `TokenCredential` of `@azure/core-auth`.
 */
export interface TokenProvider {
  /** A usable token for a resource such as `https://vault.azure.net`, or for a scope such as `https://vault.azure.net/.default`. */
  getToken(scopes: string | readonly string[], options?: GetTokenOptions): Promise<AccessToken>;
}
