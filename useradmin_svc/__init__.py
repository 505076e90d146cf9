"""User administration: accounts in TK-nett and elevnett, accesses to programs, and who may order them."""
