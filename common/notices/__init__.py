"""Tasks become messages: gathered per recipient, sent once, through a port that the deployment chooses."""
