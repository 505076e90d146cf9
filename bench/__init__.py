"""How fast everything is: each part measures Roger beside the least that its work could take, in one run."""
