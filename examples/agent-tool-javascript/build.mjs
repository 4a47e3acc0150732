// Makes the component: node build.mjs tool.wasm

import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { componentize } from "@bytecodealliance/componentize-js";

const here = import.meta.dirname;
const wit = await mkdtemp(join(tmpdir(), "agent-tool-wit-"));
try {
  // One folder with the world and, below it, what the world is made of.
  await cp(join(here, "../agent-extension/wit"), wit, { recursive: true });
  await cp(join(here, "../../component/wit/deps"), join(wit, "deps"), { recursive: true });
  await cp(join(here, "../../component/wit"), join(wit, "deps/managed-identity"), {
    recursive: true,
    filter: (path) => !path.endsWith("deps"),
  });
  const source = await readFile(join(here, "tool.js"), "utf8");
  const options = { witPath: wit, worldName: "key-vault-reader", disableFeatures: ["stdio", "random"] };
  const { component } = await componentize(source, options);
  await writeFile(process.argv[2] ?? "tool.wasm", component);
} finally {
  await rm(wit, { recursive: true });
}
