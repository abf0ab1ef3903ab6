"""The live figure of the chapter on recurrent networks, without a browser: its steps against the GRU, and bad input."""

import base64
import gzip
import re
from typing import Any

import numpy as np
import pytest
import torch
from py_mini_racer import MiniRacer
from torch.utils.data import TensorDataset

from dlvc.live import Exported, RowReader, RowStep, export
from dlvc.live.figure import bundle
from dlvc.live.row_reader import read_rows
from dlvc.losses import softmax
from dlvc.models import MLP, SequenceClassifier

UNITS = 6


@pytest.fixture(scope="module")
def network() -> Exported:
    torch.manual_seed(0)
    return export(RowStep(SequenceClassifier(28, UNITS, 3)), torch.rand(4, 28 + UNITS), "tiny")


def pictures(seed: int = 0) -> TensorDataset:
    generator = torch.Generator().manual_seed(seed)
    return TensorDataset(torch.rand(15, 1, 28, 28, generator=generator), torch.arange(15) % 3)


def test_steps_give_what_the_classifier_gives(network: Exported) -> None:
    x = pictures().tensors[0]
    classifier = network.model.classifier
    states, _ = classifier.gru(x.squeeze(1))
    for step in (network.reference, network.logits):  # PyTorch, and the file
        with torch.no_grad():
            trace = read_rows(step, x, UNITS)
        torch.testing.assert_close(trace[:, -1, :3], classifier(x.squeeze(1)), rtol=0, atol=1e-5)
        torch.testing.assert_close(trace[:, :, -UNITS:], states, rtol=0, atol=1e-5)
        r, z, n, h = trace[:, :, 3:].chunk(4, 2)
        before = torch.cat([torch.zeros_like(h[:, :1]), h[:, :-1]], 1)
        torch.testing.assert_close(h, (1 - z) * n + z * before, rtol=0, atol=1e-6)
        assert 0 < r.min() < r.max() < 1


def test_file_holds_examples_and_what_pytorch_believes_after_each_row(network: Exported) -> None:
    figure = RowReader(network, pictures())
    content = gzip.decompress(figure.files()["tiny.gz"])
    examples = figure.network["examples"]
    assert examples == 12
    seen = torch.tensor(np.frombuffer(content, np.uint8, examples * 784)).view(-1, 1, 28, 28).float() / 255
    assert list(content[examples * 784 : examples * 785]) == [0] * 4 + [1] * 4 + [2] * 4
    said = torch.tensor(np.frombuffer(content, np.float32, offset=examples * 785)).view(examples, 28, 3)
    torch.testing.assert_close(said, read_rows(network.reference, seen, UNITS)[:, :, :3])


def test_module_unpacks_the_first_picture(network: Exported) -> None:
    figure = RowReader(network, pictures(), start=4)
    engine = MiniRacer()
    source = re.sub(r"^export (default .*)?", "", bundle(RowReader.module), flags=re.MULTILINE)
    # A JavaScript engine without a browser has no atob.
    engine.eval(f"const atob = (text) => String.fromCharCode(...{list(base64.b64decode(figure.gates))});\n{source}")
    found = engine.eval(f"[...unpack({figure.logits}, '', 3, {UNITS})]")
    trace = read_rows(network.reference, torch.tensor(figure.pixels).view(1, 1, 28, 28) / 255, UNITS)
    torch.testing.assert_close(torch.tensor(list(found)), trace.flatten(), rtol=0, atol=2e-5)


@pytest.mark.parametrize("module", ["row_reader", "draw_and_classify"])
def test_what_two_modules_import_is_bundled_once(module: str) -> None:
    source = bundle(module)
    assert source.count("const SIDE = 28;") == 1
    assert not re.search(r"^import ", source, re.MULTILINE)


def test_commands_of_jupyter_give_files_and_steps(network: Exported) -> None:
    figure = RowReader(network, pictures())
    _, (content,) = figure.read_file({"name": "tiny.gz"}, [])
    assert content == gzip.decompress(figure.files()["tiny.gz"])
    given = torch.rand(2, 28 + UNITS)
    _, (answer,) = figure.run_network({"name": "tiny", "shape": [2, 28 + UNITS]}, [given.numpy().tobytes()])
    found = torch.tensor(np.frombuffer(answer, np.float32)).view(2, -1)
    torch.testing.assert_close(found, network.reference(given), rtol=0, atol=1e-5)


def test_picture_and_alternative_text_tell_the_first_state(network: Exported) -> None:
    figure = RowReader(network, pictures(), start=1)
    trace = read_rows(network.reference, torch.tensor(figure.pixels).view(1, 1, 28, 28) / 255, UNITS)[0]
    p, guess = softmax(trace[27, :3].double()).max(0)
    assert f"A handwritten {figure.truth}" in figure.alt
    assert f"after 28 rows {int(guess)} with {100 * p.item():.0f} %" in figure.alt
    belief = figure.picture().axes[1].images[0].get_array()
    np.testing.assert_allclose(belief, softmax(trace[:, :3]), atol=1e-6)


def test_bad_arguments_are_refused(network: Exported, untyped: Any) -> None:  # noqa: ARG001
    images, labels = pictures().tensors
    with pytest.raises(ValueError, match="classifier has 2 layers"):
        RowStep(SequenceClassifier(28, UNITS, 3, num_layers=2))
    with pytest.raises(TypeError, match="network is a MLP"):
        RowReader(Exported("other", b"", MLP((1, 28, 28), [2], 3), "float32", 0.0), pictures())
    with pytest.raises(ValueError, match="network reads 14 numbers at a time"):
        RowReader(Exported("other", b"", RowStep(SequenceClassifier(14, 2, 3)), "float32", 0.0), pictures())
    with pytest.raises(ValueError, match="no picture of class 2"):
        RowReader(network, TensorDataset(images, labels.clamp(max=1)))
    with pytest.raises(ValueError, match="test has pictures of shape"):
        RowReader(network, TensorDataset(images[:, :, :14], labels))
    with pytest.raises(ValueError, match="start is 15"):
        RowReader(network, pictures(), start=15)
