"""The official SDK's own client, against the real server process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import mcp
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.support.cli import GITMEM
from tests.support.git import GitDriver


class Session:
    """An initialised session, which speaks plain JSON values whatever the SDK's version."""

    def __init__(self, session: mcp.ClientSession, greeting: dict[str, Any]) -> None:
        self._session = session
        self.greeting = greeting

    async def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool, failed or not."""
        return _plain(await self._session.call_tool(name, arguments))

    async def answer(self, name: str, **arguments: Any) -> dict[str, Any]:
        """The structured answer of a tool that must not fail."""
        result = await self.call(name, **arguments)
        assert not result.get("isError"), result
        return dict(result["structuredContent"])

    async def tools(self) -> list[dict[str, Any]]:
        return list(_plain(await self._session.list_tools())["tools"])

    async def resources(self) -> list[dict[str, Any]]:
        return list(_plain(await self._session.list_resources())["resources"])

    async def templates(self) -> list[dict[str, Any]]:
        return list(_plain(await self._session.list_resource_templates())["resourceTemplates"])

    async def read(self, uri: str) -> str:
        result = _plain(await self._session.read_resource(uri))  # type: ignore[arg-type,unused-ignore]
        return str(result["contents"][0]["text"])

    async def prompts(self) -> list[dict[str, Any]]:
        return list(_plain(await self._session.list_prompts())["prompts"])

    async def prompt(self, name: str, **arguments: str) -> str:
        result = _plain(await self._session.get_prompt(name, arguments))
        return str(result["messages"][0]["content"]["text"])


def talk(
    git: GitDriver,
    work: Callable[[Session], Awaitable[None]],
    *,
    place: Path | None = None,
    command: Sequence[str] = (*GITMEM, "mcp"),
    environ: dict[str, str] | None = None,
    seconds: float = 60,
) -> None:
    """Start the server as a client does, and do the work in a session with it."""

    async def run() -> None:
        parameters = StdioServerParameters(
            command=command[0],
            args=list(command[1:]),
            cwd=str(place or git.path),
            env={**git.env(), **(environ or {})},
        )
        async with (
            stdio_client(parameters) as (incoming, outgoing),
            mcp.ClientSession(incoming, outgoing) as session,
        ):
            greeting = _plain(await session.initialize())
            await work(Session(session, greeting))

    asyncio.run(asyncio.wait_for(run(), seconds))


def _plain(value: Any) -> dict[str, Any]:
    return dict(value.model_dump(mode="json", by_alias=True, exclude_none=True))
