import type { Member } from "../chain.js";
import type { CredentialKind, Verdict } from "../error.js";
import type { TokenSource } from "../machine.js";
import { HostFailure } from "../host.js";
import type { CredentialHost } from "./host.js";

/** What can be told of a credential without sending or running anything. */
export interface DetectedCredential {
  readonly credential: CredentialKind;
  /** Absent for one that has to be asked. */
  readonly verdict?: Verdict;
  /** Why, or why it is asked there. */
  readonly reason: string;
  /** What a person can do about a verdict. */
  readonly nextStep?: string;
  /** Where it asks; absent for a developer tool. */
  readonly source?: TokenSource;
  /** The address that it asks, without its query. */
  readonly endpoint?: string;
  /** The program of a developer tool, where that is known. */
  readonly program?: string;
}

/** Tells of a member of a chain what can be told on this host. */
export function detected({ credential, error, source, programs }: Member, host: CredentialHost): DetectedCredential {
  if (error !== undefined) {
    const { verdict, reason, nextStep } = error;
    return { credential, verdict, reason, nextStep };
  }
  if (source !== undefined) {
    return { credential, reason: source.reason, source: source.kind, endpoint: source.endpoint };
  }
  if (host.run === undefined) {
    const nextStep = "use another credential: programs cannot be run from here";
    return { credential, verdict: "not-here", reason: "this host runs no programs", nextStep };
  }
  if (host.findProgram === undefined) return { credential, reason: "the tool has to be run to know" };
  const program = found(programs, host.findProgram);
  if (program instanceof HostFailure) return { credential, reason: program.message };
  if (program !== undefined) return { credential, reason: "the tool is installed", program };
  const reason = `${programs.join(" and ")} is in no absolute folder of PATH`;
  return { credential, verdict: "not-here", reason, nextStep: "install the tool, or see that its folder is in PATH" };
}

function found(programs: readonly string[], find: (programs: readonly string[]) => string | undefined) {
  try {
    return find(programs);
  } catch (error) {
    if (error instanceof HostFailure) return error;
    throw error;
  }
}
