"""Accounts in the municipality's networks: whose they are, what they are called and how they are to be (USR-02)."""
