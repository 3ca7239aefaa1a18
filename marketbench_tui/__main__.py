"""`python -m marketbench_tui` is `marketbench`."""

from marketbench_tui.cli import main

if __name__ == "__main__":
    main()
