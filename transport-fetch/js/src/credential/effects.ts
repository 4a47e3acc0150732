import type { Acquisition, CommandProblem, CommandRequest, SigningKey, SignProblem, Step } from "../chain.js";
import { HostFailure } from "../host.js";
import { unlessAborted } from "../signal.js";
import type { CredentialHost } from "./host.js";

/** Performs what only credentials beside managed identity ask for, and answers whether the step was that. */
export async function perform(
  acquisition: Acquisition,
  step: Step,
  host: CredentialHost,
  signal: AbortSignal,
): Promise<boolean> {
  switch (step.kind) {
    case "run":
      await answerCommand(acquisition, step.command, host, signal);
      return true;
    case "sign":
      await answerSignature(acquisition, step.key, host, signal);
      return true;
    default:
      return false;
  }
}

async function answerCommand(
  acquisition: Acquisition,
  command: CommandRequest,
  host: CredentialHost,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (host.run === undefined) throw new HostFailure("unsupported");
    const { exitCode, output, errors } = await unlessAborted(host.run(command, signal, false), signal);
    acquisition.giveOutput(exitCode, output, errors, host.now());
    // A token is in it, and a copy is on its way.
    output.fill(0);
    errors.fill(0);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HostFailure)) throw error;
    acquisition.failRun(error.problem as CommandProblem, error.message, host.now());
  }
}

async function answerSignature(
  acquisition: Acquisition,
  key: SigningKey,
  host: CredentialHost,
  signal: AbortSignal,
): Promise<void> {
  // What was shown is the machine's own memory, which goes on being used.
  const content = key.content.slice();
  const signingInput = (certificates: readonly Uint8Array[]) => {
    for (const certificate of certificates) acquisition.addCertificate(certificate);
    return acquisition.signingInput();
  };
  try {
    if (host.sign === undefined) throw new HostFailure("unsupported");
    const signed = await unlessAborted(host.sign({ ...key, content, signingInput }), signal);
    acquisition.giveSignature(signed.input, signed.signature);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HostFailure)) throw error;
    acquisition.failSign(error.problem as SignProblem, error.message);
  } finally {
    content.fill(0);
  }
}
