// The page that steps through a run: what it says at each step is what the run was, whatever the run calls itself.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { isAccessible, visit } from "./browser.mjs";
import { TICKETS, afterwards, eventually } from "./office.mjs";

// A command in a directory of its own, and the page that it draws. What goes wrong in a race is no failure of the command.
async function draw(t, words, files = {}) {
  const directory = await mkdtemp(join(tmpdir(), "tickets-timeline-"));
  afterwards(t, () => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  const all = ["--json", ...words, "--timeline", "run.html"];
  const { code, stdout, stderr } = await new Promise((done) => {
    execFile(TICKETS, all, { cwd: directory, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      done({ code: error ? error.code : 0, stdout, stderr }),
    );
  });
  assert.ok([0, 6].includes(code), `${words}: ${code} ${stderr}`);
  const file = join(directory, "run.html");
  return { directory, file, url: pathToFileURL(file).href, told: JSON.parse(stdout), html: await readFile(file, "utf8") };
}

// All that the page says of the step that it is at.
const said = (page) =>
  page.evaluate(() => {
    const texts = (selector) => [...document.querySelectorAll(selector)].map((it) => it.textContent);
    const [text] = [(selector) => document.querySelector(selector)?.textContent ?? ""];
    const rows = [...document.querySelectorAll(".processes tbody tr")].map((row) => {
      const cell = (name) => row.querySelector(`td.${name}`).firstChild?.textContent ?? "";
      return {
        name: row.querySelector("th").textContent,
        knows: cell("knows"),
        stale: row.querySelector(".stale")?.textContent ?? "",
        holds: row.querySelector(".holds") !== null,
        waits: row.querySelector(".waits") !== null,
        told: row.querySelector("td.told").textContent,
        current: row.classList.contains("current"),
      };
    });
    const odds = document.querySelector(".odds");
    return {
      when: text(".now .when"),
      what: text(".now .what"),
      why: text(".now .why"),
      terms: texts(".now .keys-here > p"),
      found: texts(".now .happens .whole"),
      begins: texts(".now .happens .begins"),
      chance: odds.hidden ? null : text(".odds .chance"),
      left: text(".count .left"),
      version: text(".count .version"),
      holders: texts(".locks .holders").filter((it) => it !== "nobody"),
      lines: [...document.querySelectorAll(".ledger li .sale")].map((it) => it.textContent),
      ahead: text(".count .ahead"),
      lost: [...document.querySelectorAll(".ledger li:has(.lost) .sale")].map((it) => it.textContent),
      rows,
      address: location.hash,
      marked: document.querySelectorAll(".steps [aria-current=step]").length,
      item: text(".steps [aria-current=step] .number"),
      cursor: Number(document.querySelector(".cursor").getAttribute("x1")),
    };
  });

const percent = (chance) => {
  if (chance > 1 - 1e-9) return "100 %";
  const rounded = Math.round(chance * 100);
  return rounded === 100 ? "over 99 %" : rounded === 0 && chance > 0 ? "below 1 %" : `${rounded} %`;
};

// A run as its JSON tells it, step by step, by rules of its own.
class Replayed {
  constructor({ users, stock, lock, writes }) {
    const names = Array.from({ length: users }, (_, at) => `user-${at + 1}`);
    this.buyers = new Map(names.map((name) => [name, { knows: null, holds: false, over: false }]));
    this.isSound = lock === "exclusive" && writes === "replace";
    this.isInPlace = writes === "in-place";
    this.count = { left: stock, version: 1 };
    this.ledger = [];
  }

  make({ buyer, step, left, version, busy, killed }, isLast) {
    const own = this.buyers.get(buyer);
    if (killed) {
      Object.assign(own, { holds: false, killed: true });
      return;
    }
    if (step === "lock") own.holds = !busy;
    if (step === "read") own.knows = left === undefined ? "an empty file" : { left, version, by: this.writer };
    if (step === "query") own.knows = left === undefined ? "an empty file" : { left, version: this.count.version, by: this.count.by };
    const sale = step === "write" || step === "fill" ? { left: own.knows.left - 1, version: own.knows.version + 1, by: buyer } : null;
    if (step === "write") {
      this.ledger.push(buyer);
      if (this.isInPlace) this.count = null;
      else if (this.isSound) this.written = sale;
      else this.count = sale;
    }
    if (step === "fill") this.count = sale;
    if (step === "publish") this.count = this.written;
    if (step === (this.isInPlace ? "fill" : "write")) this.writer = buyer;
    const written = this.isInPlace ? step === "fill" : step === "write" && !this.isSound;
    if (step === "unlock" || written || (isLast && !busy)) own.holds = false;
  }

  says(page) {
    assert.equal(page.left, this.count === null ? "empty" : `${this.count.left} left`);
    if (this.count) {
      const by = this.count.by ? `written by ${this.count.by}` : "as it was at first";
      assert.equal(page.version, `version ${this.count.version}, ${by}`);
    }
    assert.deepEqual(page.lines, this.ledger.slice(-12));
    const holders = [];
    for (const row of page.rows) {
      const own = this.buyers.get(row.name);
      const knows = typeof own.knows === "string" ? own.knows : own.knows && `${own.knows.left} left (version ${own.knows.version}${own.knows.by ? ` by ${own.knows.by}` : ""})`;
      assert.equal(row.knows, knows ?? "nothing yet", row.name);
      assert.equal(row.holds, own.holds, `${row.name} holds`);
      assert.equal(row.told === "killed", own.killed === true);
      if (own.holds) holders.push(row.name);
    }
    assert.deepEqual(page.holders.flatMap((it) => it.replaceAll(" (shared)", "").split(", ")).sort(), holders.sort());
  }
}

const RACES = [
  ["race", "prove", "--users", "2"],
  ["race", "prove", "--users", "3", "--stock", "3"],
  ["race", "prove", "--users", "3", "--lock=shared"],
  ["race", "prove", "--users", "3", "--lock=data-file"],
  ["race", "prove", "--users", "2", "--lock=write-only", "--query"],
  ["race", "prove", "--users", "2", "--lock", "--writes", "in-place", "--query"],
  ["race", "prove", "--users", "2", "--lock", "--writes", "in-place", "--crashes"],
  ["race", "prove", "--users", "2", "--writes", "in-place"],
  ["race", "prove", "--users", "10", "--samples", "20", "--seed", "7"],
  ["race", "find", "oversold && switches <= 2"],
  ["race", "find", "sold == 1 && crashes == 1", "--lock", "--crashes", "--users", "2"],
  ["race", "replay", "8!:0", "--stock", "2"],
  ["race", "replay", "3!:4"],
  ["race", "replay", "1 1 2 1 1 2 2 2 1 2", "--lock", "--stock", "2"],
  ["race", "replay", "1 1 1x 2", "--lock", "--stock", "2"],
];

for (const words of RACES) {
  test(`each step of ${words.join(" ")} is the run's`, async (t) => {
    const { url, told, html } = await draw(t, words);
    const run = told.smallest ?? told;
    const { users, steps } = run;
    const page = await visit(t, url);
    assert.ok(html.length < 300_000, `${html.length} bytes`);
    const replayed = new Replayed({ users, stock: told.stock ?? told.to_stock, lock: told.lock, writes: told.writes });
    const lastOf = new Map(steps.map((step, at) => [step.buyer, at]));
    let found = 0;
    let violations = 0;
    let before = -1;
    for (let at = 0; at <= steps.length; at += 1) {
      if (at > 0) {
        await page.keyboard.press("ArrowRight");
        replayed.make(steps[at - 1], lastOf.get(steps[at - 1].buyer) === at - 1);
      }
      const now = await said(page);
      assert.equal(now.when, at === 0 ? "Before the first step" : `Step ${at}`);
      if (at > 0) assert.ok(now.what.startsWith(`${steps[at - 1].buyer} `), now.what);
      replayed.says(now);
      assert.equal(now.chance, run.odds ? percent(run.odds[at]) : null);
      const isPoint = run.no_return === at;
      if (run.odds) assert.equal(now.terms.some((term) => term.startsWith("Point of no return")), isPoint, `step ${at}`);
      violations += now.terms.filter((term) => term.startsWith("First violation")).length;
      assert.equal(now.marked, 1);
      assert.equal(now.item, String(at));
      assert.ok(now.cursor >= before, "time goes on");
      before = now.cursor;
      found += now.found.length;
    }
    assert.equal(found, run.findings.length, "each finding is told once");
    assert.equal(violations, Math.min(1, found), "and the first harm is one");
    assert.equal(await page.locator("#position").textContent(), `step ${steps.length} of ${steps.length}`);
    assert.deepEqual(page.seen.requests, [url], "nothing is asked for");
  });
}

for (const lock of ["none", "exclusive", "shared"]) {
  test(`each step of a rush with lock ${lock} is what it recorded`, async (t) => {
    const how = lock === "none" ? ["--together"] : [`--lock=${lock}`];
    const words = ["-f", "tickets.json", "buy", "--users", "8", ...how, "--think", "2ms", "--evidence", "run.jsonl"];
    const { url, directory, html } = await draw(t, words, { "tickets.json": '{"ticket": 2}' });
    assert.ok(html.length < 300_000, `${html.length} bytes`);
    const lines = (await readFile(join(directory, "run.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
    const ledger = (await readFile(join(directory, "tickets.ledger.jsonl"), "utf8")).split("\n").filter((it) => it.startsWith("{"));
    const sales = ledger.map((line) => JSON.parse(line)).filter((it) => it.op === "sell");
    const page = await visit(t, url);
    const most = Number(await page.locator("#place").getAttribute("max"));
    const knows = new Map();
    let written = 0;
    for (let at = 1; at <= most; at += 1) {
      await page.keyboard.press("ArrowRight");
      const now = await said(page);
      const [, name, does] = now.what.match(/^(user-\d) (.*)$/);
      const seen = does.match(/^(?:reads|queries): (\d+ left)$/);
      if (seen) knows.set(name, seen[1]);
      if (does.startsWith("writes")) written += 1;
      assert.equal(now.lines.length, written);
      for (const row of now.rows) assert.equal(row.knows.split(" (")[0], knows.get(row.name) ?? "nothing yet");
      if (lock === "exclusive") assert.ok(now.holders.length <= 1, `${now.holders}`);
      const wrote = does.match(/^writes: (\d+ left)/);
      if (wrote) assert.equal(now.left, wrote[1], "the count says what was written last");
    }
    assert.equal(written, sales.length);
    const end = await said(page);
    const stands = JSON.parse(await readFile(join(directory, "tickets.json"), "utf8")).ticket;
    assert.equal(end.left, `${stands} left`, "in the end the page says what the file says");
    const bought = end.rows.filter((row) => row.told.startsWith("bought")).map((row) => row.name);
    assert.deepEqual(bought.sort(), sales.map((sale) => sale.buyer).sort());
    assert.ok(lines.length > most / 2, "the evidence is of this run");
    assert.deepEqual([...knows.keys()].sort(), end.rows.map((row) => row.name).sort());
  });
}

test("a query whose read must have been before a write does not see it, though both stand at one moment", async (t) => {
  const step = (t, buyer, name, more = {}) => JSON.stringify({ step: name, buyer, pid: 1, t, ...more });
  const evidence = [
    JSON.stringify({ evidence: 1, run: "x", stock: 2, first: 0 }),
    step(10, "ann", "invoke", { quantity: 1 }),
    step(20, "ann", "read", { seq: 0, left: 2 }),
    step(50, "bob", "invoke", { quantity: 0 }),
    step(90, "ann", "intend", { read: 0, write: 1, nonce: "aaaaaa" }),
    step(100, "ann", "wrote"),
    step(150, "bob", "read", { seq: 0, left: 2 }),
    step(160, "bob", "return", { outcome: "query", left: 2 }),
    step(170, "ann", "return", { outcome: "sold", left: 1 }),
    JSON.stringify({ final: 1, left: 1 }),
  ];
  const { url } = await draw(t, ["race", "check", "run.jsonl"], { "run.jsonl": `${evidence.join("\n")}\n` });
  const page = await visit(t, url);
  const most = Number(await page.locator("#place").getAttribute("max"));
  const order = [];
  for (let at = 1; at <= most; at += 1) {
    await page.keyboard.press("ArrowRight");
    const now = await said(page);
    if (now.what.includes("queries")) assert.deepEqual([now.left, now.lines.length], ["2 left", 0]);
    order.push(now.what);
  }
  const place = (words) => order.findIndex((what) => what.startsWith(words));
  assert.ok(place("bob queries") >= 0 && place("bob queries") < place("ann writes"), `${order}`);
});

test("keys, buttons, the track, a link and the address go to steps", async (t) => {
  const { url } = await draw(t, ["race", "replay", "8!:0", "--stock", "2"]);
  const page = await visit(t, `${url}#12`);
  const at = async () => [(await said(page)).when, await page.evaluate(() => location.hash)];
  assert.deepEqual(await at(), ["Step 12", "#12"]);
  for (const [key, step] of [
    ["ArrowRight", 13],
    ["ArrowLeft", 12],
    ["End", 16],
    ["ArrowRight", 16],
    ["Home", 0],
    ["ArrowLeft", 0],
  ]) {
    await page.keyboard.press(key);
    assert.deepEqual(await at(), [step === 0 ? "Before the first step" : `Step ${step}`, `#${step}`], key);
  }
  for (const [name, step] of [["Last", 16], ["Back", 15], ["Start", 0], ["Step", 1]]) {
    await page.getByRole("button", { name, exact: true }).click();
    assert.equal((await at())[1], `#${step}`, name);
  }
  await page.getByRole("slider", { name: "Step" }).fill("7");
  assert.deepEqual(await at(), ["Step 7", "#7"]);
  const link = page.locator(".found .violation .note a");
  const [point] = await link.allTextContents();
  await link.click();
  await eventually("the link is followed", async () => (await at())[0].toLowerCase() === point);
  await page.evaluate(() => (location.hash = "#3"));
  await eventually("the address is followed", async () => (await at())[0] === "Step 3");
  for (const nonsense of ["#99", "#x", "#-4", "#1e9", "#%00"]) {
    await page.goto(`${url}${nonsense}`);
    await page.reload();
    assert.match((await at())[0], /^(Step 16|Step 1|Before the first step)$/, nonsense);
  }
});

test("it plays to the end, and stops there", async (t) => {
  const { url } = await draw(t, ["race", "prove", "--users", "2"]);
  const page = await visit(t, url);
  await page.getByLabel("Speed").selectOption("very fast");
  await page.locator("h1").click();
  await page.keyboard.press("Space");
  await eventually("it plays", async () => (await page.locator("#play .name").textContent()) === "Pause" || (await said(page)).when === "Step 4");
  await eventually("it is at its end", async () => (await said(page)).when === "Step 4");
  await eventually("it has stopped", async () => (await page.locator("#play .name").textContent()) === "Play");
  await page.getByRole("button", { name: "Play" }).click();
  await eventually("it begins again", async () => (await said(page)).when !== "Step 4");
  await page.keyboard.press("End");
  assert.equal(await page.locator("#play .name").textContent(), "Play", "a step stops it");
  // The space bar plays and pauses, whatever was pressed before.
  for (const name of ["Back", "Step", "Play"]) {
    await page.keyboard.press("Home");
    await page.getByLabel("Speed").selectOption("slow");
    await page.getByRole("button", { name, exact: true }).focus();
    await page.keyboard.press("Space");
    assert.equal(await page.locator("#play .name").textContent(), "Pause", name);
    await page.keyboard.press("Space");
    assert.equal(await page.locator("#play .name").textContent(), "Play", name);
    assert.equal((await said(page)).when, "Before the first step", "no button was pressed");
  }
  await page.getByRole("slider", { name: "Step" }).focus();
  await page.keyboard.press("Space");
  assert.equal(await page.locator("#play .name").textContent(), "Pause");
  await page.keyboard.press("Space");
  await page.getByRole("button", { name: "Step", exact: true }).focus();
  await page.keyboard.press("Enter");
  assert.equal((await said(page)).when, "Step 1", "a button is pressed with Enter");
});

test("without a script it is the picture and the list", async (t) => {
  const { url, html } = await draw(t, ["race", "prove", "--users", "2"]);
  const page = await visit(t, url, { javaScriptEnabled: false });
  assert.ok(await page.locator("#player").isHidden());
  assert.ok(await page.locator(".picture svg").isVisible());
  assert.ok(await page.locator(".found").getByText("it does not add up").isVisible());
  assert.equal(await page.locator(".yet").count(), 0, "nothing is left for later");
  assert.equal(await page.locator(".steps li").count(), 5);
  await page.getByText("user-2 reads: 1 left").first().waitFor();
  await page.getByText("point of no return: step 2; from here on it must end badly").waitFor();
  assert.ok(html.includes("who makes each step: 1 2 2 1; one of 2 schedules, 1 of them bad"));
});

// Evidence of another program, whose names are what they are.
const NAMES = [
  "<img src=x onerror=\"globalThis.owned='img'\">",
  "</script><script>globalThis.owned='script'</script>",
  "<!--<script>",
  "javascript:globalThis.owned='link'",
  "\u2028'\"`${globalThis.owned=1}\\u003cb>",
];
function evidence(names) {
  const lines = names.map((buyer, at) =>
    JSON.stringify({ buyer, invoke: 10 + at, return: 400 + at, read: 0, read_at: 50 + at, seen: 3, write: 1, intend: 100 + at * 10, wrote: 105 + at * 10, left: 2, outcome: "sold" }),
  );
  return ['{"evidence":1,"run":"</title><script>globalThis.owned=1</script>","stock":3,"first":0}', ...lines, ""].join("\n");
}

test("names are text, and no script but its own runs", async (t) => {
  const { url, html } = await draw(t, ["race", "check", "evil.jsonl"], { "evil.jsonl": evidence(NAMES) });
  assert.equal(html.match(/<script/g).length, 2);
  const page = await visit(t, url, { complains: true });
  for (;;) {
    const now = await said(page);
    if ((await page.locator("#step").getAttribute("aria-disabled")) === "true") {
      assert.deepEqual(now.rows.map((row) => row.name).sort(), [...NAMES].map((it) => it.replace("\u2028", "\\u{2028}")).sort());
      break;
    }
    await page.keyboard.press("ArrowRight");
  }
  assert.equal(await page.evaluate(() => globalThis.owned), undefined);
  assert.deepEqual(page.seen.complaints, []);
  assert.deepEqual(page.seen.requests, [url], "nothing is asked for");
  // What got in all the same would not run.
  const blocked = await page.evaluate(async () => {
    const told = [];
    document.addEventListener("securitypolicyviolation", (event) => told.push(event.effectiveDirective));
    const script = document.createElement("script");
    script.textContent = "globalThis.owned = 'injected'";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src='x.png' onerror='globalThis.owned = 2'>");
    await fetch("https://example.invalid/").catch(() => {});
    await new Promise((done) => setTimeout(done, 100));
    return told;
  });
  assert.deepEqual([...new Set(blocked)].sort(), ["connect-src", "img-src", "script-src-attr", "script-src-elem"]);
  assert.equal(await page.evaluate(() => globalThis.owned), undefined);
});

test("a long run is bounded, and goes step by step", async (t) => {
  const lines = ['{"evidence":1,"run":"long","stock":100000,"first":0}'];
  for (let at = 0; at < 30_000; at += 1) {
    const read = at === 15_001 ? at - 1 : at > 15_001 ? at - 1 : at;
    const from = at * 1000;
    lines.push(
      JSON.stringify({ buyer: `b${at % 40}`, invoke: from, return: from + 900, read, read_at: from + 100, seen: 100_000 - read, write: read + 1, intend: from + 200, wrote: from + 300, left: 99_999 - read, outcome: "sold" }),
    );
  }
  const { url, html } = await draw(t, ["race", "check", "long.jsonl"], { "long.jsonl": `${lines.join("\n")}\n` });
  assert.ok(html.length < 1_000_000, `${html.length} bytes`);
  const page = await visit(t, url);
  await page.keyboard.press("End");
  assert.match((await said(page)).when, /^Step \d+/);
  await page.getByText(/all in order/).first().waitFor();
});

for (const colorScheme of ["light", "dark"]) {
  test(`it is accessible, ${colorScheme}, and fits`, async (t) => {
    const { url } = await draw(t, ["race", "prove", "--users", "2", "--lock=shared"]);
    for (const width of [360, 768, 1280]) {
      const page = await visit(t, url, { colorScheme, viewport: { width, height: 800 } });
      for (const step of ["#0", "#4", "#6"]) {
        await page.goto(`${url}${step}`);
        await page.reload();
        await isAccessible(page);
      }
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(scroll <= width, `${scroll} > ${width}`);
      assert.equal(await page.locator(".now").getAttribute("aria-live"), "polite");
    }
  });
}

test("who wants no motion gets none, and a printer all steps", async (t) => {
  const { url } = await draw(t, ["race", "replay", "8!:0", "--stock", "2"]);
  const page = await visit(t, url, { reducedMotion: "reduce" });
  const moving = () =>
    page.evaluate(() => [...document.querySelectorAll("*")].filter((it) => getComputedStyle(it).transitionDuration.split(", ").some((time) => parseFloat(time) > 0)).length);
  assert.equal(await moving(), 0);
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.ok((await moving()) > 0, "else this test sees nothing");
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#player").isHidden());
  assert.ok(await page.locator(".picture svg").isVisible());
  const whole = await page.locator(".steps ol").evaluate((list) => list.scrollHeight <= list.clientHeight + 1);
  assert.ok(whole, "no step is behind a scroll bar");
  assert.equal(await page.locator(".overlay").isHidden(), true);
});

// What of the page is seen now: texts of the picture and of the findings, and whether they are red.
const seenNow = (page) =>
  page.evaluate(() => {
    const isSeen = (it) => it.checkVisibility({ visibilityProperty: true });
    const isRed = (it) => {
      const [red, green, blue] = getComputedStyle(it).fill.match(/\d+/g).map(Number);
      return red > green + 60 && red > blue + 60;
    };
    const texts = [...document.querySelectorAll(".picture svg text, .picture svg tspan")].filter((it) => isSeen(it) && it.textContent);
    const own = (it) => [...it.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join("");
    return {
      texts: texts.map(own),
      red: texts.filter((it) => isRed(it) && own(it)).map(own),
      findings: [...document.querySelectorAll(".found .item")].map((it) => it.innerText),
      marks: [...document.querySelectorAll("#marks span")].filter(isSeen).length,
    };
  });

test("nothing is told before it has happened", async (t) => {
  const { url, told } = await draw(t, ["race", "replay", "8!:0", "--stock", "2"]);
  const page = await visit(t, `${url}#0`);
  const sentences = told.findings.map((finding) => finding.text);
  const first = await seenNow(page);
  assert.deepEqual(first.red, []);
  assert.equal(first.marks, 0);
  assert.ok(!first.texts.some((text) => /^reads: |^writes: |bought|sale overwritten|version 2/.test(text)), `${first.texts}`);
  for (let at = 0; at <= 16; at += 1) {
    if (at > 0) await page.keyboard.press("ArrowRight");
    const now = await seenNow(page);
    // The eight read in steps 1 to 8, and write in 9 to 16: the second write is over the first.
    const reads = now.texts.filter((text) => text.startsWith("reads: 2 left")).length;
    const writes = now.texts.filter((text) => text.startsWith("writes: 1 left")).length;
    assert.deepEqual([reads, writes], [Math.min(at, 8), Math.max(at - 8, 0)], `step ${at}`);
    if (at < 10) assert.deepEqual(now.red, [], `step ${at}`);
    const isTold = sentences.map((text) => now.findings.some((it) => it.includes(text)));
    assert.deepEqual(isTold, sentences.map(() => at === 16), `step ${at}`);
    if (at < 10) assert.ok(now.findings.every((it) => /: appears at step 1\d\.$/.test(it)), `${now.findings}`);
  }
  const last = await seenNow(page);
  for (const name of ["user-1", "user-8"]) assert.ok(last.red.includes(name), name);
  await page.keyboard.press("Home");
  await page.emulateMedia({ media: "print" });
  const printed = await seenNow(page);
  assert.deepEqual([...printed.red].sort(), [...last.red].sort(), "a printer shows all of it");
  const cut = await page.evaluate(() => [...document.querySelectorAll(".past")].filter((it) => getComputedStyle(it).clipPath !== "none").length);
  assert.equal(cut, 0, "and all of the picture");
  assert.ok(printed.findings.every((it) => !it.includes("appears")), `${printed.findings}`);
});

test("the eighth buyer, what harm was first, and where it was not known to be", async (t) => {
  const { url } = await draw(t, ["race", "replay", "8!:0", "--stock", "2"]);
  const page = await visit(t, `${url}#10`);
  assert.match(await page.locator(".about .hint").innerText(), /not known here: too many schedules for odds/);
  const tenth = await said(page);
  assert.deepEqual(tenth.terms, ["First violation: something is so from here on that must never be so."]);
  const window = /user-2 writes.*From step 2 on the race windows of user-1 and user-2 overlapped.*point of no return was, is not known.*Here user-1 and user-2 go by one version from step 2 on, and without a lock each of them will write by it, unless it is killed/s;
  assert.match(await page.locator(".found .violation").innerText(), window);
  assert.equal(tenth.begins.length, 2, `${tenth.begins}`);
  assert.match(tenth.begins.join(), /overwritten.*count is wrong/s, "what does not add up does so from the second sale on");
  assert.equal(tenth.rows[2].stale, "out of date since step 9");
  assert.equal(tenth.rows[1].stale, "was out of date since step 9");
  assert.equal(tenth.rows[0].stale, "", "it was right when it wrote");
  await page.keyboard.press("End");
  const end = await said(page);
  assert.match(end.why, /^It read 2 left \(version 1\) at step 8, .*user-7 the last of them.*\(version 2 by user-7\).*It does not look again.*So 8 tickets are sold, but there were only 2: 6 tickets sold before are missing from the count, and even a new look would have found 1 left/s);
  assert.ok((await page.locator(".over").innerText()).includes("This was the last step"));
  assert.equal(end.lost.length, 7, "the line of the ledger stands, and the count does not show it");
  assert.equal(await page.locator("td.lock").first().isVisible(), false, "no lock, no column of locks");
});

test("what became of a sale is told at the step that overwrites it", async (t) => {
  const words = ["-f", "tickets.json", "buy", "--users", "8", "--together", "--think", "2ms"];
  const { url } = await draw(t, words, { "tickets.json": '{"ticket": 2}\n' });
  const page = await visit(t, url);
  const steps = await page.locator(".steps li").allTextContents();
  const isOverwriting = (text) => /writes: 1 left, over the sale of /.test(text);
  const overwriting = steps.map((text, at) => (isOverwriting(text) ? at : -1)).filter((at) => at >= 0);
  const told = await page.evaluate(() => {
    const texts = [...document.querySelectorAll(".picture text")].filter((it) => it.textContent.startsWith("sale overwritten by"));
    return texts.map((it) => Number(it.closest("[data-from]").dataset.from));
  });
  // Of some it is not told by whom.
  assert.ok(told.length > 0 && told.length <= 7, `${told}`);
  for (const at of told) assert.ok(overwriting.includes(at), `${told}: ${steps.join("\n")}`);
  await page.keyboard.press("Home");
  assert.match((await said(page)).terms.join(), /^Point of no return: /, "all read before one writes: it is certain from the beginning");
  await page.keyboard.press("End");
  assert.doesNotMatch(await page.locator("section.found").innerText(), /candidate|not known/);
});

test("a sale that a later write brings back is missing from the count until then", async (t) => {
  const { url } = await draw(t, ["race", "replay", "1 2 1 3 2 3", "--stock", "3"]);
  const page = await visit(t, url);
  const at = async (number) => {
    await page.evaluate((hash) => (location.hash = hash), `#${number}`);
    await page.waitForFunction((number) => document.querySelector(".now .when").textContent === `Step ${number}`, number);
    return said(page);
  };
  const fifth = await at(5);
  assert.match(fifth.what, /^user-2 writes: 2 left, over the sale of user-1$/);
  assert.match(fifth.why, /The sale of user-1 is gone from the count, and its buyer keeps the ticket\./);
  assert.deepEqual([fifth.lines, fifth.lost], [["user-1", "user-2"], ["user-1"]]);
  assert.deepEqual([fifth.begins.length, fifth.found.length], [2, 0], "it is so from here on, and told behind the last write");
  const sixth = await at(6);
  assert.match(sixth.what, /^user-3 writes: 1 left, over the sale of user-2$/);
  assert.deepEqual([sixth.lines, sixth.lost], [["user-1", "user-2", "user-3"], ["user-2"]]);
  assert.equal(sixth.found.length, 2, `${sixth.found}`);
  assert.deepEqual((await at(4)).lost, []);
});

test("a recorded sale is written, and when the count said so is not told", async (t) => {
  const words = ["-f", "tickets.json", "buy", "--users", "2", "--lock", "--think", "2ms"];
  const { url } = await draw(t, words, { "tickets.json": '{"ticket": 2}\n' });
  const page = await visit(t, url);
  assert.equal(await page.locator(".count h3").innerText(), "The count says");
  const after = await page.locator(".steps .after").allTextContents();
  const wrote = (await page.locator(".steps .does").allTextContents()).findIndex((text) => text.startsWith("writes"));
  assert.ok(after.slice(0, wrote).every((text) => text === "count: 2 left"), `${after}`);
  assert.ok(after.slice(wrote).every((text) => /^written: [01] left$/.test(text)), `${after}`);
  await page.keyboard.press("End");
  assert.equal(await page.locator(".count h3").innerText(), "Written last");
  assert.equal(await page.locator(".count .left").innerText(), "0 left");
  assert.equal(await page.locator(".count .ahead").innerText(), "It is on the ledger. When the count itself said so is not recorded.");
  await page.getByText("the count is replaced behind that, and when is not recorded").waitFor();
});

test("a query beside the lock tells what it read, and that it is behind the ledger", async (t) => {
  const { url, told } = await draw(t, ["race", "compare", "1 1 1 1 2 1", "--lock", "exclusive,exclusive", "--writes", "in-place,replace", "--query"]);
  const page = await visit(t, `${url}#5`);
  const second = page.locator(".run").nth(1);
  assert.equal(await second.locator(".now .what").innerText(), "user-2 queries: 1 left");
  assert.match(await second.locator(".now .why").innerText(), /behind the ledger: that says 0 left \(version 2 by user-1\)/);
  assert.equal(await second.locator("tbody tr").nth(1).locator("td.knows").innerText(), "1 left (version 1)");
  assert.ok(JSON.stringify(told).includes('"step":"query","left":1'));
});

test("whose lease has ended takes itself to hold the lock until it is told", async (t) => {
  const { url } = await draw(t, ["race", "check", fileURLToPath(new URL("../../src/cli/tour/lease.jsonl", import.meta.url))]);
  const page = await visit(t, `${url}#9`);
  const lock = page.locator("tbody tr").nth(1).locator("td.lock");
  assert.match(await lock.innerText(), /^holds the lock, as far as it knows: its lease ended at step 7$/);
  await page.keyboard.press("End");
  assert.equal(await lock.innerText(), "");
});

test("the point of no return and the first violation are two steps", async (t) => {
  const { url } = await draw(t, ["race", "prove", "--users", "2"]);
  const page = await visit(t, `${url}#2`);
  assert.match((await said(page)).terms.join(), /^Point of no return: from here on every way to go on ends badly\.$/);
  const [bars, chance] = await page.evaluate(() => [...document.querySelectorAll("clipPath rect")].map((it) => Number(it.getAttribute("width"))));
  assert.ok(chance > bars, "what the chance rises to by this step is seen");
  await page.keyboard.press("End");
  assert.match((await said(page)).terms.join(), /^First violation: .*must never be so/);
  for (const term of [".return", ".violation"]) assert.match(await page.locator(`.found ${term} .hint`).innerText(), /is the first step after which/);
});

test("a comparison has the turns that pass, and says when a run is over", async (t) => {
  const { url, told } = await draw(t, ["race", "compare"]);
  const page = await visit(t, url);
  const turns = told.turns.length;
  assert.equal(await page.locator("#position").textContent(), "before step 1 of 9");
  assert.equal(turns, 9, "as many as the terminal tells");
  const [first, second] = [page.locator(".run").nth(0), page.locator(".run").nth(1)];
  assert.equal(await second.locator(".steps li").count(), 10);
  await page.getByText("Where it waits for the lock, or is done, its turn passes.").first().waitFor();
  for (let at = 0; at < 3; at += 1) await page.keyboard.press("ArrowRight");
  assert.equal(await second.locator(".now .what").innerText(), "user-2 passes: it waits");
  assert.match(await second.locator(".now .why").innerText(), /user-1 holds the lock: it cannot go on/);
  assert.match(await second.locator("tbody tr").nth(1).innerText(), /waits for the lock/);
  assert.ok(await first.locator(".over").isHidden());
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  assert.ok(await first.locator(".over").isVisible());
  assert.ok(await second.locator(".over").isHidden());
  assert.equal(await second.locator(".now .what").innerText(), "user-1 writes its sale to the ledger: 0 left");
  assert.match(await second.locator(".now .why").innerText(), /the count in the file says so when it is published/);
  await page.keyboard.press("ArrowRight");
  // The lock is free, and the count says 1 still: whoever takes the lock does not go by that.
  assert.equal(await second.locator(".count .left").innerText(), "1 left");
  assert.match(await second.locator(".count .ahead").innerText(), /^The ledger says 0 left \(version 2 by user-1\): whoever holds the lock/);
  assert.match(await second.locator(".now .why").innerText(), /The count says 1 left still; the ledger says 0 left/);
  await page.keyboard.press("ArrowRight");
  assert.equal(await second.locator(".count .ahead").innerText(), "");
  assert.equal(await second.locator(".now .what").innerText(), "user-1 publishes the count");
  assert.match(await second.locator(".now .why").innerText(), /on the ledger already.*0 left/);
  await page.keyboard.press("End");
  assert.match(await second.locator(".now .why").innerText(), /buys nothing\. It gives the lock up with that\.$/);
  // A buyer that is done passes, and keeps what it was told.
  const other = await draw(t, ["race", "compare", "1 1 1 1 1 2 2", "--lock", "exclusive,none"]);
  const done = await visit(t, `${other.url}#5`);
  const right = done.locator(".run").nth(1);
  assert.equal(await right.locator(".now .what").innerText(), "user-1 passes: it is done");
  assert.match(await right.locator("tbody tr").nth(0).innerText(), /bought 1/);
});

for (const words of [["race", "compare"], ["race", "replay", "8!:0", "--stock", "2"]]) {
  test(`nothing is cut and nothing jumps: ${words[1]}`, async (t) => {
    const { url } = await draw(t, words);
    for (const width of [360, 768, 1280]) {
      const page = await visit(t, url, { viewport: { width, height: 800 } });
      const most = Number(await page.locator("#place").getAttribute("max"));
      const places = () =>
        page.evaluate(() =>
          [...document.querySelectorAll(".now, .state, .processes, .drawing, .steps")].map((it) => {
            const { top, height } = it.getBoundingClientRect();
            return [it.className.split(" ").filter((name) => !["bad", "ended"].includes(name)).join(" "), Math.round(top + scrollY), it.matches(".steps") ? 0 : Math.round(height)];
          }),
        );
      const cards = (all) => all.filter(([name]) => !name.includes("steps"));
      const before = cards(await places());
      for (let at = 1; at <= most; at += 1) {
        await page.keyboard.press("ArrowRight");
        assert.deepEqual(cards(await places()), before, `${width}, step ${at}`);
      }
      const pictures = await page.evaluate(() =>
        [...document.querySelectorAll(".picture")].map((it) => ({
          isWide: it.scrollWidth > it.clientWidth,
          scrolls: getComputedStyle(it).overflowX,
          isReached: it.tabIndex === 0 && it.getAttribute("aria-label").startsWith("Picture of "),
          hint: it.parentElement.querySelector(".sideways").checkVisibility(),
          letters: (it.querySelector("svg").getBoundingClientRect().width / 1000) * 11,
        })),
      );
      for (const picture of pictures) {
        assert.equal(picture.hint, picture.isWide, `${width}: what is wider says so`);
        assert.equal(picture.scrolls, "auto");
        assert.ok(picture.isReached);
        assert.ok(picture.letters >= 12, `${width}: letters of ${picture.letters}`);
        if (width === 1280) assert.ok(!picture.isWide, "there is room for all of it");
      }
      const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(scroll <= width, `${scroll} > ${width}`);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll("main *")].filter((it) => !it.closest("svg") && it.checkVisibility() && it.innerText && parseFloat(getComputedStyle(it).fontSize) < 14).map((it) => it.className || it.tagName),
      );
      assert.deepEqual(small, [], "no small print");
      if (words[1] === "compare") await isAccessible(page);
    }
  });
}

test("locks of several files are told apart, and which of them has no name any more", async (t) => {
  const { url } = await draw(t, ["race", "replay", "1 1 2 1 2 2 3 3 3 2", "--stock", "2", "--lock=data-file"]);
  const page = await visit(t, `${url}#3`);
  assert.equal((await said(page)).what, "user-2 finds lock A taken, and waits");
  assert.deepEqual(await page.locator(".locks p").allInnerTexts(), ["lock A: held by user-1\nuser-2 waits"], "one lock, and who waits for it under it");
  await page.keyboard.press("ArrowRight");
  assert.match((await said(page)).why, /lock A is that of the old one, which has no name any more\. It gives lock A up with that\.$/);
  await page.keyboard.press("ArrowRight");
  const fifth = await said(page);
  assert.equal(fifth.what, "user-2 takes lock A");
  assert.match(fifth.why, /^The file of lock A has no name any more.*another lock, and does not wait for lock A\.$/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const seventh = await said(page);
  assert.equal(seventh.what, "user-3 takes lock B");
  assert.equal(seventh.why, "Whoever asks for lock B from here on has to wait until it is given up.");
});
