"""SystemX: patient records and settlement with HELFO, as an ordinary server-rendered web application."""
