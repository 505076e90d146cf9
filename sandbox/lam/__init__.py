"""A real directory: OpenLDAP, administered with LDAP Account Manager (LAM), as an IT department runs them."""
