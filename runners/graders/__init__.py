"""Graders: who decides pass, fail, timeout or infra."""
