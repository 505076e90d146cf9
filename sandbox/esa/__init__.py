"""ESA: the case archive, as an ordinary server-rendered web application with frames and windows."""
