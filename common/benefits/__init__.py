"""What Roger is worth: hours that staff did not spend, counted from how cases ended."""
