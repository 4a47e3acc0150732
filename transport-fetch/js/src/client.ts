import { drive } from "./drive.js";
import { Flight, throwIfAborted, unlessAborted, type AbortSignalLike } from "./flight.js";
import type { Host } from "./host.js";
import {
  Source,
  TokenCache,
  TokenRequest,
  type Acquisition,
  type Epoch,
  type Lease,
  type RequestOptions,
  type Token,
} from "./machine.js";

/** Configures a client. Whatever is not set has the default that suits the detected source. */
export interface ManagedIdentityClientOptions extends Omit<RequestOptions, "clientCapabilities" | "isScope"> {
  /** What this program can handle, such as `cp1`. Only Service Fabric is told. */
  readonly clientCapabilities?: readonly string[] | undefined;
  /** On Azure Arc, reads key files from this folder only. */
  readonly keyDirectory?: string | undefined;
  /**
   * Accepts an Azure Arc endpoint in the environment that is not on this machine. Whoever controls that variable, or the
   * network to that endpoint, can then collect the keys of this machine's agent.
   */
  readonly dangerouslyAllowRemoteArcEndpoint?: boolean | undefined;
  /** Abilities of the host that replace the default ones. */
  readonly host?: Partial<Host> | undefined;
}

/** What a single call may change. */
export interface GetTokenOptions {
  /** Ends the call; the flow ends with the last of the calls that wait for it. */
  readonly abortSignal?: AbortSignalLike;
  /** Asks the source even when there is a usable token. */
  readonly forceRefresh?: boolean;
  /** The claims that a resource answered with: the token at hand is not handed out again. */
  readonly claims?: string;
  /** A token that a resource rejected: it is not handed out again, and Service Fabric is told its SHA-256 digest. */
  readonly rejectedToken?: string;
}

/** A token as the clients of the Azure SDK take it. */
export interface AccessToken extends Token {
  /** From when on asking again brings a newer token. */
  readonly refreshAfterTimestamp?: number;
}

/** What an entry of the package brings along. */
export interface Platform {
  readonly host: Host;
  readonly initialize: () => Promise<void>;
}

/** One resource: its request, its token while that is fresh, and the flow on its way. */
interface Slot {
  readonly request: TokenRequest;
  /** A renewal in the background is not repeated: whoever asks next is elected to try again. */
  readonly renewal: TokenRequest;
  token: AccessToken | undefined;
  freshFrom: number;
  flight: Flight<AccessToken> | undefined;
}

interface State {
  readonly source: Source;
  readonly cache: TokenCache;
  readonly slots: Map<string, Slot>;
}

/** More resources than that are not remembered. */
const MOST_SLOTS = 1024;

/** In milliseconds, longer than a flow without a budget of its own takes. */
const LEASE = 150_000;

/** Gets access tokens of a managed identity, and keeps them while they are usable. */
export class ManagedIdentityClient {
  readonly #options: ManagedIdentityClientOptions;
  readonly #host: Host;
  readonly #initialize: () => Promise<void>;
  #state: State | undefined;

  constructor(options: ManagedIdentityClientOptions, { host, initialize }: Platform) {
    this.#options = options;
    this.#host = { ...host, ...options.host };
    this.#initialize = initialize;
  }

  /**
   * A token for a resource such as `https://vault.azure.net`, or for a scope such as `https://vault.azure.net/.default`.
   * The signature is that of `TokenCredential` in `@azure/core-auth`.
   *
   * Rejects with a `ManagedIdentityError`, or with the reason of the signal.
   */
  async getToken(scopes: string | readonly string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    throwIfAborted(options.abortSignal);
    const state = this.#state ?? (await this.#begin(options.abortSignal));
    const slot = this.#slot(state, scopes);
    if (options.rejectedToken !== undefined) {
      return this.#replace(state, slot, options.rejectedToken, options);
    }
    if (options.claims) {
      const held = state.cache.held(slot.request)?.token;
      if (held !== undefined && held.expiresOnTimestamp > this.#host.now()) {
        return this.#replace(state, slot, held.token, options);
      }
    }
    if (options.forceRefresh === true) {
      return this.#renew(state, slot, options);
    }
    return this.#fresh(slot) ?? this.#obtain(state, slot, slot.request, options);
  }

  /** Where tokens come from. Nothing is sent. */
  async source(): Promise<Source> {
    return (this.#state ?? (await this.#begin(undefined))).source;
  }

  async #begin(signal: AbortSignalLike | undefined): Promise<State> {
    await unlessAborted(this.#initialize(), signal);
    if (this.#state === undefined) {
      const { env, platform, hasArcAgent } = this.#host;
      const { keyDirectory, dangerouslyAllowRemoteArcEndpoint, timeBudgetMs } = this.#options;
      const source = Source.detect(env, platform, hasArcAgent(), dangerouslyAllowRemoteArcEndpoint === true);
      this.#state = {
        source: keyDirectory === undefined ? source : source.withKeyDirectory(keyDirectory),
        cache: new TokenCache(Math.max(LEASE, (timeBudgetMs ?? 0) + 30_000)),
        slots: new Map(),
      };
    }
    return this.#state;
  }

  #slot(state: State, scopes: string | readonly string[]): Slot {
    const isScope = typeof scopes !== "string" && scopes.length > 1;
    const text = typeof scopes === "string" ? scopes : scopes.join(" ");
    const known = state.slots.get(text);
    if (known !== undefined) return known;
    const { clientCapabilities, ...rest } = this.#options;
    const options = { ...rest, isScope, clientCapabilities: clientCapabilities?.join(",") };
    const request = new TokenRequest(state.source, text, options);
    // A scope and its resource share a slot.
    const slot = state.slots.get(request.resource) ?? {
      request,
      renewal: new TokenRequest(state.source, text, { ...options, retries: false }),
      token: undefined,
      freshFrom: 0,
      flight: undefined,
    };
    if (state.slots.size >= MOST_SLOTS) {
      for (const [name, { flight }] of state.slots) if (flight === undefined) state.slots.delete(name);
    }
    return state.slots.set(text, slot).set(request.resource, slot) && slot;
  }

  #fresh(slot: Slot): AccessToken | undefined {
    const now = this.#host.now();
    const until = slot.token?.refreshAfterTimestamp;
    return until !== undefined && slot.freshFrom <= now && now < until ? slot.token : undefined;
  }

  /** A token that is asked for now; a request that is on its way already is not taken for it. */
  async #renew(state: State, slot: Slot, options: GetTokenOptions): Promise<AccessToken> {
    const since = state.cache.epoch;
    try {
      return await this.#obtain(state, slot, slot.request, options, { epoch: since, flight: slot.flight });
    } finally {
      since.free();
    }
  }

  /** A token in place of a rejected one. Who comes when it has been replaced already gets the replacement. */
  #replace(state: State, slot: Slot, rejected: string, options: GetTokenOptions): Promise<AccessToken> {
    state.cache.invalidate(slot.request, rejected);
    if (slot.token?.token === rejected) slot.token = undefined;
    return this.#obtain(state, slot, slot.request.withRejectedToken(rejected), options);
  }

  async #obtain(
    state: State,
    slot: Slot,
    request: TokenRequest,
    { abortSignal }: GetTokenOptions,
    since?: { epoch: Epoch; flight: Flight<AccessToken> | undefined },
  ): Promise<AccessToken> {
    for (;;) {
      throwIfAborted(abortSignal);
      const now = this.#host.now();
      const found =
        since === undefined
          ? state.cache.lookup(slot.request, now)
          : state.cache.lookupSince(slot.request, since.epoch, now);
      switch (found.kind) {
        case "fresh":
          return this.#publish(state, slot, found.token);
        case "stale":
          if (found.lease !== undefined) this.#launch(state, slot, found.lease, slot.renewal).detach();
          return this.#publish(state, slot, found.token);
        case "elected": {
          const flight = this.#launch(state, slot, found.lease, request);
          return this.#orOldToken(state, slot, flight.join(abortSignal), since !== undefined);
        }
        case "busy":
          if (slot.flight === undefined) {
            // A lease was lost, and ends by itself.
            await unlessAborted(this.#host.sleep(found.until - now, new AbortController().signal), abortSignal);
          } else if (slot.flight === since?.flight) {
            await slot.flight.join(abortSignal).catch(() => throwIfAborted(abortSignal));
          } else {
            return this.#orOldToken(state, slot, slot.flight.join(abortSignal), since !== undefined);
          }
          break;
        case "failed":
          throw found.error;
      }
    }
  }

  /** In its last minutes an old token still serves when no new one is to be had, except to whom it must be a new one. */
  async #orOldToken(state: State, slot: Slot, outcome: Promise<AccessToken>, mustBeNew: boolean): Promise<AccessToken> {
    try {
      return await outcome;
    } catch (error) {
      const held = mustBeNew ? undefined : state.cache.held(slot.request)?.token;
      if (held === undefined || held.expiresOnTimestamp <= this.#host.now()) throw error;
      return held;
    }
  }

  #launch(state: State, slot: Slot, lease: Lease, request: TokenRequest): Flight<AccessToken> {
    let open = true;
    const close = () => {
      if (slot.flight === flight) slot.flight = undefined;
      const was = open;
      open = false;
      return was;
    };
    const abandon = () => {
      if (close()) state.cache.abandon(lease);
    };
    const host = this.#host;
    const run = async (signal: AbortSignal) => {
      let acquisition: Acquisition | undefined;
      try {
        // Not before the flight is in its slot.
        await undefined;
        acquisition = request.start(host.seed(), host.now());
        const token = await drive(acquisition, host, signal);
        if (close()) state.cache.settle(lease, acquisition, host.now(), host.seed());
        return this.#publish(state, slot, token);
      } catch (error) {
        if (acquisition !== undefined && close()) state.cache.settle(lease, acquisition, host.now(), host.seed());
        throw error;
      } finally {
        abandon();
        acquisition?.free();
      }
    };
    const flight = new Flight(run, abandon);
    slot.flight = flight;
    return flight;
  }

  /** The token as it is handed out. What the cache holds is noted for whoever asks while it is fresh. */
  #publish(state: State, slot: Slot, token: Token): AccessToken {
    const held = state.cache.held(slot.request);
    if (held?.token.token !== token.token) {
      const { refreshOnTimestamp } = token;
      return { ...token, ...(refreshOnTimestamp === undefined ? {} : { refreshAfterTimestamp: refreshOnTimestamp }) };
    }
    slot.freshFrom = held.freshFrom;
    slot.token = { ...token, refreshAfterTimestamp: held.freshUntil };
    return slot.token;
  }
}
