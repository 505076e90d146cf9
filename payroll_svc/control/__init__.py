"""The control after a payroll run: typed rows, the rules K01 to K15, and what they come to over a whole report (PAY-02)."""
