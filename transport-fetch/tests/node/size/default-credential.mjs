import { DefaultCredential } from "managed-identity-fetch/default-credential";

const { token } = await new DefaultCredential().getToken("https://vault.azure.net/.default");
console.log(token.length);
