"""A worker: shifts that perform cases with browsers of their own."""
