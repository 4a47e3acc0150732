import { drive, type Driver } from "./drive.js";
import { Flight } from "./flight.js";
import type { Host } from "./host.js";
import type { Acquisition, Lease, RequestOptions, Token, TokenCache, TokenRequest, Wish } from "./machine.js";
import type { AccessToken } from "./provider.js";
import { unlessAborted, type AbortSignalLike } from "./signal.js";

/** One resource of one identity: its request, and its token while that is fresh. */
export interface Slot {
  readonly request: TokenRequest;
  readonly key: string;
  token: AccessToken | undefined;
  freshFrom: number;
}

/** Who asks: the options of its requests, and its resources by the names they were asked for. */
export interface Asker {
  readonly options: RequestOptions;
  readonly slots: Map<string, Slot>;
}

/** More names than that are not remembered. */
const MOST_SLOTS = 1024;

/** What tokens are got and kept by: the state machine of one of its builds, for one source or chain. */
export interface Machine extends Driver {
  readonly cache: TokenCache;
  /** The wish for any usable token. */
  readonly any: Wish;
  request(text: string, options: RequestOptions): TokenRequest;
}

/** The tokens of a client, and the flows on their way: one for each request, however many wait for it. */
export class Tokens<M extends Machine = Machine> {
  readonly machine: M;
  readonly #host: Host;
  readonly #cache: TokenCache;
  readonly #flights = new Map<string, Flight>();
  #ended: Error | undefined;

  constructor(machine: M, host: Host) {
    this.machine = machine;
    this.#host = host;
    this.#cache = machine.cache;
  }

  /** The place of a resource, or of exactly one scope. A scope and its resource share it. */
  slot({ slots, options }: Asker, scopes: string | readonly string[]): Slot {
    const isScope = typeof scopes !== "string" && scopes.length > 1;
    const text = typeof scopes === "string" ? scopes : scopes.join(" ");
    const known = slots.get(text);
    if (known !== undefined) return known;
    const request = this.machine.request(text, { ...options, isScope });
    // What is forgotten here is still in the cache.
    if (slots.size >= MOST_SLOTS) slots.clear();
    const { resource } = request;
    const key = JSON.stringify([resource, options]);
    const slot = slots.get(resource) ?? { request, key, token: undefined, freshFrom: 0 };
    slots.set(text, slot).set(resource, slot);
    return slot;
  }

  fresh(slot: Slot): AccessToken | undefined {
    const now = this.#host.now();
    const until = slot.token?.refreshAfterTimestamp;
    return until !== undefined && slot.freshFrom <= now && now < until ? slot.token : undefined;
  }

  /** The token at hand, unless it has expired. */
  held(slot: Slot): AccessToken | undefined {
    const held = this.#ended === undefined ? this.#cache.held(slot.request)?.token : undefined;
    return held !== undefined && this.#host.now() < held.expiresOnTimestamp ? this.#publish(slot, held) : undefined;
  }

  /** The wish for a token that is asked for from now on. */
  renewed(): Wish {
    return this.#cache.renewed();
  }

  /** The wish for another token than this one. */
  replaced(slot: Slot, rejected: string): Wish {
    return this.#cache.reject(slot.request, rejected, this.#host.now());
  }

  async obtain(slot: Slot, wish: Wish, signal: AbortSignalLike | undefined): Promise<AccessToken> {
    for (;;) {
      if (this.#ended !== undefined) throw this.#ended;
      const found = this.#cache.lookup(slot.request, wish, this.#host.now());
      switch (found.kind) {
        case "fresh":
          return this.#publish(slot, found.token);
        case "stale":
          if (found.lease !== undefined) this.#launch(slot, found.lease);
          return this.#publish(slot, found.token);
        case "failed":
          throw found.error;
        case "elected":
          this.#launch(slot, found.lease);
      }
      // Somebody was elected, this caller or another.
      const outcome = await this.#flights.get(slot.key)?.join(wish, signal);
      if (outcome !== undefined) return outcome;
    }
  }

  /** Ends every flow with this error, and whatever is asked for from now on. */
  end(error: Error): void {
    this.#ended = error;
    for (const flight of this.#flights.values()) {
      flight.end(() => {
        throw error;
      });
    }
    this.#flights.clear();
    this.#cache.free();
    this.machine.any.free();
  }

  #launch(slot: Slot, lease: Lease): void {
    const flight = new Flight();
    // One whose lease is over does not come back: who waits for it waits for this one.
    this.#flights.get(slot.key)?.end(() => undefined);
    this.#flights.set(slot.key, flight);
    void this.#fly(slot, lease, flight);
  }

  async #fly(slot: Slot, lease: Lease, flight: Flight): Promise<void> {
    const host = this.#host;
    let notBefore = lease.notBefore;
    const wait = async (milliseconds: number) => {
      notBefore = host.now() + milliseconds;
      await unlessAborted(host.sleep(milliseconds, flight.signal, false), flight.signal);
      notBefore = undefined;
    };
    let acquisition: Acquisition | undefined;
    try {
      // Not before the elected caller has joined.
      await undefined;
      if (notBefore !== undefined) await wait(notBefore - host.now());
      acquisition = lease.start(slot.request, host.seed(), host.now());
      await drive(this.machine, acquisition, host, flight.signal, wait);
      flight.signal.throwIfAborted();
      this.#land(slot, lease, flight, acquisition);
    } catch (error) {
      if (flight.signal.aborted) {
        // It was ended from outside.
        lease.free();
        return;
      }
      this.#flights.delete(slot.key);
      flight.end(() => {
        throw error;
      });
      this.#cache.abandon(lease, notBefore);
    } finally {
      acquisition?.free();
    }
  }

  #land(slot: Slot, lease: Lease, flight: Flight, acquisition: Acquisition): void {
    const { any } = this.machine;
    this.#flights.delete(slot.key);
    this.#cache.settle(lease, acquisition, this.#host.now(), this.#host.seed());
    const outcome = any.judge(acquisition);
    const token = outcome?.kind === "done" ? this.#publish(slot, outcome.token) : undefined;
    flight.end((wish) => {
      const ended = wish === any ? outcome : wish.judge(acquisition);
      if (ended?.kind === "failed") throw ended.error;
      return ended && token;
    });
  }

  /** The token as it is handed out. What the cache holds is noted for whoever asks while it is fresh. */
  #publish(slot: Slot, token: Token): AccessToken {
    const held = this.#cache.held(slot.request);
    if (held?.token.token !== token.token) {
      const { refreshOnTimestamp } = token;
      return { ...token, ...(refreshOnTimestamp === undefined ? {} : { refreshAfterTimestamp: refreshOnTimestamp }) };
    }
    slot.freshFrom = held.freshFrom;
    slot.token = { ...token, refreshAfterTimestamp: held.freshUntil };
    return slot.token;
  }
}
