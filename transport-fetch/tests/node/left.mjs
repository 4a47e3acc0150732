// Asks for a token of a tool that never answers, until standard input ends. Then it gives up, and there is nothing left to do, or
// it closes the credential and goes on.
//
//   node left.mjs abort|close

import { DefaultCredential } from "managed-identity-fetch/default-credential";

const credential = DefaultCredential.azureCli({ toolTimeLimitMs: 600_000, timeBudgetMs: 700_000 });
const controller = new AbortController();
const { signal: abortSignal } = controller;
const asked = credential.getToken("https://vault.azure.net", { abortSignal }).catch(({ name, problem }) => {
  console.log(problem ?? name);
});
for await (const _ of process.stdin);
if (process.argv[2] === "abort") {
  controller.abort();
  await asked;
} else {
  credential.close();
  await asked;
  setInterval(() => {}, 1000);
}
