import { ManagedIdentityError, misconfigured } from "./error.js";
import { checkCall, checkScopes } from "./options.js";
import type { AccessToken, GetTokenOptions } from "./provider.js";
import { throwIfAborted, unlessAborted, type AbortSignalLike } from "./signal.js";
import type { Wish } from "./machine.js";
import type { Asker, Machine, Slot, Tokens } from "./tokens.js";

/** What a client does with its tokens: they are begun at the first call, and ended when it is closed. */
export class Session<M extends Machine> {
  readonly #initialize: () => Promise<void>;
  readonly #begin: () => Tokens<M>;
  #tokens: Tokens<M> | undefined;
  #closed: ManagedIdentityError | undefined;

  constructor(initialize: () => Promise<void>, begin: () => Tokens<M>) {
    this.#initialize = initialize;
    this.#begin = begin;
  }

  /** The tokens, once the module is loaded and it is known where they come from. */
  async begun(signal?: AbortSignalLike): Promise<Tokens<M>> {
    if (this.#tokens === undefined) await unlessAborted(this.#initialize(), signal);
    if (this.#closed !== undefined) throw this.#closed;
    return (this.#tokens ??= this.#begin());
  }

  /** Ends every flow, and forgets every token. Whoever waits gets an error, as does whoever asks from now on. */
  close(): void {
    if (this.#closed !== undefined) return;
    this.#closed = misconfigured("client-closed", "the client was closed", "close it when no token is needed any more");
    this.#tokens?.end(this.#closed);
    this.#tokens = undefined;
  }

  /** A token for whoever asks. Claims are taken as a word that the token at hand was rejected. */
  async get(asker: Asker, scopes: string | readonly string[], options?: GetTokenOptions): Promise<AccessToken> {
    if (options !== undefined) checkCall(options);
    const signal = options?.abortSignal;
    throwIfAborted(signal);
    const tokens = this.#tokens ?? (await this.begun(signal));
    const slot = tokens.slot(asker, checkScopes(scopes));
    if (options?.rejectedToken !== undefined) {
      return this.#wished(tokens, slot, tokens.replaced(slot, options.rejectedToken), signal);
    }
    if (options?.claims && asker.options.claims === undefined) {
      const held = tokens.held(slot);
      if (held !== undefined) return this.#challenged(tokens, slot, held, signal);
    }
    if (options?.forceRefresh === true) {
      return this.#wished(tokens, slot, tokens.renewed(), signal);
    }
    return tokens.fresh(slot) ?? tokens.obtain(slot, tokens.machine.any, signal);
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
}

/** Adds to a class of clients what ends one with its block, where the host knows the symbols: not every browser does. */
export function closesWithItsBlock(prototype: { close(): void } & Partial<Disposable & AsyncDisposable>): void {
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
}
