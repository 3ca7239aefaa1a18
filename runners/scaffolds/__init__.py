"""Scaffolds: how an attempt turns a task into a submission."""
