import { ManagedIdentityCredential } from "@azure/identity";

const { token } = await new ManagedIdentityCredential().getToken("https://vault.azure.net/.default");
console.log(token.length);
