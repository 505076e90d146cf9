"""SOFIE, the tax collector's system: its windows arrive as pixels."""
