"""Signals while a process starts."""

import subprocess
import sys

from tests.process import ENVIRONMENT

PROGRAM = """
import os, signal
from exporter.signals import Signals

class Native:
    def __del__(self):  # an exception that is raised in here is discarded, as by native code that calls Python
        os.kill(os.getpid(), signal.SIGTERM)
        sum(range(1000))

Signals()
Native()
print("still running")
"""


def test_a_stop_during_the_start_is_never_lost() -> None:
    """Whatever the main thread is doing."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert (0, "") == (done.returncode, done.stdout)
