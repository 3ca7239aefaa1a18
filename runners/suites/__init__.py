"""Suites: where tasks come from, and the proof that a suite is sound."""
