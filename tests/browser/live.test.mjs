// An open form: what it says, and lets press, when nothing is left, and when the service is away or cannot sell.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import test from "node:test";
import { PHONE, fillIn, isAccessible, isReceipt, press, visit } from "./browser.mjs";
import { Office, eventually, proxy } from "./office.mjs";

const isOn = (page, name) => page.getByRole("button", { name, exact: true }).isEnabled();

async function open(t, settings = {}) {
  const office = await Office.make(t, "4", "--hold", "15m");
  const service = await office.serve();
  const page = await visit(t, service.url, settings);
  await page.getByText("4 tickets left").waitFor();
  await fillIn(page, "bob", 2);
  return { office, service, page };
}

test("beside the buttons stands why they cannot be pressed, as long as that is so", async (t) => {
  const { office, page } = await open(t, PHONE);
  const says = async (text) => {
    const notice = page.locator("#changed", { hasText: text });
    await notice.waitFor();
    for (const button of ["Buy", "Hold for 15 minutes"]) assert.equal(await isOn(page, button), false, text);
    const [above, below] = [await notice.boundingBox(), await page.getByRole("button", { name: "Buy" }).boundingBox()];
    const gap = below.y - above.y - above.height;
    assert.ok(gap > 0 && gap < 120, `${gap}`);
    await isAccessible(page);
  };
  const { sale } = await office.run("book", "alice", "--quantity", "4");
  await says("Sold out. If somebody gives a ticket back, it goes on sale here again.");
  await office.run("cancel", sale.id);
  await page.getByText("4 tickets left").waitFor();
  assert.equal(await page.locator("#changed").textContent(), "");
  assert.equal(await isOn(page, "Buy"), true);
  await office.run("close");
  await says("Sales are closed. No tickets are on sale here at the moment.");
  await office.run("reopen");
  await page.getByText("4 tickets left").waitFor();
  await office.run("set", "--from", "2999-01-01T00:00:00Z");
  await says("Ticket sales have changed");
  await office.run("set", "--from", "");
  await page.locator("#changed", { hasText: "changed" }).waitFor({ state: "hidden" });
  await press(page, "Buy");
  await isReceipt(page, "You have 2 tickets");
});

test("a form whose service is away says that it is out of date, and lets it be sent", async (t) => {
  const { office, service, page } = await open(t, { complains: true });
  const lost = page.locator("#silent", { hasText: "Not connected, trying again" });
  const sale = await office.run("book", "alice", "--quantity", "4");
  await page.locator("#count", { hasText: "Sold out" }).waitFor();
  await service.kill();
  await lost.waitFor();
  await isAccessible(page);
  assert.equal(await isOn(page, "Buy"), true);
  await office.run("cancel", sale.sale.id, "--quantity", "3");
  await service.again();
  await page.getByText("3 tickets left").waitFor();
  await lost.waitFor({ state: "hidden" });
});

for (const [what, button] of [["form", undefined], ["hold", "Hold for 15 minutes"]]) {
  test(`a ${what} that hears nothing more of the service says so, though nothing has broken off`, async (t) => {
    const office = await Office.make(t, "4", "--hold", "15m");
    const between = await proxy(t, await office.serve());
    const page = await visit(t, between.url, { complains: true });
    await page.clock.install();
    await page.reload();
    await page.getByText("4 tickets left").waitFor();
    let streams = 0;
    page.on("response", (response) => response.url().endsWith("/stream") && (streams += 1));
    if (button) {
      await fillIn(page, "bob", 2);
      await press(page, button);
      await isReceipt(page, "2 tickets are on hold for you");
    } else {
      await page.reload();
    }
    await eventually("it listens", () => streams > 0);
    const silent = page.locator("#silent", { hasText: "Not connected, trying again" });
    between.stalls = true;
    await office.run("book", "alice", "--quantity", "2");
    // Not for one heartbeat that is late.
    await page.clock.fastForward(20_000);
    assert.equal(await silent.count(), 0);
    await page.clock.fastForward(20_000);
    await silent.waitFor();
    between.stalls = false;
    await page.clock.fastForward(40_000);
    await silent.waitFor({ state: "detached" });
    if (!button) await page.getByText("2 tickets left").waitFor();
  });
}

test("an open page says that the settings have changed, and not that others buy", async (t) => {
  const { office, page } = await open(t, { complains: true });
  const changed = page.locator("#changed", { hasText: "Ticket sales have changed" });
  await office.run("book", "alice");
  await page.getByText("3 tickets left").waitFor();
  assert.equal(await changed.count(), 0);
  await office.run("set", "--hold", "5m");
  await changed.waitFor();
  assert.equal(await isOn(page, "Buy"), true);
  await press(page, "Hold for 15 minutes");
  await page.getByRole("alert").getByText("Ticket sales have changed").waitFor();
  await press(page, "Hold for 5 minutes");
  await isReceipt(page, "2 tickets are on hold for you");
});

test("a page that waits for the sale follows its day", async (t) => {
  const office = await Office.make(t, "4", "--from", "2999-01-01T00:00:00Z");
  const page = await visit(t, (await office.serve()).url);
  await page.getByText("On sale from 2999-01-01").waitFor();
  await office.run("set", "--from", "2999-02-02T00:00:00Z");
  await page.getByText("On sale from 2999-02-02").waitFor();
});

test("a form whose network is away says so", async (t) => {
  const { page } = await open(t, { complains: true });
  const lost = page.locator("#silent", { hasText: "Not connected, trying again" });
  await page.context().setOffline(true);
  await lost.waitFor();
  await page.context().setOffline(false);
  await lost.waitFor({ state: "hidden" });
});

test("a form of an event that does not add up says no number", async (t) => {
  const { office, page } = await open(t, { complains: true });
  const count = await readFile(office.file);
  await writeFile(office.file, '{"ticket": 99}\n');
  await page.locator("#silent", { hasText: "Tickets cannot be sold right now" }).waitFor();
  assert.equal(await page.getByText("4 tickets left").isVisible(), false);
  await isAccessible(page);
  await writeFile(office.file, count);
  await page.getByText("4 tickets left").waitFor();
  assert.equal(await page.locator("#silent").textContent(), "");
  await press(page, "Buy");
  await isReceipt(page, "You have 2 tickets");
});
