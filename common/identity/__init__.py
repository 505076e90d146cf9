"""Who calls, and what they may: API keys, and bearer tokens of identity providers. Knows nothing of the web."""
