#!/usr/bin/env python
"""Django's command line for Undersigned."""

import gc
import os
import sys


def main() -> None:
    """Run one management command; `demo` makes its own environment first."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if sys.argv[1:2] == ["demo"]:
        from config.demo import prepare_environment

        gc.disable()  # hardly anything of what is loaded goes away again, and looking is a quarter of the start
        prepare_environment(os.environ)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
