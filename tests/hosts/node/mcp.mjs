// A client of MCP: starts ACT with a tool, asks what there is, and calls it. What goes to and fro is printed, a line each.
//
//   node mcp.mjs TOOL METADATA VAULT SECRET

import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";

const [tool, metadata, vault, secret] = process.argv.slice(2);
const transport = new StdioClientTransport({
  command: "node_modules/.bin/act",
  args: ["run", "--mcp", tool, "--allow", "wasi:http", "--metadata-file", metadata],
  cwd: import.meta.dirname,
});
const client = new Client({ name: "managed-identity-hosts-tests", version: "0.1.0" });

const told = (who, what) => console.log(`${who} ${JSON.stringify(what)}`);
await client.connect(transport);
const { tools } = await client.listTools();
told("<", { tools: tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema })) });
const call = { name: "secret_length", arguments: { vault, secret } };
told(">", call);
told("<", await client.callTool(call));
const wrong = { name: "secret_length", arguments: { vault, secret: "not-there" } };
told(">", wrong);
told("<", await client.callTool(wrong).catch((error) => ({ error: error.message })));
await client.close();
