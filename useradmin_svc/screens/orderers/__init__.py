"""The register of authorised orderers: who may order accounts and accesses, for which units, signed by whom."""
