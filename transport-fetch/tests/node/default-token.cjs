// The same for programs that are CommonJS modules.

const { DefaultCredential } = require("managed-identity-fetch/default-credential");

new DefaultCredential().getToken("https://vault.azure.net/.default").then(({ tokenType, token, source, credential }) => {
  console.log(`require: ${tokenType} of ${token.length} characters from ${source}, ${credential}`);
});
