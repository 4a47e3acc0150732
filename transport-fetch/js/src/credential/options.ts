import type { CredentialKind } from "../error.js";
import type { Host } from "../host.js";
import {
  ability,
  boolean,
  budget,
  checkOptions,
  HOST,
  IDENTITY,
  SETTINGS,
  string,
  strings,
  type ClientSettings,
  type IdentityOptions,
  type Kind,
} from "../options.js";
import type { CredentialHost } from "./host.js";

/** How a credential is asked. Whatever is not set has the default that suits it. */
export interface CredentialSettings extends ClientSettings {
  /**
   * The tenant to get tokens of: of developer tools instead of the one they are signed in to, of service principals and federated
   * credentials instead of the one that a variable names. The tokens of a managed identity are of its own tenant.
   */
  readonly tenantId?: string | undefined;
  /** The longest time that a developer tool may take, in milliseconds; ten seconds unless set. */
  readonly toolTimeLimitMs?: number | undefined;
  /** Abilities of the host that replace the default ones. */
  readonly host?: Partial<CredentialHost> | undefined;
}

/**
 * Configures a chain of credentials. An identity is the managed identity to ask for, instead of the one that `AZURE_CLIENT_ID`
 * names; service principals and developer tools are who they are.
 */
export type DefaultCredentialOptions = IdentityOptions &
  CredentialSettings & {
    /** These credentials in this order, whatever `AZURE_TOKEN_CREDENTIALS` says. */
    readonly only?: readonly CredentialKind[] | undefined;
    /** Leaves these credentials out, whatever `AZURE_TOKEN_CREDENTIALS` says. */
    readonly exclude?: readonly CredentialKind[] | undefined;
    /** Whether `AZURE_TOKEN_CREDENTIALS` must say which credentials are meant; it need not unless this is true. */
    readonly requireVariable?: boolean | undefined;
  };

const OF_ONE: Record<string, Kind> = { ...SETTINGS, tenantId: string, toolTimeLimitMs: budget };

const OPTIONS: Record<string, Kind> = {
  ...IDENTITY,
  ...OF_ONE,
  only: strings,
  exclude: strings,
  requireVariable: boolean,
};

const ABILITIES: Record<Exclude<keyof CredentialHost, keyof Host>, Kind> = {
  run: ability,
  sign: ability,
  findProgram: ability,
};

/** Throws a `ManagedIdentityError` unless these are options of a chain. */
export function checkCredential(options: DefaultCredentialOptions): void {
  checkOptions(options, OPTIONS, { ...HOST, ...ABILITIES });
}

/** Throws a `ManagedIdentityError` unless these are settings of one credential, with these more. */
export function checkSettings(settings: CredentialSettings, more: Record<string, Kind> = {}): void {
  checkOptions(settings, { ...OF_ONE, ...more }, { ...HOST, ...ABILITIES });
}
