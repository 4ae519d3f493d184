"""The index is disposable and never in the way: it is deleted, cut off, locked or rebuilt, and nothing is lost."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from consult.search.folder import IndexFolder
from consult.search.port import Condition, Entry, Query, SearchUnavailable
from consult.search.whoosh_engine import WhooshEngine
from tests.search.conftest import Making, texts

spawn = multiprocessing.get_context("spawn")


def folder_of(engine: WhooshEngine, tmp_path: Path) -> Path:
    live = IndexFolder(tmp_path / "index").live()
    assert live is not None
    return live


def test_before_the_first_rebuild_search_says_that_it_is_being_prepared(
    tmp_path: Path, entry: Making
) -> None:
    engine = WhooshEngine(tmp_path / "index")
    assert engine.state().condition == Condition.EMPTY
    assert engine.state().needs_rebuild
    with pytest.raises(SearchUnavailable):
        engine.search(Query("charter"))
    with pytest.raises(SearchUnavailable):
        engine.update([entry("charter")])
    engine.rebuild([entry("charter")])
    assert engine.state().condition == Condition.READY
    assert texts(engine, "charter") == ["charter"]


def test_the_same_update_twice_changes_nothing(engine: WhooshEngine, entry: Making) -> None:
    first = entry("the charter")
    for _ in range(3):
        engine.update([first, first], ["comment:unknown"])
    assert engine.state().documents == 1


def test_an_edited_text_takes_the_place_of_the_old_one_and_a_hidden_one_is_gone(
    engine: WhooshEngine, entry: Making
) -> None:
    old = entry("about funding")
    engine.update([old])
    engine.update([entry("about audits", key=old.key)])
    assert texts(engine, "funding") == []
    assert texts(engine, "audit") == ["about audits"]
    engine.update([], [old.key])
    assert engine.search(Query("")).total == 0
    assert engine.suggest("audit") == ()


def test_other_processes_see_a_commit_at_once(engine: WhooshEngine, entry: Making, tmp_path: Path) -> None:
    reader = WhooshEngine(tmp_path / "index")
    assert texts(reader, "charter") == []
    engine.update([entry("charter")])
    assert texts(reader, "charter") == ["charter"]
    engine.rebuild([entry("charter, rebuilt")])
    assert texts(reader, "charter") == ["charter, rebuilt"]


def test_a_deleted_index_is_noticed_and_made_again(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    engine.update([entry("charter")])
    for folder in (folder_of(engine, tmp_path), tmp_path / "index"):
        for file in sorted(folder.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        folder.rmdir()
        with pytest.raises(SearchUnavailable):
            engine.search(Query("charter"))
        assert engine.state().needs_rebuild
        engine.rebuild([entry("charter")])
        assert texts(engine, "charter") == ["charter"]


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("suffix", [".trm", ".pst", "numbers.col", "stored.col", ".toc", "live.json"])
def test_a_file_that_was_cut_off_never_takes_the_site_down(
    engine: WhooshEngine, entry: Making, tmp_path: Path, suffix: str, kept: float
) -> None:
    engine.update([entry(f"charter number{n} of many") for n in range(40)])
    for file in (tmp_path / "index").rglob(f"*{suffix}"):
        os.truncate(file, int(file.stat().st_size * kept))
    for asking in (WhooshEngine(tmp_path / "index"), engine):
        try:
            asking.search(Query("charter -number3"))
        except SearchUnavailable:
            assert WhooshEngine(tmp_path / "index").state().needs_rebuild
    engine.rebuild([entry("charter")])
    assert engine.state().condition == Condition.READY
    assert texts(WhooshEngine(tmp_path / "index"), "charter") == ["charter"]


def hold_locks_until_killed(root: Path, ready: str) -> None:
    folder = IndexFolder(root)
    with folder.rebuilding(), folder.updating():
        folder.journal.start()
        Path(ready).touch()
        time.sleep(60)


def test_locks_of_a_dead_process_hold_nobody_up(engine: WhooshEngine, entry: Making, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    process = spawn.Process(target=hold_locks_until_killed, args=(tmp_path / "index", str(ready)))
    process.start()
    while not ready.exists():
        time.sleep(0.02)
    assert engine.state().condition == Condition.REBUILDING
    assert engine.search(Query("")).total == 0
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    engine.update([entry("charter")])
    assert engine.state().condition == Condition.READY
    assert texts(engine, "charter") == ["charter"]
    engine.rebuild([entry("charter again")])
    assert texts(engine, "charter") == ["charter again"]


def test_updates_during_a_rebuild_are_in_the_new_index(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    kept, edited, hidden = entry("kept"), entry("edited before"), entry("hidden")
    engine.update([kept, edited, hidden])
    other = WhooshEngine(tmp_path / "index")
    said: list[int] = []

    def from_database() -> Iterator[Entry]:
        yield from (kept, edited, hidden)
        assert other.state().condition == Condition.REBUILDING
        assert other.search(Query("")).total == 3
        other.update([entry("posted meanwhile"), entry("edited after", key=edited.key)], [hidden.key])
        assert other.search(Query("")).total == 3
        with pytest.raises(SearchUnavailable):
            other.rebuild(())

    engine.rebuild(from_database(), said.append)
    assert said[-1] == 3
    assert sorted(texts(other, "")) == ["edited after", "kept", "posted meanwhile"]
    assert engine.state().documents == 3


def test_a_rebuild_that_fails_leaves_the_old_index(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    engine.update([entry("charter")])

    def failing() -> Iterator[Entry]:
        yield entry("one")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(failing())
    assert texts(engine, "charter") == ["charter"]
    assert engine.state().condition == Condition.READY
    assert len(list((tmp_path / "index").glob("index-*"))) == 1


def test_an_entry_that_comes_twice_in_a_rebuild_is_there_once_in_its_last_form(
    engine: WhooshEngine, entry: Making
) -> None:
    first = entry("first form")
    engine.rebuild([first, entry("another"), entry("last form", key=first.key)])
    assert sorted(texts(engine, "")) == ["another", "last form"]


def test_readers_are_never_disturbed_by_updates_merges_and_rebuilds(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    base = [entry("steady charter") for _ in range(30)]
    engine.rebuild(base)
    reader, stop, wrong = WhooshEngine(tmp_path / "index"), threading.Event(), list[object]()

    def read() -> None:
        while not stop.is_set():
            try:
                if (total := reader.search(Query("steady")).total) != 30:
                    wrong.append(total)
            except SearchUnavailable as error:
                wrong.append(error.__cause__)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for thread in readers:
        thread.start()
    posted = [entry(f"comment number {n}") for n in range(40)]
    for one in posted:
        engine.update([one])
    time.sleep(0.6)
    engine.rebuild([*base, *posted])
    stop.set()
    for thread in readers:
        thread.join()
    assert wrong == []
    assert engine.state().documents == 70


def test_many_small_commits_are_merged_without_losing_or_reviving_anything(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    entries = [entry(f"comment number{n}") for n in range(30)]
    for one in entries:
        engine.update([one])
    deadline = time.monotonic() + 10
    while len(list(folder_of(engine, tmp_path).glob("*.trm"))) > 8 and time.monotonic() < deadline:
        engine.update([], [entries[0].key])
        time.sleep(0.4)
    assert len(list(folder_of(engine, tmp_path).glob("*.trm"))) <= 8
    assert engine.state().documents == 29
    assert texts(engine, "number0") == []
    assert texts(engine, "number29") == ["comment number29"]


def test_an_index_of_another_version_is_made_again(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    pointer = tmp_path / "index" / "live.json"
    pointer.write_text(pointer.read_text().replace('"version": "', '"version": "old'))
    assert engine.state().needs_rebuild
    with pytest.raises(SearchUnavailable):
        engine.search(Query(""))
    engine.rebuild([entry("charter")])
    assert engine.state().condition == Condition.READY


def post_until_killed(root: Path, entries: list[Entry], acknowledged: str) -> None:
    engine = WhooshEngine(root)
    for number, entry in enumerate(entries, 1):
        engine.update([entry])
        Path(acknowledged).write_text(str(number))


def test_a_worker_killed_while_committing_loses_nothing_that_was_committed(
    engine: WhooshEngine, entry: Making, tmp_path: Path
) -> None:
    said, entries = tmp_path / "said", [entry(f"comment number{n}") for n in range(2000)]
    process = spawn.Process(target=post_until_killed, args=(tmp_path / "index", entries, str(said)))
    process.start()
    while not said.exists() or int(said.read_text() or 0) < 25:
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    committed = int(said.read_text() or 25)
    assert committed <= engine.state().documents <= committed + 1
    engine.update(entries[: committed + 5])
    assert engine.state().documents == committed + 5
    assert texts(engine, "number3") == ["comment number3"]
