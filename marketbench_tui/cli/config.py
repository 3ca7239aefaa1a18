"""Commands about the configuration file: where it is, what it says, and changing it."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Any

import typer

from marketbench_tui.cli.common import Json, app, fail, print_json, print_table, say

config = typer.Typer(
    help="The configuration file: models, prices, limits, theme, keys.", no_args_is_help=True
)
app.add_typer(config, name="config")

EDITORS = ("VISUAL", "EDITOR")
FALLBACK = "nano" if os.name != "nt" else "notepad"


@config.command()
def path() -> None:
    """Print where the file is, whether or not there is one."""
    from runners.settings import config_path

    print(config_path())


@config.command()
def show(json_: Json = False) -> None:
    """Show what is set, and the actions that keys can be given to. Exit code 2 if the file is wrong."""
    from marketbench_tui.config import read_themes
    from marketbench_tui.keys import clashes
    from marketbench_tui.shell import Shell
    from runners.settings import config_path

    where = config_path()
    settings, ui = _checked(where)
    shelf = read_themes(where, ui)
    actions = sorted(Shell.actions().values(), key=lambda action: action.name)
    if json_:
        print_json(
            {
                **settings,
                "ui": ui.model_dump(),
                "themes": list(shelf.palettes),
                "actions": {action.name: action.keys for action in actions},
            }
        )
    else:
        say(f"{where}{'' if where.exists() else ' (not written yet; this is how it is without)'}")
        values = {**settings, **{f"ui.{name}": value for name, value in ui.model_dump().items()}}
        values["themes"] = ", ".join(shelf.palettes)
        print_table(("setting", "value"), [(name, str(value)) for name, value in values.items()])
        print()
        rows = [
            (action.name, ui.keys.get(action.name, action.keys), action.description) for action in actions
        ]
        print_table(("action", "keys", "what it does"), rows)
    for problem in (*clashes(Shell.places(), ui.keys), *shelf.problems):
        say(problem)


@config.command()
def edit() -> None:
    """Open the file in your editor, and say what is wrong with it afterwards."""
    from marketbench_tui.config import begin_file, read_themes
    from runners.settings import config_path

    where = config_path()
    begin_file(where)
    editor = next((os.environ[name] for name in EDITORS if os.environ.get(name)), FALLBACK)
    try:
        subprocess.run([*shlex.split(editor), str(where)], check=True)
    except FileNotFoundError:
        fail(f"there is no {editor!r} here; set EDITOR to your editor, or change {where} yourself", 2)
    except subprocess.CalledProcessError as error:
        fail(f"{editor} left with exit code {error.returncode}; {where} may not be saved", 1)
    _, ui = _checked(where)
    read_themes(where, ui)
    say(f"{where} is fine")


def _checked(where: Path) -> tuple[dict[str, Any], Any]:
    """The whole file, every part of it read by those who use it."""
    import marketbench_tui.app  # noqa: F401  (its screens name the actions)
    from marketbench_tui.config import check_actions, read_ui
    from marketbench_tui.shell import Shell
    from runners.settings import load_settings

    settings = load_settings(where).model_dump(mode="json")
    ui = read_ui(where)
    check_actions(where, ui, Shell.actions())
    return settings, ui
