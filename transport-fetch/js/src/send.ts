import {
  HostFailure,
  isDenial,
  LONGEST_TIMER,
  unref,
  type Body,
  type FetchInit,
  type FetchResponse,
  type Host,
} from "./host.js";
import type { HttpCall, TransportProblem } from "./machine.js";

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly reason: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Sends a request under its policy. Throws a `HostFailure`, or the reason of the signal. */
export async function send(host: Host, call: HttpCall, signal: AbortSignal): Promise<Answer> {
  const limit = new Limit(call, signal);
  try {
    const response = await limit.race(begin(host, call, limit.signal));
    if (response.status === 0) {
      // What a browser shows of a redirect that it was told not to follow.
      throw new HostFailure("denied", "it was answered by a redirect, which this host does not show");
    }
    limit.progress();
    const { status, statusText: reason = "", headers } = response;
    return { status, reason, headers, body: await read(response, call, limit) };
  } catch (error) {
    throw signal.aborted ? signal.reason : limit.signal.aborted ? limit.signal.reason : failure(error, limit.answered);
  } finally {
    limit.end();
  }
}

async function begin(host: Host, call: HttpCall, signal: AbortSignal): Promise<FetchResponse> {
  const init: FetchInit = {
    method: call.method,
    headers: call.headers,
    ...(call.body === "" ? {} : { body: call.body }),
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
    signal,
    connectTimeoutMs: call.connectTimeoutMs,
    keepAlive: false,
  };
  if (call.trust === "anchors") {
    throw new HostFailure("unsupported-trust-anchors");
  }
  if (call.thumbprint === undefined) {
    return host.fetch(call.url, init);
  }
  if (host.fetchPinned === undefined) {
    throw new HostFailure("unsupported-certificate-pin");
  }
  return host.fetchPinned(call.url, init, call.thumbprint);
}

/** Reads at most as many bytes as the policy accepts, and stops at the first one beyond. */
async function read({ body }: FetchResponse, { maxBody }: HttpCall, limit: Limit): Promise<Uint8Array<ArrayBuffer>> {
  const chunks = [];
  let length = 0;
  if (body !== null) {
    const source: Reader = "getReader" in body ? body.getReader() : new Iterated(body);
    try {
      for (;;) {
        const { done, value } = await limit.race(source.read());
        if (done || value === undefined) break;
        limit.progress();
        length += value.length;
        if (length > maxBody) throw new HostFailure("body-too-large", `more than ${maxBody} bytes`);
        chunks.push(value);
      }
    } catch (error) {
      // Nobody waits for the rest, nor for the end of it.
      source.cancel().catch(() => {});
      throw error;
    }
  }
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.length;
  }
  return whole;
}

type Reader = ReturnType<Body["getReader"]>;

/** What is used of a stream's reader, over an iterator. */
class Iterated implements Reader {
  readonly #iterator: AsyncIterator<Uint8Array>;

  constructor(body: AsyncIterable<Uint8Array>) {
    this.#iterator = body[Symbol.asyncIterator]();
  }

  read(): Promise<IteratorResult<Uint8Array, undefined>> {
    return this.#iterator.next();
  }

  async cancel(): Promise<void> {
    await this.#iterator.return?.();
  }
}

/** The time limits of a call as a signal, which is also raced: not every host obeys a signal. */
class Limit {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #readTimeoutMs: number;
  readonly #total: ReturnType<typeof setTimeout>;
  readonly #aborted: Promise<never>;
  #idle: ReturnType<typeof setTimeout>;
  answered = false;

  constructor(call: HttpCall, outer: AbortSignal) {
    this.#outer = outer;
    this.#readTimeoutMs = call.readTimeoutMs;
    this.#aborted = new Promise((_, reject) => {
      this.signal.addEventListener("abort", () => reject(this.signal.reason));
    });
    this.#aborted.catch(() => {});
    this.#total = this.#timer(call.totalTimeoutMs);
    this.#idle = this.#timer(call.connectTimeoutMs + call.readTimeoutMs);
    outer.addEventListener("abort", this.#giveUp);
    if (outer.aborted) this.#giveUp();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#aborted]);
  }

  /** Something came: the wait for the next byte begins. */
  progress(): void {
    this.answered = true;
    clearTimeout(this.#idle);
    this.#idle = this.#timer(this.#readTimeoutMs);
  }

  end(): void {
    clearTimeout(this.#total);
    clearTimeout(this.#idle);
    this.#outer.removeEventListener("abort", this.#giveUp);
  }

  readonly #giveUp = (): void => this.#controller.abort(this.#outer.reason);

  #timer(milliseconds: number): ReturnType<typeof setTimeout> {
    const failure = () => new HostFailure("timeout", `nothing came within ${Math.round(milliseconds)} ms`);
    const timer = setTimeout(() => this.#controller.abort(failure()), Math.min(milliseconds, LONGEST_TIMER));
    unref(timer);
    return timer;
  }
}

/** What a failed request says of itself. The address is left out, since its query may name identities. */
function failure(error: unknown, answered: boolean): HostFailure {
  if (error instanceof HostFailure) return error;
  const { code, message, cause } = facts(error);
  const causes = cause === undefined ? undefined : facts(cause);
  const name = code ?? causes?.code;
  const kind = isDenial(error) || isDenial(cause) ? "denied" : problem(name, answered);
  return new HostFailure(kind, [name, causes?.message ?? message].filter(Boolean).join(": "));
}

function facts(error: unknown): { code?: string; message?: string; cause?: unknown } {
  if (typeof error !== "object" || error === null) return {};
  const { code, message, cause } = error as { code?: unknown; message?: unknown; cause?: unknown };
  return {
    ...(typeof code === "string" ? { code } : {}),
    ...(typeof message === "string" ? { message } : {}),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** By the codes of Node, which Deno and Bun share; browsers tell nothing, and fail before an answer by not connecting. */
function problem(code: string | undefined, answered: boolean): TransportProblem {
  if (code === undefined) return answered ? "broken" : "connect";
  if (code.startsWith("HPE_")) return "protocol";
  if (/CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|^CRL_|^HOSTNAME_MISMATCH/.test(code)) return "certificate";
  if (/REFUSED|NOTFOUND|EAI_|UNREACH|ADDRNOTAVAIL|ETIMEDOUT|CONNECT_TIMEOUT/i.test(code)) return "connect";
  return "broken";
}
