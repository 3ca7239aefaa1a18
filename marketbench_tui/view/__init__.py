"""What panes show, as pure functions from the folded state to lines of text; no Textual here.

Widgets paint what these return and compute nothing, so that every figure on a screen can
be tested without one.
"""
