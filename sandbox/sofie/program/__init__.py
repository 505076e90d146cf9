"""The desktop program itself: Tk, and nothing but the standard library, so that any Python with Tk runs it."""
