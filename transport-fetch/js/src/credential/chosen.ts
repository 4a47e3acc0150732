import { misconfigured, type CredentialKind } from "../error.js";
import { string, type IdentityOptions } from "../options.js";
import { checkSettings, type CredentialSettings } from "./options.js";

/** Under which the options of a credential that a program knows say which one it is. */
const CHOSEN = Symbol("chosen");

/** A credential that a program knows, instead of what the environment says. */
interface Chosen {
  readonly credential: CredentialKind;
  /** In place of those of the environment; an empty one unsets it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Options with this credential and no other. Throws a `ManagedIdentityError` when one of the arguments cannot work. */
export function choosing(
  credential: CredentialKind,
  variables: Readonly<Record<string, string>>,
  settings: CredentialSettings,
  identity: IdentityOptions = {},
): CredentialSettings & IdentityOptions {
  checkSettings(settings);
  for (const [name, value] of Object.entries(variables)) {
    if (!string[1](value)) throw misconfigured("invalid-argument", `${name} must be a text`, "correct the argument");
  }
  const chosen: Chosen = { credential, variables };
  return Object.assign({ ...settings, ...identity }, { [CHOSEN]: chosen });
}

/** The credential that options choose, if they do. */
export function chosen(options: object): Chosen | undefined {
  return (options as { [CHOSEN]?: Chosen })[CHOSEN];
}
