import { misconfigured, type CredentialKind } from "../error.js";
import { string } from "../options.js";

/** Under which the options of a credential that a program knows say which one it is. */
const CHOSEN = Symbol("chosen");

/** A credential that a program knows, instead of what the environment says. */
interface Chosen {
  readonly credential: CredentialKind;
  /** In place of those of the environment; an empty one unsets it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The options with this credential and no other. */
export function choosing<Options extends object>(
  credential: CredentialKind,
  variables: Readonly<Record<string, string>>,
  options: Options,
): Options {
  for (const [name, value] of Object.entries(variables)) {
    if (!string[1](value)) throw misconfigured("invalid-argument", `${name} must be a text`, "correct the argument");
  }
  const chosen: Chosen = { credential, variables };
  return { ...options, [CHOSEN]: chosen };
}

/** The credential that options choose, if they do. */
export function chosen(options: object): Chosen | undefined {
  return (options as { [CHOSEN]?: Chosen })[CHOSEN];
}
