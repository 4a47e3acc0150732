import { everywhere, HostFailure, type Host } from "../host.js";
import { compiled, type ModuleSource } from "../loader.js";

/** The abilities of browsers and workers: no files, no environment, no pinned certificate. */
export const webHost: Host = {
  ...everywhere,
  fetch: (url, { credentials, cache, ...init }) =>
    // Some workers refuse what they do not know.
    fetch(url, {
      ...init,
      ...("credentials" in Request.prototype ? { credentials } : {}),
      ...("cache" in Request.prototype ? { cache } : {}),
    }),
  readFile: async () => {
    throw new HostFailure("denied", "there are no files in a browser or worker");
  },
  env: () => undefined,
  platform: "other",
  arcAgent: () => "absent",
};

/** The module of what it is given as. */
export async function moduleOnTheWeb(source: ModuleSource): Promise<object> {
  return compiled(source instanceof URL ? await fetch(source) : source);
}
