// The live count, the countdown of a hold, and the next try. Everything else works without this.
"use strict";
(() => {
  const get = (id) => document.getElementById(id);
  const fill = (one, many, number) => (number === 1 ? one : many).replace("{}", number);
  const say = (element) => { element.textContent = element.dataset.text; };

  // The count, as it changes. A page in the background does not listen, nor does one that sends its form: it keeps no
  // connection. Invariant: nothing is loaded here but by GET. To reload the answer of a POST is to send the order again.
  const follow = (live) => {
    const count = get("count"), quantity = get("quantity"), hint = get("quantity-hint");
    const { one, many, most, state, stream, stays } = live.dataset;
    let source, next;
    // Shows it. Whether the page is to be loaded again for it.
    const told = (event) => {
      if (count) count.textContent = live.dataset[event.on_sale] || fill(one, many, event.left);
      if (quantity && event.left === 0) hint.textContent = "";
      else if (quantity) {
        const max = Math.min(event.left, most || event.left);
        quantity.max = max;
        hint.textContent = fill(hint.dataset.one, hint.dataset.many, max);
      }
      const changed = event.on_sale !== state, again = changed && !quantity && !stays;
      if (again) {
        source.close();
        // Not all of those who wait at once.
        setTimeout(() => location.replace(get("reload").firstElementChild.href), 1500 * Math.random());
      } else {
        get("changed").textContent = changed ? get("changed").dataset.text : "";
        get("reload").hidden = !changed;
      }
      return again;
    };
    const leave = () => {
      clearTimeout(next);
      if (source) source.close();
    };
    const listen = () => {
      leave();
      if (document.hidden) return;
      source = new EventSource(stream);
      source.onmessage = (message) => told(JSON.parse(message.data));
      // A browser comes back by itself to a stream that broke off, and not to one that was refused.
      source.onerror = () => {
        if (source.readyState === EventSource.CLOSED) next = setTimeout(ask, 5000 * (1 + Math.random()));
      };
    };
    // Where too many follow, it asks now and then.
    const ask = async () => {
      try {
        const answer = await fetch(stream.replace(/stream$/, "event"));
        if (answer.ok && told(await answer.json())) return;
      } catch {
        // The service is not there just now.
      }
      listen();
    };
    document.addEventListener("visibilitychange", listen);
    // A browser has few connections for all its pages of one host, and the order needs one.
    addEventListener("submit", leave);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", (event) => event.persisted && listen());
    listen();
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
      if (left) setTimeout(tick, 250);
      else say(get("over"));
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

  if (get("live")) follow(get("live"));
  if (get("remaining")) countDown(get("remaining"));
  if (get("again") && get("again").dataset.wait) tryAgain(get("again"));
})();
