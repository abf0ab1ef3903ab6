"""The workflows do what runs here too, with no more rights than they need; the lints find what is wrong with them."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
FILES = sorted((ROOT / ".github" / "workflows").iterdir())
WORKFLOWS = {file.stem: yaml.safe_load(file.read_text()) for file in FILES}
JOBS = [(workflow, job) for workflow, content in WORKFLOWS.items() for job in content["jobs"]]
TARGETS = set(re.findall(r"^([a-z ]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# What a workflow may run besides make, for it is about the runner or about GitHub and not about the book.
ALLOWED = (
    "python code/make/package.py",
    "gh release ",
    "gh workflow run publish.yml ",
    "xargs -I TAG gh release ",
    "mkdir -p _build/releases",
    "sudo rm -rf /usr/share/dotnet ",
)
MAY_WRITE = {
    ("publish", "pages"): {"pages", "id-token"},
    ("publish", "notebooks"): {"contents"},
    ("publish", "release"): {"contents", "actions"},
    ("weekly", "report"): {"issues"},
}


def steps(workflow: str) -> list[dict[str, Any]]:
    return [step for job in WORKFLOWS[workflow]["jobs"].values() for step in job["steps"]]


def triggers(workflow: str) -> dict[str, Any]:
    return WORKFLOWS[workflow][True]  # YAML takes `on` for a truth


def test_there_are_three():
    assert list(WORKFLOWS) == ["ci", "publish", "weekly"]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_they_call_make(workflow):
    lines = [line.strip() for step in steps(workflow) for line in step.get("run", "").splitlines()]
    assert any(line.startswith("make ") for line in lines)
    targets = {target for names in TARGETS for target in names.split()}
    for line in lines:
        if line.startswith("make "):
            assert {word for word in line.split()[1:] if "=" not in word} <= targets, line
        else:
            assert line.startswith(ALLOWED), line


def test_actions_are_pinned_by_commit_and_the_same_everywhere():
    used = [line.strip(" -") for file in FILES for line in file.read_text().splitlines() if "uses:" in line]
    pins = {re.fullmatch(r"uses: ([\w/-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)(?: # zizmor: .+)?", line) for line in used}
    assert None not in pins
    assert len({pin.groups() for pin in pins}) == len({pin[1] for pin in pins})


@pytest.mark.parametrize(("workflow", "job"), JOBS)
def test_a_job_has_a_limit_and_the_least_rights(workflow, job):
    content = WORKFLOWS[workflow]["jobs"][job]
    assert WORKFLOWS[workflow]["permissions"] == {}
    assert WORKFLOWS[workflow]["concurrency"]["group"].startswith(workflow)
    assert content["timeout-minutes"]
    rights = content["permissions"]
    assert {name for name, right in rights.items() if right == "write"} == MAY_WRITE.get((workflow, job), set())
    assert set(rights.values()) <= {"read", "write"}
    for step in content["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


def test_who_writes_installs_nothing():
    for workflow, job in MAY_WRITE:
        commands = [step["run"] for step in WORKFLOWS[workflow]["jobs"][job]["steps"] if "run" in step]
        assert all(re.match(r"make (push|report)$|gh (release create|workflow run) ", each) for each in commands)


def test_pull_requests_reach_no_right_no_secret_and_no_runner_of_ours():
    assert triggers("publish") == {"push": {"branches": ["main"], "tags": ["v*"]}, "workflow_dispatch": None}
    assert set(triggers("weekly")) == {"schedule", "workflow_dispatch"}
    assert set(triggers("ci")) == {"push", "pull_request"}
    assert not any(workflow == "ci" for workflow, _ in MAY_WRITE)
    assert "GPU_RUNNER" not in FILES[0].read_text()
    for file in FILES:
        assert "secrets." not in file.read_text()


def test_only_main_is_deployed_and_only_tags_are_released():
    jobs = WORKFLOWS["publish"]["jobs"]
    assert jobs["build"]["if"] == "github.event_name == 'push' || github.ref == 'refs/heads/main'"
    assert jobs["pages"]["if"] == "github.ref == 'refs/heads/main'"
    assert jobs["release"]["if"] == "github.ref_type == 'tag'"
    assert all(job["needs"] == "build" for name, job in jobs.items() if name != "build")


def test_a_release_puts_its_site_on_pages():
    """Its build has no place there, and cites itself at that place."""
    last = WORKFLOWS["publish"]["jobs"]["release"]["steps"][-1]
    assert last["run"] == "gh workflow run publish.yml --ref main"


def test_without_a_gpu_the_quick_book_is_published():
    build = WORKFLOWS["publish"]["jobs"]["build"]
    assert build["runs-on"] == "${{ vars.GPU_RUNNER || 'ubuntu-latest' }}"
    assert build["env"] == {"PROFILE": "${{ vars.GPU_RUNNER && 'full' || 'quick' }}"}


@pytest.mark.parametrize("workflow", ["ci", "publish"])
def test_outputs_are_kept_by_what_execution_goes_by(workflow):
    (cache,) = (step for step in steps(workflow) if step.get("uses", "").startswith("actions/cache@"))
    wanted = {
        "path": "_build/cache",
        "key": "${{ steps.key.outputs.cells }}",
        "restore-keys": "${{ steps.key.outputs.chapters }}",
    }
    assert cache["with"] == wanted
    assert [step["run"] for step in steps(workflow) if step.get("id") == "key"] == ["make key"]
    # A release owes nothing to an earlier run.
    assert workflow == "ci" or cache["if"] == "github.ref_type == 'branch'"


def test_a_week_begins_with_nothing():
    assert not any(step.get("uses", "").startswith("actions/cache@") for step in steps("weekly"))
    assert not any("cache" in step.get("with", {}) for step in steps("weekly"))
    newest = [step["run"] for step in WORKFLOWS["weekly"]["jobs"]["newest"]["steps"] if "run" in step]
    assert newest == ["make lock", "make lint", "make test"]
    assert set(WORKFLOWS["weekly"]["jobs"]["report"]["needs"]) == {*WORKFLOWS["weekly"]["jobs"]} - {"report"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the lints of workflows read."""
    root = tmp_path_factory.mktemp("clone")
    for folder in (".github", "code/make"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("Makefile", "CITATION.cff", "code/pyproject.toml"):
        shutil.copy(ROOT / file, root / file)
    (root / "book").mkdir()
    (root / "node_modules").symlink_to(ROOT / "node_modules")
    return root


@pytest.mark.parametrize(
    ("lint", "file", "old", "new"),
    [
        ("actionlint", ".github/workflows/ci.yml", "steps.key.outputs", "steps.kye.outputs"),
        ("zizmor", ".github/workflows/publish.yml", "persist-credentials: false", "fetch-depth: 1"),
        ("zizmor", ".github/workflows/weekly.yml", "df4cb1c069e1874edd31b4311f1884172cec0e10", "v6"),
        ("schema github-workflows", ".github/workflows/ci.yml", "timeout-minutes: 30", "timeout-minuten: 30"),
        ("schema dependabot", ".github/dependabot.yml", "interval: weekly", "interval: seldom"),
        ("schema github-issue-forms", ".github/ISSUE_TEMPLATE/mistake.yml", "type: input", "type: line"),
        ("schema github-issue-config", ".github/ISSUE_TEMPLATE/config.yml", "true", "often"),
        ("schema citation-file-format", "CITATION.cff", "cff-version: 1.2.0", "cff-version: 0"),
        ("codespell", ".github/pull_request_template.md", "Which", f"Wh{'cih'}"),
    ],
)
def test_a_planted_fault_is_found(copy, lint, file, old, new):
    run = [sys.executable, copy / "code" / "make" / "lint.py", lint]
    clean = subprocess.run(run, capture_output=True, text=True)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1))
    faulty = subprocess.run(run, capture_output=True, text=True)
    (copy / file).write_text(text)
    assert faulty.returncode == 1
    assert f"failed: {lint}" in faulty.stdout
    assert Path(file).name in faulty.stdout + faulty.stderr
