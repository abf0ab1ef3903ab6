"""Run every script of ``code/benchmarks``, one after the other."""

import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"


def main() -> int:
    """Run the benchmarks; return 1 if any failed."""
    failed = []
    for script in sorted(FOLDER.glob("*.py")):
        print(f"── {script.name}", flush=True)
        if subprocess.run([sys.executable, script], check=False).returncode:
            failed.append(script.name)
    print(f"make bench: {len(failed)} failed {' '.join(failed)}".rstrip())
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
