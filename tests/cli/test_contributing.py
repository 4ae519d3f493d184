"""Contributions, rounds and the index from the shell."""

from __future__ import annotations

import json

from tests.cli.terminal import Terminal


def test_contributions_go_out_and_come_in(place: Terminal) -> None:
    assert "0 added, 30 there already" in place.does("import", "contributions", "charter", "comments.jsonl")
    (place.folder / "bad.jsonl").write_text('{"id": "ok", "text": "words"}\n{"id": 2}\n')
    done = place.run("import", "contributions", "charter", "bad.jsonl", "--dry-run")
    assert (done.returncode, done.stderr) == (1, "line 2: it has no text\n")
    assert "1 would be added" in done.stdout
    lines = place.does("export", "charter").splitlines()
    assert len(lines) == 30
    assert json.loads(lines[0])["reference"].endswith("-C0001")
    place.does("export", "charter", "--format", "csv", "--out", "charter.csv")
    assert len((place.folder / "charter.csv").read_text().splitlines()) == 31
    assert json.loads(place.does("export", "charter", "--internal").splitlines()[0])["state"] == "published"


def test_a_round_is_extended_with_its_reason(place: Terminal) -> None:
    said = place.does("round", "extend", "charter", "--closes", "2031-02-15 23:59", "--reason", "Many asked.")
    assert "closes 2031-02-15T22:59Z" in said


def test_search_answers_as_the_api_does(place: Terminal) -> None:
    assert "entries in the index" in place.does("reindex")
    found = json.loads(place.does("search", "audit", "--json", "--type", "comment"))
    assert found["total"] == 30
    assert "<mark>audits</mark>" in found["items"][0]["excerpt"]
    assert "30 found" in place.does("search", "audit", "--type", "comment")
