import type { CommandRequest, SigningKey } from "../chain.js";
import type { Host, Signal } from "../host.js";

/** Everything that `DefaultCredential` asks of the program it runs in. */
export interface CredentialHost extends Host {
  /**
   * Runs a program by the rules of the request, and ends it, with all that it started, when the signal is aborted. Throws a
   * `HostFailure` that says why it did not run to its end. `keepAlive` is as with `sleep`. Without it, developer tools are not here.
   */
  readonly run?: ((command: CommandRequest, signal: Signal, keepAlive?: boolean) => Promise<CommandOutput>) | undefined;
  /**
   * Signs with the private key of a certificate. Throws a `HostFailure` that says what is wrong with its file. Without it,
   * certificates are refused.
   */
  readonly sign?: ((request: SignRequest) => Promise<Signed>) | undefined;
  /** Where the first of these programs is that there is, for `detect`. */
  readonly findProgram?: ((programs: readonly string[]) => string | undefined) | undefined;
}

/** What a program wrote until it ended. Secret. */
export interface CommandOutput {
  /** Its exit code; `undefined` when a signal ended it. */
  readonly exitCode: number | undefined;
  readonly output: Uint8Array;
  readonly errors: Uint8Array;
}

/** An assertion to sign. Secret. */
export interface SignRequest extends SigningKey {
  /**
   * The text to sign, which names the certificate. They are in DER form, that of the key first, the one it was issued by next;
   * `undefined` where there is none. It is asked for once.
   */
  readonly signingInput: (certificates: readonly Uint8Array[]) => string | undefined;
}

/** What was signed, and its signature. Secret. */
export interface Signed {
  readonly input: string;
  readonly signature: Uint8Array;
}
