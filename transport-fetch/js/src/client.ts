/// <reference lib="esnext.disposable" preserve="true" />
import type { Host } from "./host.js";
import { HttpResponse, Source, TokenCache, TokenRequest, Wish } from "./machine.js";
import {
  checkClient,
  checkIdentity,
  hostWith,
  requestOptions,
  sourceWords,
  type IdentityOptions,
  type ManagedIdentityClientOptions,
} from "./options.js";
import type { AccessToken, GetTokenOptions, TokenProvider } from "./provider.js";
import { closesWithItsBlock, Session } from "./session.js";
import { Tokens, type Asker, type Machine } from "./tokens.js";

/** What an entry of the package brings along. */
export interface Platform {
  readonly host: Host;
  readonly initialize: () => Promise<void>;
}

/** The state machine for one source. */
interface OfSource extends Machine {
  readonly source: Source;
}

// Both are added where the host knows their symbols.
export interface ManagedIdentityClient extends Disposable, AsyncDisposable {}

/**
 * Gets access tokens of a managed identity, and keeps them while they are usable. A flow belongs to the client: callers join
 * and leave it, and it ends by itself or with the client. One that nobody waits for keeps no program alive.
 */
export class ManagedIdentityClient implements TokenProvider {
  readonly #session: Session<OfSource>;
  readonly #asker: Asker;

  /** Throws a `ManagedIdentityError` when the options cannot work. */
  constructor(options: ManagedIdentityClientOptions, { host: own, initialize }: Platform) {
    checkClient(options);
    const host = hostWith(own, options.host);
    this.#asker = { options: requestOptions(options), slots: new Map() };
    this.#session = new Session(initialize, () => new Tokens(machine(options, host), host));
  }

  /**
   * A token for a resource such as `https://vault.azure.net`, or for a scope such as `https://vault.azure.net/.default`.
   * The signature is that of `TokenCredential` in `@azure/core-auth`. Nobody waits while there is a usable token.
   *
   * Rejects with a `ManagedIdentityError`, or with the reason of the signal.
   */
  async getToken(scopes: string | readonly string[], options?: GetTokenOptions): Promise<AccessToken> {
    return this.#session.get(this.#asker, scopes, options);
  }

  /**
   * The same for another identity, over the cache and the flows of this client: options of requests are the client's.
   * Throws a `ManagedIdentityError` when these options cannot work.
   */
  forIdentity(identity: IdentityOptions): TokenProvider {
    const asker = { options: { ...this.#asker.options, identity: checkIdentity(identity) }, slots: new Map() };
    return { getToken: async (scopes, options) => this.#session.get(asker, scopes, options) };
  }

  /** Where tokens come from. Nothing is sent. */
  async source(): Promise<Source> {
    return (await this.#session.begun()).machine.source;
  }

  /** Ends every flow, and forgets every token. Whoever waits gets an error, as does whoever asks from now on. */
  close(): void {
    this.#session.close();
  }
}

function machine(options: ManagedIdentityClientOptions, { env, platform, arcAgent }: Host): OfSource {
  const { keyDirectory, dangerouslyAllowRemoteArcEndpoint, timeBudgetMs } = options;
  const words = sourceWords(options.source);
  const found = Source.named(words, env, platform, arcAgent(), dangerouslyAllowRemoteArcEndpoint === true);
  const source = keyDirectory === undefined ? found : found.withKeyDirectory(keyDirectory);
  return {
    source,
    cache: new TokenCache(timeBudgetMs),
    any: new Wish(),
    request: (text, options) => new TokenRequest(source, text, options),
    response: (status, body) => new HttpResponse(status, body),
  };
}

// What Node shows of a source is what JSON has of it.
Object.defineProperty(Source.prototype, Symbol.for("nodejs.util.inspect.custom"), { value: Source.prototype.toJSON });
closesWithItsBlock(ManagedIdentityClient.prototype);
