/** The part of an `AbortSignal` that is used here; those of `@azure/abort-controller` have it too. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** A flow on its way, and those who wait for it. It is cancelled when the last of them gives up. */
export class Flight<T> {
  readonly #controller = new AbortController();
  readonly #outcome: Promise<T>;
  readonly #abandon: () => void;
  #waiting = 0;

  /** `abandon` is called once if everybody gives up. */
  constructor(run: (signal: AbortSignal) => Promise<T>, abandon: () => void) {
    this.#abandon = abandon;
    this.#outcome = run(this.#controller.signal);
    // Everybody may have given up.
    this.#outcome.catch(() => {});
  }

  /** Goes on, whoever waits. */
  detach(): void {
    this.#waiting += 1;
  }

  /** The outcome, unless this caller gives up before. */
  async join(signal: AbortSignalLike | undefined): Promise<T> {
    this.#waiting += 1;
    try {
      return await unlessAborted(this.#outcome, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0 && signal?.aborted === true) {
        this.#abandon();
        this.#controller.abort(reason(signal));
      }
    }
  }
}

export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted === true) throw reason(signal);
}

export function unlessAborted<T>(work: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(reason(signal));
    const end = () => signal.removeEventListener("abort", giveUp);
    signal.addEventListener("abort", giveUp);
    if (signal.aborted) giveUp();
    work.then(resolve, reject).finally(end);
  });
}

function reason(signal: AbortSignalLike): unknown {
  return signal.reason ?? new DOMException("The operation was aborted.", "AbortError");
}
