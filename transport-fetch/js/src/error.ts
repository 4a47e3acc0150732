import type { TokenSource } from "./machine.js";

/** What went wrong; `problem` says more. */
export type ErrorCode =
  | "chain"
  | "challenge"
  | "client-certificate"
  | "configuration"
  | "credential-file"
  | "developer-tool"
  | "endpoint"
  | "foreign-service"
  | "invalid-response"
  | "transport"
  | "unusable";

/** Who can mend it: the caller, the host, whoever guards the host, or the service behind the endpoint. */
export type Fault = "caller" | "host" | "security" | "service";

/** The kind of a credential: what a member of a chain proves itself with. */
export type CredentialKind =
  | "azure-cli"
  | "azure-developer-cli"
  | "azure-pipelines"
  | "azure-powershell"
  | "environment"
  | "federated"
  | "github-actions"
  | "managed-identity"
  | "workload-identity";

/**
 * Why a credential gave no token: nobody configured it, what it needs is not on this machine, it asked and was refused, which
 * ended the chain, or one before it did.
 */
export type Verdict = "not-configured" | "not-here" | "refused" | "not-reached";

/** What became of a credential that gave no token. */
export interface MemberFacts {
  readonly credential: CredentialKind;
  readonly verdict: Verdict;
  /** Why; empty for one that was not reached. */
  readonly reason: string;
  /** What a person can do about it. */
  readonly nextStep: string;
}

/** What is known of an error. It never holds a token, a key or an identity header. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  /** What exactly is wrong, such as `timeout` or `several-scopes`; absent when the endpoint answered with an error. */
  readonly problem?: string;
  readonly fault: Fault;
  /** What a person can do about it. */
  readonly nextStep: string;
  /** Whether the same request may succeed later without anyone changing anything. */
  readonly isTransient: boolean;
  /** How long the service asks to wait. */
  readonly retryAfterMs?: number;
  /** The status that the endpoint answered, or who answered in its place. */
  readonly status?: number;
  /** The service's error code, such as `invalid_resource`. */
  readonly serviceCode?: string;
  /** What the service says: its description, a line of text, or the title of a page. */
  readonly serviceDescription?: string;
  /** The id under which the service's support finds the request. */
  readonly correlationId?: string;
  /** The source that was asked, or that cannot work as it is configured. */
  readonly source?: TokenSource;
  /** The address that was asked, without its query. */
  readonly endpoint?: string;
  /** How many requests were sent or attempted. */
  readonly attempts?: number;
  /** The `x-ms-client-request-id` of the last request, on sources that know it. */
  readonly requestId?: string;
  /** Why no further attempt was made. */
  readonly stopped?: "final" | "attempts-spent" | "budget-spent";
  /** Of a chain: what became of each credential, in the order in which they were tried. */
  readonly members?: readonly MemberFacts[];
}

// The class has all members of the facts.
export interface ManagedIdentityError extends ErrorFacts {}

/**
 * Why there is no token. The message says what was tried, on which source and why that source was chosen; `nextStep` says
 * what a person can do about it.
 */
export class ManagedIdentityError extends Error {
  override readonly name = "ManagedIdentityError";

  constructor(message: string, facts: ErrorFacts) {
    super(message);
    Object.assign(this, facts);
  }
}

/** An error that the program's author can mend. */
export function misconfigured(problem: string, message: string, nextStep: string): ManagedIdentityError {
  return new ManagedIdentityError(message, {
    code: "configuration",
    problem,
    fault: "caller",
    nextStep,
    isTransient: false,
  });
}
