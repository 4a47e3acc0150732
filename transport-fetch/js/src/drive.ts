import { HostFailure, type Host } from "./host.js";
import type {
  Acquisition,
  FileProblem,
  FileRequest,
  HttpCall,
  HttpResponse,
  Step,
  TransportProblem,
} from "./machine.js";
import { send } from "./send.js";
import { unlessAborted } from "./signal.js";

/** What a flow needs of the build of the state machine that it is of. */
export interface Driver {
  response(status: number, body: Uint8Array): HttpResponse;
  /** Performs an effect that only this build has, and answers whether the step was one. */
  perform?(acquisition: Acquisition, step: Step, signal: AbortSignal): Promise<boolean>;
}

/**
 * Performs the steps of a flow until it has ended. Rejects with the signal's reason, or with what an ability of the host
 * throws besides its failures.
 */
export async function drive(
  driver: Driver,
  acquisition: Acquisition,
  host: Host,
  signal: AbortSignal,
  wait: (milliseconds: number) => Promise<void>,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const step = acquisition.step();
    switch (step.kind) {
      case "http":
        await answerCall(driver, acquisition, host, step.call, signal);
        break;
      case "read-file":
        await answerFile(acquisition, host, step.file, signal);
        break;
      case "sleep":
        await wait(step.delayMs);
        acquisition.wake();
        break;
      default:
        if (!(await driver.perform?.(acquisition, step, signal))) return;
    }
  }
}

async function answerCall(
  driver: Driver,
  acquisition: Acquisition,
  host: Host,
  call: HttpCall,
  signal: AbortSignal,
): Promise<void> {
  try {
    const { status, reason, headers, body } = await send(host, call, signal);
    const response = driver.response(status, body);
    // It may hold a token, and a copy is on its way.
    body.fill(0);
    response.reason(reason);
    for (const [name, value] of headers) response.header(name, value);
    acquisition.respond(response, host.now());
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof HostFailure)) throw error;
    acquisition.failHttp(error.problem as TransportProblem, error.message, host.now());
  }
}

async function answerFile(acquisition: Acquisition, host: Host, file: FileRequest, signal: AbortSignal): Promise<void> {
  try {
    const content = await unlessAborted(host.readFile(file), signal);
    acquisition.giveFile(content);
    content.fill(0);
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    acquisition.failFile(error.problem as FileProblem, error.message);
  }
}
