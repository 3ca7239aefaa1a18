"""Floor 3, does: runs sessions. Knows nothing of screens.

- `engine`: the session engine; yields events, stores each before it is acted on.
- `suites`: where tasks come from. `models`: any model that litellm reaches, and simulated ones.
- `elicitation`: how a worker is asked for its forecast or bid.
- `scaffolds`: how an attempt turns a task into a submission. `graders`: who judges it.
"""
