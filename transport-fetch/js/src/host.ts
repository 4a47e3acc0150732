import type { CommandProblem, SignProblem } from "./chain.js";
import type { Global } from "./global.js";
import type { AgentFile, FileProblem, FileRequest, Platform, TransportProblem } from "./machine.js";
import type { AbortSignalLike } from "./signal.js";

/** An `AbortSignal` as the host has it. */
export type Signal = Global<"AbortSignal", AbortSignalLike>;

/** Everything that the client asks of the program it runs in. Each ability can be replaced. */
export interface Host {
  /** Sends a request and never follows a redirect. The global `fetch` will do. */
  readonly fetch: Fetch;
  /**
   * Sends a request by HTTPS to a server with exactly the leaf certificate of this SHA-1 thumbprint, which is checked before
   * a byte of the request is sent. Without it, Service Fabric is refused.
   */
  readonly fetchPinned?: ((url: string, init: FetchInit, thumbprint: string) => Promise<FetchResponse>) | undefined;
  /** Reads a file by the rules of the request. Throws a `HostFailure` that says which rule was broken. */
  readonly readFile: (file: FileRequest) => Promise<Uint8Array>;
  /** The time, in milliseconds since the epoch. */
  readonly now: () => number;
  /**
   * Waits; rejects when the signal is aborted. `keepAlive` is `false` where the wait must not keep the program from ending:
   * the client sees to it that the program lives as long as somebody waits for a token.
   */
  readonly sleep: (milliseconds: number, signal: Signal, keepAlive?: boolean) => Promise<void>;
  /** The value of an environment variable. */
  readonly env: (name: string) => string | undefined;
  /** A random number of 64 bits. */
  readonly seed: () => bigint;
  /** The operating system. */
  readonly platform: Platform;
  /** What can be seen of the program file of the Azure Connected Machine agent. */
  readonly arcAgent: () => AgentFile;
}

/** What the client uses of `fetch`. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** How a request is to be sent. Header values and the body may be credentials: they are not for logs. */
export interface FetchInit {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: "manual";
  readonly credentials: "omit";
  readonly cache: "no-store";
  readonly signal: Signal;
  /** The longest wait for a connection, for a host that can tell it from the wait for an answer. */
  readonly connectTimeoutMs: number;
  /** `false` where the connection must not keep the program from ending, for a host that can see to that; as with `sleep`. */
  readonly keepAlive?: boolean;
}

/** What the client uses of a response. */
export interface FetchResponse {
  readonly status: number;
  /** The reason phrase of the status line, if the host can tell. */
  readonly statusText?: string;
  /** Names and values; repeated headers each time they come, if the host can tell. */
  readonly headers: Iterable<[string, string]>;
  readonly body: Body | AsyncIterable<Uint8Array> | null;
}

/** What the client uses of a `ReadableStream`. */
export interface Body {
  getReader(): {
    read(): Promise<{ readonly done?: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(): Promise<unknown>;
  };
}

/** Thrown by a host's ability to say what is the matter. The text is for people; it must not hold a secret. */
export class HostFailure extends Error {
  override readonly name = "HostFailure";

  constructor(
    readonly problem: TransportProblem | FileProblem | CommandProblem | SignProblem,
    detail = "",
  ) {
    super(detail);
  }
}

/** What Deno and Node's permission model throw when a program was not granted what it wants. */
export function isDenial(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === "NotCapable" || ("code" in error && error.code === "ERR_ACCESS_DENIED");
}

/** The longest time of a timer, in milliseconds: one that is set for longer fires at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** The abilities that every JavaScript host has. */
export const everywhere = {
  now: () => Date.now(),
  sleep: (milliseconds: number, signal: Signal, keepAlive = true): Promise<void> =>
    new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      const timer = setTimeout(end, Math.min(milliseconds, LONGEST_TIMER));
      if (!keepAlive) unref(timer);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    }),
  seed: (): bigint => crypto.getRandomValues(new BigUint64Array(1))[0] ?? 0n,
};

/** Keeps a timer, and whatever else does that, from keeping the program alive. */
export function unref(it: unknown): void {
  (it as { unref?(): void } | null)?.unref?.();
}
