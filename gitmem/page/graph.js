"use strict";
// The graph: memories as boxes from old to new, tied by what supersedes, amends or shares files.

const Graph = (() => {
  const MOST = 60, WIDTH = 230, HEIGHT = 46;
  const NAMESPACE = "http://www.w3.org/2000/svg";

  function svg(name, attributes, ...children) {
    const element = document.createElementNS(NAMESPACE, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  // Around the chosen memory, else those of the selection that something ties together.
  function nodesOf(chosen, selected) {
    const found = new Set();
    const queue = chosen ? [[chosen, 0]] : [];
    while (queue.length && found.size < MOST / 2) {
      const [memory, depth] = queue.shift();
      if (found.has(memory)) continue;
      found.add(memory);
      if (depth > 1) continue;
      for (const one of Data.relationsOf(memory)) {
        if (depth === 0 || one.how !== "files") queue.push([one.other, depth + 1]);
      }
    }
    if (chosen) return found;
    for (const memory of selected) {
      if (found.size >= MOST) break;
      const ties = Data.relationsOf(memory).filter((one) => one.how !== "files");
      if (ties.length) [memory, ...ties.map((one) => one.other)].forEach((one) => found.add(one));
    }
    for (const memory of selected) {
      if (found.size >= MOST / 3) break;
      found.add(memory);
    }
    return found;
  }

  function edgesOf(nodes) {
    const found = new Map();
    for (const memory of nodes) {
      let files = 0;
      for (const one of Data.relationsOf(memory)) {
        if (!nodes.has(one.other) || one.how === "files" && (files += 1) > 3) continue;
        const [older, newer] = one.isNewer ? [memory, one.other] : [one.other, memory];
        const key = `${older.id} ${newer.id}`;
        if (!found.has(key)) found.set(key, { older, newer, how: one.how });
      }
    }
    return [...found.values()];
  }

  const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

  function draw(place, chosen, selected, choose) {
    const { el } = Draw;
    const nodes = nodesOf(chosen, selected);
    const edges = edgesOf(nodes);
    const bar = el("div", { class: "bar" },
      el("span", {}, chosen ? `Around “${cut(chosen.title, 60)}”` : `${nodes.size} of ${selected.length} selected memories`),
      el("span", { class: "key supersedes" }, "supersedes"), el("span", { class: "key amends" }, "amends"),
      el("span", { class: "key files" }, "changed the same files"),
      chosen ? el("button", { class: "link", type: "button", on: () => choose(null) }, "Show the whole selection") : null);
    if (!nodes.size) {
      place.replaceChildren(bar, el("p", { class: "empty" }, el("b", {}, "Nothing to draw"), "No memory is selected."));
      return;
    }
    const graph = new dagre.graphlib.Graph();
    graph.setGraph({ rankdir: "LR", nodesep: 14, ranksep: 64, marginx: 8, marginy: 8 });
    graph.setDefaultEdgeLabel(() => ({}));
    for (const memory of nodes) graph.setNode(memory.id, { width: WIDTH, height: HEIGHT });
    for (const { older, newer, how } of edges) graph.setEdge(older.id, newer.id, { how });
    dagre.layout(graph);
    const { width, height } = graph.graph();
    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Graph of memories" });
    for (const { v, w } of graph.edges()) {
      const { points, how } = graph.edge(v, w);
      const [start, ...rest] = points.map((p) => `${p.x.toFixed(1)} ${p.y.toFixed(1)}`);
      const line = rest.length === 2 ? `Q${rest[0]} ${rest[1]}` : rest.map((p) => `L${p}`).join("");
      picture.append(svg("path", { class: `edge ${how}`, d: `M${start}${line}` }));
    }
    for (const memory of nodes) {
      const { x, y } = graph.node(memory.id);
      const kind = /^[a-z]+$/.test(memory.kind) ? memory.kind : "change";
      const title = svg("text", { x: 16, y: 19 });
      title.textContent = cut(memory.title, 33);
      const sub = svg("text", { x: 16, y: 35, class: "sub" });
      sub.textContent = cut([memory.kind, memory.when ? new Date(memory.when).toISOString().slice(0, 10) : "", Data.authorOf(memory)].filter(Boolean).join(" · "), 38);
      const tip = svg("title", {});
      tip.textContent = memory.title;
      const box = svg("g", {
        class: `node${memory === chosen ? " chosen" : ""}${Data.isPast(memory) ? " past" : ""}`,
        transform: `translate(${x - WIDTH / 2},${y - HEIGHT / 2})`, tabindex: 0, role: "button", "aria-label": memory.title,
      }, tip, svg("rect", { class: "box", width: WIDTH, height: HEIGHT, rx: 8 }),
      svg("rect", { class: `dot k-${kind}`, x: 0, y: 8, width: 4, height: HEIGHT - 16, rx: 2 }), title, sub);
      box.addEventListener("click", () => choose(memory));
      box.addEventListener("keydown", (event) => { if (event.key === "Enter") choose(memory); });
      picture.append(box);
    }
    place.replaceChildren(bar, el("div", { class: "canvas" }, picture));
    const node = place.querySelector(".node.chosen");
    if (node) node.scrollIntoView({ block: "center", inline: "center" });
  }

  return { draw };
})();
