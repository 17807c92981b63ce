#!/usr/bin/env python
"""Every command of Hubbub. Starts the embedded database when it is down."""

import os
import sys

from hubbub.processes.commands import prepare

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubbub.settings.base")
    prepare(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
