"""Groups of tests; each has tests(everything), a list."""
