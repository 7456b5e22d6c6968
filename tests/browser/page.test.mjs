// Buying: with and without a script, by touch and by keys, twice and back and again.
import assert from "node:assert/strict";
import test from "node:test";
import { PHONE, fillIn, isAccessible, isReceipt, press, visit } from "./browser.mjs";
import { Office, eventually } from "./office.mjs";

for (const javaScriptEnabled of [true, false]) {
  test(`a phone buys ${javaScriptEnabled ? "with" : "without"} a script`, async (t) => {
    const office = await Office.make(t, "5", "--title", "Quiz night", "--date", "Friday, 8 pm", "--max-per-sale", "4");
    const service = await office.serve();
    const page = await visit(t, service.url, { ...PHONE, javaScriptEnabled });
    await page.getByRole("heading", { name: "Quiz night" }).waitFor();
    await page.getByText("5 tickets left").waitFor();
    const { scroll, width } = javaScriptEnabled
      ? await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }))
      : { scroll: 0, width: 0 };
    assert.ok(scroll <= width, `${scroll} > ${width}`);
    await page.getByLabel("Your name").tap();
    await page.keyboard.type("Émile 李雷");
    await page.getByLabel("How many tickets").fill("2");
    await page.getByRole("button", { name: "Buy" }).tap();
    await isReceipt(page, "You have 2 tickets");
    await page.getByText("Émile 李雷").waitFor();
    const [sale] = await office.lines("sell");
    assert.deepEqual([sale.buyer, sale.quantity], ["Émile 李雷", 2]);
    await page.reload();
    await isReceipt(page, "You have 2 tickets");
    await page.getByRole("link", { name: "Back to the tickets" }).click();
    await page.getByText("3 tickets left").waitFor();
  });
}

test("keys alone buy, and show where they are", async (t) => {
  const office = await Office.make(t, "5");
  const service = await office.serve();
  const page = await visit(t, service.url);
  const focused = () =>
    page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return [document.activeElement.id || document.activeElement.textContent, outlineStyle, parseInt(outlineWidth)];
    });
  await page.keyboard.press("Tab");
  assert.deepEqual(await focused(), ["buyer", "solid", 3]);
  await page.keyboard.type("bob");
  await page.keyboard.press("Tab");
  assert.deepEqual(await focused(), ["quantity", "solid", 3]);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Tab");
  assert.deepEqual(await focused(), ["Buy", "solid", 3]);
  await page.keyboard.press("Enter");
  await isReceipt(page, "You have 2 tickets");
  // And cancel, behind the button that shows it.
  await page.keyboard.press("Tab");
  assert.deepEqual(await focused(), ["copy", "solid", 3]);
  await page.keyboard.press("Tab");
  assert.deepEqual((await focused()).slice(1), ["solid", 3]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  assert.deepEqual(await focused(), ["Cancel 2 tickets", "solid", 3]);
  await page.keyboard.press("Enter");
  await page.getByText("This order has been cancelled").waitFor();
  assert.equal((await office.run("query")).left, 5);
});

test("a double click, reload, back and forward sell once", async (t) => {
  const office = await Office.make(t, "9");
  const service = await office.serve();
  const page = await visit(t, service.url);
  await fillIn(page, "bob", 2);
  await page.getByRole("button", { name: "Buy" }).dblclick();
  await isReceipt(page, "You have 2 tickets");
  const receipt = page.url();
  await page.reload();
  await page.goBack();
  await page.getByText("7 tickets left").waitFor();
  await page.reload();
  await page.goForward();
  assert.equal(page.url(), receipt);
  await isReceipt(page, "You have 2 tickets");
  assert.equal((await office.lines("sell")).length, 1);
});

test("a form that comes back as it was sells nothing twice", async (t) => {
  const office = await Office.make(t, "9");
  const service = await office.serve();
  const page = await visit(t, service.url, { complains: true });
  await fillIn(page, "bob", 2);
  const key = await page.locator("input[name=key]").inputValue();
  await press(page, "Buy");
  await isReceipt(page, "You have 2 tickets");
  const receipt = page.url();
  await page.goBack();
  // As a browser does that keeps pages all the same.
  await page.locator("input[name=key]").evaluate((input, value) => (input.value = value), key);
  await fillIn(page, "bob", 2);
  await press(page, "Buy");
  await page.waitForURL(receipt);
  await page.goBack();
  await page.locator("input[name=key]").evaluate((input, value) => (input.value = value), key);
  await fillIn(page, "eve", 1);
  await press(page, "Buy");
  await page.getByRole("heading", { name: "This form has already been used" }).waitFor();
  await page.getByRole("link", { name: "Show that order" }).click();
  await page.waitForURL(receipt);
  assert.equal((await office.lines("sell")).length, 1);
});

test("the count moves when others sell, and the form follows", async (t) => {
  const office = await Office.make(t, "5", "--max-per-sale", "4");
  const service = await office.serve();
  const page = await visit(t, service.url);
  await page.getByText("5 tickets left").waitFor();
  await fillIn(page, "bob");
  await office.run("book", "alice", "--quantity", "3");
  await page.getByText("2 tickets left").waitFor();
  await page.getByText("At most 2.").waitFor();
  assert.equal(await page.getByLabel("How many tickets").getAttribute("max"), "2");
  await office.run("book", "alice", "--quantity", "1");
  await page.getByText("1 ticket left").waitFor();
  const sale = await office.run("book", "eve");
  await page.getByText("it goes on sale here again").waitFor();
  await page.locator("#count", { hasText: "Sold out" }).waitFor();
  assert.equal(await page.locator("#quantity-hint").textContent(), "");
  await page.getByRole("link", { name: "Refresh this page" }).waitFor();
  // What was typed stays, and counts when somebody gives a ticket back.
  await office.run("cancel", sale.sale.id);
  await page.getByText("it goes on sale here again").waitFor({ state: "hidden" });
  await office.run("close");
  await page.locator("#count", { hasText: "Sales are closed" }).waitFor();
  await office.run("reopen");
  await page.locator("#count", { hasText: "1 ticket left" }).waitFor();
  await press(page, "Buy");
  await isReceipt(page, "You have 1 ticket");
});

// As if the page were in the background; its buttons can be pressed all the same.
const hide = (page, hidden) =>
  page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("a page in the background keeps no connection", async (t) => {
  const office = await Office.make(t, "5");
  const service = await office.serve();
  const page = await visit(t, service.url);
  const streams = () => page.seen.requests.filter((url) => url.endsWith("/stream")).length;
  await eventually("it listens", () => streams() === 1);
  const ended = page.waitForEvent("requestfailed", (request) => request.url().endsWith("/stream"));
  await hide(page, true);
  await ended;
  await office.run("book", "alice");
  await hide(page, false);
  await page.getByText("4 tickets left").waitFor();
  assert.equal(streams(), 2);
});

test("sold out, closed and not yet are said, and the page opens by itself when the sale does", async (t) => {
  const office = await Office.make(t, "1");
  const service = await office.serve();
  const { sale } = await office.run("book", "alice");
  const page = await visit(t, service.url);
  await page.getByRole("heading", { name: "Sold out" }).waitFor();
  await isAccessible(page);
  await office.run("cancel", sale.id);
  await page.getByLabel("Your name").waitFor();
  await office.run("close");
  await page.reload();
  await page.getByRole("heading", { name: "Sales are closed" }).waitFor();
  await isAccessible(page);
  await office.run("reopen");
  await page.getByLabel("Your name").waitFor();
  const soon = new Date(Date.now() + 3000).toISOString();
  await office.run("set", "--from", soon);
  await page.reload();
  await page.getByRole("heading", { name: "On sale from" }).waitFor();
  await isAccessible(page);
  await fillIn(page, "bob");
  await press(page, "Buy");
  await isReceipt(page, "You have 1 ticket");
});

test("who was too late is told, with what was typed", async (t) => {
  const office = await Office.make(t, "3");
  const service = await office.serve();
  const page = await visit(t, service.url, { javaScriptEnabled: false, complains: true });
  await fillIn(page, "bob", 3);
  await office.run("book", "alice", "--quantity", "2");
  await press(page, "Buy");
  await page.getByRole("alert").getByText("Only 1 ticket is left").waitFor();
  assert.equal(await page.getByLabel("Your name").inputValue(), "bob");
  await page.getByLabel("How many tickets").fill("1");
  await office.run("book", "alice");
  await press(page, "Buy");
  await page.getByRole("heading", { name: "Sold out" }).waitFor();
  await page.getByText("You have not bought anything").waitFor();
});

// What takes the last tickets from a buyer whose form is open, and what gives them back.
const LOST = [
  ["a cancel", "Buy", ["book", "winner", "--quantity", "3"], "Sold out", (lost) => ["cancel", lost.sale.id]],
  ["a reopening", "Buy", ["close"], "Sales are closed", () => ["reopen"]],
  ["a reopening, of a hold", "Hold for 15 minutes", ["close"], "Sales are closed", () => ["reopen"]],
];
for (const [what, button, lose, says, giveBack] of LOST) {
  test(`who was told to have bought nothing has nothing after ${what}`, async (t) => {
    const office = await Office.make(t, "3", "--hold", "15m");
    const service = await office.serve();
    const page = await visit(t, service.url, { complains: true });
    // The delay by chance before a page is loaded again is left out.
    await page.addInitScript(() => (Math.random = () => 0));
    // It does not hear of it before the button is pressed.
    await page.reload();
    await hide(page, true);
    await fillIn(page, "loser");
    const lost = await office.run(...lose);
    await press(page, button);
    await page.getByText("You have not bought anything").waitFor();
    await page.getByRole("heading", { name: says }).waitFor();
    const sent = [];
    page.on("request", (request) => sent.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await office.run(...giveBack(lost));
    // It is told, and stays: a timer that was set for loading it again has run before a later one.
    await page.getByText("Ticket sales have changed").waitFor();
    await page.evaluate(() => new Promise((done) => setTimeout(done)));
    assert.deepEqual(sent.filter((it) => it.startsWith("POST")), []);
    assert.match(page.url(), /\/(book|hold)$/);
    await page.getByRole("link", { name: "Refresh this page" }).click();
    await page.getByText("3 tickets left").waitFor();
    for (const op of ["sell", "hold"]) {
      const lines = await office.lines(op);
      assert.deepEqual(lines.filter((line) => line.buyer === "loser"), []);
    }
    await fillIn(page, "loser");
    await press(page, "Buy");
    await isReceipt(page, "You have 1 ticket");
  });
}

test("six pages side by side of one browser leave a connection to buy", async (t) => {
  const office = await Office.make(t, "9");
  const service = await office.serve();
  const pages = [await visit(t, service.url)];
  const visitor = pages[0].context();
  let streams = 0;
  visitor.on("response", (response) => response.url().endsWith("/stream") && (streams += 1));
  await pages[0].reload();
  for (let many = 1; many < 6; many += 1) {
    const page = await visitor.newPage();
    await page.goto(service.url);
    pages.push(page);
  }
  await eventually("all listen", () => streams === 6);
  await fillIn(pages[5], "bob", 2);
  await press(pages[5], "Buy");
  await isReceipt(pages[5], "You have 2 tickets");
  await pages[0].getByText("7 tickets left").waitFor();
});

test("a receipt opens by its address alone, and is cancelled once", async (t) => {
  const office = await Office.make(t, "5", "--title", "Gig");
  const service = await office.serve();
  const page = await visit(t, service.url);
  await fillIn(page, "bob", 2);
  await press(page, "Buy");
  await isReceipt(page, "You have 2 tickets");
  await isAccessible(page);
  const other = await visit(t, page.url());
  await isReceipt(other, "You have 2 tickets");
  // It is not to notice by itself.
  await hide(other, true);
  const address = new URL(page.url());
  const last = address.href.at(-1) === "0" ? "1" : "0";
  const guess = await visit(t, address.href.slice(0, -1) + last, { complains: true });
  await guess.getByRole("heading", { name: "Receipt not found" }).waitFor();
  await isAccessible(guess);
  for (const tab of [page, other]) {
    await tab.getByText("Cancel tickets…").click();
    await isAccessible(tab);
    await press(tab, "Cancel 2 tickets");
    await tab.getByText("This order has been cancelled").waitFor();
    assert.equal(tab.url(), address.href);
  }
  assert.equal((await office.lines("cancel")).length, 1);
  assert.ok(!service.log.includes(address.pathname.slice(4)), service.log);
});

test("a page is light, and nothing serious is wrong with it in light or dark", async (t) => {
  const office = await Office.make(t, "5", "--title", "Gig", "--date", "tomorrow", "--hold", "15m");
  const service = await office.serve();
  for (const [colorScheme, locale] of ["light", "dark"].flatMap((it) => ["en-GB", "de-DE", "zh-CN"].map((to) => [it, to]))) {
    const page = await visit(t, service.url, { colorScheme, locale });
    await isAccessible(page);
    const weights = [];
    page.on("requestfinished", async (request) => weights.push(request.sizes()));
    await page.reload({ waitUntil: "load" });
    const sizes = await Promise.all(weights);
    const weight = sizes.reduce((sum, it) => sum + it.responseHeadersSize + it.responseBodySize, 0);
    assert.ok(weight > 1000 && weight < 50_000, `${weight}`);
  }
});

test("the list of several events leads to the page of each", async (t) => {
  const office = await Office.make(t, "5", "--title", "Gig", "--date", "tomorrow");
  const other = await Office.called(t, "ball", "1", "--title", "Ball");
  await other.run("book", "alice");
  const service = await office.serve(office.file, other.file);
  const page = await visit(t, service.url, PHONE);
  await isAccessible(page);
  await page.getByRole("link", { name: "Ball Sold out" }).waitFor();
  await page.getByRole("link", { name: "Gig tomorrow 5 tickets left" }).click();
  await page.waitForURL(`${service.url}/gig/`);
  await fillIn(page, "bob", 2);
  await press(page, "Buy");
  await isReceipt(page, "You have 2 tickets");
  await page.getByRole("link", { name: "Back to the tickets" }).click();
  await page.waitForURL(`${service.url}/gig/`);
  await page.getByText("3 tickets left").waitFor();
});
