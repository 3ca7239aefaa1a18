"""What the Auction screen works with, without a screen.

- `ports`: a session as it takes it up, saved what-ifs, and what it asks of the rest of the program.
- `backend`: the same from the store. `files`: a what-if as a file.
- `knobs`: what is typed, and the what-if that makes. `clearing`: what that gives.
"""
