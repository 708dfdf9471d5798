"""Colours, where the output is a terminal or --color asks for them."""

import sys

CODES = {"default": "\033[0m", "red": "\033[31m", "green": "\033[32m", "yellow": "\033[33m",
         "blue": "\033[34m"}

_mode = "auto"


def set_color(mode):
    """never, always or auto. Auto is decided now: later the output may go through a file."""
    global _mode
    _mode = mode if mode != "auto" else "always" if sys.stdout.isatty() else "never"


def color(name, text):
    """The text in that colour."""
    wanted = _mode == "always" or (_mode == "auto" and sys.stdout.isatty())
    return CODES[name] + text + CODES["default"] if wanted else text
