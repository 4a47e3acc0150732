import { ManagedIdentityError, type ErrorFacts } from "./error.js";
import { checkCall } from "./options.js";
import type { AccessToken, GetTokenOptions, TokenProvider } from "./provider.js";
import { throwIfAborted, unlessAborted } from "./signal.js";

export { ManagedIdentityError, type ErrorFacts } from "./error.js";
export type { AccessToken, GetTokenOptions, TokenProvider } from "./provider.js";

/** A call of `getToken`. */
export interface FakeCall {
  /** The resource, without `/.default`. */
  readonly resource: string;
  readonly options: GetTokenOptions;
  /** How many calls came until now, this one included. */
  readonly count: number;
}

/** What a fake answers to a call: whatever is not set is made up. */
export type FakeAnswer = (call: FakeCall) => Partial<AccessToken> | Promise<Partial<AccessToken>>;

/** The first moment of the year 2100. */
const FAR_AWAY = 4_102_444_800_000;

/**
 * A `TokenProvider` for the tests of programs that use tokens, without network, environment and WebAssembly: every call brings
 * the token `fake-N`, where N counts the calls from one, or what the given function answers or throws.
 */
export class FakeTokens implements TokenProvider {
  readonly #calls: FakeCall[] = [];
  readonly #answer: FakeAnswer;

  constructor(answer: FakeAnswer = () => ({})) {
    this.#answer = answer;
  }

  /** One that never has a token, for this reason. */
  static failing(error: Error): FakeTokens {
    return new FakeTokens(() => {
      throw error;
    });
  }

  /** The calls until now. */
  get calls(): readonly FakeCall[] {
    return this.#calls;
  }

  async getToken(scopes: string | readonly string[], options: GetTokenOptions = {}): Promise<AccessToken> {
    checkCall(options);
    throwIfAborted(options.abortSignal);
    const resource = [scopes].flat().join(" ").replace(/\/\.default$/, "");
    const call = { resource, options, count: this.#calls.length + 1 };
    this.#calls.push(call);
    const made: AccessToken = {
      token: `fake-${call.count}`,
      tokenType: "Bearer",
      expiresOnTimestamp: FAR_AWAY,
      resource,
      source: "imds",
    };
    return { ...made, ...(await unlessAborted(this.#answered(call), options.abortSignal)) };
  }

  async #answered(call: FakeCall): Promise<Partial<AccessToken>> {
    return this.#answer(call);
  }
}

/** An error for a test; whatever is not set is that of an endpoint which is overloaded. */
export function fakeError(facts: Partial<ErrorFacts> = {}): ManagedIdentityError {
  return new ManagedIdentityError(`a test's own error: ${facts.problem ?? facts.code ?? "endpoint"}`, {
    code: "endpoint",
    fault: "service",
    nextStep: "none, since this is a test",
    isTransient: true,
    ...facts,
  });
}
