"""The tax collector's system (SOFIE): what is known of a document there, and what can be done with it."""
