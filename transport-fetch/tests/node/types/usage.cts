// The same package for a program that is a CommonJS module.

import { ManagedIdentityClient, ManagedIdentityError } from "managed-identity-fetch";
import { DefaultCredential } from "managed-identity-fetch/default-credential";

export const client: ManagedIdentityClient = new ManagedIdentityClient();
export const credential: DefaultCredential = DefaultCredential.azureCli();
export const isOurs = (error: unknown): boolean => error instanceof ManagedIdentityError && error.isTransient;
