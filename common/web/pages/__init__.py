"""The pages people open, in Norwegian bokmål: made on the server for whoever is signed in."""
