"use strict";
// Files as HEAD has them: beside each line the memory of the commit that git blames for it.

const Files = (() => {
  const LINE = 20;
  const { files } = Data.all;
  let current = null, memories = [];

  // Of a commit's memories, the one that names the file.
  function memoryOf(commit, path) {
    const found = Data.byCommit.get(commit) || [];
    return found.find((memory) => Data.pathsOf(memory).includes(path)) || found[0] || null;
  }

  function linesOf(file) {
    const found = new Array(file.lines.length).fill(null);
    for (const [first, last, commit] of file.spans) {
      const memory = memoryOf(commit, file.path);
      for (let n = first; n <= last && n <= found.length; n += 1) found[n - 1] = memory;
    }
    return found;
  }

  function draw(place, path, line, chosen, go) {
    const { el } = Draw;
    if (!files.length) {
      place.replaceChildren(el("p", { class: "empty" }, el("b", {}, "No files to show"), "No memory here names a text file that HEAD still has."));
      return;
    }
    const known = files.find((file) => file.path === path);
    current = known || (path ? null : current) || files[0];
    memories = linesOf(current);
    const names = files.map((file) => el("li", {}, el("button", {
      type: "button", "aria-current": String(file === current), on: () => go.file(file.path),
    }, el("span", {}, file.path), el("small", {}, String((Data.byPath.get(Data.paths.indexOf(file.path)) || []).length)))));
    const told = memories.filter(Boolean).length;
    const left = Data.paths.length - files.length;
    const bar = el("div", { class: "bar" },
      el("code", {}, current.path), el("span", {}, `${told} of ${memories.length} lines have a memory`),
      path && !known ? el("span", { class: "state" }, `${path} is not among the files of this page`) : null,
      left > 0 ? el("span", {}, `The page holds ${files.length} files of ${Data.paths.length}; for others: gitmem why PATH`) : null);
    const sheet = el("div", { class: "sheet" });
    const code = el("div", { class: "code", tabindex: "0", role: "region", "aria-label": current.path }, sheet);
    sheet.style.height = `${current.lines.length * LINE + 40}px`;
    const widest = current.lines.reduce((most, text) => Math.max(most, text.length), 0);
    sheet.style.width = `${320 + widest * 8}px`;
    const paint = () => {
      const first = Math.max(0, Math.floor(code.scrollTop / LINE) - 20);
      const last = Math.min(current.lines.length, first + Math.ceil((code.clientHeight || 800) / LINE) + 40);
      const rows = [];
      for (let n = first; n < last; n += 1) {
        const memory = memories[n];
        const kind = memory && /^[a-z]+$/.test(memory.kind) ? `k-${memory.kind}` : "";
        const isFirst = memory && (n === first || memories[n - 1] !== memory);
        const row = el("div", { class: `src${memory && memory === chosen || n + 1 === line ? " of" : ""}` },
          el("i", { class: memory ? `dot ${kind}` : "" }), el("span", { class: "no" }, String(n + 1)),
          isFirst ? el("button", { type: "button", title: memory.title, on: () => go.memory(memory) }, memory.title)
            : el("span", {}), el("span", {}, current.lines[n]));
        row.style.top = `${n * LINE}px`;
        if (memory) row.addEventListener("click", () => go.memory(memory));
        rows.push(row);
      }
      sheet.replaceChildren(...rows);
    };
    code.addEventListener("scroll", () => requestAnimationFrame(paint), { passive: true });
    const scrolled = place.querySelector(".code");
    const kept = scrolled && place.dataset.path === current.path ? scrolled.scrollTop : 0;
    place.dataset.path = current.path;
    place.replaceChildren(bar, el("div", { class: "shelf" }, el("ul", { class: "names" }, ...names), code));
    code.scrollTop = line ? (line - 5) * LINE : kept;
    paint();
  }

  return { draw };
})();
