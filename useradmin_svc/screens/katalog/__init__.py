"""The pages of Katalog."""
