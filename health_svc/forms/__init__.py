"""The forms that health workers fill in, as pages of the service's api."""
