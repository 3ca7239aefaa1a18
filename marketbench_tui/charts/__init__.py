"""Charts as values: built from figures, drawn in the terminal, and exported as pictures and tables.

A builder turns figures into a `spec.Chart`; the widget, `export` and `html` draw the same one.
"""
