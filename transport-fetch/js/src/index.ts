export { ManagedIdentityError, type ErrorCode, type ErrorFacts, type Fault } from "./error.js";
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
  type Platform,
  type RequestOptions,
  type SourceKind,
  type SourceSettings,
  type Step,
  type Token,
  type TransportProblem,
} from "./machine.js";
export type { IdentityOptions, ManagedIdentityClientOptions } from "./options.js";
export type { AccessToken, GetTokenOptions, TokenProvider } from "./provider.js";
export type { AbortSignalLike } from "./signal.js";
