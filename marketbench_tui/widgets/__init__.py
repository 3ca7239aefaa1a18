"""Widgets: they paint lines that `marketbench_tui.view` made, and compute nothing."""
