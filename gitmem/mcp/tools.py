"""What each tool does: arguments in, an answer out.  Nothing here knows the protocol.

One :class:`MemoryService` a repository, opened when it is first needed, so that a server which was
started outside a repository still answers, and says why it cannot.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gitmem.capture.agent_answer import Speaker, speaker_of
from gitmem.capture.agent_note import NOT_SET_UP, AgentNote
from gitmem.compress.agent_answer import AgentAnswer, answer_of
from gitmem.errors import UnknownMemory, UsageError
from gitmem.git.repo import Repo, find_enclosing_repo, top_relative
from gitmem.mcp.answers import (
    ID_LENGTH,
    ToolReply,
    behind_of,
    briefs_of,
    fit_answer,
    line,
    notice,
    reply,
    whole_of,
)
from gitmem.mcp.arguments import parse_count, parse_kinds, parse_names, parse_order, read_moment
from gitmem.mcp.shapes import Behind, Kept, Line, Listing, Observations, Reasons
from gitmem.model.hit import Hit
from gitmem.model.query import MAX_TEXT, Query
from gitmem.recall.at_start import context_for
from gitmem.recall.memory_service import MemoryService
from gitmem.recall.nothing_found import reasons_for_nothing
from gitmem.recall.results import has_memories, is_being_built, search_everywhere
from gitmem.recall.why import Origin, told_once
from gitmem.state.known_repos import KnownRepos, repo_name
from gitmem.state.scrub_intent import has_scrub_intent
from gitmem.state.settings import read_settings
from gitmem.state.sharing import adopt_sharing

_EVERYWHERE = ("*", "all", "everywhere")
_SORT_LIMIT = 300
_SCRUB_PATIENCE_SECONDS = 5.0


class Tools:
    """The tools over the repository that ``place`` lies in; for one thread.

    ``environ`` is the server's environment, where the client tells its session.
    """

    def __init__(self, place: Path, environ: Mapping[str, str], known_repos: KnownRepos) -> None:
        self._place = place
        self._environ = environ
        self._known_repos = known_repos
        self._service: MemoryService | None = None

    @property
    def service(self) -> MemoryService:
        """The open memory.

        Raises:
            NotARepository, GitFailed: there is no repository here (yet).
        """
        if self._service is None:
            repo = find_enclosing_repo(self._place)
            adopt_sharing(repo)
            self._service = MemoryService(repo)
        self._finish_scrub(self._service.repo)
        return self._service

    def _finish_scrub(self, repo: Repo) -> None:
        """What a scrub that was killed is to take away must not be told any more."""
        if has_scrub_intent(repo):
            from gitmem.worker import finish_begun_scrub

            finish_begun_scrub(repo, _SCRUB_PATIENCE_SECONDS)

    def close(self) -> None:
        """Close everything."""
        if self._service is not None:
            self._service.close()
            self._service = None

    def wake(self) -> None:
        """After an answer: look for changes."""
        if self._service is not None:
            self._service.wake()

    def search(
        self,
        *,
        query: str = "",
        limit: int = 20,
        offset: int = 0,
        kinds: Sequence[str] = (),
        project: str = "",
        date_start: str | float = "",
        date_end: str | float = "",
        order: str = "",
        files: Sequence[str] = (),
        concepts: Sequence[str] = (),
        author: str = "",
        branch: str = "",
        beyond_head: bool = False,
    ) -> ToolReply:
        """A list of memories: ids, titles, origin, and how much of each commit still stands."""
        limit = parse_count(limit, "limit", least=1)
        offset = parse_count(offset, "offset", most=100_000)
        ordered = parse_order(order)
        asked = Query(
            text=query[:MAX_TEXT],
            paths=tuple(top_relative(self.service.repo, path, self._place) for path in files),
            kinds=parse_kinds(*kinds),
            author=author,
            since=read_moment(date_start),
            until=read_moment(date_end, is_end=True),
            branch=branch,
            concepts=frozenset(concepts),
            beyond_head=beyond_head,
            limit=limit + 1,
            offset=offset,
        )
        if ordered == "relevance":
            results = self._search_project(asked, project)
        else:
            every = self._search_project(replace(asked, offset=0, limit=_SORT_LIMIT), project)
            every.sort(key=lambda r: r.memory.provenance.time, reverse=ordered == "date_desc")
            results = every[offset : offset + limit + 1]
        shown = fit_answer(briefs_of(results[:limit], asked.text))
        more = offset + len(shown) if len(results) > len(shown) else None
        if shown:
            hint = "Details: get_observations(ids=[...]). Before and after: timeline(anchor=id)."
        else:
            hint = self._no_results_hint(asked)
        return reply(Listing(notice(), shown, more, hint))

    def timeline(
        self,
        *,
        anchor: str = "",
        query: str = "",
        depth_before: int = 3,
        depth_after: int = 3,
        project: str = "",
    ) -> ToolReply:
        """The memories before and after one memory, oldest first."""
        self._check_project(project)
        before = parse_count(depth_before, "depth_before", most=25)
        after = parse_count(depth_after, "depth_after", most=25)
        centre = self._anchor(anchor.strip(), query)
        results = self.service.around(centre, before, after)
        shown = briefs_of(results, query)
        hint = "Details: get_observations(ids=[...])."
        return reply(Line(notice(), centre.memory.id[:ID_LENGTH], shown, hint))

    def get_observations(
        self,
        *,
        ids: str | int | float | list[str | int | float],
        order: str = "",
        limit: int = 0,
        project: str = "",
    ) -> ToolReply:
        """These memories in full."""
        self._check_project(project)
        ordered = parse_order(order)
        names = parse_names(ids)[:100]
        results, missing = self.service.observations(names)
        if not results:
            reasons = "; ".join(missing.values())
            raise UnknownMemory(reasons, "Take ids from the results of search or timeline")
        if ordered != "relevance":
            results.sort(key=lambda r: r.memory.provenance.time, reverse=ordered == "date_desc")
        wholes = [whole_of(result) for result in results[: limit or None]]
        kept = fit_answer(wholes)
        left = [whole.id[:ID_LENGTH] for whole in wholes[len(kept) :]]
        hint = f"Too long for one answer; ask again for: {', '.join(left)}" if left else ""
        told = {line(name, 80): line(reason, 200) for name, reason in missing.items()}
        return reply(Observations(notice(), kept, told, hint))

    def why(self, *, path: str, start: int = 0, end: int = 0, limit: int = 5) -> ToolReply:
        """The commits behind a file or its lines, with what is remembered about them."""
        if not path.strip():
            raise UsageError("'path' is empty", "Name a file, such as src/a.py or src/a.py:40-60")
        place = path if not start else f"{path}:{start}" + (f"-{end}" if end else "")
        count = parse_count(limit, "limit", most=50, least=1)
        answer = self.service.why(place, self._place, count)
        every = [_behind(origin) for origin in (*told_once(answer.origins), *answer.nearest)]
        commits = fit_answer(every)
        hint = "" if answer.origins else "Nothing is remembered about these; subjects are shown."
        if len(commits) < len(every):
            hint = "There is more: ask for fewer lines, or for one of the commits by its id."
        return reply(Reasons(notice(), line(place, 300), commits, hint))

    def remember(
        self,
        *,
        text: str,
        title: str = "",
        kind: str = "discovery",
        files: Sequence[str] = (),
        concepts: Sequence[str] = (),
        commit: str = "",
        why: str = "",
        decisions: Sequence[Any] = (),
        facts: Sequence[Any] = (),
        next: Sequence[str] = (),  # noqa: A002 - the field's name in a memory
    ) -> ToolReply:
        """Keep a note from the agent, pending until a commit takes it; or, where it says why a
        commit was made, that commit's memory.
        """
        speaker = speaker_of(self._environ, is_sure=False)
        if commit or why or decisions or facts or next:
            fields = {
                "why": why or text,
                "decisions": list(decisions),
                "facts": list(facts),
                "next": list(next),
                "title": title,
                # what the tool says of a note without being told is no word about a commit
                "kind": "" if kind == "discovery" else kind,
                "files": list(files),
            }
            return self._remember_commit(answer_of(fields), commit, speaker)
        note = AgentNote(
            text,
            title,
            kind.strip().lower(),
            files=tuple(files),
            concepts=tuple(concepts),
            session=speaker.session,
            agent=speaker.agent,
        )
        memory = self.service.remember(note, self._place)
        told = "pending: it becomes part of the memory of the commit that takes this work"
        if not self.service.repo.is_initialised:
            told = f"pending; {NOT_SET_UP}"
        return reply(Kept(memory.id[:ID_LENGTH], told, line(memory.title, 300)), "Kept.")

    def _remember_commit(self, answer: AgentAnswer, commit: str, speaker: Speaker) -> ToolReply:
        kept = self.service.remember_commit(answer, commit, speaker, self._place)
        told = f"the memory of commit {kept.commit[:10]}"
        left_out = [line(refusal, 200) for refusal in kept.refusals] or None
        shown = Kept(kept.memory.id[:ID_LENGTH], told, left_out=left_out)
        return reply(shown, "Kept.")

    def context(self) -> str:
        """What a session that starts now receives."""
        repo = self.service.repo
        return context_for(repo, read_settings(repo).budget_tokens).text

    def _search_project(self, query: Query, project: str) -> list[Hit]:
        repo = self.service.repo
        wanted = project.strip().lower()
        if not wanted or wanted in (repo_name(repo).lower(), repo.top.lower()):
            return self.service.search(query)
        self.service.prepare()
        results = search_everywhere(repo, self._known_repos, query)
        if wanted in _EVERYWHERE:
            return results
        names = {result.repository for result in results}
        found = [r for r in results if wanted in (r.repository.lower(), r.place.lower())]
        if not found and wanted not in {name.lower() for name in names}:
            raise UsageError(
                f"nothing was found in a repository '{line(project, 80)}'",
                "Omit 'project' for this one, or use * for all that allow it"
                " (git config gitmem.everywhere true)",
            )
        return found

    def _check_project(self, project: str) -> None:
        repo = self.service.repo
        if project.strip().lower() not in ("", repo_name(repo).lower(), repo.top.lower()):
            raise UsageError(
                f"only search can look into another repository, such as '{line(project, 80)}'",
                "Omit 'project'",
            )

    def _anchor(self, anchor: str, query: str) -> Hit:
        if anchor:
            results, missing = self.service.observations(parse_names(anchor)[:1])
            if not results:
                raise UnknownMemory("; ".join(missing.values()), "Take the id from search")
            return results[0]
        if not query.strip():
            raise UsageError("there is no anchor", "Give an id as 'anchor', or words as 'query'")
        found = self.service.search(Query(text=query[:MAX_TEXT], limit=1))
        if not found:
            raise UnknownMemory("no matching memories", "Try other words, or search")
        return found[0]

    def _no_results_hint(self, query: Query) -> str:
        if is_being_built(self.service.repo):
            return "The index is being built: try again in a moment."
        if not has_memories(self.service.repo):
            if not self.service.repo.is_initialised:
                return "There are no memories here, and gitmem is not set up. Run: gitmem init"
            if not read_settings(self.service.repo).enabled:
                return "There are no memories here, and gitmem.enabled is false: commits get none."
            return "There are no memories here yet: commits get them from now on."
        reasons = reasons_for_nothing(self.service.repo, query)
        tips = [f"{'; '.join(['No matching memories', *reasons])}."]
        if query.is_filtered or query.branch:
            tips.append("Try fewer filters.")
        if not query.beyond_head:
            tips.append("all=true also covers what HEAD does not reach.")
        if query.text.strip():
            tips.append("Other words, or a name as it stands in the code, may find more.")
        return " ".join(tips)


def _behind(origin: Origin) -> Behind:
    entry = origin.entry
    return behind_of(
        entry.commit,
        entry.subject,
        origin.lines,
        origin.standing,
        entry.memories,
        is_earlier=origin.is_earlier,
        is_pending=entry.is_pending,
    )


def client_folder(environ: Mapping[str, str]) -> Path:
    """The folder that the client works in."""
    named = environ.get("CLAUDE_PROJECT_DIR", "")
    return Path(named) if named and os.path.isdir(named) else Path.cwd()  # noqa: PTH112
