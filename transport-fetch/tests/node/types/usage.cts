// The same package for a program that is a CommonJS module.

import { ManagedIdentityClient, ManagedIdentityError } from "managed-identity-fetch";

export const client: ManagedIdentityClient = new ManagedIdentityClient();
export const isOurs = (error: unknown): boolean => error instanceof ManagedIdentityError && error.isTransient;
