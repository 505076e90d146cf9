"""What Roger knows of each target's pages."""
