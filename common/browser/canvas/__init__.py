"""Surface automation: targets that arrive as pixels are seen, read and typed on as a person would.

Screens, forms and locators are the same as for pages. What stands on the screen is found in a picture of it (`layout`,
`finding`), read twice by two unlike readers (`reading`), and done by mouse and keys (`hands`) within the run's deadline.
"""
