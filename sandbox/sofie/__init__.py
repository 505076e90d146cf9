"""SOFIE, the tax collector's system: a desktop program that only its pixels leave, over a remote desktop in the browser."""
