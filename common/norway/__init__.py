"""What is particular to Norway: national ids, organisation and account numbers, addresses of people, names."""
