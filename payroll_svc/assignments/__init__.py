"""Hours of assignments: the lines of a timesheet, by which rules they are registered, and what they are paid."""
