"use strict";
// The page's data, how memories are searched, filtered and related; nothing here touches a view.

const Data = (() => {
  const all = JSON.parse(document.getElementById("data").textContent);
  const { memories, commits, paths } = all;
  const byId = new Map(memories.map((memory) => [memory.id, memory]));
  const byCommit = new Map(); // a commit's id to its memories
  const byPath = new Map(); // a path's number to the memories that changed it
  memories.forEach((memory, place) => {
    memory.place = place;
    const commit = commitOf(memory);
    if (commit) push(byCommit, commit.id, memory);
    for (const path of memory.files || []) push(byPath, path, memory);
    memory.when = commit && commit.time ? commit.time * 1000 : Date.parse(memory.time || "") || 0;
  });
  memories.sort((a, b) => b.when - a.when || a.place - b.place);
  memories.forEach((memory, place) => { memory.place = place; });

  function push(map, key, value) {
    const list = map.get(key);
    if (list) list.push(value);
    else map.set(key, [value]);
  }

  function commitOf(memory) {
    return memory.commit >= 0 ? commits[memory.commit] : null;
  }

  const branchOf = (memory) => memory.branch || (commitOf(memory) || {}).branch || "no branch";
  const authorOf = (memory) => (commitOf(memory) || {}).author || memory.author || "";
  const agentOf = (memory) => memory.agent || "";
  const pathsOf = (memory) => (memory.files || []).map((number) => paths[number]);
  const isPast = (memory) => ["superseded", "abandoned", "wrong"].includes(memory.standing)
    || Boolean(memory.amended_by && memory.amended_by[1] !== "fixed by");

  // Text to search: as it is, and each name once more without its seams, so that fooBar, foo_bar,
  // foo-bar and "foo bar" find each other.
  const squash = (text) => text.replace(/[_\-.\s]+/g, "").toLowerCase();
  const NAME = /[A-Za-z0-9]+(?:[_\-.][A-Za-z0-9]+)+/g;
  function haystackOf(memory) {
    if (memory.hay) return memory.hay;
    const parts = [memory.title, memory.id, memory.kind, memory.why, ...(memory.what || [])];
    for (const one of memory.decisions || []) {
      parts.push(one.chose, one.because, ...(one.rejected || []));
    }
    for (const one of memory.errors || []) parts.push(one.message, one.frames, one.resolution);
    const commit = commitOf(memory);
    parts.push(...(memory.next || []), ...pathsOf(memory), ...(memory.symbols || []));
    parts.push(...(memory.concepts || []), authorOf(memory), agentOf(memory), branchOf(memory));
    parts.push(memory.session);
    if (commit) parts.push(commit.id, commit.subject);
    const text = parts.filter(Boolean).join("\n");
    const seams = [...new Set(text.match(NAME) || [])].map(squash).join(" ");
    memory.hay = text.normalize("NFC").toLowerCase() + "\n" + seams;
    return memory.hay;
  }

  function termsOf(query) {
    const found = [];
    for (const match of query.normalize("NFC").matchAll(/"([^"]+)"|(\S+)/g)) {
      const text = (match[1] || match[2]).toLowerCase();
      const bare = squash(text);
      found.push(bare !== text && bare.length > 2 ? [text, bare] : [text]);
    }
    return found;
  }

  function matches(memory, terms) {
    if (!terms.length) return true;
    const hay = haystackOf(memory);
    return terms.every((forms) => forms.some((form) => hay.includes(form)));
  }

  // How well it matches: a word of the title counts most, then of what was decided or failed.
  function scoreOf(memory, terms) {
    const title = memory.title.toLowerCase();
    const said = JSON.stringify([memory.decisions, memory.errors]).toLowerCase();
    let score = 0;
    for (const [form] of terms) {
      score += (title.includes(form) ? 4 : 0) + (said.includes(form) ? 2 : 0) + 1;
    }
    return score - (isPast(memory) ? 3 : 0);
  }

  function select(query, filters) {
    const terms = termsOf(query);
    const path = filters.path.trim().toLowerCase();
    const wanted = path && new Set([...paths.keys()].filter((n) => paths[n].toLowerCase().includes(path)));
    const found = memories.filter((memory) =>
      (filters.kind === "" || memory.kind === filters.kind)
      && (filters.author === "" || authorOf(memory) === filters.author)
      && (filters.agent === "" || agentOf(memory) === filters.agent)
      && (filters.branch === "" || branchOf(memory) === filters.branch)
      && (filters.standing === "*" || (filters.standing === ""
        ? memory.standing !== "superseded" : memory.standing === filters.standing))
      && (!wanted || (memory.files || []).some((n) => wanted.has(n)))
      && matches(memory, terms));
    if (filters.order === "oldest") found.reverse();
    if (filters.order === "best" && terms.length) {
      const scores = new Map(found.map((memory) => [memory, scoreOf(memory, terms)]));
      found.sort((a, b) => scores.get(b) - scores.get(a) || a.place - b.place);
    }
    return found;
  }

  // The memories tied to this one: what it replaces or amends, and what changed the same rare files.
  function relationsOf(memory) {
    const found = [];
    const add = (other, how, isNewer) => {
      if (other && other !== memory) found.push({ other, how, isNewer });
    };
    for (const id of memory.supersedes || []) add(byId.get(id), "supersedes", false);
    add(byId.get(memory.superseded_by), "supersedes", true);
    if (memory.amended_by) add(byId.get(memory.amended_by[0]), "amends", true);
    for (const other of amendments.get(memory.id) || []) add(other, "amends", false);
    const seen = new Set(found.map((one) => one.other));
    const shares = new Map();
    for (const path of memory.files || []) {
      const others = byPath.get(path);
      if (others.length > 200) continue;
      for (const other of others) {
        if (other === memory || seen.has(other)) continue;
        shares.set(other, (shares.get(other) || 0) + 1 / others.length);
      }
    }
    const near = [...shares].sort((a, b) => b[1] - a[1]
      || Math.abs(a[0].when - memory.when) - Math.abs(b[0].when - memory.when));
    for (const [other] of near.slice(0, 8)) add(other, "files", other.when > memory.when);
    return found;
  }
  const amendments = new Map();
  for (const memory of memories) {
    if (memory.amended_by) push(amendments, memory.amended_by[0], memory);
  }

  function find(prefix) {
    if (byId.has(prefix)) return byId.get(prefix);
    const found = memories.filter((memory) => memory.id.startsWith(prefix));
    return found.length === 1 ? found[0] : null;
  }

  const commitLink = (commit) => {
    const isSafe = /^https:\/\/[a-z0-9.-]+\/[\w.~/-]+\/$/i.test(all.link) && /^[0-9a-f]{40,64}$/.test(commit.id);
    return isSafe ? all.link + commit.id : "";
  };

  return {
    all, memories, commits, paths, byId, byCommit, byPath, commitOf, branchOf, authorOf, agentOf,
    pathsOf, isPast, haystackOf, termsOf, select, relationsOf, find, commitLink,
  };
})();
