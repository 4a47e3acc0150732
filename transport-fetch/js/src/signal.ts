/** The part of an `AbortSignal` that is used here; those of `@azure/abort-controller` have it too. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: "abort", listener: () => void): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** What waits for signals: for each one listener, however much that is. */
const watched = new WeakMap<AbortSignalLike, { readonly callBacks: Set<() => void>; stop(): void }>();

/** Calls back once when the signal, which is not aborted yet, is; answers how to take that back. */
export function onAbort(signal: AbortSignalLike, callBack: () => void): () => void {
  const { callBacks, stop } = watched.get(signal) ?? watch(signal);
  callBacks.add(callBack);
  return () => {
    if (callBacks.delete(callBack) && callBacks.size === 0) stop();
  };
}

function watch(signal: AbortSignalLike) {
  const callBacks = new Set<() => void>();
  const stop = () => {
    watched.delete(signal);
    signal.removeEventListener("abort", fire);
  };
  const fire = () => {
    stop();
    const all = [...callBacks];
    callBacks.clear();
    for (const it of all) it();
  };
  const watch = { callBacks, stop };
  watched.set(signal, watch);
  signal.addEventListener("abort", fire);
  return watch;
}

export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted === true) throw reason(signal);
}

export function unlessAborted<T>(work: Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(reason(signal));
    let leave = () => {};
    if (signal.aborted) giveUp();
    else leave = onAbort(signal, giveUp);
    // Looked at in any case: a failure that nobody looks at ends the program.
    work.finally(leave).then(resolve, reject);
  });
}

export function reason(signal: AbortSignalLike): unknown {
  return signal.reason ?? new DOMException("The operation was aborted.", "AbortError");
}
