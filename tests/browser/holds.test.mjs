// Holds: the countdown, confirmed, given back, and over.
import assert from "node:assert/strict";
import test from "node:test";
import { PHONE, fillIn, isAccessible, isReceipt, press, visit } from "./browser.mjs";
import { Office, eventually } from "./office.mjs";

async function held(t, hold, settings) {
  const office = await Office.make(t, "3", "--hold", hold);
  const service = await office.serve();
  const page = await visit(t, service.url, settings);
  await fillIn(page, "bob", 2);
  await page.getByRole("button", { name: "Hold for" }).click();
  await isReceipt(page, "2 tickets are on hold for you");
  return { office, service, page };
}

test("a hold counts down, and is confirmed", async (t) => {
  const { office, page } = await held(t, "15m", PHONE);
  const left = page.locator("#remaining");
  const seconds = async () => {
    const [, minutes, rest] = /^(\d\d):(\d\d)$/.exec(await left.textContent()) ?? [];
    return Number(minutes) * 60 + Number(rest);
  };
  const first = await eventually("it counts", seconds);
  assert.ok(first > 800 && first <= 900, `${first}`);
  await eventually("it goes down", async () => (await seconds()) < first);
  await isAccessible(page);
  assert.equal((await office.run("query")).left, 1);
  await press(page, "Buy 2 tickets");
  await isReceipt(page, "You have 2 tickets");
  assert.equal((await office.lines("confirm")).length, 1);
});

test("a hold is confirmed and given back without a script", async (t) => {
  const { office, service, page } = await held(t, "15m", { javaScriptEnabled: false });
  await page.getByText(/Time left \d+ (minute|second)s?/).waitFor();
  await press(page, "Give back");
  await page.getByRole("heading", { name: "Given back" }).waitFor();
  await page.goto(service.url);
  await fillIn(page, "bob", 1);
  await press(page, "Hold for 15 minutes");
  await press(page, "Buy 1 ticket");
  await isReceipt(page, "You have 1 ticket");
  assert.equal((await office.run("query")).left, 2);
});

test("when the time is over the page says so, and others may have the tickets", async (t) => {
  const { office, page } = await held(t, "2s");
  await page.getByText("The time is up. You can still buy").waitFor();
  for (const past of ["#until", "#remaining"]) assert.equal(await page.locator(past).isVisible(), false, past);
  await isAccessible(page);
  await office.run("book", "alice", "--quantity", "3");
  await press(page, "Buy 2 tickets");
  await page.getByText("Somebody else has got the tickets").waitFor();
  assert.equal((await office.lines("expire")).length, 1);
});

test("a hold whose service is away says so until it is back", async (t) => {
  const { service, page } = await held(t, "15m", { complains: true });
  const lost = page.locator("#silent", { hasText: "Not connected, trying again" });
  await service.kill();
  await lost.waitFor();
  await isAccessible(page);
  await service.again();
  await lost.waitFor({ state: "detached" });
  await press(page, "Buy 2 tickets");
  await isReceipt(page, "You have 2 tickets");
});
