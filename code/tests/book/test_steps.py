"""Steps of workflows, each with what it would meet: GitHub's command, a repository, Docker, other people's servers."""

import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import colab
import execute
import key
import push
import report
from tiny_book import TinyBook


def stub(folder: Path, name: str, *lines: str) -> Path:
    """Write a command that stands in for another one."""
    path = folder / name
    path.write_text("\n".join(["#!/usr/bin/env bash", *lines, ""]))
    path.chmod(0o755)
    return path


@pytest.fixture
def commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose commands are found first."""
    folder = tmp_path / "commands"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


# --- key ----------------------------------------------------------------------------------------------------


def test_the_key_is_what_execution_goes_by(book):
    before = key.keys(book.root, "quick")
    assert before["chapters"] == f"quick-{execute.cache_folder(book.root, 'quick').name}"
    assert before["cells"].startswith(f"{before['chapters']}-")
    book.chapter("one", "print(3)")
    edited = key.keys(book.root, "quick")
    assert edited["chapters"] == before["chapters"]
    assert edited["cells"] != before["cells"]
    book.write("requirements.txt", "numpy==3\n")
    assert key.keys(book.root, "quick")["chapters"] != before["chapters"]
    assert key.keys(book.root, "full")["chapters"].startswith("full-")


def test_the_key_becomes_an_output_of_its_step(book, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "outputs"))
    printed = book.run(sys.executable, "code/make/key.py", "quick").stdout
    assert printed == "".join(f"{name}={value}\n" for name, value in key.keys(book.root, "quick").items())
    assert (tmp_path / "outputs").read_text() == printed


# --- push ---------------------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_branch_holds_the_last_notebooks_and_nothing_else(tmp_path):
    remote, notebooks = tmp_path / "remote", tmp_path / "notebooks"
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    (notebooks / "part").mkdir(parents=True)
    (notebooks / "part" / "one.ipynb").write_text("1")
    push.push(notebooks, str(remote), "notebooks", "abc")
    (notebooks / "part" / "one.ipynb").rename(notebooks / "part" / "two.ipynb")
    (notebooks / ".binder").mkdir()
    (notebooks / ".binder" / "runtime.txt").write_text("python-3.11")
    push.push(notebooks, str(remote), "notebooks", "def")
    assert git(remote, "branch", "--format=%(refname:short)") == "notebooks"
    assert git(remote, "ls-tree", "-r", "--name-only", "notebooks").split() == [".binder/runtime.txt", "part/two.ipynb"]
    assert git(remote, "log", "--format=%s", "notebooks") == "Notebooks of def"


@pytest.mark.parametrize(
    ("kind", "name", "branch"), [("branch", "main", "notebooks"), ("tag", "v1.2.3", "notebooks-v1.2.3")]
)
def test_a_release_has_a_branch_of_its_own(monkeypatch, kind, name, branch):
    pushed = []
    monkeypatch.setattr(push, "push", lambda *arguments: pushed.append(arguments[1:]))
    told = {"SERVER_URL": "https://example.org", "REPOSITORY": "owner/book", "SHA": "abc", "REF_TYPE": kind}
    for variable, value in {**told, "REF_NAME": name}.items():
        monkeypatch.setenv(f"GITHUB_{variable}", value)
    assert push.main() == 0
    assert pushed == [("https://example.org/owner/book", branch, "abc")]


def test_a_step_says_when_it_is_none(monkeypatch, capsys):
    for module in (push, report):
        monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
        monkeypatch.setenv("GITHUB_SERVER_URL", "https://example.org")
        assert module.main() == 1
        assert "'GITHUB_REPOSITORY' is not set" in capsys.readouterr().err


# --- report -------------------------------------------------------------------------------------------------

NEEDS = json.dumps({"links": {"result": "success"}, "newest": {"result": "failure"}, "colab": {"result": "cancelled"}})
TEXT = "Failed: colab, newest. What they wrote: https://example.org/run"


@pytest.mark.parametrize(
    ("found", "call"),
    [("", f"create --title {report.TITLE} --body {TEXT}"), ("7", f"comment 7 --body {TEXT}")],
)
def test_a_failure_opens_one_issue(commands, tmp_path, found, call):
    calls = tmp_path / "calls"
    stub(commands, "gh", f'echo "$@" >> {calls}', f'[ "$2" = list ] && echo "{found}" || true')
    report.report(NEEDS, "owner/book", "https://example.org/run")
    listed, told = calls.read_text().splitlines()
    assert listed.startswith("issue list --state open")
    assert told == f"issue {call} --repo owner/book"


# --- colab --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("works", "torch", "fails"), [("true", "2.11", False), ("false", "2.11", True), ("true", "3.0", True)]
)
def test_notebooks_run_in_colabs_image_and_leave_pytorch_alone(commands, tmp_path, monkeypatch, works, torch, fails):
    """The image is this machine, with a Jupyter that only notes what it was to do."""
    notebooks = tmp_path / "notebooks"
    (notebooks / "part").mkdir(parents=True)
    (notebooks / "part" / "one.ipynb").touch()
    state = tmp_path / "torch"
    state.write_text("2.11")
    stub(commands, "python3", f"cat {state}")
    stub(commands, "jupyter", f'echo "$@" > {tmp_path}/called', f"echo {torch} > {state}", works)
    content = f"sed 's#/content#{tmp_path}#g; s#/notebooks /#{notebooks} /#' <<< \"${{@: -1}}\""
    stub(commands, "docker", f'echo "$@" > {tmp_path}/run', f"{content} | bash")
    monkeypatch.setattr(colab, "NOTEBOOKS", notebooks)
    assert (colab.main() != 0) == fails
    assert (tmp_path / "called").read_text().endswith("part/one.ipynb\n")
    assert f"{notebooks}:/notebooks:ro" in (tmp_path / "run").read_text()
    assert colab.IMAGE in (tmp_path / "run").read_text()


def test_without_docker_the_step_says_so(commands, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(commands))
    assert colab.main() == 1
    assert "Docker, which is not installed" in capsys.readouterr().err


# --- linkcheck ----------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the code that the address names."""

    def do_HEAD(self) -> None:
        self.send_response(int(self.path[1:]))
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()

    def log_message(self, *_: object) -> None:
        """Keep the tests' output free of requests."""


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_links_that_lead_nowhere_are_told(book: TinyBook, address: str):
    linkcheck = sys.executable, "code/make/linkcheck.py"
    assert "run `make book` first" in book.run(*linkcheck, fails=True).stderr
    book.chapter("one", "1", prose=f"[there]({address}/200), [not for programs]({address}/403)")
    book.make()
    assert "0 links lead nowhere, 1 could not be asked" in book.run(*linkcheck).stdout
    page = book.page("part/one")
    book.chapter("one", "1", prose=f"[there]({address}/200), [gone]({address}/404)")
    told = book.run(*linkcheck, fails=True).stdout
    assert f"gone: part/one.md:9: {address}/404" in told
    assert "1 links lead nowhere, 0 could not be asked" in told
    assert book.page("part/one") == page  # the pages are another folder's
    book.chapter("one", "1", prose="[nobody](http://127.0.0.1:9/200)")
    assert "no site answered, of 1 links; is there a network?" in book.run(*linkcheck, fails=True).stderr
