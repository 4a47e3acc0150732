import { ManagedIdentityClient } from "managed-identity-fetch";

const { token } = await new ManagedIdentityClient().getToken("https://vault.azure.net/.default");
console.log(token.length);
