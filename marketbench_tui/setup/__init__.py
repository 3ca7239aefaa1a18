"""What a person sets up before a session, apart from any screen.

A `Draft` is what was typed and marked so far; pure functions change it, turn it into a
`SessionSpec`, and say what is wrong with it. The screen shows a `Plan`, which is a draft
together with everything that follows from it.
"""
