"""SOFIE as a target: its windows arrive as pixels."""
