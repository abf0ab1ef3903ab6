"""Serve ``_build/html`` on this machine only."""

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SITE = Path(__file__).resolve().parents[2] / "_build" / "html"


def main() -> int:
    """Serve until Ctrl-C; return an exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args().port
    if not (SITE / "index.html").exists():
        print("make serve: there is no book yet: run `make book` first.", file=sys.stderr)
        return 1
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(SimpleHTTPRequestHandler, directory=SITE))
    except OSError as error:
        print(
            f"make serve: port {port}: {error.strerror}; choose another one, as in PORT=8001.",
            file=sys.stderr,
        )
        return 1
    print(f"http://127.0.0.1:{port}/ (Ctrl-C ends it)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
