"""The meeting module: political bodies, their meetings, the items they decided and where the protocols are archived."""
