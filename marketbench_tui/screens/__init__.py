"""Screens: they compose panes, route keys, and hand state from the feed to the panes."""
