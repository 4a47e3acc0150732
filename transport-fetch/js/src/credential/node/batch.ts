import { HostFailure } from "../../host.js";

/** How a program is started. */
export interface Start {
  readonly file: string;
  readonly arguments: readonly string[];
  /** Whether the arguments are handed over as they are written. */
  readonly verbatim: boolean;
}

/** How a program is started; on Windows a batch file by the system's own interpreter, which Node does not do by itself. */
export function startOf(program: string, given: readonly string[], systemFolder: string | undefined): Start {
  if (systemFolder === undefined || !/\.(cmd|bat)$/i.test(program)) {
    return { file: program, arguments: given, verbatim: false };
  }
  const command = [program, ...given].map(quoted).join(" ");
  // Extensions are on, which is the default; variables are not expanded late, and no command of the registry is run before.
  const options = ["/e:ON", "/v:OFF", "/d", "/c", `"${command}"`];
  return { file: `${systemFolder}\\System32\\cmd.exe`, arguments: options, verbatim: true };
}

/** In quotes, in which that interpreter reads everything as it is, but for what cannot be handed to it. */
function quoted(text: string): string {
  if (/[\x00-\x1f"%]|\\$/.test(text)) {
    throw new HostFailure("failed", "it is a batch file, to which not all of its arguments can be handed");
  }
  return `"${text}"`;
}
