"""The command line: ``python -m dlvc doctor``."""

import argparse
import sys

from dlvc.doctor import doctor


def main() -> int:
    """Run the command that the arguments name and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m dlvc", description="Tools of the companion package.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("doctor", help="say what is installed, what is missing, and what to do")
    parser.parse_args()
    return doctor()


if __name__ == "__main__":
    sys.exit(main())
