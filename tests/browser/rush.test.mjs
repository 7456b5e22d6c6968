// Too many at once, and a service that goes away: the page tries again, and sells once.
import assert from "node:assert/strict";
import test from "node:test";
import { fillIn, isAccessible, isReceipt, press, visit } from "./browser.mjs";
import { Office, afterwards, eventually } from "./office.mjs";

// A page that was told to wait.
async function overloaded(t, settings) {
  const office = await Office.make(t, "9", "--hold", "15m");
  await office.run("book", "first");
  const service = await office.serve("--clerks", "1", "--queue", "1");
  const page = await visit(t, service.url, { complains: true, ...settings });
  await fillIn(page, "bob", 2);
  const free = await office.keepLocked();
  afterwards(t, free);
  await service.fill();
  return { office, service, page, free };
}

async function soldOnce(office) {
  const sales = await office.lines("sell");
  assert.equal(sales.filter((sale) => sale.buyer === "bob").length, 1);
}

test("an overloaded page tries again by itself", async (t) => {
  const { office, page, free } = await overloaded(t);
  await press(page, "Buy");
  await page.getByRole("heading", { name: "Many people are buying right now" }).waitFor();
  await page.getByText(/Trying again in \d+ s|Trying/).waitFor();
  await isAccessible(page);
  await free();
  await isReceipt(page, "You have 2 tickets");
  await soldOnce(office);
});

test("without a script its button does", async (t) => {
  const { office, page, free } = await overloaded(t, { javaScriptEnabled: false });
  await press(page, "Buy");
  await page.getByRole("heading", { name: "Many people are buying right now" }).waitFor();
  await free();
  const receipt = page.getByRole("heading", { name: "You have 2 tickets" });
  for (let tries = 0; tries < 50 && !(await receipt.isVisible()); tries++) {
    await page.getByRole("button", { name: "Try again" }).click();
  }
  await isReceipt(page, "You have 2 tickets");
  await soldOnce(office);
});

test("a page outlives a service that is killed and comes back", async (t) => {
  const { office, service, page, free } = await overloaded(t);
  await press(page, "Buy");
  await page.getByRole("heading", { name: "Many people are buying right now" }).waitFor();
  const failed = page.waitForEvent("requestfailed");
  await service.kill();
  await free();
  await failed;
  await service.again();
  await isReceipt(page, "You have 2 tickets");
  await soldOnce(office);
});

for (const javaScriptEnabled of [true, false]) {
  test(`an order of which nobody knows is sent again by its button, ${javaScriptEnabled ? "with" : "without"} a script`, async (t) => {
    const office = await Office.make(t, "9");
    await office.run("book", "first");
    const service = await office.serve("--clerks", "1");
    const page = await visit(t, service.url, { complains: true, javaScriptEnabled });
    await fillIn(page, "bob", 2);
    const recovers = await service.refuseSyncs();
    if (!recovers) return t.skip("strace cannot be attached here");
    await press(page, "Buy");
    await page.getByRole("heading", { name: "We do not know yet whether that worked" }).waitFor();
    if (javaScriptEnabled) await isAccessible(page);
    const orders = () => page.seen.requests.filter((url) => url.endsWith("/book")).length;
    assert.equal(orders(), 1, "it tries by itself");
    await recovers();
    await press(page, "Try again");
    await isReceipt(page, "You have 2 tickets");
    await soldOnce(office);
  });
}

test("where too many follow, the page asks for the count now and then", async (t) => {
  const office = await Office.make(t, "5");
  // 512 are for other files: 28 connections at once, of which 14 follow.
  const service = await office.serveWithFiles(540);
  const leaves = new AbortController();
  afterwards(t, async () => leaves.abort());
  const follow = () => fetch(`${service.url}/api/v1/stream`, leaves);
  for (let at = 0; at < 14; at++) assert.equal((await follow()).status, 200);
  const page = await visit(t, service.url, { complains: true });
  await eventually("its stream is refused", () => /api\/v1\/stream" status=503/.test(service.log));
  await office.run("book", "alice", "--quantity", "2");
  await page.getByText("3 tickets left").waitFor();
  // And follows again when there is a place.
  leaves.abort();
  const streams = () => service.log.match(/api\/v1\/stream" status=200/g)?.length ?? 0;
  await eventually("the page follows", () => streams() > 14);
  await office.run("book", "alice", "--quantity", "2");
  await page.getByText("1 ticket left").waitFor();
});
