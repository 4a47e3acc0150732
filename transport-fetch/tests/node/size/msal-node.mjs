import { ManagedIdentityApplication } from "@azure/msal-node";

const { accessToken } = await new ManagedIdentityApplication().acquireToken({ resource: "https://vault.azure.net" });
console.log(accessToken.length);
