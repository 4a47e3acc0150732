import { LONGEST_TIMER } from "./host.js";
import type { Wish } from "./machine.js";
import type { AccessToken } from "./provider.js";
import { onAbort, reason, throwIfAborted, type AbortSignalLike } from "./signal.js";

/** What the end of a flight is to a caller with this wish: a token, an error that is thrown, or `undefined` for "look again". */
export type Verdict = (wish: Wish) => AccessToken | undefined;

interface Waiter {
  readonly wish: Wish;
  readonly resolve: (token: AccessToken | undefined) => void;
  readonly reject: (error: unknown) => void;
  leave(): void;
}

/**
 * A flow on its way, and those who wait for its end. They come and go, and the flow goes on. Its timers and connections keep
 * no program alive: those who wait do.
 */
export class Flight {
  readonly #waiting = new Set<Waiter>();
  readonly #controller = new AbortController();
  #anchor: ReturnType<typeof setTimeout> | undefined;

  /** Aborted when the flight has ended. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The verdict at the end, unless this caller gives up before. */
  join(wish: Wish, signal: AbortSignalLike | undefined): Promise<AccessToken | undefined> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const waiter: Waiter = { wish, resolve, reject, leave: () => {} };
      this.#waiting.add(waiter);
      this.#anchor ??= setTimeout(() => {}, LONGEST_TIMER);
      if (signal === undefined) return;
      waiter.leave = onAbort(signal, () => {
        this.#waiting.delete(waiter);
        if (this.#waiting.size === 0) this.#letGo();
        reject(reason(signal));
      });
    });
  }

  /** Ends, and tells everybody who waits. What is still on its way is cancelled. */
  end(verdict: Verdict): void {
    for (const { wish, resolve, reject, leave } of this.#waiting) {
      try {
        // Whoever made the signal may throw, which is nobody else's affair.
        leave();
        resolve(verdict(wish));
      } catch (error) {
        reject(error);
      }
    }
    this.#waiting.clear();
    this.#letGo();
    this.#controller.abort();
  }

  /** Nobody waits: a program with nothing else to do may end. */
  #letGo(): void {
    clearTimeout(this.#anchor);
    this.#anchor = undefined;
  }
}
