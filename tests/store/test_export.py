"""An exported ledger can be read by anything, and checked with nothing but itself."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from market.events import parse_event
from store import BrokenLedgerError, ExportRefusedError, Store
from store.chain import GENESIS, link

from .samples import stored_session, whole_session


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


def test_every_event_is_a_line_of_json_that_is_the_event(store: Store, target: Path) -> None:
    done = store.export(stored_session(store), target)
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").split("\n")[:-1]]
    assert done.events == len(lines) == len(whole_session())
    assert [parse_event(json.dumps(line["payload"])) for line in lines] == whole_session()
    assert all(line["kind"] == line["payload"]["kind"] for line in lines)


def test_the_chain_can_be_checked_from_the_file_alone(store: Store, target: Path) -> None:
    session = stored_session(store)
    done = store.export(session, target)
    previous = GENESIS
    for line in target.read_bytes().split(b"\n")[:-1]:
        fields = json.loads(line)
        payload = line[line.index(b'"payload":') + len(b'"payload":') : -1]
        at, kind = fields["at_utc"].encode(), fields["kind"].encode()
        assert fields["prev_hash"] == previous
        previous = link(previous.encode(), fields["seq"], at, fields["offset_us"], kind, payload)
        assert fields["hash"] == previous
    assert previous == done.head_hash == store.sessions.get(session).head_hash


def test_a_file_that_is_there_is_replaced_only_when_asked(store: Store, target: Path) -> None:
    session = stored_session(store)
    target.write_text("mine")
    with pytest.raises(ExportRefusedError, match="exists"):
        store.export(session, target)
    assert target.read_text() == "mine"
    store.export(session, target, replace=True)
    assert target.read_text() != "mine"


def test_a_place_that_cannot_be_written_is_refused_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    session = stored_session(store)
    with pytest.raises(ExportRefusedError, match="cannot write"):
        store.export(session, tmp_path / "nowhere" / "out.jsonl")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(ExportRefusedError):
        store.export(session, tmp_path, replace=True)
    assert sorted(tmp_path.iterdir()) == before


def test_a_broken_ledger_is_not_exported(store: Store, path: Path, target: Path) -> None:
    session = stored_session(store)
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE events SET payload = replace(payload, 'atlas', 'atlat') WHERE seq = 2")
    with pytest.raises(BrokenLedgerError, match="does not verify: event 2"):
        store.export(session, target)
    assert not target.exists()
