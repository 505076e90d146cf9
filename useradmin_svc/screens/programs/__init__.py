"""Program administration: one web application with every program's users and their roles."""
