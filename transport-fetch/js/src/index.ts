export {
  ManagedIdentityError,
  type CredentialKind,
  type ErrorCode,
  type ErrorFacts,
  type Fault,
  type MemberFacts,
  type Verdict,
} from "./error.js";
export {
  HostFailure,
  type Body,
  type Fetch,
  type FetchInit,
  type FetchResponse,
  type Host,
  type Signal,
} from "./host.js";
export {
  Acquisition,
  HttpResponse,
  Lease,
  Source,
  TokenCache,
  TokenRequest,
  Wish,
  type Ended,
  type FileProblem,
  type FileRequest,
  type Held,
  type HttpCall,
  type Identity,
  type Lookup,
  type AgentFile,
  type Platform,
  type RequestOptions,
  type SourceKind,
  type SourceSettings,
  type Step,
  type Token,
  type TokenSource,
  type TransportProblem,
} from "./machine.js";
export type { ClientSettings, IdentityOptions, ManagedIdentityClientOptions } from "./options.js";
export type { AccessToken, GetTokenOptions, TokenProvider } from "./provider.js";
export type { AbortSignalLike } from "./signal.js";
