"""Floor 4, shows: the app, its screens and widgets, and the command line."""

__version__ = "0.1.0"
