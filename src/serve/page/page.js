// The live count, what becomes of an order, the countdown of a hold, and the next try. Everything else works without this.
//
// Invariant: nothing is loaded here but by GET, at an address that a page names. To reload the answer of a POST is to send the
// order again.
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const fill = (one, many, number) => (number === 1 ? one : many).replace("{}", number);
  const say = (element) => { element.textContent = element.dataset.text; };

  // Follows the event: `told` is given its count, with the number of the ledger's last line where that is known, `ruled` the tag
  // of its settings, and `silent` why there is no count, or "" where there is one again. A page in the background does not
  // listen, nor does one that sends its form: it keeps no connection. Returns what ends it.
  const follow = ({ stream, heartbeat }, told, silent, ruled = () => {}) => {
    let source, next, patience, deaf, listens = false;
    // One span of patience, however often it is tried meanwhile.
    const calm = () => {
      clearTimeout(patience);
      patience = undefined;
    };
    // A connection may be dead without a word of it: a service that lives is heard once a heartbeat.
    const lives = () => {
      clearTimeout(deaf);
      deaf = setTimeout(() => {
        silent("lost");
        listen();
      }, 2500 * heartbeat);
    };
    const hears = (event, seq) => {
      calm();
      silent("");
      told(event, seq);
    };
    const leave = () => {
      listens = false;
      clearTimeout(next);
      clearTimeout(deaf);
      calm();
      if (source) source.close();
    };
    const listen = () => {
      leave();
      if (document.hidden) return;
      listens = true;
      lives();
      source = new EventSource(stream);
      for (const type of ["message", "rules", "alive", "problem"]) source.addEventListener(type, lives);
      source.onmessage = (message) => hears(JSON.parse(message.data), message.lastEventId);
      source.addEventListener("rules", (message) => ruled(message.data));
      source.addEventListener("problem", () => silent("halted"));
      // A browser comes back by itself to a stream that broke off, and not to one that was refused. A service that starts again
      // is back before anybody is told.
      source.onerror = () => {
        if (source.readyState === EventSource.CLOSED) next = setTimeout(ask, 5000 * (1 + Math.random()));
        else patience ||= setTimeout(silent, 3000, "lost");
      };
    };
    // Where too many follow, it asks now and then.
    const ask = async () => {
      let answer, event;
      try {
        answer = await fetch(stream.replace(/stream$/, "event"));
        event = await answer.json();
      } catch {
        // The service is not there just now.
      }
      if (!listens) return;
      if (answer && answer.ok && event) hears(event);
      else silent(answer && answer.status === 500 ? "halted" : "lost");
      if (listens) listen();
    };
    document.addEventListener("visibilitychange", listen);
    addEventListener("online", listen);
    addEventListener("offline", () => silent("lost"));
    // A browser has few connections for all its pages of one host, and the order needs one.
    addEventListener("submit", leave);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", (event) => event.persisted && listen());
    listen();
    return leave;
  };

  // Says that this page is not as it was loaded, and where it is.
  const overtaken = (text) => {
    get("changed").textContent = text;
    get("reload").hidden = !text;
  };

  // The count, as it changes.
  const keepCount = (live) => {
    const count = get("count"), quantity = get("quantity"), hint = get("quantity-hint");
    const { one, many, most, state, rules, stays } = live.dataset;
    const allow = (may) => {
      for (const button of quantity ? quantity.form.querySelectorAll("button") : []) button.disabled = !may;
    };
    let known, tag = rules;
    const show = () => {
      const { left, on_sale } = known, changed = on_sale !== state;
      if ((changed || tag !== rules) && !quantity && !stays) {
        leave();
        // Not all of those who wait at once.
        setTimeout(() => location.replace(live.dataset.home), 1500 * Math.random());
        return;
      }
      if (count) count.textContent = live.dataset[on_sale] || fill(one, many, left);
      if (quantity) {
        const max = Math.max(1, Math.min(left, most || left));
        quantity.max = max;
        hint.textContent = changed ? "" : fill(hint.dataset.one, hint.dataset.many, max);
      }
      allow(!changed);
      if (get("hold-hint")) get("hold-hint").hidden = changed;
      const why = changed && quantity && live.dataset["why_" + on_sale];
      overtaken(why || (changed || tag !== rules ? get("changed").dataset.text : ""));
    };
    const told = (event) => {
      known = event;
      show();
    };
    const ruled = (by) => {
      tag = by;
      if (known) show();
    };
    // What is not known is not said, and the service decides.
    const silent = (why) => {
      const said = live.dataset[why] || "";
      if (get("silent").textContent === said) return;
      get("silent").textContent = said;
      live.classList.toggle("stale", said !== "");
      if (count) count.hidden = why === "halted";
      if (why) allow(true);
    };
    const leave = follow(live.dataset, told, silent, ruled);
  };

  // The order that a receipt shows, if any.
  const orderIn = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("order");

  // What this tab has ordered within the last hour, by the addresses of its receipts. What is none any more is forgotten.
  const orders = (home, change) => {
    try {
      const name = "orders of " + home, now = Date.now();
      const kept = Object.entries(JSON.parse(sessionStorage.getItem(name)) || {});
      const fresh = Object.fromEntries(kept.filter(([, order]) => now - order.at < 3600000));
      if (change) sessionStorage.setItem(name, JSON.stringify(change(fresh, now)));
      return fresh;
    } catch {
      // A browser may keep nothing.
      return {};
    }
  };

  // An order that somebody else has changed is loaded again, and the form will say that there is one.
  const keepOrder = (order) => {
    const { own, home, seq, version, already, stays } = order.dataset;
    orders(home, (fresh, now) => ({ ...fresh, [own]: already && { at: now } }));
    let planned, looked = 0, sends = false;
    const look = async () => {
      planned = undefined;
      looked = Date.now();
      try {
        const answer = await fetch(own);
        if (!answer.ok && answer.status !== 404) return;
        const page = await orderIn(answer);
        if (sends || page && page.dataset.version === version) return;
      } catch {
        // The service is not there just now.
        return;
      }
      if (stays) return overtaken(get("changed").dataset.text);
      leave();
      location.replace(own);
    };
    // However fast others buy, not all of those who wait look at once, nor one all the time.
    const told = (_, line) => {
      const wait = Math.max(0, looked + 10000 - Date.now()) + 1500 * Math.random();
      if (line !== seq) planned ||= setTimeout(look, wait);
    };
    // Who holds has something to lose while nothing is heard.
    const silent = (why) => {
      const place = get("silent"), said = order.dataset[why] || "";
      if (place && place.textContent !== said) place.textContent = said;
    };
    const leave = follow(order.dataset, told, silent);
    // A button's answer is not to be missed for another page.
    const send = (event) => {
      sends = event.type === "submit";
      clearTimeout(planned);
      planned = undefined;
    };
    for (const type of ["submit", "pagehide"]) addEventListener(type, send);
  };

  // The receipt's address: on paper, and by a button.
  const keepAddress = (copy) => {
    const address = new URL(get("order").dataset.own, location.href).href;
    get("address").textContent = address;
    // Without TLS a page has no clipboard, and what is selected is copied.
    const copySelected = () => {
      const field = document.createElement("textarea");
      field.value = address;
      document.body.append(field);
      field.select();
      const copied = document.execCommand("copy");
      field.remove();
      copy.focus();
      return copied;
    };
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      const write = navigator.clipboard ? navigator.clipboard.writeText(address) : Promise.reject();
      const copied = await write.then(() => true, copySelected);
      if (copied) say(get("copied"));
    });
  };

  // Who comes back to the form after an order is told of it, as its receipt says by now.
  const recall = async (place) => {
    const { home } = get("live").dataset, asked = Object.keys(orders(home)).slice(-8), gone = [];
    const ask = async (own) => {
      try {
        const answer = await fetch(own), order = answer.ok && await orderIn(answer);
        const text = order && order.dataset.already;
        if (text) return { own, text };
        if (order || answer.status === 404) gone.push(own);
      } catch {
        // The service is not there just now, and what is not known is not said.
      }
    };
    const known = (await Promise.all(asked.map(ask))).filter(Boolean).slice(-3);
    place.replaceChildren(...known.map(({ own, text }) => {
      const line = document.createElement("p"), link = document.createElement("a");
      link.href = own;
      link.textContent = place.dataset.link;
      line.append(text, " ", link);
      return line;
    }));
    place.hidden = known.length === 0;
    if (gone.length > 0) orders(home, (fresh) => ({ ...fresh, ...Object.fromEntries(gone.map((own) => [own, undefined])) }));
  };

  // By the server's clock: it said how many seconds are left.
  const countDown = (remaining) => {
    const end = Date.now() + 1000 * remaining.dataset.seconds;
    const two = (number) => String(number).padStart(2, "0");
    const tick = () => {
      const left = Math.max(0, Math.ceil((end - Date.now()) / 1000));
      const hours = Math.floor(left / 3600);
      const rest = two(Math.floor(left / 60) % 60) + ":" + two(left % 60);
      remaining.textContent = hours ? hours + ":" + rest : rest;
      if (left) return setTimeout(tick, 250);
      for (const past of [get("until"), remaining.parentElement]) past.hidden = true;
      say(get("over"));
    };
    tick();
  };

  // What was not begun is sent again with the same key, each time a little later, until it comes to something.
  const tryAgain = (form) => {
    const wait = get("wait"), first = Number(form.dataset.wait);
    let tries = 0;
    const later = (seconds) => {
      tries += 1;
      const end = Date.now() + 1000 * (Math.min(30, seconds * 1.5 ** tries) + Math.random());
      const tick = () => {
        const left = Math.ceil((end - Date.now()) / 1000);
        if (left <= 0) return send();
        wait.textContent = form.dataset.in.replace("{}", left);
        setTimeout(tick, 500);
      };
      tick();
    };
    const send = async () => {
      wait.textContent = form.dataset.now;
      try {
        const body = new URLSearchParams(new FormData(form));
        const answer = await fetch(form.action, { method: "POST", body });
        if (answer.redirected) return location.replace(answer.url);
        const seconds = Number(answer.headers.get("Retry-After"));
        if (seconds) return later(seconds);
      } catch {
        // The service is not there just now.
        return later(first);
      }
      // It came to something that is no order: the page of that is shown, for the same key.
      form.submit();
    };
    later(first);
  };

  // What the page has of these is kept up to date.
  const start = (id, keep) => get(id) && keep(get(id));
  start("live", keepCount);
  start("order", keepOrder);
  start("copy", keepAddress);
  addEventListener("pageshow", () => start("already", recall));
  start("remaining", countDown);
  start("again", (form) => form.dataset.wait && tryAgain(form));
})();
