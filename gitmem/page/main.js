"use strict";
// What the reader does: views, search, filters, keys, addresses, light and paper.

(() => {
  const $ = (id) => document.getElementById(id);
  const { el } = Draw;
  const VIEWS = ["timeline", "graph", "files"];
  const MOST_ON_PAPER = 1000;
  let view = "timeline", chosen = null, found = [], file = "", line = 0;
  const filters = { kind: "", author: "", agent: "", branch: "", path: "", standing: "", order: "newest" };

  // --- light
  const wantsDark = matchMedia("(prefers-color-scheme: dark)");
  const setTheme = (isDark) => { document.documentElement.dataset.theme = isDark ? "dark" : "light"; };
  const kept = (() => { try { return localStorage.getItem("gitmem-theme"); } catch { return null; } })();
  setTheme(kept ? kept === "dark" : wantsDark.matches);
  wantsDark.addEventListener("change", (event) => setTheme(event.matches));
  function switchTheme() {
    const isDark = document.documentElement.dataset.theme !== "dark";
    setTheme(isDark);
    try { localStorage.setItem("gitmem-theme", isDark ? "dark" : "light"); } catch { /* not kept */ }
  }

  // --- timeline
  const HUES = [265, 150, 25, 200, 330, 95, 50, 230];
  const hues = new Map();
  function railOf(branch) {
    if (!hues.has(branch)) hues.set(branch, HUES[hues.size % HUES.length]);
    return `hsl(${hues.get(branch)} 45% 55%)`;
  }
  const clock = (when) => new Date(when).toISOString().slice(11, 16);
  const dayOf = (memory) => memory.standing === "pending" ? "pending"
    : memory.when ? new Date(memory.when).toISOString().slice(0, 10) : "no date";

  function rowsOf(memories) {
    if (filters.order === "best" && $("query").value.trim()) {
      return memories.map((memory) => ({ type: "memory", memory }));
    }
    const days = new Map();
    for (const memory of memories) {
      const day = dayOf(memory), branch = Data.branchOf(memory);
      if (!days.has(day)) days.set(day, new Map());
      const branches = days.get(day);
      if (!branches.has(branch)) branches.set(branch, []);
      branches.get(branch).push(memory);
    }
    const rows = [];
    for (const [day, branches] of days) {
      const count = [...branches.values()].reduce((sum, some) => sum + some.length, 0);
      rows.push({ type: "day", day, count });
      for (const [branch, some] of branches) {
        rows.push({ type: "branch", branch });
        rows.push(...some.map((memory) => ({ type: "memory", memory })));
      }
    }
    return rows;
  }

  function longDay(day) {
    if (day === "pending") return "Not committed yet";
    if (day === "no date") return "Without a date";
    return new Date(`${day}T00:00:00Z`).toLocaleDateString("en-GB",
      { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  }

  function drawRow(row) {
    if (row.type === "day") {
      return el("div", { class: "day", role: "heading", "aria-level": "2" }, longDay(row.day),
        el("span", {}, row.count === 1 ? "1 memory" : `${row.count} memories`));
    }
    if (row.type === "branch") {
      const name = el("b", {}, row.branch);
      name.style.setProperty("--rail", railOf(row.branch));
      return el("div", { class: "branch" }, name);
    }
    const { memory } = row;
    const rail = el("span", { class: "rail" });
    rail.style.setProperty("--rail", railOf(Data.branchOf(memory)));
    const entry = el("div", {
      class: `entry${memory === chosen ? " chosen" : ""}${Data.isPast(memory) ? " past" : ""}`, role: "listitem",
    }, el("time", {}, memory.when ? clock(memory.when) : ""), rail, Draw.card(memory));
    entry.addEventListener("click", () => go.memory(memory, true));
    return entry;
  }

  const GUESS = { day: 54, branch: 28 };
  const guess = (row) => GUESS[row.type] || 92 + (row.memory.why ? 40 : 0) + (row.memory.decisions ? 70 : 0) + (row.memory.errors ? 80 : 0);
  const list = new VirtualList($("list"), $("rows"), guess, drawRow);
  const placeOf = (memory) => list.rows.findIndex((row) => row.memory === memory);

  // --- selection
  function select() {
    const query = $("query").value;
    Draw.setTerms(Data.termsOf(query));
    found = Data.select(query, filters);
    const total = Data.memories.length;
    const noun = total === 1 ? "memory" : "memories";
    const where = Data.all.range ? ` in ${Data.all.range}` : "";
    $("count").textContent = found.length === total ? `${total.toLocaleString("en")} ${noun}${where}`
      : `${found.length.toLocaleString("en")} of ${total.toLocaleString("en")} ${noun}${where}`;
    list.show(rowsOf(found));
    if (!found.length) {
      $("rows").replaceChildren(total
        ? el("p", { class: "empty" }, el("b", {}, "Nothing matches"), "Fewer words or filters find more. Esc clears the search.")
        : el("p", { class: "empty" }, el("b", {}, "Nothing is remembered here yet"), "A commit made in an agent’s session is remembered by itself. For past commits, run ",
          el("code", {}, "gitmem backfill"), "."));
    }
    if (view === "graph") show("graph");
  }

  function drawDetail() {
    const place = $("detail");
    if (!chosen) {
      place.replaceChildren(el("p", { class: "empty" }, el("b", {}, "Choose a memory"), "Click one, or step through them with j and k."));
      return;
    }
    place.replaceChildren(...Draw.whole(chosen, go));
    place.scrollTop = 0;
  }

  const go = {
    memory(memory, opens = true) {
      const before = chosen;
      chosen = memory;
      for (const one of [before, memory]) {
        const n = one ? placeOf(one) : -1;
        if (n >= 0) list.redraw(n);
      }
      for (const [n, element] of list.shown) element.style.transform = `translateY(${list.tops[n]}px)`;
      drawDetail();
      $("detail").classList.toggle("open", Boolean(memory) && opens);
      history.replaceState(null, "", memory ? `#${memory.id}` : "#");
      if (view === "timeline" && memory) { const n = placeOf(memory); if (n >= 0) list.reveal(n); }
      if (view === "graph") show("graph");
      if (view === "files") show("files");
    },
    file(path, at = 0) { file = path; line = at; show("files"); $("detail").classList.remove("open"); history.replaceState(null, "", `#file=${encodeURIComponent(path)}${at ? `:${at}` : ""}`); },
    back() { $("detail").classList.remove("open"); $("list").focus(); },
  };

  function show(name) {
    view = name;
    for (const one of VIEWS) {
      $(one).hidden = one !== name;
      $(`tab-${one}`).setAttribute("aria-selected", String(one === name));
      $(`tab-${one}`).tabIndex = one === name ? 0 : -1;
    }
    $("filters").hidden = name === "files";
    if (name === "timeline") list.paint();
    if (name === "graph") Graph.draw($("graph"), chosen, found, (memory) => go.memory(memory, Boolean(memory)));
    if (name === "files") Files.draw($("files"), file, line, chosen, go);
  }

  function step(by) {
    const places = list.rows.flatMap((row, n) => (row.memory ? [n] : []));
    if (!places.length) return;
    const at = places.indexOf(placeOf(chosen));
    const next = at < 0 ? (by > 0 ? 0 : places.length - 1) : Math.min(places.length - 1, Math.max(0, at + by));
    go.memory(list.rows[places[next]].memory, false);
  }

  // --- filters
  function counted(of) {
    const counts = new Map();
    for (const memory of Data.memories) {
      const value = of(memory);
      if (value) counts.set(value, (counts.get(value) || 0) + 1);
    }
    return [...counts].sort((a, b) => b[1] - a[1]).slice(0, 300);
  }

  function choiceOf(name, label, options) {
    const box = el("select", { id: `filter-${name}` }, ...options.map(([value, text]) => el("option", { value }, text)));
    box.addEventListener("change", () => { filters[name] = box.value; box.classList.toggle("on", box.selectedIndex > 0); select(); });
    return el("label", {}, label, box);
  }

  function drawFilters() {
    const named = (of) => [["", "all"], ...counted(of).map(([value, n]) => [value, `${value} (${n.toLocaleString("en")})`])];
    const path = el("input", { id: "filter-path", placeholder: "any", size: "14", spellcheck: "false", list: "known-paths" });
    path.addEventListener("input", () => { filters.path = path.value; path.classList.toggle("on", Boolean(path.value)); select(); });
    const clear = el("button", { type: "button", on: () => { $("filters").reset(); reset(); } }, "Clear");
    $("filters").replaceChildren(
      choiceOf("kind", "Kind", named((memory) => memory.kind)),
      el("label", {}, "Path", path),
      choiceOf("author", "Author", named(Data.authorOf)),
      choiceOf("agent", "Agent", named(Data.agentOf)),
      choiceOf("branch", "Branch", named(Data.branchOf)),
      choiceOf("standing", "Standing", [["", "all but superseded"], ["*", "all"], ...counted((memory) => memory.standing).map(([value, n]) => [value, `${value} (${n.toLocaleString("en")})`])]),
      choiceOf("order", "Order", [["newest", "newest first"], ["oldest", "oldest first"], ["best", "best match first"]]),
      clear);
    $("filters").addEventListener("submit", (event) => event.preventDefault());
  }

  function reset() {
    Object.assign(filters, { kind: "", author: "", agent: "", branch: "", path: "", standing: "", order: "newest" });
    $("filters").querySelectorAll(".on").forEach((one) => one.classList.remove("on"));
    $("query").value = "";
    select();
  }

  // --- addresses
  function follow() {
    const address = decodeURIComponent(location.hash.slice(1));
    const place = /^file=(.+?)(?::(\d+))?$/.exec(address);
    if (place) { go.file(place[1], Number(place[2] || 0)); return; }
    if (!/^m[0-9a-f]{4,20}$/.test(address)) return;
    const memory = Data.find(address);
    if (!memory) { $("count").textContent = `No memory of this page, or several, begin with ${address}.`; return; }
    if (!found.includes(memory)) {
      filters.standing = "*";
      $("filter-standing").value = "*";
      select();
    }
    show("timeline");
    go.memory(memory, true);
  }

  // --- keys
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "Escape") {
      if (event.target === $("query") && $("query").value) { $("query").value = ""; select(); }
      else if (isTyping) event.target.blur();
      else if ($("detail").contains(document.activeElement) || $("detail").classList.contains("open")) go.back();
      else if ($("query").value) { $("query").value = ""; select(); }
      return;
    }
    if (event.target === $("query") && (event.key === "Enter" || event.key === "ArrowDown")) {
      event.preventDefault(); show("timeline"); $("list").focus(); step(1); return;
    }
    if (isTyping) return;
    const act = {
      j: () => step(1), k: () => step(-1), "/": () => { $("query").focus(); $("query").select(); },
      "?": () => $("keys").showModal(), t: switchTheme,
      g: () => { step(-1e9); }, G: () => { step(1e9); },
      1: () => show("timeline"), 2: () => show("graph"), 3: () => show("files"),
    }[event.key];
    if (act) { event.preventDefault(); act(); }
    else if (event.key === "Enter" && event.target === $("list") && chosen) { go.memory(chosen, true); $("detail").focus(); }
  });
  document.querySelector("nav").addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    show(VIEWS[(VIEWS.indexOf(view) + by + 3) % 3]);
    $(`tab-${view}`).focus();
  });

  for (const one of VIEWS) $(`tab-${one}`).addEventListener("click", () => show(one));
  $("theme").addEventListener("click", switchTheme);
  $("help").addEventListener("click", () => $("keys").showModal());
  $("query").addEventListener("input", () => { if (view === "files") show("timeline"); select(); });
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", () => { show("timeline"); list.unroll(MOST_ON_PAPER); if (list.rows.length > MOST_ON_PAPER) $("count").textContent += `; the first ${MOST_ON_PAPER} rows are printed`; });
  addEventListener("afterprint", select);

  drawFilters();
  show("timeline");
  select();
  drawDetail();
  follow();
  document.documentElement.dataset.ready = "true";

  // What is searched is made ready while nobody waits, so that the first keystroke is answered at once.
  let next = 0;
  (function prepare() {
    const end = performance.now() + 8;
    while (next < Data.memories.length && performance.now() < end) Data.haystackOf(Data.memories[next++]);
    if (next < Data.memories.length) setTimeout(prepare, 4);
  })();
})();
