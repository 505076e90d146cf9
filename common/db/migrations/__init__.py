"""How the tables came to be; expand first, contract in a later release."""
