export type { CommandProblem, CommandRequest, SigningKey, SignProblem } from "../chain.js";
export {
  ManagedIdentityError,
  type CredentialKind,
  type ErrorCode,
  type ErrorFacts,
  type Fault,
  type MemberFacts,
  type Verdict,
} from "../error.js";
export { HostFailure, type Fetch, type FetchInit, type FetchResponse, type Host, type Signal } from "../host.js";
export type { FileProblem, FileRequest, TokenSource, TransportProblem } from "../machine.js";
export type { ClientSettings, IdentityOptions } from "../options.js";
export type { AccessToken, GetTokenOptions, TokenProvider } from "../provider.js";
export type { AbortSignalLike } from "../signal.js";
export type { CredentialToken } from "./client.js";
export type { DetectedCredential } from "./detected.js";
export type { CommandOutput, CredentialHost, Signed, SignRequest } from "./host.js";
export type { CredentialSettings, DefaultCredentialOptions } from "./options.js";
