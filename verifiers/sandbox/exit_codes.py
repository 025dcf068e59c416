"""Exit codes with a meaning of their own. A program may forge them: none is better than any other."""

EXIT_OUT_OF_MEMORY = 114
"""An allocation failed and the program did not catch it."""
EXIT_DRIVER_FAILED = 115
"""A driver raised: the program broke the process that it ran in."""
