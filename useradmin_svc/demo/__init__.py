"""A synthetic day of orders to user administration, in one made-up municipality."""
