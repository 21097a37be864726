"""Databases as claude-mem makes them, in its schema of version 5 and of version 13."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

V5 = """
CREATE TABLE schema_versions (
    id INTEGER PRIMARY KEY, version INTEGER UNIQUE NOT NULL, applied_at TEXT NOT NULL);
CREATE TABLE sdk_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, claude_session_id TEXT UNIQUE NOT NULL,
    sdk_session_id TEXT UNIQUE, project TEXT NOT NULL, user_prompt TEXT, started_at TEXT NOT NULL,
    started_at_epoch INTEGER NOT NULL, completed_at TEXT, completed_at_epoch INTEGER,
    status TEXT CHECK(status IN ('active', 'completed', 'failed')) NOT NULL DEFAULT 'active',
    worker_port INTEGER, prompt_counter INTEGER DEFAULT 0);
CREATE TABLE observations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sdk_session_id TEXT NOT NULL, project TEXT NOT NULL,
    text TEXT,
    type TEXT NOT NULL CHECK(type IN (
        'decision', 'bugfix', 'feature', 'refactor', 'discovery', 'change')),
    title TEXT, subtitle TEXT, facts TEXT, narrative TEXT, concepts TEXT, files_read TEXT,
    files_modified TEXT, prompt_number INTEGER, created_at TEXT NOT NULL,
    created_at_epoch INTEGER NOT NULL,
    FOREIGN KEY(sdk_session_id) REFERENCES sdk_sessions(sdk_session_id) ON DELETE CASCADE);
CREATE INDEX idx_observations_created ON observations(created_at_epoch DESC);
CREATE TABLE session_summaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, sdk_session_id TEXT NOT NULL, project TEXT NOT NULL,
    request TEXT, investigated TEXT, learned TEXT, completed TEXT, next_steps TEXT,
    files_read TEXT, files_edited TEXT, notes TEXT, prompt_number INTEGER,
    created_at TEXT NOT NULL, created_at_epoch INTEGER NOT NULL,
    FOREIGN KEY(sdk_session_id) REFERENCES sdk_sessions(sdk_session_id) ON DELETE CASCADE);
CREATE TABLE user_prompts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, claude_session_id TEXT NOT NULL,
    prompt_number INTEGER NOT NULL, prompt_text TEXT NOT NULL, created_at TEXT NOT NULL,
    created_at_epoch INTEGER NOT NULL);
"""

V13 = """
CREATE TABLE schema_versions (
    id INTEGER PRIMARY KEY, version INTEGER UNIQUE NOT NULL, applied_at TEXT NOT NULL);
CREATE TABLE sdk_sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT, content_session_id TEXT NOT NULL,
    memory_session_id TEXT UNIQUE, project TEXT NOT NULL,
    platform_source TEXT NOT NULL DEFAULT 'claude', user_prompt TEXT, started_at TEXT NOT NULL,
    started_at_epoch INTEGER NOT NULL, completed_at TEXT, completed_at_epoch INTEGER,
    status TEXT NOT NULL DEFAULT 'active' CHECK(status IN ('active', 'completed', 'failed')),
    worker_port INTEGER, prompt_counter INTEGER DEFAULT 0, custom_title TEXT);
CREATE TABLE observations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, memory_session_id TEXT NOT NULL, project TEXT NOT NULL,
    text TEXT, type TEXT NOT NULL, title TEXT, subtitle TEXT, facts TEXT, narrative TEXT,
    concepts TEXT, files_read TEXT, files_modified TEXT, prompt_number INTEGER,
    discovery_tokens INTEGER DEFAULT 0, created_at TEXT NOT NULL,
    created_at_epoch INTEGER NOT NULL, content_hash TEXT, generated_by_model TEXT,
    relevance_count INTEGER DEFAULT 0, merged_into_project TEXT, agent_type TEXT, agent_id TEXT,
    metadata TEXT, synced_at INTEGER, origin_device_id TEXT, origin_local_id TEXT,
    sync_rev TEXT NOT NULL DEFAULT '1',
    FOREIGN KEY(memory_session_id) REFERENCES sdk_sessions(memory_session_id)
        ON DELETE CASCADE ON UPDATE CASCADE);
CREATE INDEX idx_observations_created ON observations(created_at_epoch DESC);
CREATE TABLE session_summaries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, memory_session_id TEXT NOT NULL, project TEXT NOT NULL,
    request TEXT, investigated TEXT, learned TEXT, completed TEXT, next_steps TEXT,
    files_read TEXT, files_edited TEXT, notes TEXT, prompt_number INTEGER,
    discovery_tokens INTEGER DEFAULT 0, created_at TEXT NOT NULL,
    created_at_epoch INTEGER NOT NULL, merged_into_project TEXT,
    FOREIGN KEY(memory_session_id) REFERENCES sdk_sessions(memory_session_id)
        ON DELETE CASCADE ON UPDATE CASCADE);
CREATE TABLE user_prompts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, session_db_id INTEGER,
    content_session_id TEXT NOT NULL, prompt_number INTEGER NOT NULL, prompt_text TEXT NOT NULL,
    created_at TEXT NOT NULL, created_at_epoch INTEGER NOT NULL);
"""

SESSION = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"


class ClaudeMemWriter:
    """Writes rows as claude-mem does; ``schema`` is :data:`V5` or :data:`V13`."""

    def __init__(self, path: Path, schema: str = V13, project: str = "repo") -> None:
        self.path = path
        self._project = project
        self._link = "sdk_session_id" if schema is V5 else "memory_session_id"
        self._own = "claude_session_id" if schema is V5 else "content_session_id"
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.executescript(schema)

    def session(self, own: str = SESSION, link: str = "memory-1") -> ClaudeMemWriter:
        """A session of the agent, and the one in which claude-mem observed it."""
        columns = f"{self._own}, {self._link}, project, started_at, started_at_epoch"
        query = f"INSERT INTO sdk_sessions ({columns}) VALUES (?, ?, ?, ?, ?)"
        self._database.execute(query, (own, link, self._project, "-", 0))
        return self

    def observe(
        self,
        time: float,
        title: str,
        files: Sequence[str] = (),
        *,
        link: str = "memory-1",
        **cells: Any,
    ) -> ClaudeMemWriter:
        """An observation at that time (POSIX seconds) of files that were changed."""
        row = {
            "type": "bugfix",
            "title": title,
            "facts": "[]",
            "concepts": "[]",
            "files_read": "[]",
            "files_modified": json.dumps(list(files)),
            **cells,
        }
        return self._insert("observations", time, link, row)

    def summarise(self, time: float, request: str, **cells: Any) -> ClaudeMemWriter:
        """The summary of the session."""
        return self._insert("session_summaries", time, "memory-1", {"request": request, **cells})

    def close(self) -> Path:
        self._database.close()
        return self.path

    def _insert(self, table: str, time: float, link: str, cells: dict[str, Any]) -> ClaudeMemWriter:
        row = {
            self._link: link,
            "project": self._project,
            "created_at": "-",
            "created_at_epoch": int(time * 1_000),
            **cells,
        }
        names = ", ".join(row)
        marks = ", ".join("?" * len(row))
        self._database.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values())
        )
        return self
