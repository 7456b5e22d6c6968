// The browser, and what is asked of each page.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before } from "node:test";
import { chromium } from "playwright-core";
import { afterwards } from "./office.mjs";

export const PHONE = { viewport: { width: 360, height: 640 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Root has no sandbox, and a container little shared memory. Nothing is to leave but what a page asks for.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update"],
  });
});
after(() => browser?.close());

// A page of a browser that knows nothing yet. All that it asks for is noted, and each word of complaint is a failure.
export async function visit(t, url, settings = {}) {
  const { complains = false, ...context } = settings;
  const visitor = await browser.newContext({ locale: "en-GB", ...context });
  const page = await visitor.newPage();
  const seen = { requests: [], complaints: [] };
  visitor.on("request", (request) => seen.requests.push(request.url()));
  page.on("console", (message) => message.type() === "error" && seen.complaints.push(message.text()));
  page.on("pageerror", (error) => seen.complaints.push(String(error)));
  afterwards(t, async () => {
    await visitor.close();
    const own = new URL(url).origin;
    const foreign = seen.requests.filter((it) => new URL(it).origin !== own);
    assert.deepEqual(foreign, [], "a request left");
    if (!complains) assert.deepEqual(seen.complaints, [], "the browser complained");
  });
  await page.goto(url);
  return Object.assign(page, { seen });
}

// Fills in the form; what is pressed then is the caller's.
export async function fillIn(page, name, quantity = 1) {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("How many tickets").fill(String(quantity));
}

export const press = (page, name) => page.getByRole("button", { name, exact: true }).click();

export async function isReceipt(page, text) {
  await page.waitForURL(/\/r\/p-[0-9a-f]{32}$/);
  await page.getByRole("heading", { name: text }).waitFor();
}

// What axe finds serious or critical.
export async function isAccessible(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run());
  const grave = violations.filter((it) => ["serious", "critical"].includes(it.impact));
  const told = grave.map((it) => `${it.id}: ${it.nodes.map((node) => `${node.html} ${node.failureSummary}`)}`);
  assert.deepEqual(told, [], await page.title());
}
