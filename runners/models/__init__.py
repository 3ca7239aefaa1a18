"""Models, through litellm only; simulated workers are one more provider of it."""
