// An open receipt: it notices what others do with its order, is kept, printed and found again.
import assert from "node:assert/strict";
import test from "node:test";
import { fillIn, isAccessible, isReceipt, press, visit } from "./browser.mjs";
import { Office, eventually } from "./office.mjs";

// A receipt, and its order. The delays by chance are left out.
async function bought(t, button = "Buy", settings = {}) {
  const office = await Office.make(t, "9", "--hold", "15m");
  const service = await office.serve();
  const page = await visit(t, service.url, settings);
  await page.addInitScript(() => (Math.random = () => 0));
  await fillIn(page, "bob", 2);
  await press(page, button);
  await page.waitForURL(/\/r\//);
  const [order] = await office.lines(button === "Buy" ? "sell" : "hold");
  const sent = [];
  page.on("request", (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
  return { office, service, page, order, sent, receipt: page.url() };
}

const CHANGES = [
  ["a sale that is cancelled", "Buy", (id) => ["cancel", id], "This order has been cancelled"],
  ["a sale that is renamed", "Buy", (id) => ["rename", id, "Robert"], "Robert"],
  ["sales that are closed", "Buy", () => ["close"], "only while sales are open"],
  ["a hold that is confirmed", "Hold for 15 minutes", (id) => ["confirm", id], "You have 2 tickets"],
  ["a hold that is given back", "Hold for 15 minutes", (id) => ["release", id], "The tickets are on sale again"],
];
for (const [what, button, change, says] of CHANGES) {
  test(`an open receipt notices ${what}, and sends nothing`, async (t) => {
    const { office, page, order, sent, receipt } = await bought(t, button);
    await office.run(...change(order.id));
    await page.getByText(says).waitFor();
    await isAccessible(page);
    assert.equal(page.url(), receipt);
    assert.deepEqual(sent.filter((it) => !it.startsWith("GET ")), []);
  });
}

test("an open receipt stays as it is while others buy", async (t) => {
  const { office, page, sent, receipt } = await bought(t);
  await page.evaluate(() => (globalThis.loaded = "once"));
  const looks = () => sent.filter((it) => it === `GET ${new URL(receipt).pathname}`).length;
  await office.run("book", "alice");
  await eventually("it has looked", () => looks() > 0);
  await office.run("book", "alice");
  await isReceipt(page, "You have 2 tickets");
  assert.equal(await page.evaluate(() => globalThis.loaded), "once");
  assert.equal(looks(), 1);
});

test("an open receipt of an event that was begun anew is none", async (t) => {
  const { office, page } = await bought(t, "Buy", { complains: true });
  await office.run("reset", "5", "--force");
  await page.getByRole("heading", { name: "Receipt not found" }).waitFor();
});

test("what answers a change stays, and says that it was overtaken", async (t) => {
  const { office, page, order, sent, receipt } = await bought(t, "Hold for 15 minutes", { complains: true });
  await page.evaluate(() => document.querySelector("form[action$=release]").setAttribute("action", `${location.pathname}/cancel`));
  await press(page, "Give back");
  await page.getByRole("alert").getByText("Nothing was cancelled").waitFor();
  await isAccessible(page);
  await eventually("it listens", () => sent.some((it) => it.endsWith("/stream")));
  await office.run("confirm", order.id);
  await page.getByText("Ticket sales have changed").waitFor();
  await page.getByRole("alert").getByText("Nothing was cancelled").waitFor();
  assert.equal(sent.filter((it) => it.startsWith("POST")).length, 1);
  await page.getByRole("link", { name: "Refresh this page" }).click();
  await isReceipt(page, "You have 2 tickets");
  assert.equal(page.url(), receipt);
});

test("who comes back to the form is told what is bought already", async (t) => {
  const { office, service, page, order, receipt } = await bought(t);
  await page.goBack();
  await page.getByText("You have already bought 2 tickets here.").waitFor();
  await isAccessible(page);
  await fillIn(page, "bob", 1);
  await press(page, "Hold for 15 minutes");
  await isReceipt(page, "1 ticket is on hold for you");
  await page.getByRole("link", { name: "Back to the tickets" }).click();
  await page.getByText("1 ticket is already on hold for you.").waitFor();
  await page.getByText("You have already bought 2 tickets here.").getByRole("link", { name: "Show the order" }).click();
  await page.waitForURL(receipt);
  // What is cancelled is not had; and another visitor is told nothing.
  await office.run("cancel", order.id);
  await page.getByText("This order has been cancelled").waitFor();
  await page.getByRole("link", { name: "Back to the tickets" }).click();
  await page.getByText("1 ticket is already on hold for you.").waitFor();
  assert.equal(await page.getByText("You have already bought").count(), 0);
  const other = await visit(t, service.url);
  await other.getByText("8 tickets left").waitFor();
  assert.equal(await other.locator("#already").isVisible(), false);
});

for (const [what, change] of [
  ["cancelled", (order) => ["cancel", order.id]],
  ["of an event that was begun anew", () => ["reset", "9", "--force"]],
]) {
  test(`who comes back to the form is told nothing of an order that is ${what}`, async (t) => {
    const { office, service, page, order, sent, receipt } = await bought(t, "Buy", { complains: true });
    await page.goto(service.url);
    await page.getByText("You have already bought 2 tickets here.").waitFor();
    await office.run(...change(order));
    const asks = () => sent.filter((it) => it === `GET ${new URL(receipt).pathname}`).length;
    const before = asks();
    await page.goto(service.url);
    await eventually("it is forgotten", () => page.evaluate(() => !Object.values(sessionStorage).join("").includes("/r/")));
    assert.equal(asks(), before + 1);
    assert.equal(await page.locator("#already").isVisible(), false);
    assert.deepEqual(sent.filter((it) => !it.startsWith("GET ")), []);
  });
}

for (const [where, hides] of [["over https", false], ["over http", true]]) {
  test(`the link of a receipt is copied, as ${where}`, async (t) => {
    const { page, receipt } = await bought(t);
    if (hides) await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    else await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.reload();
    await press(page, "Copy the link");
    await page.getByText("Copied").waitFor();
    await isAccessible(page);
    await page.getByRole("link", { name: "Back to the tickets" }).click();
    await page.getByLabel("Your name").focus();
    await page.keyboard.press("Control+V");
    assert.equal(await page.getByLabel("Your name").inputValue(), receipt);
  });
}

test("a printed receipt has its address, and no buttons", async (t) => {
  const { page, receipt } = await bought(t, "Buy", { colorScheme: "dark" });
  assert.equal(await page.getByText(receipt).isVisible(), false);
  await page.emulateMedia({ media: "print" });
  await page.getByText(receipt).waitFor();
  await page.getByText("bob").waitFor();
  assert.equal(await page.getByRole("button").count(), 0);
  const colour = await page.evaluate(() => getComputedStyle(document.querySelector("main")).backgroundColor);
  assert.equal(colour, "rgb(255, 255, 255)");
});
