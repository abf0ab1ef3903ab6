"""Execute the notebooks as they are in the image that Colab's runtime is made of: a step of the weekly workflow.

The first cell of each installs the package from the repository, as it does for a reader; PyTorch must stay what it was.
"""

import shutil
import subprocess
import sys
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[2] / "_build" / "notebooks"
IMAGE = "us-docker.pkg.dev/colab-images/public/runtime"
SCRIPT = """
set -euo pipefail
shopt -s globstar
torch() { python3 -c 'from importlib.metadata import version; print(version("torch"))'; }
before=$(torch)
for notebook in **/*.ipynb; do
  echo "$notebook"
  jupyter nbconvert --log-level WARN --execute --to notebook --output-dir "$(mktemp -d)" "$notebook"
done
echo "PyTorch: $before, then $(torch)"
test "$before" = "$(torch)"
"""


def main() -> int:
    """Run the script in the image; return its exit code."""
    if not shutil.which("docker"):
        print("make colab: the image runs in Docker, which is not installed here.", file=sys.stderr)
        return 1
    docker = ["docker", "run", "--rm", "--volume", f"{NOTEBOOKS}:/notebooks:ro", "--entrypoint", "bash"]
    inside = f"cp -r /notebooks /content/book && cd /content/book\n{SCRIPT}"
    return subprocess.run([*docker, IMAGE, "-c", inside], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
