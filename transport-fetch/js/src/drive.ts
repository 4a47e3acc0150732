import { HostFailure, type Host } from "./host.js";
import {
  HttpResponse,
  type Acquisition,
  type FileProblem,
  type FileRequest,
  type HttpCall,
  type Token,
  type TransportProblem,
} from "./machine.js";
import { send } from "./send.js";

/**
 * Performs the steps of a flow until it ends. Rejects with the `ManagedIdentityError` that it ended with, or with the
 * signal's reason.
 */
export async function drive(acquisition: Acquisition, host: Host, signal: AbortSignal): Promise<Token> {
  for (;;) {
    signal.throwIfAborted();
    const step = acquisition.step();
    switch (step.kind) {
      case "http":
        await answerCall(acquisition, host, step.call, signal);
        break;
      case "read-file":
        await answerFile(acquisition, host, step.file);
        break;
      case "sleep":
        await host.sleep(step.delayMs, signal);
        acquisition.wake();
        break;
      case "done":
        return step.token;
      case "failed":
        throw step.error;
    }
  }
}

async function answerCall(acquisition: Acquisition, host: Host, call: HttpCall, signal: AbortSignal): Promise<void> {
  try {
    const { status, reason, headers, body } = await send(host, call, signal);
    const response = new HttpResponse(status, body);
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

async function answerFile(acquisition: Acquisition, host: Host, file: FileRequest): Promise<void> {
  try {
    const content = await host.readFile(file);
    acquisition.giveFile(content);
    content.fill(0);
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
    acquisition.failFile(error.problem as FileProblem, error.message);
  }
}
