export type { AbortSignalLike } from "./flight.js";
export type { AccessToken, GetTokenOptions, ManagedIdentityClientOptions } from "./client.js";
export { ManagedIdentityError, type ErrorCode, type ErrorFacts, type Fault } from "./error.js";
export { HostFailure, type Fetch, type FetchInit, type FetchResponse, type Host } from "./host.js";
export {
  Acquisition,
  Epoch,
  HttpResponse,
  Lease,
  Source,
  TokenCache,
  TokenRequest,
  type FileProblem,
  type FileRequest,
  type Held,
  type HttpCall,
  type Lookup,
  type Platform,
  type RequestOptions,
  type SourceKind,
  type Step,
  type Token,
  type TransportProblem,
} from "./machine.js";
