"""Møteportalen: political meetings, their items and minutes."""
