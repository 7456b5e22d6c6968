// Too many at once, and a service that goes away: the page tries again, and sells once.
import assert from "node:assert/strict";
import test from "node:test";
import { fillIn, isAccessible, isReceipt, press, visit } from "./browser.mjs";
import { Office, afterwards } from "./office.mjs";

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
  await page.getByRole("heading", { name: "Very many are buying just now" }).waitFor();
  await page.getByText(/The next try is in \d+ s|Trying/).waitFor();
  await isAccessible(page);
  await free();
  await isReceipt(page, "You have 2 tickets");
  await soldOnce(office);
});

test("without a script its button does", async (t) => {
  const { office, page, free } = await overloaded(t, { javaScriptEnabled: false });
  await press(page, "Buy");
  await page.getByRole("heading", { name: "Very many are buying just now" }).waitFor();
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
  await page.getByRole("heading", { name: "Very many are buying just now" }).waitFor();
  const failed = page.waitForEvent("requestfailed");
  await service.kill();
  await free();
  await failed;
  await service.again();
  await isReceipt(page, "You have 2 tickets");
  await soldOnce(office);
});
