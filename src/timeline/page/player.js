// Steps through the runs of this page. What the runs say is data: it goes into the page as text and as numbers, never as markup.
"use strict";

(() => {
  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Makes an element with a class and a text.
  function make(name, className = "", text = "") {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  // Replaces what stands in an element.
  function fill(element, ...contents) {
    element.replaceChildren(...contents.filter((it) => it !== ""));
  }

  const runs = JSON.parse(find("#runs").textContent);
  const sections = all(".run");

  // The state after each step: a step tells only what is not as before.
  function unfold(run) {
    let state = { processes: run.processes.map(() => ({})), count: {}, locks: [], lines: 0 };
    return run.steps.map((step) => {
      const { processes = {}, count = state.count, locks = state.locks, lines = state.lines } = step;
      state = {
        processes: state.processes.map((process, at) => processes[at] ?? process),
        count,
        locks,
        lines,
      };
      return state;
    });
  }
  const states = runs.map(unfold);

  // The run with the most steps leads: the others stay at their end when they have come to it.
  const leader = runs.reduce((most, run, at) => (run.steps.length > runs[most].steps.length ? at : most), 0);
  const end = runs.length > 0 ? runs[leader].steps.length - 1 : 0;
  let now = 0;
  let timer = null;

  const number = (index) => runs[leader]?.steps[index]?.number ?? 0;

  // The step that an address means, as an index; the beginning where it means none.
  function meant(hash) {
    const wanted = Number.parseInt(hash.slice(1), 10);
    if (!Number.isFinite(wanted) || runs.length === 0) return 0;
    const index = runs[leader].steps.findIndex((step) => step.number >= wanted);
    return index < 0 ? end : index;
  }

  function percent(chance) {
    if (chance > 1 - 1e-9) return "100 %";
    if (chance === 0) return "0 %";
    const rounded = Math.round(chance * 100);
    if (rounded >= 100) return "over 99 %";
    return rounded <= 0 ? "below 1 %" : `${rounded} %`;
  }

  const left = (many) => `${many.toLocaleString("en")} left`;
  const joined = (names) => (names.length > 0 ? names.join(", ") : "nobody");

  function showNow(section, run, index, happened) {
    const step = run.steps[index];
    const process = run.processes[step.who];
    const time = step.time ? `, at ${step.time} ${run.unit}` : "";
    find(".when", section).textContent = index === 0 ? "Before the first step" : `Step ${step.number}${time}`;
    const does = index === 0 ? `${run.processes.length} processes are about to begin` : step.does;
    fill(find(".what", section), process === undefined ? "" : make("b", "", process), process === undefined ? "" : " ", does);
    find(".why", section).textContent = step.why ?? "";
    const point = run.no_return;
    const isReturn = point !== null && point.step === index;
    fill(
      find(".return", section),
      ...(isReturn ? [make("b", "", "Point of no return"), `: ${point.sentence}.`] : []),
    );
    const found = happened.map((finding) => {
      const words = make("p");
      words.append(make("b", "", finding.kind || "found"), `: ${finding.sentence}.`);
      return words;
    });
    fill(find(".happens", section), ...found);
    find(".now", section).classList.toggle("bad", isReturn || found.length > 0);
  }

  function showOdds(section, step) {
    const odds = find(".odds", section);
    odds.hidden = step.chance === undefined;
    if (odds.hidden) return;
    find(".chance", odds).textContent = percent(step.chance);
    find(".bar div", odds).style.width = `${step.chance * 100}%`;
    odds.classList.toggle("certain", step.chance > 1 - 1e-9);
  }

  function showCount(section, count) {
    const isCut = count.cut_by !== "" && count.cut_by !== undefined;
    const known = count.left === null || count.left === undefined ? "not known" : left(count.left);
    find(".count .left", section).textContent = isCut ? "empty" : known;
    const by = count.by ? `written by ${count.by}` : "as it was at first";
    const version = count.version === null || count.version === undefined ? "" : `version ${count.version}, ${by}`;
    find(".count .version", section).textContent = isCut ? `${count.cut_by} has emptied it and not filled it yet` : version;
    find(".count", section).classList.toggle("bad", isCut);
  }

  function showLocks(section, run, locks) {
    const isLocked = states[runs.indexOf(run)].some((state) => state.locks.length > 0);
    const parts = locks.map((lock) => {
      const part = make("p");
      part.append(make("b", "", lock.name), ": held by ", make("span", "holders", joined(lock.holders)));
      if (lock.waiting.length > 0) part.append(make("span", "waiting", `${joined(lock.waiting)} ${lock.waiting.length > 1 ? "wait" : "waits"}`));
      return part;
    });
    const none = isLocked ? "No lock is held." : "No lock is taken in this run.";
    fill(find(".locks div", section), ...(parts.length > 0 ? parts : [make("p", "none", none)]));
  }

  const LINES = 12;
  function showLedger(section, run, lines) {
    const shown = run.ledger.filter((line) => line.at < lines && line.at >= lines - LINES);
    const hidden = lines - shown.length;
    const sales = lines === 1 ? "1 sale" : `${lines.toLocaleString("en")} sales`;
    find(".ledger .lines", section).textContent = lines === 0 ? "No sale yet." : hidden > 0 ? `${sales}, the last of them:` : `${sales}:`;
    const items = shown.map((line) => {
      const item = make("li");
      const isLost = line.overwritten_by !== undefined && line.overwritten_by < lines;
      item.append(make(isLost ? "s" : "span", "sale", line.who || "somebody"));
      const many = line.left === null ? "" : `: ${left(line.left)}`;
      item.append(make("span", "made", ` version ${line.version}${many}`));
      if (isLost) item.append(make("span", "lost", " overwritten"));
      return item;
    });
    const list = find(".ledger ol", section);
    list.start = hidden + 1;
    fill(list, ...items);
  }

  function cell(name, label, ...contents) {
    const element = make("td", name);
    element.setAttribute("role", "cell");
    element.dataset.label = label;
    element.append(...contents.filter((it) => it !== ""));
    return element;
  }

  function showProcesses(section, run, index) {
    const step = run.steps[index];
    const rows = states[runs.indexOf(run)][index].processes.map((process, at) => {
      const row = make("tr", step.who === at ? "current" : "");
      row.setAttribute("role", "row");
      const head = make("th", "", run.processes[at]);
      head.scope = "row";
      head.setAttribute("role", "rowheader");
      const stale = process.stale ? make("span", "stale", "out of date") : "";
      const holds = process.holds?.length > 0 ? make("span", "holds", `holds ${process.holds.join(" and ")}`) : "";
      const waits = process.waits ? make("span", "waits", `waits for ${process.waits}`) : "";
      const told = process.killed ? make("span", "killed", "killed") : (process.told ?? "");
      row.append(
        head,
        cell("knows", "has read", process.knows || "nothing yet", stale && " ", stale),
        cell("did", "did last", process.did || "has not begun"),
        cell("lock", "lock", holds, waits),
        cell("told", "was told", told),
      );
      row.classList.toggle("idle", !process.did);
      return row;
    });
    fill(find(".processes tbody", section), ...rows);
  }

  // The cursor over the picture, and what is dim of it.
  const SVG = "http://www.w3.org/2000/svg";
  function shape(name, className, attributes) {
    const element = document.createElementNS(SVG, name);
    element.setAttribute("class", className);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  function overlay(section, run) {
    const picture = run.picture;
    const group = shape("g", "overlay", { "aria-hidden": "true" });
    const covers = picture.covers.map(({ until, ...place }) => ({ until, element: shape("rect", "cover", place) }));
    const height = picture.floor - picture.top;
    const rest = shape("rect", "cover", { x: 0, y: picture.top, width: 0, height });
    const line = shape("line", "cursor", { x1: 0, x2: 0, y1: picture.top, y2: picture.floor });
    const knob = shape("circle", "knob", { cx: 0, cy: picture.top, r: 4 });
    group.append(...covers.map((cover) => cover.element), rest, line, knob);
    find(".picture svg", section).append(group);
    return { covers, rest, line, knob };
  }
  const overlays = sections.map((section, at) => overlay(section, runs[at]));

  function showPicture(section, run, index, { covers, rest, line, knob }) {
    const { at, width } = run.picture;
    const x = at[index];
    const isEnd = index === run.steps.length - 1;
    rest.setAttribute("x", x);
    rest.setAttribute("width", isEnd ? 0 : Math.max(width - x, 0));
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    knob.setAttribute("cx", x);
    for (const cover of covers) cover.element.classList.toggle("gone", index >= cover.until);
    // A picture that is wider than its place follows the cursor.
    const frame = find(".picture", section);
    const place = (x / width) * frame.scrollWidth;
    if (frame.scrollWidth > frame.clientWidth && (place < frame.scrollLeft + 40 || place > frame.scrollLeft + frame.clientWidth - 40)) {
      frame.scrollLeft = place - frame.clientWidth / 2;
    }
  }

  function showList(section, index) {
    const links = all(".steps li a", section);
    links.forEach((link, at) => {
      link.parentElement.classList.toggle("later", at > index);
      if (at === index) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
    const item = links[index]?.parentElement;
    const list = find(".steps ol", section);
    if (!item || list.scrollHeight <= list.clientHeight) return;
    const top = item.offsetTop - list.offsetTop;
    if (top < list.scrollTop || top + item.offsetHeight > list.scrollTop + list.clientHeight) {
      list.scrollTop = top - list.clientHeight / 2;
    }
  }

  function show(index) {
    now = Math.min(Math.max(index, 0), end);
    runs.forEach((run, at) => {
      const own = Math.min(now, run.steps.length - 1);
      const section = sections[at];
      const state = states[at][own];
      // What is of no step that is shown is told at the end.
      const isOf = (finding) => (finding.step ?? run.steps.length - 1) === own;
      showNow(section, run, own, run.findings.filter(isOf));
      showOdds(section, run.steps[own]);
      showCount(section, state.count);
      showLocks(section, run, state.locks);
      showLedger(section, run, state.lines);
      showProcesses(section, run, own);
      showPicture(section, run, own, overlays[at]);
      showList(section, own);
    });
    const place = find("#place");
    place.value = String(now);
    place.setAttribute("aria-valuetext", `step ${number(now)} of ${number(end)}`);
    find("#position").textContent = now === 0 ? `before the first of ${number(end)} steps` : `step ${number(now)} of ${number(end)}`;
    for (const id of ["first", "back"]) find(`#${id}`).setAttribute("aria-disabled", String(now === 0));
    for (const id of ["step", "last"]) find(`#${id}`).setAttribute("aria-disabled", String(now === end));
  }

  // Goes to a step, and the address with it.
  function go(index) {
    show(index);
    const address = `#${number(now)}`;
    if (location.hash !== address) history.replaceState(null, "", address);
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    const play = find("#play");
    find(".name", play).textContent = "Play";
    play.classList.remove("plays");
    // What is announced while it plays comes faster than it can be read.
    for (const told of all(".now")) told.setAttribute("aria-live", "polite");
  }

  function tick() {
    go(now + 1);
    if (now >= end) stop();
    else timer = setTimeout(tick, Number(find("#speed").value));
  }

  function play() {
    if (timer !== null) {
      stop();
      return;
    }
    if (now >= end) go(0);
    for (const told of all(".now")) told.setAttribute("aria-live", "off");
    const button = find("#play");
    find(".name", button).textContent = "Pause";
    button.classList.add("plays");
    timer = setTimeout(tick, Math.min(Number(find("#speed").value), 600));
  }

  const ACTIONS = {
    first: () => go(0),
    back: () => go(now - 1),
    step: () => go(now + 1),
    last: () => go(end),
  };
  const KEYS = { Home: "first", ArrowLeft: "back", ArrowRight: "step", End: "last" };

  function pressed(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const own = event.target.closest?.("input, select, .picture");
    if (own && (own.tagName !== "FIGURE" || event.key !== " ")) return;
    if (event.key === " ") {
      // A button and a link have their own meaning of it.
      if (event.target.closest?.("button, a")) return;
      event.preventDefault();
      play();
      return;
    }
    const action = KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    stop();
    ACTIONS[action]();
  }

  // Marks at the track: where something was found, and the point of no return.
  function mark(index, className) {
    const element = make("span", className);
    element.style.left = `${end > 0 ? (index / end) * 100 : 0}%`;
    return element;
  }

  function begin() {
    find("#player").hidden = false;
    find(".keys").hidden = false;
    for (const live of all(".live")) live.hidden = false;
    document.documentElement.classList.add("script");
    const place = find("#place");
    place.max = String(end);
    const marks = runs.flatMap((run) => [
      ...run.findings.filter((it) => it.step !== null).map((it) => mark(it.step, "found")),
      ...(run.no_return ? [mark(run.no_return.step, "return")] : []),
    ]);
    fill(find("#marks"), ...marks);
    runs.forEach((run, at) => {
      const point = run.no_return;
      if (point) all(".steps li", sections[at])[point.step]?.classList.add("return");
      for (const { step } of run.findings) {
        if (step !== null) all(".steps li", sections[at])[step]?.classList.add("found");
      }
    });
    for (const [id, action] of Object.entries(ACTIONS)) {
      find(`#${id}`).addEventListener("click", () => {
        stop();
        action();
      });
    }
    find("#play").addEventListener("click", play);
    place.addEventListener("input", () => {
      stop();
      go(Number(place.value));
    });
    addEventListener("keydown", pressed);
    addEventListener("hashchange", () => {
      stop();
      show(meant(location.hash));
    });
    show(meant(location.hash));
  }

  begin();
})();
