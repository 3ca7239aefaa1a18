"""A small agent for the scaffold `command`; it shows what a program has to do, and repairs little.

It reads its task from standard input, works in the folder in which it is started, and says what
it spent in a line of JSON. An agent that asks a model would do so where this one only looks for
words; `MARKETBENCH_MODEL`, `MARKETBENCH_STEPS` and `MARKETBENCH_USD` tell it with which model
and within which limits.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path


def main() -> None:
    """Look at what the task names, try the likely slip, keep it if the tests still pass."""
    task = sys.stdin.read()
    steps = 0
    for path in named(task):
        print(f"looking at {path}")
        for changed in guesses(path.read_text()):
            if steps == int(os.environ.get("MARKETBENCH_STEPS", "10")):
                break
            steps += 1
            before = path.read_text()
            path.write_text(changed)
            if tests_pass():
                print(f"kept a change to {path}")
                break
            path.write_text(before)
    # What an attempt has spent, as totals so far; the last such line counts.
    usage = {"input_tokens": len(task) // 4, "output_tokens": 40 * steps}
    print(json.dumps({"usage": usage, "steps": steps}))


def named(task: str) -> list[Path]:
    """Python files of the folder whose name or module the task mentions."""
    words = set(re.findall(r"\w+", task))
    files = [path for path in sorted(Path().rglob("*.py")) if "tests" not in path.parts]
    return [path for path in files if path.stem in words]


def guesses(text: str) -> list[str]:
    """The file with one comparison turned from strict to not, or back."""
    found = [(m.start(), m[0]) for m in re.finditer(r" (?:<=|>=|<|>) ", text)]
    other = {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > "}
    return [text[:at] + other[sign] + text[at + len(sign) :] for at, sign in found]


def tests_pass() -> bool:
    """Whether the tests that are there pass."""
    command = ["python3", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    main()
