/// <reference lib="esnext.disposable" preserve="true" />
import { ManagedIdentityError, misconfigured } from "./error.js";
import type { Host } from "./host.js";
import { Source, type Wish } from "./machine.js";
import {
  checkCall,
  checkClient,
  checkIdentity,
  checkScopes,
  hostWith,
  requestOptions,
  sourceWords,
  type IdentityOptions,
  type ManagedIdentityClientOptions,
} from "./options.js";
import type { AccessToken, GetTokenOptions, TokenProvider } from "./provider.js";
import { throwIfAborted, unlessAborted, type AbortSignalLike } from "./signal.js";
import { Tokens, type Asker, type Slot } from "./tokens.js";

/** What an entry of the package brings along. */
export interface Platform {
  readonly host: Host;
  readonly initialize: () => Promise<void>;
}

// Both are added where the host knows their symbols.
export interface ManagedIdentityClient extends Disposable, AsyncDisposable {}

/**
 * Gets access tokens of a managed identity, and keeps them while they are usable. A flow belongs to the client: callers join
 * and leave it, and it ends by itself or with the client. One that nobody waits for keeps no program alive.
 */
export class ManagedIdentityClient implements TokenProvider {
  readonly #options: ManagedIdentityClientOptions;
  readonly #host: Host;
  readonly #initialize: () => Promise<void>;
  readonly #asker: Asker;
  #tokens: Tokens | undefined;
  #closed: ManagedIdentityError | undefined;

  /** Throws a `ManagedIdentityError` when the options cannot work. */
  constructor(options: ManagedIdentityClientOptions, { host, initialize }: Platform) {
    checkClient(options);
    this.#options = options;
    this.#host = hostWith(host, options.host);
    this.#initialize = initialize;
    this.#asker = { options: requestOptions(options), slots: new Map() };
  }

  /**
   * A token for a resource such as `https://vault.azure.net`, or for a scope such as `https://vault.azure.net/.default`.
   * The signature is that of `TokenCredential` in `@azure/core-auth`. Nobody waits while there is a usable token.
   *
   * Rejects with a `ManagedIdentityError`, or with the reason of the signal.
   */
  async getToken(scopes: string | readonly string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#get(this.#asker, scopes, options);
  }

  /**
   * The same for another identity, over the cache and the flows of this client: options of requests are the client's.
   * Throws a `ManagedIdentityError` when these options cannot work.
   */
  forIdentity(identity: IdentityOptions): TokenProvider {
    const asker = { options: { ...this.#asker.options, identity: checkIdentity(identity) }, slots: new Map() };
    return { getToken: async (scopes, options) => this.#get(asker, scopes, options) };
  }

  /** Where tokens come from. Nothing is sent. */
  async source(): Promise<Source> {
    return (await this.#begun(undefined)).source;
  }

  /** Ends every flow, and forgets every token. Whoever waits gets an error, as does whoever asks from now on. */
  close(): void {
    if (this.#closed !== undefined) return;
    this.#closed = misconfigured("client-closed", "the client was closed", "close it when no token is needed any more");
    this.#tokens?.end(this.#closed);
    this.#tokens = undefined;
  }

  async #get(asker: Asker, scopes: string | readonly string[], options?: GetTokenOptions): Promise<AccessToken> {
    if (options !== undefined) checkCall(options);
    const signal = options?.abortSignal;
    throwIfAborted(signal);
    const tokens = this.#tokens ?? (await this.#begun(signal));
    const slot = tokens.slot(asker, checkScopes(scopes));
    if (options?.rejectedToken !== undefined) {
      return this.#wished(tokens, slot, tokens.replaced(slot, options.rejectedToken), signal);
    }
    if (options?.claims) {
      const held = tokens.held(slot);
      if (held !== undefined) return this.#challenged(tokens, slot, held, signal);
    }
    if (options?.forceRefresh === true) {
      return this.#wished(tokens, slot, tokens.renewed(), signal);
    }
    return tokens.fresh(slot) ?? tokens.obtain(slot, tokens.any, signal);
  }

  async #wished(tokens: Tokens, slot: Slot, wish: Wish, signal: AbortSignalLike | undefined): Promise<AccessToken> {
    try {
      return await tokens.obtain(slot, wish, signal);
    } finally {
      wish.free();
    }
  }

  /**
   * Claims came back for a token, and it is not known for which. When the one at hand has just come in the place of another,
   * the caller is taken for one who still had that other.
   */
  async #challenged(
    tokens: Tokens,
    slot: Slot,
    held: AccessToken,
    signal: AbortSignalLike | undefined,
  ): Promise<AccessToken> {
    try {
      return await this.#wished(tokens, slot, tokens.replaced(slot, held.token), signal);
    } catch (error) {
      if (error instanceof ManagedIdentityError && error.problem === "rejected-too-soon") return held;
      throw error;
    }
  }

  /** The tokens of the source, which is looked for at the first call. */
  async #begun(signal: AbortSignalLike | undefined): Promise<Tokens> {
    if (this.#tokens === undefined) await unlessAborted(this.#initialize(), signal);
    if (this.#closed !== undefined) throw this.#closed;
    if (this.#tokens === undefined) {
      const { env, platform, arcAgent } = this.#host;
      const { keyDirectory, dangerouslyAllowRemoteArcEndpoint, timeBudgetMs } = this.#options;
      const words = sourceWords(this.#options.source);
      const found = Source.named(words, env, platform, arcAgent(), dangerouslyAllowRemoteArcEndpoint === true);
      const source = keyDirectory === undefined ? found : found.withKeyDirectory(keyDirectory);
      this.#tokens = new Tokens(source, this.#host, timeBudgetMs);
    }
    return this.#tokens;
  }
}

// What Node shows of a source is what JSON has of it.
Object.defineProperty(Source.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: Source.prototype.toJSON });

const { prototype } = ManagedIdentityClient;
// Not every browser has the symbols.
if (Symbol.dispose) {
  prototype[Symbol.dispose] = function () {
    this.close();
  };
}
if (Symbol.asyncDispose) {
  prototype[Symbol.asyncDispose] = async function () {
    this.close();
  };
}
