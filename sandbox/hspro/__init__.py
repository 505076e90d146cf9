"""HsPro: infection-control records of a municipality, as an ordinary server-rendered web application."""
