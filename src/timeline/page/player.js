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
    let state = { processes: run.processes.map(() => ({})), count: {}, locks: [], lines: 0, missing: [] };
    return run.steps.map((step) => {
      const { processes = {}, count = state.count, locks = state.locks, lines = state.lines, missing = state.missing } = step;
      state = {
        processes: state.processes.map((process, at) => processes[at] ?? process),
        count,
        locks,
        lines,
        missing,
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

  const end_of = (run) => run.steps.length - 1;

  // A finding that is so from a step on, and one whose sentence tells of later steps, too.
  const soFrom = (run, finding) => finding.step ?? end_of(run);
  const toldAt = (run, finding) => Math.max(finding.told_at ?? end_of(run), soFrom(run, finding));

  function words(className, bold, rest) {
    const line = make("p", className);
    line.append(make("b", "", bold), rest);
    return line;
  }

  // What is told at a step; the whole of it stands under the findings.
  const NO_RETURN = ": from here on every way to go on ends badly.";
  const VIOLATION = ": something is so from here on that must never be so.";

  function showNow(section, run, index) {
    const step = run.steps[index];
    const process = run.processes[step.who];
    const time = step.time ? `, at ${step.time} ${run.unit}` : "";
    find(".when", section).textContent = index === 0 ? "Before the first step" : `Step ${step.number}${time}`;
    const does = index === 0 ? `${run.processes.length} processes are about to begin` : step.does;
    fill(find(".what", section), process === undefined ? "" : make("b", "", process), process === undefined ? "" : " ", does);
    find(".why", section).textContent = step.why ?? "";
    const keys = run.key_steps.filter((key) => key.step === index);
    const terms = keys.map((key) => words(key.certain ? "return" : "violation", key.term, key.certain ? NO_RETURN : VIOLATION));
    fill(find(".keys-here", section), ...terms);
    const found = run.findings.flatMap((finding) => {
      const name = finding.kind || "found";
      const whole = toldAt(run, finding);
      const begins = soFrom(run, finding) === index;
      if (whole === index) return [words("whole", name, begins ? "." : ": all of it has happened by now.")];
      return begins ? [words("begins", name, ": so from here on.")] : [];
    });
    fill(find(".happens", section), ...found);
    find(".now", section).classList.toggle("bad", terms.length + found.length > 0);
  }

  // That a run is over while the other goes on, or that this was its last step.
  function showOver(section, run, isOver) {
    find(".over", section).hidden = !isOver;
    find(".now", section).classList.toggle("ended", isOver);
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
    const ahead = count.ahead ? `The ledger says ${count.ahead}: whoever holds the lock goes by the ledger.` : "";
    const unrecorded = count.on_ledger ? "It is on the ledger. When the count itself said so is not recorded." : "";
    find(".count h3", section).textContent = count.as_written ? "Written last" : "The count says";
    find(".count .ahead", section).textContent = ahead || unrecorded;
    const cut = count.unfilled ? "had emptied it, and was killed before it filled it" : "has emptied it and not filled it yet";
    find(".count .version", section).textContent = isCut ? `${count.cut_by} ${cut}` : version;
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
  function showLedger(section, run, { lines, missing }, index) {
    const shown = run.ledger.filter((line) => line.at < lines && line.at >= lines - LINES);
    const hidden = lines - shown.length;
    const sales = lines === 1 ? "1 sale" : `${lines.toLocaleString("en")} sales`;
    find(".ledger .lines", section).textContent = lines === 0 ? "No sale yet." : hidden > 0 ? `${sales}, the last of them:` : `${sales}:`;
    const items = shown.map((line) => {
      const item = make("li");
      const isLost = line.overwritten_by !== undefined && line.overwritten_by < lines;
      item.append(make("span", "sale", line.who || "somebody"));
      const many = line.left === null ? "" : `, ${left(line.left)}`;
      item.append(make("span", "made", `’s write: version ${line.version}${many}`));
      const isMissed = line.missed_from !== undefined && line.missed_from <= index;
      // Of a recorded run it is not known when the count itself said so.
      const isRecorded = run.unit !== "";
      const isMissing = missing.includes(line.at);
      if (isMissed || ((isLost || isMissing) && !isRecorded)) item.append(make("span", "lost", " not in the count"));
      else if (isLost) item.append(make("span", "lost", " overwritten"));
      else if (isMissing) item.append(make("span", "lost", " not in what was written last"));
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
      const stale = process.stale ? make("span", "stale", process.stale) : "";
      const held = [...(process.holds ?? []), ...(process.ended ?? [])];
      const holds = held.length > 0 ? make("span", "holds", `holds ${held.join(" and ")}`) : "";
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

  // The picture at a step: the cursor, what lies before it, and what has happened by then.
  const SVG = "http://www.w3.org/2000/svg";
  function shape(name, className, attributes) {
    const element = document.createElementNS(SVG, name);
    if (className) element.setAttribute("class", className);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    return element;
  }

  // The names of the lanes stay where a wide picture is scrolled, over what it shows.
  function keepNames(frame, svg) {
    const names = all("[data-from]", svg).filter((part) => find(":scope > g > title + text", part));
    for (const name of names) {
      name.classList.add("name");
      svg.append(name);
    }
    const least = Math.min(...names.map((name) => name.getBBox().x)) - 8;
    frame.addEventListener("scroll", () => {
      const by = Math.max((frame.scrollLeft / frame.scrollWidth) * svg.viewBox.baseVal.width - least, 0);
      for (const name of names) name.setAttribute("transform", `translate(${by.toFixed(1)} 0)`);
    });
  }

  function overlay(section, run, number) {
    const { top, floor } = run.picture;
    const svg = find(".picture svg", section);
    // A chance is seen a little behind the cursor: what it came to there.
    const pasts = [".past:not(.chance)", ".past.chance"].map((parts, at) => {
      const id = `past-${number}-${at}`;
      const clip = shape("clipPath", "", { id });
      const past = shape("rect", "", { x: 0, y: 0, width: 0, height: svg.viewBox.baseVal.height });
      clip.append(past);
      find("defs", svg).append(clip);
      for (const part of all(parts, svg)) part.setAttribute("clip-path", `url(#${id})`);
      return past;
    });
    keepNames(find(".picture", section), svg);
    const group = shape("g", "overlay", { "aria-hidden": "true" });
    const line = shape("line", "cursor", { x1: 0, x2: 0, y1: top, y2: floor });
    const knob = shape("circle", "knob", { cx: 0, cy: top, r: 4 });
    group.append(line, knob);
    svg.append(group);
    return { pasts, line, knob, parts: all("[data-from]", svg) };
  }
  const overlays = sections.map((section, at) => overlay(section, runs[at], at));

  function showPicture(section, run, index, { pasts, line, knob, parts }) {
    const { at, width } = run.picture;
    const x = at[index];
    for (const [at, past] of pasts.entries()) past.setAttribute("width", index === end_of(run) ? width : x + 8 * at);
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    knob.setAttribute("cx", x);
    for (const part of parts) {
      part.classList.toggle("yet", index < Number(part.dataset.from));
      part.classList.toggle("calm", index < Number(part.dataset.wrong ?? 0));
    }
    // A picture that is wider than its place follows the cursor.
    const frame = find(".picture", section);
    const place = (x / width) * frame.scrollWidth;
    if (frame.scrollWidth > frame.clientWidth && (place < frame.scrollLeft + 40 || place > frame.scrollLeft + frame.clientWidth - 40)) {
      frame.scrollLeft = place - frame.clientWidth / 2;
    }
  }

  // A finding in the list is told when all of it has happened; before, where that is.
  function showFound(section, run, index) {
    for (const item of all(".found .item", section)) {
      const [from, told] = [Number(item.dataset.step), Number(item.dataset.told)];
      const note = find(".note", item) ?? item.appendChild(make("p", "note"));
      item.classList.toggle("yet", index < told);
      const link = (step) => {
        const element = make("a", "", `step ${run.steps[step].number}`);
        element.href = `#${run.steps[step].number}`;
        return element;
      };
      if (index >= told) fill(note);
      else if (index >= from) fill(note, `${item.dataset.name}: so from `, link(from), " on. All of it is told at ", link(told), ".");
      else fill(note, `${item.dataset.name}: appears at `, link(from), ".");
    }
  }

  function showList(section, index) {
    const links = all(".steps li a", section);
    links.forEach((link, at) => {
      link.parentElement.classList.toggle("later", at > index);
      if (at === index) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
    });
  }

  function show(index) {
    now = Math.min(Math.max(index, 0), end);
    runs.forEach((run, at) => {
      const own = Math.min(now, run.steps.length - 1);
      const section = sections[at];
      const state = states[at][own];
      showNow(section, run, own);
      showOver(section, run, own === end_of(run) && own > 0);
      showFound(section, run, own);
      showOdds(section, run.steps[own]);
      showCount(section, state.count);
      showLocks(section, run, state.locks);
      showLedger(section, run, state, own);
      showProcesses(section, run, own);
      showPicture(section, run, own, overlays[at]);
      showList(section, own);
    });
    for (const mark of all("#marks span")) mark.hidden = now < Number(mark.dataset.step);
    const place = find("#place");
    place.value = String(now);
    place.setAttribute("aria-valuetext", `step ${number(now)} of ${number(end)}`);
    find("#position").textContent = now === 0 ? `before step 1 of ${number(end)}` : `step ${number(now)} of ${number(end)}`;
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
    if (event.key === " ") {
      // A link and a list of choices have their own meaning of it; a button is pressed with Enter.
      if (event.target.closest?.("select, a")) return;
      event.preventDefault();
      if (!event.repeat) play();
      return;
    }
    if (event.target.closest?.("input, select, .picture")) return;
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
    element.dataset.step = String(index);
    return element;
  }

  // Room for what a card says at any step, the same in all runs, so that nothing jumps from step to step.
  const CARDS = [".now", ".count", ".locks", ".ledger", ".processes", ".card.found"];
  function reserve() {
    const cards = CARDS.map((name) => sections.map((section) => find(name, section)));
    for (const card of cards.flat()) card.style.minHeight = "";
    const heights = CARDS.map(() => 0);
    const every = Math.ceil((end + 1) / 150);
    for (let index = 0; index <= end; index += every) {
      runs.forEach((run, at) => {
        const own = Math.min(index, end_of(run));
        const state = states[at][own];
        showNow(sections[at], run, own);
        showOver(sections[at], run, own === end_of(run) && own > 0);
        showCount(sections[at], state.count);
        showLocks(sections[at], run, state.locks);
        showLedger(sections[at], run, state, own);
        showProcesses(sections[at], run, own);
        showFound(sections[at], run, own);
      });
      cards.forEach((own, at) => {
        heights[at] = Math.max(heights[at], ...own.map((card) => card.getBoundingClientRect().height));
      });
    }
    cards.forEach((own, at) => {
      for (const card of own) card.style.minHeight = `${Math.ceil(heights[at])}px`;
    });
  }

  // At a new width the words take other room.
  let width = 0;
  function resized() {
    if (document.documentElement.clientWidth === width) return;
    width = document.documentElement.clientWidth;
    for (const told of all(".now")) told.setAttribute("aria-live", "off");
    reserve();
    show(now);
    if (timer === null) for (const told of all(".now")) told.setAttribute("aria-live", "polite");
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
      ...run.key_steps.filter((key) => key.certain).map((key) => mark(key.step, "return")),
    ]);
    fill(find("#marks"), ...marks);
    runs.forEach((run, at) => {
      for (const key of run.key_steps) {
        all(".steps li", sections[at])[key.step]?.classList.add(key.certain ? "return" : "violation");
      }
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
    // Some browsers press a button when the key is let go.
    addEventListener("keyup", (event) => {
      if (event.key === " " && event.target.closest?.("button")) event.preventDefault();
    });
    addEventListener("hashchange", () => {
      stop();
      show(meant(location.hash));
    });
    addEventListener("resize", resized);
    now = meant(location.hash);
    resized();
  }

  begin();
})();
