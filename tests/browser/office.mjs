// The program under test: an event in a directory of its own, commands on it, and the service.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
export const TICKETS = process.env.TICKETS;

// Waits until `look` finds something; the tests go by no time of their own.
export async function eventually(what, look) {
  const end = Date.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`never: ${what}`);
    await pause(50);
  }
}

// Undoes what a test has made, the last first.
const undone = new WeakMap();
export function afterwards(t, undo) {
  if (!undone.has(t)) {
    undone.set(t, []);
    t.after(async () => {
      const failures = [];
      for (const undo of undone.get(t).reverse()) await undo().catch((error) => failures.push(error));
      if (failures.length > 0) throw failures[0];
    });
  }
  undone.get(t).push(undo);
}

export class Office {
  static async make(t, ...settings) {
    return Office.called(t, "gig", ...settings);
  }

  static async called(t, name, ...settings) {
    const office = new Office();
    office.directory = await mkdtemp(join(tmpdir(), "tickets-browser-"));
    office.file = join(office.directory, `${name}.json`);
    office.services = [];
    afterwards(t, () => office.end());
    if (settings.length > 0) await office.run("init", ...settings);
    return office;
  }

  // A command, by its JSON.
  async run(...words) {
    const { stdout } = await run(TICKETS, ["-f", this.file, "--json", ...words]);
    return JSON.parse(stdout);
  }

  // The lines of the ledger that do this.
  async lines(op) {
    const text = await readFile(this.file.replace(".json", ".ledger.jsonl"), "utf8").catch(() => "");
    const lines = text.split("\n").filter((line) => line.startsWith("{"));
    return lines.map((line) => JSON.parse(line)).filter((line) => line.op === op);
  }

  serve(...options) {
    return this.#served(new Service(this.file, options));
  }

  // A service that may open so many files.
  serveWithFiles(files, ...options) {
    return this.#served(new Service(this.file, options, ["sh", "-c", `ulimit -n ${files}; exec "$@"`, "sh"]));
  }

  async #served(service) {
    this.services.push(service);
    await service.begin("127.0.0.1:0");
    return service;
  }

  // Keeps all who change something waiting, until the function that it returns is called.
  async keepLocked() {
    const holder = spawn("flock", [`${this.file}.lock`, "sh", "-c", "echo locked; exec cat"]);
    const ended = once(holder, "exit");
    await once(holder.stdout, "data");
    return () => {
      holder.stdin.end();
      return ended;
    };
  }

  async end() {
    for (const service of this.services) service.child.kill("SIGKILL");
    await rm(this.directory, { recursive: true, force: true });
  }
}

// A proxy in front of a service. While `stalls` is set it forwards nothing, and closes nothing.
export async function proxy(t, service) {
  const ends = new Set();
  const made = { stalls: false };
  const server = createServer((client) => {
    const upstream = connect(service.port, "127.0.0.1");
    for (const [from, to] of [[client, upstream], [upstream, client]]) {
      ends.add(from);
      from.on("data", (data) => made.stalls || to.write(data));
      from.on("error", () => {});
      from.on("close", () => {
        ends.delete(from);
        if (!made.stalls) to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  afterwards(t, async () => {
    for (const end of ends) end.destroy();
    server.close();
  });
  return Object.assign(made, { url: `http://127.0.0.1:${server.address().port}` });
}

export class Service {
  constructor(file, options, before = []) {
    Object.assign(this, { file, options, before });
  }

  async begin(listen) {
    const words = [...this.before, TICKETS, "-f", this.file, "--json", "serve", "--listen", listen, ...this.options];
    this.child = spawn(words[0], words.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    this.log = "";
    this.child.stderr.on("data", (text) => (this.log += text));
    const lines = createInterface({ input: this.child.stdout });
    const ended = once(this.child, "exit").then(() => { throw new Error(`it ended: ${this.log}`); });
    const [line] = await Promise.race([once(lines, "line"), ended]);
    ended.catch(() => {});
    this.url = JSON.parse(line).listening;
    this.port = new URL(this.url).port;
  }

  // Kills it; `again` starts it at the same port.
  async kill() {
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }

  again() {
    return this.begin(`127.0.0.1:${this.port}`);
  }

  // An order by the API.
  order(key, quantity = 1) {
    return fetch(`${this.url}/api/v1/sales`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify({ buyer: "api", quantity }),
    });
  }

  // From now on no line is made durable, until the function that it returns is called; nothing, where strace(1) is missing.
  async refuseSyncs() {
    const strace = spawn("strace", ["-f", "-o", "/dev/null", "-einject=fdatasync:error=EIO", "-p", this.child.pid]);
    const ended = once(strace, "exit").catch(() => {});
    const said = createInterface({ input: strace.stderr });
    const [line] = await Promise.race([once(said, "line"), ended.then(() => [])]);
    said.on("line", () => {});
    if (!line?.includes(" attached")) return undefined;
    return () => {
      strace.kill("SIGINT");
      return ended;
    };
  }

  // How many orders wait for a clerk.
  async queue() {
    const text = await (await fetch(`${this.url}/metrics`)).text();
    return Number(/^tickets_queue.* (\d+)$/m.exec(text)?.[1]);
  }

  // Fills a queue of one, behind one clerk who waits for the lock.
  async fill() {
    const orders = [this.order("one").catch(() => {})];
    await eventually("the clerk waits", async () => {
      const locks = await readFile("/proc/locks", "utf8");
      return locks.split("\n").some((line) => line.includes("->") && line.includes(` ${this.child.pid} `));
    });
    orders.push(this.order("two").catch(() => {}));
    await eventually("the queue is full", async () => (await this.queue()) === 1);
    return orders;
  }
}
