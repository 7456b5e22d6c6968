// Pictures of the pages, in each size, colour and language, for people to look at. Only where a directory is named.
import { join } from "node:path";
import test from "node:test";
import { visit } from "./browser.mjs";
import { Office } from "./office.mjs";

const SIZES = { phone: [360, 740], tablet: [768, 900], desk: [1280, 860] };
const LANGUAGES = { en: "en-GB", de: "de-DE", zh: "zh-CN" };

const directory = process.env.SCREENSHOTS;

test("pictures", { skip: !directory }, async (t) => {
  const office = await Office.make(
    t, "148", "--title", "Winter Jazz: The Blue Hour Quartet", "--date", "Friday 12 December, 8 pm", "--max-per-sale", "6", "--hold", "15m",
  );
  const service = await office.serve("--per-address", "1000/min");
  const soldOut = await Office.make(t, "1", "--title", "Quiz night");
  await soldOut.run("book", "alice");
  const closed = await soldOut.serve();
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      for (const [language, locale] of Object.entries(LANGUAGES)) {
        const take = (page, what) =>
          page.screenshot({ path: join(directory, `${what}-${size}-${colorScheme}-${language}.png`), fullPage: size === "phone" });
        const settings = { viewport: { width, height }, colorScheme, locale, complains: true };
        const page = await visit(t, service.url, settings);
        await take(page, "form");
        await page.locator("#buyer").fill("Ann Brown");
        await page.locator("#quantity").fill("2");
        await page.locator("form button").first().click();
        await page.waitForURL(/\/r\//);
        await page.locator("summary").click();
        await take(page, "receipt");
        await page.goto(service.url);
        await page.locator("#buyer").fill("Bob");
        await page.locator(".second").click();
        await page.waitForURL(/\/r\//);
        await page.locator("#remaining").filter({ hasText: ":" }).waitFor();
        await take(page, "hold");
        await page.locator(".actions .second").click();
        await page.goto(service.url);
        await page.locator("form").evaluate((form) => (form.noValidate = true));
        await page.locator("#quantity").fill("2000");
        await page.locator("#buyer").fill("Bob");
        await page.locator("form button").first().click();
        await page.locator("#wrong").waitFor();
        await take(page, "wrong");
        const other = await visit(t, closed.url, settings);
        await take(other, "sold-out");
        for (const tab of [page, other]) await tab.close();
      }
    }
  }
});
