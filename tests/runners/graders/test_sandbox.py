"""The sandbox, for real: nothing gets out of it, and whatever misbehaves is stopped and named."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from pathlib import Path

import pytest

from runners.graders.census import PROC
from runners.graders.limits import MIB, Limits, Stop
from runners.graders.probe import bubblewrap_here
from runners.graders.sandbox import Kind, Run, Sandbox, SandboxError

LIMITS = Limits(seconds=20, memory=150 * MIB, processes=40, output=64 * 1024, disk=3 * MIB, file=16 * MIB)
HERE = bubblewrap_here()

needs_bubblewrap = pytest.mark.skipif(HERE.confinement is None, reason=HERE.trouble or "bubblewrap works")
KINDS = [pytest.param(Kind.BUBBLEWRAP, marks=needs_bubblewrap), Kind.PLAIN]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    folder = tmp_path / "workspace"
    folder.mkdir()
    return folder


def sandbox(kind: Kind, limits: Limits = LIMITS) -> Sandbox:
    return Sandbox(limits, HERE.confinement if kind is Kind.BUBBLEWRAP else None)


async def run(box: Sandbox, script: str, workspace: Path) -> tuple[Run, str]:
    pieces: list[str] = []
    done = await box.run(script, workspace, pieces.append)
    return done, "".join(pieces)


def alive(words: str) -> bool:
    """Whether any process on the machine was started with these words in its command."""
    for entry in PROC.iterdir():
        if entry.name.isdecimal():
            try:
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            except OSError:
                continue
            if words.encode() in command:
                return True
    return False


@pytest.mark.parametrize("kind", KINDS)
class TestOrdinaryScripts:
    async def test_run_in_the_workspace_and_may_change_it(self, kind: Kind, workspace: Path) -> None:
        done, output = await run(sandbox(kind), 'cd "$TESTBED" && echo hello | tee file; exit 3', workspace)
        assert (done.exit_code, done.stopped, output) == (3, None, "hello\n")
        assert (workspace / "file").read_text() == "hello\n"

    async def test_find_an_interpreter_with_pytest(self, kind: Kind, workspace: Path) -> None:
        done, output = await run(sandbox(kind), "python3 -m pytest --version", workspace)
        assert done.exit_code == 0, output

    async def test_see_no_key_of_the_users(
        self, kind: Kind, workspace: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
        _, output = await run(sandbox(kind), "env; python3 -c 'import os; print(os.environ)'", workspace)
        assert "TESTBED" in output
        assert "secret" not in output

    async def test_stream_their_output_in_order(self, kind: Kind, workspace: Path) -> None:
        pieces: list[str] = []
        first = asyncio.Event()

        def hear(text: str) -> None:
            pieces.append(text)
            first.set()

        script = "echo one; until test -e go; do :; done; echo two >&2"
        running = asyncio.create_task(sandbox(kind).run(script, workspace, hear))
        await first.wait()
        assert pieces == ["one\n"]
        (workspace / "go").touch()
        await running
        assert "".join(pieces) == "one\ntwo\n"

    async def test_may_write_bytes_that_are_no_text(self, kind: Kind, workspace: Path) -> None:
        _, output = await run(sandbox(kind), r"printf 'a\xff\xc3'", workspace)
        assert output == "a\ufffd\ufffd"

    async def test_leave_nobody_behind(self, kind: Kind, workspace: Path) -> None:
        script = "sleep 7701 & setsid sleep 7701 & (setsid nohup sleep 7701 >/dev/null 2>&1 &) ; echo started"
        done, output = await run(sandbox(kind), script, workspace)
        assert (done.stopped, output) == (None, "started\n")
        assert not alive("sleep 7701")


@pytest.mark.parametrize("kind", KINDS)
class TestLimits:
    async def test_a_sleeper_is_stopped(self, kind: Kind, workspace: Path) -> None:
        done, _ = await run(sandbox(kind, Limits(seconds=0.5)), "sleep 7702", workspace)
        assert done.stopped is Stop.TIME
        assert done.seconds < 5
        assert not alive("sleep 7702")

    async def test_endless_output_is_stopped_and_cut(self, kind: Kind, workspace: Path) -> None:
        done, output = await run(sandbox(kind), "yes", workspace)
        assert done.stopped is Stop.OUTPUT
        assert len(output) == done.output_bytes == LIMITS.output

    async def test_a_memory_hog_is_stopped(self, kind: Kind, workspace: Path) -> None:
        script = "python3 -c 'x = []\nwhile True: x.append(bytearray(4_000_000))'"
        done, _ = await run(sandbox(kind), script, workspace)
        assert done.stopped is Stop.MEMORY

    async def test_memory_is_summed_over_processes(self, kind: Kind, workspace: Path) -> None:
        hog = "python3 -c 'x = bytearray(60_000_000); input()' < <(sleep 7703) &"
        done, _ = await run(sandbox(kind), f"{hog}\n{hog}\n{hog}\nwait", workspace)
        assert done.stopped is Stop.MEMORY

    async def test_memory_that_processes_share_counts_once(self, kind: Kind, workspace: Path) -> None:
        script = (
            "python3 -c 'import os, time\nx = bytearray(60_000_000)\n"
            "if all(os.fork() for _ in range(6)): time.sleep(0.3)\nelse: time.sleep(0.2)'"
        )
        done, output = await run(sandbox(kind), script, workspace)
        assert (done.stopped, done.exit_code) == (None, 0), output

    async def test_too_many_processes_are_stopped(self, kind: Kind, workspace: Path) -> None:
        done, _ = await run(sandbox(kind), "for i in $(seq 100); do sleep 7704 & done; wait", workspace)
        assert done.stopped is Stop.PROCESSES
        assert not alive("sleep 7704")

    async def test_many_small_files_are_stopped(self, kind: Kind, workspace: Path) -> None:
        script = "i=0; while true; do i=$((i+1)); head -c 500000 /dev/zero > file$i; done"
        done, _ = await run(sandbox(kind), script, workspace)
        assert done.stopped is Stop.DISK

    async def test_a_huge_file_cannot_be_written(self, kind: Kind, workspace: Path) -> None:
        script = "head -c 30000000 /dev/zero > /dev/null; head -c 30000000 /dev/zero > big; echo $?"
        _, output = await run(sandbox(kind, Limits(file=MIB)), script, workspace)
        assert not output.endswith("\n0\n")
        assert (workspace / "big").stat().st_size <= MIB

    async def test_cancelling_kills_everything(self, kind: Kind, workspace: Path) -> None:
        begun = asyncio.Event()
        script = "echo begun; sleep 7705"
        running = asyncio.create_task(sandbox(kind).run(script, workspace, lambda _: begun.set()))
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not alive("sleep 7705")

    async def test_cancelling_at_once_leaves_nobody_either(self, kind: Kind, workspace: Path) -> None:
        running = asyncio.create_task(sandbox(kind).run("sleep 7707", workspace, lambda _: None))
        for _ in range(20):
            await asyncio.sleep(0)  # let it come as far as it likes
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        done, _ = await run(sandbox(kind), "true", workspace)
        assert done.exit_code == 0
        assert not alive("sleep 7707")

    async def test_a_callback_that_fails_kills_everything(self, kind: Kind, workspace: Path) -> None:
        def fail(_: str) -> None:
            raise RuntimeError("the pane is gone")

        with pytest.raises(RuntimeError, match="pane is gone"):
            await sandbox(kind).run("echo begun; sleep 7706", workspace, fail)
        assert not alive("sleep 7706")


@needs_bubblewrap
class TestBubblewrap:
    """What only walls can do. The bombs run only here: the kernel limits them besides the watch."""

    @pytest.mark.skipif(
        os.getuid() == 0 and not (HERE.confinement and HERE.confinement.own_user),
        reason="the kernel does not limit root's processes, and this sandbox could not stop being root",
    )
    @pytest.mark.parametrize(
        "bomb",
        ["bomb() { bomb & bomb & wait; }; bomb", "python3 -c 'import os\nwhile True: os.fork()'"],
        ids=["bash", "python"],
    )
    async def test_a_fork_bomb_is_stopped(self, workspace: Path, bomb: str) -> None:
        done, _ = await run(sandbox(Kind.BUBBLEWRAP), bomb, workspace)
        assert done.stopped is Stop.PROCESSES
        assert done.seconds < 10

    async def test_there_is_no_network(self, workspace: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            threading.Thread(target=server.accept, daemon=True).start()
            script = f"python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", {port}), 2)'"
            done, output = await run(sandbox(Kind.BUBBLEWRAP), script, workspace)
            assert done.exit_code != 0
            assert "refused" in output or "unreachable" in output
            socket.create_connection(("127.0.0.1", port), 2).close()
        _, interfaces = await run(
            sandbox(Kind.BUBBLEWRAP), "tail -n +3 /proc/net/dev | cut -d: -f1", workspace
        )
        assert interfaces.split() == ["lo"]

    async def test_nothing_outside_the_workspace_is_writable(self, workspace: Path, tmp_path: Path) -> None:
        places = ["/", "/usr", "/usr/bin", "/etc", "/dev", "/proc", "/control", "/var", "/home", "/root"]
        script = "\n".join(f"echo x > {place}/marketbench-was-here && echo wrote {place}" for place in places)
        script += f"\necho x > {tmp_path}/marketbench-was-here && echo wrote outside"
        script += "\necho x > /testbed/ok && echo wrote testbed; echo x > /tmp/ok && echo wrote tmp"
        _, output = await run(sandbox(Kind.BUBBLEWRAP), script, workspace)
        wrote = [line for line in output.splitlines() if line.startswith("wrote")]
        assert wrote == ["wrote testbed", "wrote tmp"]
        assert not (tmp_path / "marketbench-was-here").exists()

    async def test_the_hosts_files_are_not_there(self, workspace: Path, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.write_text("do not read")
        hidden = [str(secret), "/etc/shadow", "/etc/hostname", "/run", "/var/log", "/srv", "/boot", "/sys"]
        script = "\n".join(f"ls -d {place} && cat {place}" for place in hidden)
        _, output = await run(sandbox(Kind.BUBBLEWRAP), script, workspace)
        assert output.count("No such file or directory") == len(hidden), output

    async def test_processes_of_the_host_are_not_there(self, workspace: Path) -> None:
        _, output = await run(sandbox(Kind.BUBBLEWRAP), "kill -9 -1; ls -d /proc/[0-9]* | wc -l", workspace)
        assert int(output.split()[-1]) < 10

    async def test_no_privilege_is_left(self, workspace: Path) -> None:
        script = (
            "grep -E '^(CapEff|CapPrm|NoNewPrivs)' /proc/self/status; mount -o remount,rw / ; umount /usr"
        )
        done, output = await run(sandbox(Kind.BUBBLEWRAP), script, workspace)
        assert output.split()[1::2][:3] == ["0" * 16, "0" * 16, "1"]
        assert done.exit_code != 0

    async def test_a_sandbox_that_cannot_start_is_no_failure_of_the_script(
        self, workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = tmp_path / "bin" / "bwrap"
        broken.parent.mkdir()
        broken.write_text("#!/bin/sh\necho 'bwrap: no permissions to create a new namespace' >&2\nexit 1\n")
        broken.chmod(0o755)
        monkeypatch.setenv("PATH", f"{broken.parent}:{os.environ['PATH']}")
        with pytest.raises(SandboxError, match="did not start: bwrap: no permissions"):
            await run(sandbox(Kind.BUBBLEWRAP), "true", workspace)

    async def test_a_script_cannot_pretend_that_the_sandbox_failed(self, workspace: Path) -> None:
        script = "echo 'bwrap: no permissions to create a new namespace'; exit 1"
        done, _ = await run(sandbox(Kind.BUBBLEWRAP), script, workspace)
        assert done.exit_code == 1
