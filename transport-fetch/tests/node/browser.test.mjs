// A page in headless Chromium gets a token through the browser's build of the package.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import test from "node:test";

import { chromium } from "playwright-core";

import { simulate } from "./simulator.mjs";

const folder = import.meta.dirname;
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const types = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** Serves this folder on the loopback network. */
async function serve(test) {
  const server = createServer(async ({ url }, answer) => {
    try {
      const { pathname } = new URL(url, "http://localhost");
      const content = await readFile(join(folder, pathname));
      answer.writeHead(200, { "content-type": types[extname(pathname)] ?? "text/plain" }).end(content);
    } catch {
      answer.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  test.after(() => server.close());
  return `http://127.0.0.1:${server.address().port}`;
}

async function launch(test) {
  const browser = await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // No identity endpoint lets pages of other origins ask: this stands for what an extension is granted.
      "--disable-web-security",
    ],
  });
  test.after(() => browser.close());
  return browser;
}

async function outcome(page, address, environment) {
  await page.goto(`${address}/page.html?${new URLSearchParams(environment)}`);
  await page.waitForSelector("body[data-done=yes]", { timeout: 20_000 });
  return page.textContent("#outcome");
}

const skip = !existsSync(executablePath) && "Chromium is not installed";

test("a page gets a token from IMDS, and tells what it cannot do", { skip }, async (test) => {
  const [address, browser] = await Promise.all([serve(test), launch(test)]);
  const page = await browser.newPage({ viewport: { width: 640, height: 360 } });

  const imds = await simulate(test, "imds");
  assert.match(await outcome(page, address, imds.environment), /^Bearer of \d{3,} characters until 20\d\d-/);
  assert.equal(await page.textContent("#source"), "imds");
  const { token, expiresOnTimestamp } = await page.evaluate(() => window.token);
  const [, claims] = token.split(".").map((part) => Buffer.from(part, "base64url").toString());
  assert.equal(JSON.parse(claims).aud, "https://vault.azure.net");
  assert.equal(JSON.parse(claims).exp * 1000, expiresOnTimestamp);
  const shots = join(folder, "../../../target/npm");
  await mkdir(shots, { recursive: true });
  await page.screenshot({ path: join(shots, "page.png") });

  const arc = await simulate(test, "azure-arc");
  assert.match(
    await outcome(page, address, arc.environment),
    /^ManagedIdentityError configuration unsupported-platform: Azure Arc exists on Linux and Windows only/,
  );
  const fabric = await simulate(test, "service-fabric");
  assert.match(
    await outcome(page, address, fabric.environment),
    /^ManagedIdentityError transport unsupported-certificate-pin: .*cannot guarantee the pinned certificate/,
  );
  assert.equal(fabric.requests.length, 0, "nothing was sent");
});
