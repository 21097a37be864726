"use strict";
// A memory as elements: a card of the timeline, and all of it.  Text is only ever put in as text.

const Draw = (() => {
  let terms = [];

  function el(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key === "class") element.className = value;
      else if (key === "text") highlight(element, value);
      else if (key === "on") element.addEventListener("click", value);
      else element.setAttribute(key, value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  function highlight(element, text) {
    const lower = text.toLowerCase();
    let at = 0;
    while (terms.length && lower.length === text.length) {
      let next = -1, length = 0;
      for (const [form] of terms) {
        const place = form.length > 1 ? lower.indexOf(form, at) : -1;
        if (place >= 0 && (next < 0 || place < next)) { next = place; length = form.length; }
      }
      if (next < 0) break;
      element.append(text.slice(at, next), el("mark", {}, text.slice(next, next + length)));
      at = next + length;
    }
    element.append(text.slice(at));
  }

  const labelled = (label, text, name = "") =>
    el("p", { class: name }, el("span", { class: "label" }, label), el("span", { text }));

  function choice(one) {
    return el("div", { class: "choice" },
      one.chose ? labelled("Decided", one.chose) : null,
      one.because ? labelled("Because", one.because, "why") : null,
      ...(one.rejected || []).map((text) => labelled("Rejected", text, "no")));
  }

  function fault(one, isWhole) {
    const lines = (one.message || "").split("\n");
    const text = isWhole || lines.length < 5 ? lines.join("\n") : [...lines.slice(0, 4), "…"].join("\n");
    return el("div", { class: "fault" },
      el("span", { class: "label" }, "Error"), el("pre", { text }),
      isWhole && one.frames ? el("pre", { class: "frames", text: one.frames }) : null,
      one.resolution ? labelled("Resolved", one.resolution, "mended") : null);
  }

  const kind = (memory) => el("span", { class: `kind k-${/^[a-z]+$/.test(memory.kind) ? memory.kind : "change"}` }, memory.kind);

  const STANDING = {
    fresh: "still there", drifted: "partly changed since", orphaned: "nothing of it is left",
    "other-branch": "on another branch", superseded: "superseded", abandoned: "dropped",
    pending: "not committed yet", unjudged: "",
  };

  function state(memory) {
    const words = memory.amended_by ? memory.amended_by[1].replace(/ by$/, "") : STANDING[memory.standing];
    if (!words || memory.standing === "fresh" && !memory.amended_by) return null;
    return el("span", { class: "state" }, words);
  }

  function card(memory) {
    const commit = Data.commitOf(memory);
    const decisions = memory.decisions || [], errors = memory.errors || [];
    const more = decisions.length + errors.length - Math.min(2, decisions.length) - Math.min(1, errors.length);
    const gist = memory.why || (!decisions.length && !errors.length && (memory.what || []).join(" · ")) || "";
    const isRepeated = decisions.length && decisions[0].chose === memory.title;
    const files = Data.pathsOf(memory);
    return el("article", { class: "card" },
      el("h3", {}, kind(memory), el("span", { text: memory.title })),
      gist ? el("p", { class: "gist", text: gist }) : null,
      ...decisions.slice(0, 2).map((one, n) => n || !isRepeated ? choice(one)
        : one.because || one.rejected && one.rejected.length ? choice({ ...one, chose: "" }) : null),
      ...errors.slice(0, 1).map((one) => fault(one, false)),
      el("p", { class: "meta" },
        Data.authorOf(memory) ? el("span", { text: Data.authorOf(memory) }) : null,
        memory.agent ? el("span", { text: `with ${memory.agent}` }) : null,
        commit ? el("code", { text: commit.id.slice(0, 7) }) : null,
        files.length ? el("span", { text: files[0] + (files.length > 1 ? ` and ${files.length - 1 + (memory.more_files || 0)} more` : "") }) : null,
        more > 0 ? el("span", {}, `${more} more inside`) : null,
        state(memory)));
  }

  const list = (label, texts) => texts && texts.length
    ? [el("h4", {}, label), el("ul", {}, ...texts.map((text) => el("li", { text })))] : [];

  const HOW = {
    "supersedes-true": "Superseded by", "supersedes-false": "Supersedes",
    "amends-true": "Amended by", "amends-false": "Amends",
    "files-true": "Later, same files", "files-false": "Before, same files",
  };

  function whole(memory, go) {
    const commit = Data.commitOf(memory);
    const link = commit && Data.commitLink(commit);
    const facts = [];
    const fact = (label, ...nodes) => facts.push(el("dt", {}, label), el("dd", {}, ...nodes));
    if (commit) {
      const shown = el("code", {}, commit.id.slice(0, 12));
      fact("Commit", link ? el("a", { href: link, rel: "noreferrer noopener", target: "_blank" }, shown) : shown);
      if (commit.subject && commit.subject !== memory.title) fact("Subject", el("span", { text: commit.subject }));
    }
    if (Data.authorOf(memory)) fact("Author", el("span", { text: Data.authorOf(memory) }));
    if (memory.agent) fact("Agent", el("span", { text: memory.agent }));
    if (memory.when) fact("Time", el("time", {}, new Date(memory.when).toISOString().replace("T", " ").slice(0, 16) + " UTC"));
    fact("Branch", el("code", { text: Data.branchOf(memory) }));
    if (STANDING[memory.standing]) fact("Standing", STANDING[memory.standing]);
    if (memory.session) fact("Session", el("code", { text: memory.session }));
    if (memory.compressor) fact("Made by", el("span", { text: memory.compressor }));
    fact("Memory", el("a", { href: `#${memory.id}` }, el("code", {}, memory.id)));

    const related = Data.relationsOf(memory);
    const newer = related.find((one) => one.isNewer && one.how !== "files");
    const files = (memory.files || []).map((number) =>
      el("button", { class: "chip", type: "button", text: Data.paths[number], on: () => go.file(Data.paths[number]) }));
    return [
      el("button", { class: "icon close", type: "button", "aria-label": "Back to the list", on: go.back }, "×"),
      el("div", {}, kind(memory), state(memory)),
      el("h2", { text: memory.title }),
      newer ? el("p", { class: "notice" }, `This is history: ${memory.amended_by ? memory.amended_by[1] : "superseded by"} `,
        el("button", { class: "link", type: "button", text: newer.other.title, on: () => go.memory(newer.other) })) : null,
      memory.abandoned ? el("p", { class: "notice", text: `Its commit was dropped ${memory.abandoned}.` }) : null,
      ...(memory.why ? [el("h4", {}, "Why"), el("p", { text: memory.why })] : []),
      ...(memory.decisions ? [el("h4", {}, "Decisions"), ...memory.decisions.map(choice)] : []),
      ...(memory.errors ? [el("h4", {}, "Errors"), ...memory.errors.map((one) => fault(one, true))] : []),
      ...list("What", memory.what),
      ...list("Next", memory.next),
      ...(files.length ? [el("h4", {}, "Files"), el("div", { class: "chips" }, ...files,
        memory.more_files ? el("span", {}, `and ${memory.more_files} more`) : null)] : []),
      ...(memory.symbols ? [el("h4", {}, "Names"), el("div", { class: "chips" },
        ...memory.symbols.map((text) => el("span", { class: "chip", text })))] : []),
      ...(related.length ? [el("h4", {}, "Related"), el("ul", { class: "related" }, ...related.map((one) =>
        el("li", {}, el("span", { class: "label" }, HOW[`${one.how}-${one.isNewer}`]),
          el("button", { class: "link", type: "button", text: one.other.title, on: () => go.memory(one.other) }))))] : []),
      el("h4", {}, "From"), el("dl", {}, ...facts),
    ].filter(Boolean);
  }

  return { el, card, whole, setTerms: (some) => { terms = some; } };
})();
