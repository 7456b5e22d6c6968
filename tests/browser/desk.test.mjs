// The desk: logged in at, each thing that is done there, by two at once, and a list for the door.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { PHONE, isAccessible, press, visit } from "./browser.mjs";
import { Office, afterwards } from "./office.mjs";

const TOKENS = { carol: "0123456789abcdef", dan: "fedcba9876543210" };
const directory = process.env.SCREENSHOTS;

// A service with a desk.
async function serve(office, ...options) {
  const file = join(office.directory, "tokens");
  await writeFile(file, Object.entries(TOKENS).map(([name, token]) => `${name} ${token}\n`).join(""));
  await chmod(file, 0o600);
  return office.serve("--tokens", file, ...options);
}

async function logIn(t, service, name = "carol", settings = {}) {
  const page = await visit(t, `${service.url}/desk`, settings);
  await page.getByLabel("Your token").fill(TOKENS[name]);
  await press(page, "Log in");
  await page.getByText(`Logged in as ${name}`).waitFor();
  return page;
}

const open = (page, name) => page.locator("summary", { hasText: name }).click();
const form = (page, act) => page.locator(`form[action$="/desk/${act}"]`);
const says = (page, text) => page.getByRole("status").filter({ hasText: text }).waitFor();

for (const javaScriptEnabled of [true, false]) {
  test(`everything is done ${javaScriptEnabled ? "with" : "without"} a script`, async (t) => {
    const office = await Office.make(t, "20", "--title", "Quiz night", "--date", "Friday, 8 pm", "--hold", "15m");
    const service = await serve(office);
    const page = await logIn(t, service, "carol", { javaScriptEnabled, complains: true });
    await page.getByRole("heading", { name: "Quiz night" }).waitFor();
    // A sale at the door.
    await open(page, "Sale at the door");
    await form(page, "sell").getByLabel("Name").fill("Émile 李雷");
    await form(page, "sell").getByLabel("Tickets").fill("3");
    await form(page, "sell").getByLabel("Note").fill("cash");
    await form(page, "sell").getByRole("button").dblclick();
    await says(page, "Sold.");
    // A part of it is cancelled.
    await open(page, "Cancel tickets");
    await page.getByLabel("Tickets").fill("1");
    await page.getByLabel("Reason").fill("ill");
    await press(page, "Cancel tickets");
    await says(page, "Cancelled.");
    await page.getByText("1 of 3 cancelled").waitFor();
    // Held, and sold; held, and given back.
    for (const [button, done] of [["Sell 2 tickets", "The hold is sold."], ["Give back", "Given back."]]) {
      await page.getByRole("link", { name: "Orders", exact: true }).click();
      await open(page, "Hold tickets");
      await form(page, "hold").getByLabel("Name").fill("Bob");
      await form(page, "hold").getByLabel("Tickets").fill("2");
      await form(page, "hold").getByLabel("For how long").fill("20m");
      await form(page, "hold").getByRole("button").click();
      await says(page, "Held.");
      await press(page, button);
      await says(page, done);
    }
    // More chairs, and the end of the sale, and not yet.
    await page.getByRole("link", { name: "Orders", exact: true }).click();
    await open(page, "Add or remove tickets");
    await form(page, "adjust").getByLabel("How many more").fill("5");
    await form(page, "adjust").getByLabel("Reason").fill("more chairs");
    await form(page, "adjust").getByRole("button").click();
    await says(page, "The number of tickets is changed.");
    // Whoever has a sale open when they are closed is told; then none is offered.
    const before = await page.context().newPage();
    await before.goto(page.url());
    await open(before, "Sale at the door");
    await form(before, "sell").getByLabel("Name").fill("Eve");
    await open(page, "Close sales");
    await form(page, "close").getByRole("button").click();
    await says(page, "Sales are closed.");
    await page.getByText("Nothing is sold or held while sales are closed").waitFor();
    assert.equal(await form(page, "sell").count(), 0);
    await form(before, "sell").getByRole("button").click();
    await before.getByRole("alert").filter({ hasText: "tickets are not on sale" }).waitFor();
    await before.close();
    await open(page, "Reopen sales");
    await form(page, "reopen").getByRole("button").click();
    await says(page, "Sales are open again.");
    assert.deepEqual(
      await Promise.all(["#left", "#sold", "#held"].map((it) => page.locator(it).textContent())),
      ["21", "4", "0"],
    );
    for (const op of ["sell", "hold", "confirm", "release", "cancel", "adjust", "close", "reopen"]) {
      for (const line of await office.lines(op)) assert.equal(line.by, "carol", op);
    }
    assert.equal((await office.lines("sell")).length, 1);
    assert.equal((await office.run("audit")).ok, true);
  });
}

test("two desks at one order: who comes second is told who was first", async (t) => {
  const office = await Office.make(t, "9");
  const { sale } = await office.run("book", "ann", "--quantity", "2");
  const service = await serve(office);
  const complains = true;
  const one = await logIn(t, service, "carol", { complains }), other = await logIn(t, service, "dan", { complains });
  for (const page of [one, other]) {
    await page.goto(`${service.url}/desk/sale/${sale.id}`);
    await open(page, "Cancel tickets");
  }
  await press(one, "Cancel tickets");
  await says(one, "Cancelled.");
  await press(other, "Cancel tickets");
  await other.getByRole("alert").filter({ hasText: "carol has cancelled this already, on " }).waitFor();
  await other.getByRole("alert").filter({ hasText: "You have not cancelled anything." }).waitFor();
  assert.equal((await office.lines("cancel")).length, 1);
  await isAccessible(other);
});

test("who guesses is slowed, a session ends when it is not used, and at the log out", async (t) => {
  const office = await Office.make(t, "9");
  await office.run("book", "quuxly");
  const service = await serve(office, "--trust-proxy", "--session-idle", "2s");
  const extraHTTPHeaders = { "X-Forwarded-For": "203.0.113.9" };
  const guesser = await visit(t, `${service.url}/desk`, { extraHTTPHeaders, complains: true });
  const guess = async (token) => {
    await guesser.getByLabel("Your token").fill(token);
    await press(guesser, "Log in");
    return guesser.getByRole("alert").textContent();
  };
  for (let number = 0; number < 11; number += 1) assert.equal(await guess("wrong wrong wrong"), "There is no such token.");
  assert.match(await guess(TOKENS.carol), /Too many wrong tokens came from your network/);
  await isAccessible(guesser);
  const page = await logIn(t, service);
  await page.getByRole("link", { name: "quuxly" }).waitFor();
  const cookies = await page.context().cookies(`${service.url}/desk`);
  assert.deepEqual(cookies.map(({ path, httpOnly, sameSite, secure }) => ({ path, httpOnly, sameSite, secure })), [
    { path: "/desk", httpOnly: true, sameSite: "Strict", secure: false },
  ]);
  assert.deepEqual(await page.context().cookies(service.url), []);
  await open(page, "Close sales");
  // The live counts keep no session: they are anybody's.
  await new Promise((resolve) => setTimeout(resolve, 2500));
  await form(page, "close").getByRole("button").click();
  await page.getByRole("alert").filter({ hasText: "You are not logged in any more, and nothing was done." }).waitFor();
  assert.equal((await office.lines("close")).length, 0);
  await page.goBack();
  await page.reload();
  await page.getByLabel("Your token").waitFor();
  assert.equal(await page.getByText("quuxly").count(), 0);
  await page.getByLabel("Your token").fill(TOKENS.dan);
  await press(page, "Log in");
  await press(page, "Log out");
  await page.getByLabel("Your token").waitFor();
  await page.goto(`${service.url}/desk/door`);
  await page.getByLabel("Your token").waitFor();
  assert.deepEqual(await page.context().cookies(`${service.url}/desk`), []);
});

test("forms of another site, and of another session, do nothing", async (t) => {
  const office = await Office.make(t, "9");
  const service = await serve(office);
  const page = await logIn(t, service, "carol", { complains: true });
  const fields = { form: "0", key: "d-1", buyer: "eve", quantity: "1" };
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`).join("");
  const evil = createServer((_, answer) => {
    answer.setHeader("Content-Type", "text/html");
    answer.end(`<form method="post" action="${service.url}/desk/sell">${inputs}<button>go</button></form>`);
  });
  await new Promise((resolve) => evil.listen(0, "127.0.0.1", resolve));
  afterwards(t, async () => evil.close());
  const visitor = await page.context().newPage();
  await visitor.goto(`http://localhost:${evil.address().port}/`).catch(() => {});
  page.seen.requests.splice(0);
  await visitor.getByRole("button").click();
  await visitor.waitForURL(/\/desk\//);
  assert.equal(await visitor.getByText("Logged in as").count(), 0);
  await visitor.close();
  page.seen.requests.splice(0);
  await page.reload();
  await open(page, "Sale at the door");
  await form(page, "sell").locator("[name=form]").evaluate((input) => (input.value = "0".repeat(64)));
  await form(page, "sell").getByLabel("Name").fill("eve");
  await form(page, "sell").getByRole("button").click();
  await page.getByRole("alert").filter({ hasText: "This form is of another session." }).waitFor();
  assert.equal((await office.lines("sell")).length, 0);
});

test("10,000 orders are there at once, found by any part of a name, and sorted", { timeout: 240_000 }, async (t) => {
  const office = await Office.make(t, "40000", "--title", "Open air");
  const names = ["Zoë Müller", "李雷", "Anna-Lena Åkesson", "O'Brien"];
  const rows = Array.from({ length: 10_000 }, (_, number) => `${names[number % 4]} ${number},${1 + (number % 4)},${number === 1234 ? "paid by cheque" : "row 1"}`);
  const list = join(office.directory, "guests.csv");
  await writeFile(list, `buyer,quantity,note\n${rows.join("\n")}\n`);
  await office.run("import", list);
  const service = await serve(office);
  const page = await logIn(t, service);
  await page.reload();
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const [paint, answer] = await page.evaluate(() => {
    const { startTime } = performance.getEntriesByName("first-contentful-paint")[0];
    const { requestStart, responseEnd } = performance.getEntriesByType("navigation")[0];
    return [startTime, responseEnd - requestStart];
  });
  console.log(`10,000 orders: first paint after ${Math.round(paint)} ms, answered in ${Math.round(answer)} ms`);
  assert.ok(paint < 5000, `${paint} ms`);
  await page.getByText("10000 orders · 25000 tickets").waitFor();
  await page.getByText("Page 1 of 100").waitFor();
  await isAccessible(page);
  const search = page.getByRole("searchbox", { name: "Search" });
  for (const [text, found] of [["ÜLLER 9996", "1 order "], ["muller", "2500 orders"], ["雷 9997", "1 order "], ["CHEQUE", "1 order "], ["9998-", "1 order "], ["nobody", "No orders found."]]) {
    await search.fill(text);
    await page.locator("#found").filter({ hasText: found }).waitFor();
    assert.equal(await search.evaluate((input) => document.activeElement === input), true);
  }
  await search.fill("anna-LENA");
  await page.locator("#found").filter({ hasText: "2500 orders" }).waitFor();
  await page.getByRole("link", { name: "Name", exact: true }).click();
  await page.locator("th[aria-sort=ascending]", { hasText: "Name" }).waitFor();
  await page.locator("tbody tr").first().filter({ hasText: "Anna-Lena Åkesson 10" }).waitFor();
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByText("Page 2 of 25").first().waitFor();
});

test("the counts are live, and a list that is overtaken says so", async (t) => {
  const office = await Office.make(t, "9");
  const service = await serve(office);
  const page = await logIn(t, service);
  await office.run("book", "ann", "--quantity", "2");
  await page.locator("#left").filter({ hasText: "7" }).waitFor();
  await page.getByText("Orders have changed since this list was loaded.").waitFor();
  await page.getByRole("link", { name: "Refresh" }).click();
  await page.getByRole("link", { name: "ann" }).waitFor();
  assert.equal(await page.locator("#changed").textContent(), "");
  await office.run("close");
  await page.locator("#on-sale").filter({ hasText: "Sales are closed" }).waitFor();
});

test("each page is for keys, for phones, and for who hears it", async (t) => {
  const office = await Office.make(t, "30", "--title", "Quiz night", "--hold", "15m");
  const { sale } = await office.run("book", "ann", "--quantity", "2");
  const { hold } = await office.run("hold", "bob");
  const service = await serve(office);
  for (const settings of [{}, PHONE, { colorScheme: "dark" }]) {
    const page = await logIn(t, service, "carol", settings);
    for (const path of ["", "?q=zz", `/sale/${sale.id}`, `/sale/${hold.id}`, "/figures", "/audit", "/door"]) {
      await page.goto(`${service.url}/desk${path}`);
      for (const part of await page.locator("summary").all()) await part.click();
      await isAccessible(page);
      const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
      assert.ok(scroll <= width, `${path}: ${scroll} > ${width}`);
    }
    await press(await page.goto(`${service.url}/desk`).then(() => page), "Log out");
    await isAccessible(page);
  }
  const page = await logIn(t, service);
  await page.getByRole("link", { name: "ann" }).focus();
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid");
});

test("the list for the door is printed, and is a table for a spreadsheet", async (t) => {
  const office = await Office.make(t, "400", "--title", "Quiz night", "--date", "Friday, 8 pm");
  for (const [name, many] of [["Zoë Müller", 3], ["<b>Bob</b>", 1], ["李雷", 25], ["=1+1", 2]]) {
    await office.run("book", name, "--quantity", String(many));
  }
  const rows = Array.from({ length: 60 }, (_, number) => `Guest ${String(number).padStart(2, "0")},${1 + (number % 3)}`);
  await writeFile(join(office.directory, "more.csv"), `buyer,quantity\n${rows.join("\n")}\n`);
  await office.run("import", join(office.directory, "more.csv"));
  const service = await serve(office);
  const page = await logIn(t, service);
  await page.getByRole("link", { name: "Door list", exact: true }).click();
  await page.getByRole("heading", { name: "Quiz night" }).waitFor();
  await page.getByText("Friday, 8 pm · 151 tickets, 64 names · as of ").waitFor();
  await page.getByText("<b>Bob</b>").waitFor();
  await press(page, "Print").catch(() => {});
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Door list as CSV" }).click()]);
  assert.equal(download.suggestedFilename(), "gig-door.csv");
  if (!directory) return;
  const pdf = join(directory, "door.pdf");
  await page.pdf({ path: pdf, preferCSSPageSize: true });
  await promisify(execFile)("pdftoppm", ["-r", "70", "-png", pdf, join(directory, "door")]);
});

test("pictures of the desk", { skip: !directory, timeout: 300_000 }, async (t) => {
  const office = await Office.make(t, "148", "--title", "Winter Jazz: The Blue Hour Quartet", "--date", "Friday 12 December, 8 pm");
  for (let number = 0; number < 12; number += 1) {
    const note = number % 3 ? [] : ["--note", "paid cash"];
    await office.run("book", ["Ann Brown", "Émile Zola", "李雷", "Jürgen Groß"][number % 4], "--quantity", String(1 + (number % 5)), ...note);
  }
  const [one, two, three] = await office.lines("sell");
  await office.run("cancel", one.id);
  await office.run("cancel", two.id, "--quantity", "1", "--reason", "ill");
  await office.run("rename", three.id, "Han Meimei");
  await office.run("hold", "Bob");
  const service = await serve(office);
  for (const [size, width, height] of [["phone", 360, 740], ["tablet", 768, 900], ["desk", 1280, 860]]) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await logIn(t, service, "carol", { viewport: { width, height }, colorScheme });
      const take = (what) => page.screenshot({ path: join(directory, `desk-${what}-${size}-${colorScheme}.png`), fullPage: true });
      await take("orders");
      await open(page, "Hold tickets");
      await take("acts");
      for (const [what, path] of [["sale", `/sale/${two.id}`], ["figures", "/figures"], ["door", "/door"]]) {
        await page.goto(`${service.url}/desk${path}`);
        if (what === "sale") await open(page, "Cancel tickets");
        if (what === "figures") await open(page, "Sold until then");
        await take(what);
      }
      await page.close();
    }
  }
  for (const locale of ["de-DE", "zh-CN", "zh-TW"]) {
    const page = await visit(t, `${service.url}/desk`, { locale, viewport: { width: 1024, height: 800 } });
    await page.locator("#token").fill(TOKENS.carol);
    await page.locator("form button").click();
    await page.locator("#counts").waitFor();
    await page.screenshot({ path: join(directory, `desk-${locale}.png`), fullPage: true });
  }
});
