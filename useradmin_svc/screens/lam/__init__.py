"""The pages of Lam."""
