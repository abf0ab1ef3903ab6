"""Chapters are executed when they must be, at no other time, and no accident outlasts the next make."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

import book as book_module
import execute
from processes import exclusive
from tiny_book import TinyBook, assert_ends, wait_for

COUNTING = "with open('runs', 'a') as file: file.write('x')"


def runs(book: TinyBook) -> int:
    return len((book.root / "book" / "part" / "runs").read_text())


# --- what is executed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("code/dlvc/__init__.py", "answer = 43\n"),
        ("code/dlvc/new.py", ""),
        ("code/dlvc/data/embedded.bin", "10"),
        ("requirements.txt", "numpy==3\n"),
        ("code/pyproject.toml", 'version = "1.2.4"\n'),
    ],
)
def test_cache_changes_with_whatever_can_change_an_output(book: TinyBook, file: str, text: str) -> None:
    before = execute.cache_folder(book.root, "quick")
    book.write(file, text)
    assert execute.cache_folder(book.root, "quick") != before


@pytest.mark.parametrize(
    "file", ["book/part/one.md", "code/dlvc/__pycache__/x.pyc", "code/make/new.py", "code/tests/test_new.py"]
)
def test_cache_stays_when_no_output_can_change(book: TinyBook, file: str) -> None:
    before = execute.cache_folder(book.root, "quick")
    book.write(file, "other")
    assert execute.cache_folder(book.root, "quick") == before


def test_profiles_have_their_own_caches(book: TinyBook) -> None:
    assert execute.cache_folder(book.root, "quick") != execute.cache_folder(book.root, "full")


@pytest.mark.slow
def test_prose_executes_nothing_but_cells_and_package_do(book: TinyBook) -> None:
    book.chapter("one", COUNTING, prose="First words.")
    first = book.make()
    assert "2 to execute" in first.stdout
    assert "part/one: started" in first.stdout
    assert "part/one: done in" in first.stdout
    assert (book.root / "_build" / "html" / ".nojekyll").exists()

    book.chapter("one", COUNTING, prose="Second words.")
    assert "0 to execute" in book.make().stdout
    assert "Second words." in book.page("part/one")
    assert runs(book) == 1

    book.chapter("one", COUNTING, "print('a new cell')", prose="Second words.")
    assert "1 to execute" in book.make().stdout
    assert "a new cell" in book.page("part/one")
    assert runs(book) == 2

    book.write("code/dlvc/__init__.py", "answer = 43\n")
    assert "2 to execute" in book.make().stdout
    assert runs(book) == 3


def test_pages_without_cells_are_not_executed(book: TinyBook) -> None:
    assert list(execute.chapters(book.root)) == ["part/one", "part/two"]


def test_kernels_get_the_books_settings_and_not_the_readers(book: TinyBook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "123")
    monkeypatch.setenv("MPLBACKEND", "agg")
    names = ["DLVC_PROFILE", "DLVC_BOOK_VERSION", "OMP_NUM_THREADS", "PYTHONHASHSEED", "MPLBACKEND"]
    book.chapter("one", f"import os\nprint([os.environ[name] for name in {names}])")
    book.make()
    page = book.page("part/one").replace("&#39;", "'")
    assert "['quick', '1.2.3', '1', '0', 'module://matplotlib_inline.backend_inline']" in page


@pytest.mark.slow
def test_two_executions_from_empty_caches_give_the_same_outputs(book: TinyBook) -> None:
    cells = [
        "import dlvc, torch\nfrom myst_nb import glue\nrun = dlvc.start('one')",
        "glue('random', torch.randn(1000).sum().item())\nglue('order', list({'a', 'b', 'c', 'd', 'e'}))",
        "layer = torch.nn.Linear(64, 64)\nlayer(torch.randn(256, 64)).square().mean().backward()",
        "glue('gradient', layer.weight.grad.norm().item())",
    ]
    book.write("code/pyproject.toml", (Path(__file__).parents[2] / "pyproject.toml").read_text())
    book.chapter("one", *cells)

    def glued() -> list[object]:
        book.make()
        (bundle,) = [
            nbformat.read(path, 4)
            for path in (book.root / "_build" / "cache").glob("*/executed/*/base.ipynb")
            if "torch" in path.read_text()
        ]
        outputs = [output for cell in bundle.cells for output in cell.outputs]
        return [output.data for output in outputs if "scrapbook" in output.get("metadata", {})]

    first = glued()
    assert len(first) == 3
    shutil.rmtree(book.root / "_build")
    assert glued() == first


def test_what_a_cell_prints_is_one_output_whenever_it_came(book: TinyBook) -> None:
    prints = ["print('one', end=' ', flush=True)", "print('line', flush=True)", "print('more')"]
    book.chapter("one", "import time\n" + "\ntime.sleep(0.5)\n".join(prints))
    book.make()
    page = BeautifulSoup(book.page("part/one"), "html.parser")
    assert [box.get_text() for box in page.select(".cell_output .highlight")] == ["one line\nmore\n"]


# --- what fails ---------------------------------------------------------------------------------------------


def test_failing_cell_fails_the_build_with_its_source_and_traceback(book: TinyBook) -> None:
    book.chapter("one", "fine = 1", "def divide(by):\n    return fine / by\ndivide(0)")
    for executed in (2, 1):  # the other chapter's outputs are kept
        failed = book.make(fails=True)
        assert "part/one failed" in failed.stderr
        assert "    return fine / by" in failed.stderr
        assert "ZeroDivisionError" in failed.stderr
        assert failed.stderr.strip().endswith(f"1 of {executed} executed chapters failed: part/one.")
    assert not (book.root / "_build" / "html").exists()


@pytest.mark.parametrize("tag", ["", ":tags: [raises-exception]\n\n"])
def test_cell_that_hangs_fails_the_build_and_shows_where(book: TinyBook, tag: str) -> None:
    book.chapter("one", f"{tag}import time\nfor _ in range(100):\n    time.sleep(60)")
    failed = book.make("--timeout", "1", fails=True)
    assert "for _ in range(100)" in failed.stderr
    assert "KeyboardInterrupt" in failed.stderr
    assert "The cell did not end within 1 s." in failed.stderr


def test_kernel_that_dies_fails_the_build(book: TinyBook) -> None:
    book.chapter("one", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    failed = book.make(fails=True)
    assert "signal.SIGKILL" in failed.stderr
    assert "The kernel died in this cell." in failed.stderr


def test_warning_fails_this_build_and_the_next(book: TinyBook) -> None:
    book.chapter("one", "1 + 1", prose="See {ref}`nowhere`.")
    for _ in range(2):
        failed = book.make(fails=True)
        assert "undefined label: 'nowhere'" in failed.stderr
        assert failed.stderr.strip().endswith("the pages have faults: see the warnings above.")


def test_package_edited_while_a_chapter_runs_is_noticed(book: TinyBook) -> None:
    package = book.root / "code" / "dlvc" / "__init__.py"
    book.chapter("one", f"from pathlib import Path\nPath({str(package)!r}).write_text('answer = 43\\n')")
    first = book.make(fails=True)
    assert "was edited while chapters were executed" in first.stderr
    package.write_text("answer = 42\n")
    assert "2 to execute" in book.make(fails=True).stdout, first.stdout + first.stderr


def test_chapter_executed_by_jupyter_book_itself_is_noticed(book: TinyBook) -> None:
    script = """if True:
        import sys
        from pathlib import Path
        sys.path.insert(0, "code/make")
        import book, execute
        root = Path.cwd()
        book.build_pages(root, execute.open_cache(execute.cache_folder(root, "quick")))
    """
    failed = book.run(sys.executable, "-c", script, fails=True)
    assert "Jupyter Book executed a chapter that was executed already" in failed.stderr


# --- what is left behind ------------------------------------------------------------------------------------


def test_killed_execution_leaves_no_process_and_the_next_make_succeeds(book: TinyBook) -> None:
    pid_file = book.root / "book" / "part" / "pid"
    book.chapter("one", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(2)")
    process = book.start()
    kernel = int(wait_for(pid_file))
    process.kill()
    process.communicate()
    again = book.make()
    assert "part/one: done in" in again.stdout
    assert_ends(kernel)


def test_make_that_is_killed_takes_the_execution_with_it(book: TinyBook) -> None:
    pid_file = book.root / "book" / "part" / "pid"
    book.chapter("one", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)")
    script = f"import subprocess\nsubprocess.run([{sys.executable!r}, 'code/make/book.py'])"
    process = book.start(sys.executable, "-c", script)  # stands for make
    kernel = int(wait_for(pid_file))
    process.kill()
    process.communicate()
    assert_ends(kernel)


def test_interrupted_make_says_so_and_leaves_no_process(book: TinyBook) -> None:
    pid_file = book.root / "book" / "part" / "pid"
    book.chapter("one", "import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)")
    process = book.start()
    kernel = int(wait_for(pid_file))
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "make book: stopped; the next one carries on." in err
    assert "Traceback" not in err
    assert_ends(kernel)


def test_page_half_written_by_a_killed_build_is_written_anew(book: TinyBook) -> None:
    book.make()
    page = book.page("part/one")
    book.write("_build/html/part/one.html", page[:100])
    (book.root / "_build" / "pages").unlink()  # a build removes it first and writes it last
    book.make()
    assert book.page("part/one").endswith(page[-100:])


def cached(folder: Path, source: str) -> str:
    """Put an executed notebook of one cell into a cache; return the name of its bundle."""
    cell = nbformat.v4.new_code_cell(source, execution_count=1)
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={execute.MEASUREMENTS: {}})
    record = get_cache(folder).cache_notebook_bundle(CacheBundleIn(notebook, f"{source}.md", data={}))
    return str(record.hashkey)


def lose_notebook(bundle: Path) -> None:
    (bundle / "base.ipynb").unlink()


def cut_notebook(bundle: Path) -> None:
    text = (bundle / "base.ipynb").read_text()
    (bundle / "base.ipynb").write_text(text[: len(text) // 2])


def lose_bundle(bundle: Path) -> None:
    shutil.rmtree(bundle)


def lose_measurements(bundle: Path) -> None:
    notebook = json.loads((bundle / "base.ipynb").read_text())
    del notebook["metadata"][execute.MEASUREMENTS]
    (bundle / "base.ipynb").write_text(json.dumps(notebook))


@pytest.mark.parametrize("damage", [lose_notebook, cut_notebook, lose_bundle, lose_measurements])
def test_damaged_outputs_are_dropped_and_whole_ones_kept(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    folder = tmp_path / "cache" / "0"
    damaged, whole = cached(folder, "1"), cached(folder, "2")
    damage(folder / "executed" / damaged)
    assert [record.hashkey for record in execute.open_cache(folder).list_cache_records()] == [whole]
    assert cached(folder, "1") == damaged  # can be stored anew
    assert len(execute.open_cache(folder).list_cache_records()) == 2


def test_outputs_without_a_record_are_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "0"
    bundle = folder / "executed" / cached(folder, "1")
    (record,) = get_cache(folder).list_cache_records()
    shutil.copytree(bundle, tmp_path / "kept")
    get_cache(folder).remove_cache(record.pk)
    bundle.mkdir()  # the run was killed before it wrote the notebook into it
    execute.open_cache(folder)
    assert cached(folder, "1") == bundle.name


@pytest.mark.parametrize("content", [b"", b"no database" * 100])
def test_damaged_database_gives_an_empty_cache(tmp_path: Path, content: bytes) -> None:
    folder = tmp_path / "cache" / "0"
    cached(folder, "1")
    (folder / "global.db").write_bytes(content)
    assert execute.open_cache(folder).list_cache_records() == []
    cached(folder, "1")


def test_only_the_caches_last_used_are_kept(tmp_path: Path) -> None:
    for age, name in enumerate("abcde"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (age, age))
    execute.open_cache(tmp_path / "a")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "d", "e"]


# --- the rest -----------------------------------------------------------------------------------------------


def test_second_make_at_the_same_time_is_refused(book: TinyBook) -> None:
    with exclusive(book.root / "_build" / ".lock"):
        refused = book.make(fails=True)
    assert refused.stderr.strip() == (
        "make book: another make is at work in this folder: wait until it has ended, or stop it."
    )


def test_measurements_stay_those_of_the_outputs_shown(book: TinyBook) -> None:
    cell = "import os\nopen(os.environ['DLVC_MEASUREMENTS'] + '/one.json', 'w').write('{}')"
    measured = book.root / "_build" / "measurements" / "one.json"
    book.chapter("one", cell.format('{"run": 1}'))
    book.make()
    assert measured.read_text() == '{"run": 1}'
    book.chapter("one", cell.format('{"run": 2}'), "1 / 0")
    book.make(fails=True)
    book.chapter("one", cell.format('{"run": 1}'))
    measured.unlink()
    assert "0 to execute" in book.make().stdout
    assert measured.read_text() == '{"run": 1}'
    assert "0 added, 0 changed, 0 removed" in book.make().stdout


def test_derived_configuration_differs_in_what_it_must_only(tmp_path: Path) -> None:
    original = {
        "title": "T",
        "execute": {"timeout": 9},
        "sphinx": {"local_extensions": {"card": "book/extensions"}},
    }
    path = tmp_path / "_config.yml"
    path.write_text(yaml.safe_dump(original))
    derived = yaml.safe_load(book_module.derive_config(path, Path("/cache")))
    assert derived["execute"] == {"timeout": 9, "execute_notebooks": "cache", "cache": "/cache"}
    assert derived["sphinx"] == {"local_extensions": {"card": str(tmp_path / "book" / "extensions")}}
    assert derived["title"] == "T"


def test_a_workflow_of_a_fork_links_to_the_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "_config.yml"
    path.write_text(yaml.safe_dump({"repository": {"url": "https://example.org/ours", "branch": "main"}}))
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/fork")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://forge.example.org")
    derived = yaml.safe_load(book_module.derive_config(path, Path("/cache")))
    assert derived["repository"] == {"url": "https://forge.example.org/somebody/fork", "branch": "main"}
    assert derived["html"]["baseurl"] == "https://somebody.github.io/fork/"
    monkeypatch.delenv("GITHUB_REPOSITORY")
    derived = yaml.safe_load(book_module.derive_config(path, Path("/cache")))
    assert derived["repository"]["url"] == "https://example.org/ours"
    assert "html" not in derived


def test_pages_are_built_anew_when_more_than_text_changed(book: TinyBook) -> None:
    before = book_module.page_inputs(book.root)
    book.chapter("one", "1 + 1", prose="Other words.")
    book.write("code/.pytest_cache/x", "")
    assert book_module.page_inputs(book.root) == before
    book.write("book/extensions/card.py", "")
    assert book_module.page_inputs(book.root) != before


def test_pages_of_another_repository_are_built_anew(book: TinyBook, monkeypatch: pytest.MonkeyPatch) -> None:
    before = book_module.page_inputs(book.root)
    monkeypatch.setenv("GITHUB_REPOSITORY", "somebody/fork")
    assert book_module.page_inputs(book.root) != before
