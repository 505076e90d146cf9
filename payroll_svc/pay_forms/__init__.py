"""Electronic pay forms: what they say, who must have approved them, and when one may be made effective (PAY-03)."""
