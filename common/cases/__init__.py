"""The life of a case: its states, the queue that moves it, and what can be read of it."""
