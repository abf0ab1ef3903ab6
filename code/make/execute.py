"""Execute the chapters that need it, in parallel, into a cache that the page build reads.

jupyter-cache finds a chapter's outputs by its cells alone. All else that can change an output is in the name
of the cache's folder (`cache_folder`): a change in `dlvc` gives an empty cache and so runs every chapter, a
change in prose runs none.
"""

import hashlib
import json
import logging
import multiprocessing
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_cache import get_cache
from jupyter_cache.base import JupyterCacheAbstract, ProjectNb
from jupyter_cache.cache.db import NbCacheRecord
from jupyter_cache.executors.base import ExecutorRunResult
from jupyter_cache.executors.basic import ExecutionWorkerLocalMProc, JupyterExecutorLocalMproc, ProcessData
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from myst_nb.core.read import is_myst_markdown_notebook, myst_nb_reader_plugin
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from sphinx_external_toc.parsing import parse_toc_yaml
from sqlalchemy.exc import SQLAlchemyError
from traitlets.config import Config

import offline
from processes import MakeError, die_with, replace_text

CACHES_KEPT = 3
MEMORY_PER_CHAPTER = 3 << 30
MYST = {"name": "myst_nb_md", "type": "plugin"}
MEASUREMENTS = "measurements"  # key of an executed notebook's metadata
TIMED_OUT = "CellTimeoutError"

# In a worker: what it holds from the end of an execution until the outputs are stored.
until_stored = ExitStack()


def chapters(root: Path) -> dict[str, Path]:
    """Return the files that MyST-NB takes for notebooks, by their names in the table of contents.

    Args:
        root: the clone's folder.
    """
    names = parse_toc_yaml(root / "_toc.yml")
    files = {name: root / "book" / f"{name}.md" for name in names}
    return {
        name: file
        for name, file in files.items()
        if file.exists() and is_myst_markdown_notebook(file.read_text(encoding="utf-8"))
    }


def kernel_settings(root: Path, profile: str) -> dict[str, str]:
    """Return the environment variables that make two executions of a chapter equal.

    Args:
        root: the clone's folder.
        profile: ``quick`` or ``full``.
    """
    text = (root / "code" / "pyproject.toml").read_text(encoding="utf-8")
    version = re.search(r'^version = "(.+)"', text, re.MULTILINE)
    return {
        "DLVC_PROFILE": profile,
        "DLVC_BOOK_VERSION": version.group(1) if version else "",
        "PYTHONHASHSEED": "0",
        # One thread: chapters run side by side, and sums of floats do not depend on the number of cores.
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        # The reader's own settings stay out of the book: their kernels and their way to draw.
        "JUPYTER_PREFER_ENV_PATH": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    }


def cache_folder(root: Path, profile: str) -> Path:
    """Return the folder whose name is a hash of everything but the cells that can change an output.

    These are the package with its embedded data, the exact versions of all others, the profile and the other
    settings of the kernel, Python, and the kind of machine: on another processor, sums have other last digits.

    Args:
        root: the clone's folder.
        profile: ``quick`` or ``full``.
    """
    digest = hashlib.sha256()
    package = root / "code" / "dlvc"
    sources = [file for file in package.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
    for file in [*sorted(sources), root / "requirements.txt"]:
        content = file.read_bytes()
        digest.update(f"{file.relative_to(root)} {len(content)}\n".encode() + content)
    machine = [platform.python_version(), platform.system(), platform.machine(), _processor(), _gpus(profile)]
    digest.update(json.dumps([kernel_settings(root, profile), machine]).encode())
    return root / "_build" / "cache" / digest.hexdigest()[:16]


def _processor() -> str:
    """Name the processor's model where Linux tells it."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line for line in lines if line.startswith("model name")), "")


def _gpus(profile: str) -> str:
    """Name the graphics cards; the quick profile uses none."""
    if profile == "quick" or not shutil.which("nvidia-smi"):
        return ""
    return subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, text=True, check=False).stdout


def open_cache(folder: Path) -> JupyterCacheAbstract:
    """Open a cache; throw away what a killed run left half-written in it, and the caches long unused.

    jupyter-cache writes a chapter's record before its outputs: either can be there without the other, the
    outputs can be cut short, and the database can lack tables. Outputs without measurements are not ours.

    Args:
        folder: the cache's folder, made if need be.
    """
    cache = get_cache(folder)
    try:
        records = cache.list_cache_records()
        cache.list_project_records()
        cache.get_cache_limit()
    except (RuntimeError, SQLAlchemyError):
        shutil.rmtree(folder)
        cache = get_cache(folder)
        records = cache.list_cache_records()
    whole = set()
    for record in records:
        try:
            text = (folder / "executed" / record.hashkey / "base.ipynb").read_text(encoding="utf-8")
            json.loads(text)["metadata"][MEASUREMENTS]
            whole.add(record.hashkey)
        except (OSError, ValueError, KeyError):
            NbCacheRecord.remove_records([record.pk], cache.db)
    for bundle in folder.glob("executed/*"):
        if bundle.name not in whole:
            shutil.rmtree(bundle)

    os.utime(folder)
    by_age = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for unused in by_age[CACHES_KEPT:]:
        shutil.rmtree(unused)
    return cache


@dataclass(frozen=True)
class ChapterWorker(ExecutionWorkerLocalMProc):
    """Executes one chapter in a process of its own; jupyter-cache's base class then stores the outputs.

    Attributes:
        book: folder of the chapters; their names are told relative to it.
    """

    book: Path

    @property
    def logger(self) -> logging.Logger:
        """What the base class logs below an error, this class has printed already."""
        logger = logging.getLogger(__name__)
        logger.setLevel(logging.ERROR)
        return logger

    def __call__(self, data: ProcessData) -> tuple[int, str]:
        """Execute a chapter and store its outputs; only one worker stores at a time."""
        with until_stored:
            return super().__call__(data)

    def execute(self, project_nb: ProjectNb, data: ProcessData) -> ExecutionResult:
        """Execute a chapter, print when it starts and ends, and keep what it measured with its outputs."""
        name = _name(project_nb.uri, self.book)
        print(f"  {name}: started", flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as scratch:
            os.environ["DLVC_MEASUREMENTS"] = scratch
            result = _execute(project_nb.nb, Path(project_nb.uri).parent, data.timeout, f"{scratch}/socket")
            measured = {file.name: file.read_text(encoding="utf-8") for file in Path(scratch).glob("*.json")}
            result.nb.metadata[MEASUREMENTS] = measured
        ending = "failed after" if result.err else "done in"
        print(f"  {name}: {ending} {time.monotonic() - began:.0f} s", flush=True)
        until_stored.enter_context(_turn)
        return result


class ChapterExecutor(JupyterExecutorLocalMproc):
    """jupyter-cache's parallel executor, with as many processes as we choose.

    The original starts one process a core, whatever the memory, hands out the chapters in lumps, and waits
    for ever for a process that was killed.
    """

    def run_and_cache(  # type: ignore[override]  # filters of the original that nothing here needs
        self, *, filter_uris: list[str], timeout: int, book: Path, jobs: int
    ) -> ExecutorRunResult:
        """Execute those of the given chapters that are not in the cache.

        Args:
            filter_uris: paths of the chapters.
            timeout: seconds that a cell may take.
            book: folder of the chapters.
            jobs: number of processes.
        """
        records = self.get_records(filter_uris)
        tasks = [ProcessData(record.pk, record.uri, self.cache, timeout, False) for record in records]
        turn = multiprocessing.Lock()
        with ProcessPoolExecutor(jobs, initializer=_begin_worker, initargs=(os.getpid(), turn)) as pool:
            try:
                results = list(pool.map(ChapterWorker(book), tasks))
            except BaseException:
                # Leaving the block waits for the workers, and Ctrl-C shall not wait for a chapter.
                for worker in multiprocessing.active_children():
                    worker.kill()
                raise
        return ExecutorRunResult(*([uri for code, uri in results if code == kind] for kind in range(3)))


def _begin_worker(parent: int, turn: AbstractContextManager[bool]) -> None:
    global _turn
    _turn = turn
    os.setsid()  # Ctrl-C reaches the parent only, which then ends, and its workers after it
    die_with(parent)


def _execute(nb: NotebookNode, folder: Path, timeout: int, socket: str) -> ExecutionResult:
    """Execute a notebook in place; if a cell fails, the result's `exc_string` is a report for the reader."""
    current = NotebookNode(source="")

    def remember(cell: NotebookNode, cell_index: int) -> None:  # noqa: ARG001 - nbclient passes both by name
        nonlocal current
        current = cell

    def raise_timeout(cell: NotebookNode, execute_reply: dict[str, Any], **_: object) -> None:
        # Raised here, so that a cell whose tag allows it to fail is not also allowed to hang.
        if execute_reply["content"]["ename"] == TIMED_OUT:
            interrupted = ["\n".join(o.traceback) for o in cell.outputs if o.output_type == "error"]
            raise CellTimeoutError("\n".join([*interrupted, f"The cell did not end within {timeout} s."]))

    try:
        result = single_nb_execution(
            nb,
            cwd=str(folder),
            timeout=timeout,
            allow_errors=False,
            meta_override=False,
            # The interrupted cell shows where it hung.
            interrupt_on_timeout=True,
            error_on_timeout={"ename": TIMED_OUT, "evalue": "", "traceback": []},
            on_cell_execute=remember,
            on_cell_error=raise_timeout,
            # What a cell prints comes in as many pieces as time makes of it; a page shows each output in its own box.
            coalesce_streams=True,
            # Files instead of TCP ports, which two kernels that start at once can both take for free.
            config=Config(KernelManager={"transport": "ipc", "ip": socket}),
        )
    except DeadKernelError as error:
        dead = "The kernel died in this cell. Out of memory?"
        return ExecutionResult(nb, str(folder), 0.0, error, f"{_frame(current.source)}\n{dead}")
    if isinstance(result.err, CellExecutionError):
        result.exc_string = str(result.err)
    elif result.err:
        result.exc_string = f"{_frame(current.source)}\n{result.err}"
    return result


def _frame(source: str) -> str:
    rule = "-" * 18
    return f"An error occurred while executing the following cell:\n{rule}\n{source}\n{rule}"


def _name(uri: str, book: Path) -> str:
    return str(Path(uri).relative_to(book).with_suffix(""))


def default_jobs(profile: str) -> int:
    """Return how many chapters to execute at a time: one a core as memory allows, but one on a GPU.

    Args:
        profile: ``quick`` or ``full``.
    """
    if profile == "full":
        return 1
    return max(1, min(os.cpu_count() or 1, psutil.virtual_memory().available // MEMORY_PER_CHAPTER))


def outdated(cache: JupyterCacheAbstract, files: dict[str, Path]) -> dict[str, Path]:
    """Return those chapters whose outputs the cache does not hold.

    Args:
        cache: an open cache.
        files: chapters, as from `chapters`.
    """
    missing = {}
    for name, file in files.items():
        try:
            cache.match_cache_notebook(myst_nb_reader_plugin(str(file)))
        except KeyError:
            missing[name] = file
    return missing


def execute(
    root: Path, profile: str, cache: JupyterCacheAbstract, files: dict[str, Path], *, jobs: int, timeout: int
) -> None:
    """Execute chapters into the cache.

    Args:
        root: the clone's folder.
        profile: ``quick`` or ``full``.
        cache: the open cache of that profile.
        files: the chapters.
        jobs: how many to execute at a time.
        timeout: seconds that a cell may take.

    Raises:
        MakeError: if a cell failed or hung (its source and traceback are printed before), or if `dlvc` was
            edited meanwhile, so that nobody can tell which of its states made the outputs.
    """
    _prepare_kernels(root, profile)
    for file in files.values():
        cache.add_nb_to_project(str(file), read_data=MYST)
    uris = [str(file) for file in files.values()]
    executor = ChapterExecutor(cache)
    try:
        result = executor.run_and_cache(filter_uris=uris, timeout=timeout, book=root / "book", jobs=jobs)
    except BrokenProcessPool:
        raise MakeError("a process that executed a chapter was killed; out of memory? Try JOBS=1.") from None
    for uri in result.excepted:
        report = cache.get_project_record(uri).traceback
        print(f"\n{_name(uri, root / 'book')} failed\n{report}", file=sys.stderr)
    if cache.path != cache_folder(root, profile):
        for uri in uris:
            for record in NbCacheRecord.records_from_uri(uri, cache.db):
                cache.remove_cache(record.pk)
        raise MakeError("code/dlvc was edited while chapters were executed: run make again.")
    if failed := result.excepted + result.errored:
        names = ", ".join(_name(uri, root / "book") for uri in failed)
        raise MakeError(f"{len(failed)} of {len(files)} executed chapters failed: {names}.")


def _prepare_kernels(root: Path, profile: str) -> None:
    """Set what kernels inherit: their variables, and settings of IPython and Matplotlib that are the book's."""
    settings = root / "_build" / "settings"
    os.environ.update(kernel_settings(root, profile))
    os.environ.update(IPYTHONDIR=str(settings / "ipython"), MPLCONFIGDIR=str(settings / "matplotlib"))
    cut_off = Path(offline.__file__).read_text(encoding="utf-8") + "\n\ncut_off()\n"
    config = settings / "ipython" / "profile_default" / "ipython_kernel_config.py"
    replace_text(config, cut_off if profile == "quick" else "")
    # Makes Matplotlib's list of fonts, or the first figure of a chapter would carry a message about it.
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True)


def write_measurements(cache: JupyterCacheAbstract, files: dict[str, Path], folder: Path) -> None:
    """Write what each chapter measured when its outputs were made, as the chapter's card shows it.

    Args:
        cache: the open cache, which holds all chapters.
        files: the chapters.
        folder: where the files go.
    """
    for file in files.values():
        record = cache.match_cache_notebook(myst_nb_reader_plugin(str(file)))
        executed = cache.get_cache_bundle(record.pk).nb
        for name, text in executed.metadata[MEASUREMENTS].items():
            path = folder / name
            if not path.exists() or path.read_text(encoding="utf-8") != text:  # a newer file makes Sphinx read anew
                replace_text(path, text)
