"""The pages people open, in Norwegian bokmål: made on the server, without scripts, for whoever is signed in."""
