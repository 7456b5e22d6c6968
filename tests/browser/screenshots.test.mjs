// Pictures of the pages, in each size, colour and language, for people to look at, and page.webp, which README.md shows. Only
// where a directory is named.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "node:test";
import { visit } from "./browser.mjs";
import { Office } from "./office.mjs";

const SIZES = { phone: [360, 740], tablet: [768, 900], desk: [1280, 860] };
const LANGUAGES = { en: "en-GB", de: "de-DE", zh: "zh-CN", "zh-Hant": "zh-TW" };
// What stands side by side in README.md.
const SHOWN = ["form-phone-light-en", "hold-phone-dark-en", "receipt-phone-light-en"];

const directory = process.env.SCREENSHOTS;

// Buys, holds and asks for too many; each page on the way is taken.
async function order(page, url, take) {
  await take("form");
  await page.locator("#buyer").fill("Ann Brown");
  await page.locator("#quantity").fill("2");
  await page.locator("form button").first().click();
  await page.waitForURL(/\/r\//);
  await page.locator("#copy").waitFor();
  await page.locator("summary").click();
  await take("receipt");
  await page.emulateMedia({ media: "print" });
  await take("print");
  await page.emulateMedia({ media: "screen" });
  await page.goto(url);
  await page.locator("#buyer").fill("Bob");
  await page.locator(".second").click();
  await page.waitForURL(/\/r\//);
  await page.locator("#remaining").filter({ hasText: ":" }).waitFor();
  await take("hold");
  await page.evaluate(() => document.querySelector("form[action$=release]").setAttribute("action", `${location.pathname}/cancel`));
  await page.locator(".actions .second").click();
  await page.locator("[role=alert]").waitFor();
  await take("not-cancelled");
  await page.locator(".actions .second").click();
  await page.locator(".actions").waitFor({ state: "detached" });
  await page.goto(url);
  await page.locator("#already a").last().waitFor();
  await take("already");
  await page.locator("form").evaluate((form) => (form.noValidate = true));
  await page.locator("#quantity").fill("2000");
  await page.locator("#buyer").fill("Bob");
  await page.locator("form button").first().click();
  await page.locator("#wrong").waitFor();
  await take("wrong");
}

test("pictures", { skip: !directory, timeout: 580_000 }, async (t) => {
  const office = await Office.make(
    t, "148", "--title", "Winter Jazz: The Blue Hour Quartet", "--date", "Friday 12 December, 8 pm", "--max-per-sale", "6", "--hold", "15m",
  );
  const service = await office.serve("--per-address", "1000/min");
  const soldOut = await Office.make(t, "1", "--title", "Quiz night");
  await soldOut.run("book", "alice");
  const closed = await soldOut.serve();
  const last = await Office.make(t, "4", "--title", "Quiz night", "--date", "Saturday, 7 pm");
  const away = await last.serve();
  const looks = Object.keys(SIZES).flatMap((size) => ["light", "dark"].map((colorScheme) => [size, colorScheme]));
  for (const [size, colorScheme] of looks) {
    const [width, height] = SIZES[size];
    for (const [language, locale] of Object.entries(LANGUAGES)) {
      const taker = (page) => (what) =>
        page.screenshot({ path: join(directory, `${what}-${size}-${colorScheme}-${language}.png`), fullPage: size === "phone" });
      const settings = { viewport: { width, height }, colorScheme, locale, complains: true };
      const page = await visit(t, service.url, settings);
      await order(page, service.url, taker(page));
      const other = await visit(t, closed.url, settings);
      await taker(other)("sold-out");
      await other.goto(`${closed.url}/r/p-0`);
      await taker(other)("no-receipt");
      const form = await visit(t, away.url, settings);
      const { sale } = await last.run("book", "alice", "--quantity", "4");
      await form.locator("button:disabled").first().waitFor();
      await taker(form)("gone");
      await last.run("cancel", sale.id);
      await form.locator("button:enabled").first().waitFor();
      await away.kill();
      await form.locator(".stale").waitFor();
      await taker(form)("away");
      await away.again();
      for (const tab of [page, other, form]) await tab.close();
    }
  }
  await showTogether(t, service.url);
});

// The pictures of README.md side by side, as one.
async function showTogether(t, url) {
  const page = await visit(t, url, { complains: true });
  const read = async (name) => (await readFile(join(directory, `${name}.png`))).toString("base64");
  const picture = await page.evaluate(async (pictures) => {
    const load = async (text) => {
      const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
      return createImageBitmap(new Blob([bytes], { type: "image/png" }));
    };
    const bitmaps = await Promise.all(pictures.map(load));
    const canvas = document.createElement("canvas"), space = 24;
    canvas.width = bitmaps.reduce((sum, it) => sum + it.width + space, space);
    canvas.height = Math.max(...bitmaps.map((it) => it.height)) + 2 * space;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#9a98a6";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    let left = space;
    for (const bitmap of bitmaps) {
      pen.drawImage(bitmap, left, space);
      left += bitmap.width + space;
    }
    return canvas.toDataURL("image/webp", 0.9).split(",")[1];
  }, await Promise.all(SHOWN.map(read)));
  await writeFile(join(directory, "page.webp"), Buffer.from(picture, "base64"));
}
