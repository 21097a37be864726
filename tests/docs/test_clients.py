"""The page of clients says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from gitmem.agents.hook_clients import CLIENT_NAMES, choose_client
from gitmem.cli.documents import find_page
from gitmem.setup.clients.clients import CLIENTS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "clients.md").read_text("utf-8")
TOLD, FILES = PAGE.split("## Which files")
EVENTS = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart")


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a table, by the client's name."""
    lines = [line.split("|")[1:-1] for line in text.splitlines() if line.startswith("| `")]
    found = {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in lines}
    assert len(found) == len(lines), "a client stands twice in a table"
    return found


def test_the_table_says_at_which_events_each_client_is_told() -> None:
    table = rows(TOLD)
    assert set(table) == set(CLIENT_NAMES)
    for name, cells in table.items():
        client = choose_client(name, b"", {"CLAUDE_CODE_SESSION_ID": "x"})
        assert client is not None
        assert [bool(cell) for cell in cells[:4]] == [client.tells(event) for event in EVENTS]
        most = client.budget_tokens("SessionStart", 1_000_000)
        number = re.sub(r"\D", "", cells[5])
        assert (int(number) if number else 1_000_000) == most, name


def test_the_table_names_every_file_that_init_writes() -> None:
    table = rows(FILES)
    assert set(table) == {client.name for client in CLIENTS}
    for client in CLIENTS:
        named = re.findall(r"`([^`]+)`", table[client.name][0])
        assert named == [file.path for file in client.files]
        has_own = any(file.user_path is not None for file in client.files)
        assert has_own == bool(table[client.name][1])


def test_help_leads_to_the_page_by_any_clients_name() -> None:
    for client in CLIENTS:
        assert find_page(client.name) == PAGE
    assert find_page("mine") == find_page("personal") != PAGE
    assert find_page("nobody") is None
