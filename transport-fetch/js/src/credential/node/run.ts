import { spawn, type ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";

import type { CommandRequest } from "../../chain.js";
import { HostFailure, isDenial, unref, type Signal } from "../../host.js";
import type { CommandOutput } from "../host.js";
import { startOf } from "./batch.js";
import { findProgram } from "./search.js";

const windows = process.platform === "win32";

/**
 * How long is waited for output that is still on its way when the program has ended: what it left behind may keep the other end
 * of the pipe open for ever.
 */
const STRAGGLERS_MS = 100;

/** The programs that run. */
const running = new Set<ChildProcess>();

/** Runs a program by the rules of the request. */
export async function run(command: CommandRequest, signal: Signal, keepAlive = true): Promise<CommandOutput> {
  if (signal.aborted) throw signal.reason;
  const child = begun(command);
  // One that could not be started has no number, and says why in a moment.
  if (!keepAlive && child.pid !== undefined) {
    // The pipes are sockets.
    for (const it of [child, child.stdout, child.stderr]) unref(it);
  }
  return ended(child, command, signal);
}

function begun(command: CommandRequest): ChildProcess {
  try {
    const program = findProgram(command.programs);
    if (program === undefined) throw new HostFailure("not-found");
    const start = startOf(program, command.arguments, windows ? systemFolder() : undefined);
    return spawn(start.file, start.arguments, {
      // A folder that only administrators may write to.
      cwd: windows ? systemFolder() : "/",
      env: environment(command, process.env, windows),
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own. On Windows that would be a console of its own.
      detached: !windows,
      windowsHide: true,
      windowsVerbatimArguments: start.verbatim,
    });
  } catch (error) {
    throw failure(error);
  }
}

/** Waits for the end of the program, as long as it keeps the rules. */
function ended(child: ChildProcess, { timeLimitMs, maxOutput }: CommandRequest, signal: Signal): Promise<CommandOutput> {
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown) => {
      end(child);
      finish();
      reject(reason);
    };
    const tooMuch = () => giveUp(new HostFailure("output-too-large"));
    const output = new Taken(child.stdout, maxOutput, tooMuch);
    const errors = new Taken(child.stderr, maxOutput, tooMuch);
    const cancelled = () => giveUp(signal.reason);
    const limit = setTimeout(() => giveUp(new HostFailure("timeout")), timeLimitMs);
    let stragglers: ReturnType<typeof setTimeout> | undefined;
    const finish = () => {
      clearTimeout(limit);
      clearTimeout(stragglers);
      signal.removeEventListener("abort", cancelled);
      output.stop();
      errors.stop();
      forget(child);
    };
    remember(child);
    child.once("error", (error) => {
      finish();
      reject(failure(error));
    });
    child.once("exit", (code) => {
      const settle = () => {
        const wrote = { exitCode: code ?? undefined, output: output.content(), errors: errors.content() };
        finish();
        resolve(wrote);
      };
      forget(child);
      clearTimeout(limit);
      stragglers = setTimeout(settle, STRAGGLERS_MS);
      void Promise.all([output.end, errors.end]).then(settle);
    });
    // While the program runs, that decides.
    unref(limit);
    signal.addEventListener("abort", cancelled);
  });
}

/** What a program writes to a pipe, up to a limit. */
class Taken {
  readonly #pipe: Readable | null | undefined;
  #parts: Buffer[] = [];
  #length = 0;
  /** Resolved when nothing comes any more. */
  readonly end: Promise<void>;

  constructor(pipe: Readable | null | undefined, limit: number, tooMuch: () => void) {
    this.#pipe = pipe;
    pipe?.on("data", (part: Buffer) => {
      this.#length += part.length;
      this.#parts.push(part);
      if (this.#length > limit) tooMuch();
    });
    this.end = new Promise((resolve) => {
      // There is none of a program that could not be started.
      if (pipe) pipe.once("end", resolve).once("error", () => resolve());
      else resolve();
    });
  }

  content(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let offset = 0;
    for (const part of this.#parts) {
      whole.set(part, offset);
      offset += part.length;
    }
    return whole;
  }

  /** Takes no more, and wipes what came. */
  stop(): void {
    this.#pipe?.removeAllListeners("data").destroy();
    for (const part of this.#parts) part.fill(0);
    this.#parts = [];
  }
}

/** The environment of a program: inherited but for what is withheld, and with what is set for it. */
export function environment(
  { environment, withheld }: Pick<CommandRequest, "environment" | "withheld">,
  own: Readonly<Record<string, string | undefined>>,
  windows: boolean,
): Record<string, string> {
  // Windows does not tell names by their case.
  const folded = (name: string) => (windows ? name.toUpperCase() : name);
  const not = new Set([...withheld, ...Object.keys(environment)].map(folded));
  const inherited = Object.entries(own).filter(([name, value]) => value !== undefined && !not.has(folded(name)));
  return { ...(Object.fromEntries(inherited) as Record<string, string>), ...environment };
}

/** Ends a program and all that it started. */
function end(child: ChildProcess): void {
  // One that has ended has given its number back.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  if (windows) {
    const taskkill = `${systemFolder()}\\System32\\taskkill.exe`;
    const killer = spawn(taskkill, ["/T", "/F", "/PID", String(child.pid)], { stdio: "ignore", windowsHide: true });
    // Should that tool be missing.
    killer.once("error", () => child.kill());
    unref(killer);
    return;
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It may not be the first of its group yet, or the host does not make groups.
    child.kill("SIGKILL");
  }
}

function remember(child: ChildProcess): void {
  if (running.size === 0) process.once("exit", endAll);
  running.add(child);
}

function forget(child: ChildProcess): void {
  if (running.delete(child) && running.size === 0) process.removeListener("exit", endAll);
}

/** Nobody is there any more to take what they write. */
function endAll(): void {
  for (const child of running) end(child);
}

function systemFolder(): string {
  return process.env["SystemRoot"] || "C:\\Windows";
}

function failure(error: unknown): HostFailure {
  if (error instanceof HostFailure) return error;
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return new HostFailure(isDenial(error) ? "denied" : "failed", code);
}
