// The counts as they change, the search as one types, and a button that prints. Everything else works without this.
//
// Invariant: nothing is loaded here but by GET, at an address that a page names.
"use strict";
(() => {
  const get = (id) => document.getElementById(id);

  // Follows the event. A page in the background does not listen, nor does one that sends a form.
  const follow = (counts) => {
    let source, next;
    const show = (event, seq) => {
      for (const id of ["left", "sold", "held"]) {
        const number = String(event[id]);
        // What was said of the numbers before is not said of others.
        if (get(id).textContent !== number) get("due")?.remove();
        get(id).textContent = number;
      }
      get("on-sale").textContent = counts.dataset[event.on_sale];
      // The list is not loaded again under the hands of who reads it.
      const is_old = seq !== get("list").dataset.seq;
      get("changed").textContent = is_old ? get("changed").dataset.text : "";
      get("reload").hidden = !is_old;
    };
    const leave = () => {
      clearTimeout(next);
      if (source) source.close();
    };
    const listen = () => {
      leave();
      if (document.hidden) return;
      source = new EventSource(counts.dataset.stream);
      source.onmessage = (message) => {
        counts.classList.remove("stale");
        show(JSON.parse(message.data), message.lastEventId);
      };
      source.onerror = () => {
        counts.classList.add("stale");
        // A browser comes back by itself to a stream that broke off, and not to one that was refused.
        if (source.readyState === EventSource.CLOSED) next = setTimeout(listen, 5000 * (1 + Math.random()));
      };
    };
    document.addEventListener("visibilitychange", listen);
    addEventListener("submit", leave);
    addEventListener("pagehide", leave);
    addEventListener("pageshow", (event) => event.persisted && listen());
    listen();
  };

  // Shows what is found while it is typed: the same page that the button of the search leads to.
  const searchAsTyped = (search) => {
    let planned, asked = 0;
    const look = async () => {
      const number = ++asked;
      const place = new URL(search.action);
      place.search = new URLSearchParams(new FormData(search));
      try {
        const answer = await fetch(place);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (number !== asked) return;
        const list = page.getElementById("list");
        // Who is not logged in any more is led to where one logs in.
        if (!list) return location.assign(place);
        get("list").replaceWith(list);
        get("changed").textContent = "";
        get("reload").hidden = true;
        history.replaceState(null, "", place);
      } catch {
        // The service is not there just now, and the button tells.
      }
    };
    search.elements.q.addEventListener("input", () => {
      clearTimeout(planned);
      planned = setTimeout(look, 150);
    });
  };

  const start = (id, keep) => get(id) && keep(get(id));
  start("counts", follow);
  start("search", searchAsTyped);
  start("print", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => print());
  });
})();
