"""Control after payroll runs, positions, pay forms and hours of assignments: what Roger does for the payroll office."""
