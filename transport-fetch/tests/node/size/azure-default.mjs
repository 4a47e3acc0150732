import { DefaultAzureCredential } from "@azure/identity";

const { token } = await new DefaultAzureCredential().getToken("https://vault.azure.net/.default");
console.log(token.length);
