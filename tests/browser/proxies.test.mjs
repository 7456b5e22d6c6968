// Behind the web servers that people have: TLS, a path of its own, and the mistake of a missing --public-url.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { fillIn, isReceipt, press, visit } from "./browser.mjs";
import { Office, afterwards, eventually } from "./office.mjs";

const run = promisify(execFile);

// A port that was free just now.
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

const PROXIES = {
  nginx: {
    settings: ({ directory, port, service, path }) => `
      daemon off; pid ${directory}/nginx.pid; error_log ${directory}/proxy.log;
      events {}
      http {
        access_log off;
        client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/temp;
        fastcgi_temp_path ${directory}/f; uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
        server {
          listen 127.0.0.1:${port} ssl http2;
          ssl_certificate ${directory}/cert.pem; ssl_certificate_key ${directory}/key.pem;
          location ${path}/ {
            proxy_pass ${service.url}/;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For $remote_addr;
          }
        }
      }`,
    words: (file, directory) => ["-p", directory, "-c", file, "-e", `${directory}/proxy.log`],
  },
  caddy: {
    settings: ({ directory, port, service, path }) => `
      {
        admin off
        auto_https off
      }
      https://localhost:${port} {
        bind 127.0.0.1
        tls ${directory}/cert.pem ${directory}/key.pem
        handle_path ${path}/* {
          reverse_proxy ${service.url.replace("http://", "")}
        }
      }`,
    words: (file) => ["run", "--adapter", "caddyfile", "--config", file],
  },
};

async function proxied(t, name, path, isToldWhere) {
  const office = await Office.make(t, "5");
  const { directory } = office;
  const port = await freePort();
  const url = `https://localhost:${port}${path}`;
  const service = await office.serve("--trust-proxy", ...(isToldWhere ? ["--public-url", url] : []));
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", join(directory, "key.pem"), "-out", join(directory, "cert.pem")];
  await run("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files]);
  const file = join(directory, "proxy.conf");
  await writeFile(file, PROXIES[name].settings({ directory, port, service, path }).replace(/^ {6}/gm, ""));
  const environment = { ...process.env, HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory };
  const child = spawn(name, PROXIES[name].words(file, directory), { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (text) => (said += text));
  afterwards(t, async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
  });
  const isUp = () => run("curl", ["-sk", "-o", join(directory, "up"), `${url}/healthz`]).then(() => true, () => false);
  await eventually("the proxy listens", async () => {
    assert.equal(child.exitCode, null, said);
    return isUp();
  });
  return { office, url };
}

for (const name of Object.keys(PROXIES)) {
  const isHere = await run(name, [name === "nginx" ? "-v" : "version"]).then(() => true, () => false);
  if (!isHere) console.log(`skipped: no ${name} here`);
  const options = { skip: !isHere };

  for (const path of ["", "/shop"]) {
    test(`behind ${name} all works over TLS, at ${path}/`, options, async (t) => {
      const { office, url } = await proxied(t, name, path, true);
      const page = await visit(t, `${url}/`, { ignoreHTTPSErrors: true });
      await page.getByText("5 tickets left").waitFor();
      await office.run("book", "alice");
      await page.getByText("4 tickets left").waitFor();
      await fillIn(page, "bob", 2);
      await press(page, "Buy");
      await isReceipt(page, "You have 2 tickets");
      assert.ok(page.url().startsWith(`${url}/r/p-`), page.url());
      await page.getByText("Cancel tickets…").click();
      await press(page, "Cancel 2 tickets");
      await page.getByText("This order has been cancelled").waitFor();
      await page.getByRole("link", { name: "Back to the tickets" }).click();
      await page.waitForURL(`${url}/`);
      await fillIn(page, "bob");
      await press(page, "Hold for 15 minutes");
      await press(page, "Buy 1 ticket");
      await isReceipt(page, "You have 1 ticket");
    });
  }

  test(`behind ${name} without --public-url the mistake is named`, options, async (t) => {
    const { office, url } = await proxied(t, name, "", false);
    const page = await visit(t, url, { ignoreHTTPSErrors: true, complains: true });
    await fillIn(page, "bob");
    await press(page, "Buy");
    await page.getByRole("heading", { name: "This request came from another site" }).waitFor();
    await page.getByText(`Received: Origin: ${url}. Expected: http://`).waitFor();
    await page.getByText("--public-url").waitFor();
    assert.equal((await office.lines("sell")).length, 0);
  });
}
