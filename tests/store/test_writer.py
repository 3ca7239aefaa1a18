"""One process runs a session at a time, and a death of any kind sets it free."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from market import events as ev
from store import HeadMovedError, SessionBusyError, Store, UnknownSessionError, open_store

from .samples import AT, opened

ROOT = Path(__file__).resolve().parents[2]

WRITE_UNTIL_KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from market.events import Notice
from store import open_store

with open_store(Path(sys.argv[1])) as store, store.writer(int(sys.argv[2])) as writer:
    n = 0
    while True:
        batch = [(datetime.now(UTC), n, Notice(text=f"{n}.{part}")) for part in range(7)]
        writer.append(batch)
        n += 1
        print(writer.head.seq, writer.head.hash, flush=True)
"""


def start_writing(path: Path, session_id: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITE_UNTIL_KILLED, str(path), str(session_id)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def kill(process: subprocess.Popen[str]) -> list[str]:
    """Kill -9, and what it had said by then in whole lines."""
    os.kill(process.pid, signal.SIGKILL)
    said, _ = process.communicate()
    return [line for line in said.splitlines(keepends=True) if line.endswith("\n")]


@pytest.mark.parametrize("batches", [1, 4, 23])
def test_after_kill_9_every_batch_said_to_be_stored_is_there_and_none_in_part(
    store: Store, path: Path, batches: int
) -> None:
    session_id = store.sessions.create("killed")
    process = start_writing(path, session_id)
    assert process.stdout is not None
    first = [process.stdout.readline() for _ in range(batches)]
    seq, digest = (first + kill(process))[-1].split()
    report = store.verify(session_id)
    assert report.ok
    assert report.events >= int(seq)
    assert report.events % 7 == 0
    assert store.ledger.page(session_id, start_seq=int(seq), limit=1)[0].hash == digest


def test_a_session_another_process_runs_is_refused_until_that_process_dies(store: Store, path: Path) -> None:
    session_id = store.sessions.create("busy")
    process = start_writing(path, session_id)
    assert process.stdout is not None
    process.stdout.readline()
    assert store.sessions.get(session_id).live
    with (
        pytest.raises(SessionBusyError, match=f"is being run by process {process.pid}"),
        store.writer(session_id),
    ):
        pass
    kill(process)
    assert not store.sessions.get(session_id).live
    with store.writer(session_id) as writer:
        assert writer.append([(AT, writer.elapsed_us, ev.SessionResumed())])
    assert store.verify(session_id).ok


def test_a_second_run_in_the_same_process_is_refused(store: Store) -> None:
    session_id = store.sessions.create("x")
    with store.writer(session_id), pytest.raises(SessionBusyError), store.writer(session_id):
        pass


def test_different_sessions_are_run_side_by_side(store: Store) -> None:
    first, second = store.sessions.create("a"), store.sessions.create("b")
    with store.writer(first) as one, store.writer(second) as two:
        one.append([(AT, 0, opened())])
        two.append([(AT, 0, opened())])
        one.append([(AT, 1, ev.Notice(text="x"))])
    assert store.verify(first).events == 2
    assert store.verify(second).events == 1


def test_a_writer_goes_on_where_the_last_one_ended(store: Store) -> None:
    session_id = store.sessions.create("x")
    with store.writer(session_id) as writer:
        writer.append([(AT, 40, opened())])
    with store.writer(session_id) as writer:
        assert (writer.head, writer.elapsed_us) == (store.ledger.head(session_id), 40)
        (recorded,) = writer.append([(AT, 41, ev.SessionResumed())])
    assert recorded.seq == 2


def test_a_writer_refuses_when_somebody_appended_behind_its_back(store: Store, path: Path) -> None:
    session_id = store.sessions.create("x")
    with store.writer(session_id) as writer, open_store(path) as other:
        other.ledger.append(session_id, [(AT, 0, opened())])
        with pytest.raises(HeadMovedError, match="resume it again"):
            writer.append([(AT, 0, opened())])


def test_a_session_that_does_not_exist_can_not_be_run(store: Store) -> None:
    with pytest.raises(UnknownSessionError), store.writer(3):
        pass
