"""Export to ONNX: the file answers as PyTorch does, is the same every time, and is refused where it should be."""

import importlib.util
import re

import onnx
import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from dlvc.live import export, onnx_export
from dlvc.live.onnx_export import LIMIT
from dlvc.models import MLP


def example(count: int = 6) -> Tensor:
    return torch.rand(count, 1, 28, 28, generator=torch.Generator().manual_seed(0))


def mlp(width: int, seed: int = 0) -> MLP:
    torch.manual_seed(seed)
    return MLP((1, 28, 28), [width], 10)


def answered_by(model: nn.Module) -> TensorDataset:
    """Validation data on which the model is always right."""
    pictures = example(50)
    with torch.no_grad():
        return TensorDataset(pictures, model(pictures).argmax(1))


def test_file_answers_as_pytorch_for_any_number_of_pictures(capsys: pytest.CaptureFixture[str]) -> None:
    model = mlp(20)
    found = export(model, example(), "small")
    assert found.precision == "float32"
    for count in (1, 2, 33):
        with torch.no_grad():
            torch.testing.assert_close(found.logits(example(count)), model(example(count)), rtol=0, atol=1e-5)
    assert 0 <= found.difference < 1e-5
    told = capsys.readouterr().out
    assert f"small: {len(found.onnx) / 1000:.0f} kB" in told
    assert f"{found.difference:.1e} from PyTorch" in told


def test_model_is_left_as_it_was() -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10), nn.Dropout(0.5)).train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    export(model, example(), "dropping")  # in evaluation mode, or the dropout would make it random
    assert model.training
    torch.testing.assert_close(dict(model.state_dict()), before, rtol=0, atol=0)


def test_same_weights_give_the_same_bytes_that_tell_nothing_of_the_machine() -> None:
    one, two, other = (export(mlp(20, seed), example(), "small").onnx for seed in (0, 0, 1))
    assert one == two != other
    readable = b" ".join(re.findall(rb"[ -~]{8,}", one))
    assert not re.search(rb"stack_trace|\.py\b|site-packages|torch\.nn", readable)
    assert [each.version for each in onnx.load_from_string(one).opset_import] == [onnx_export.OPSET]


def test_large_model_goes_in_half_the_bytes_if_that_costs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    model = mlp(256)
    found = export(model, example(), "wide", validation=answered_by(model.half().float()))
    assert found.precision == "float16"
    assert "float16 weights" in capsys.readouterr().out
    weights = sum(weight.nbytes for weight in model.state_dict().values())
    assert weights / 2 < len(found.onnx) < min(LIMIT, 0.52 * weights)
    torch.testing.assert_close(found.logits(example()), found.reference(example()), rtol=0, atol=1e-5)


def test_weights_that_float16_holds_need_no_validation_and_stay_beside_a_normalisation() -> None:
    torch.manual_seed(0)
    normalised = [nn.Flatten(), nn.Linear(784, 170), nn.BatchNorm1d(170), nn.Linear(170, 10)]
    model = nn.Sequential(*normalised).half().float().eval()
    model[2].running_var.fill_(3)  # folded into the weights before it, they would be other numbers
    found = export(model, example(), "half")
    assert found.precision == "float16"
    weights = sum(weight.nbytes for weight in model.state_dict().values())
    assert len(found.onnx) < min(LIMIT, 0.52 * weights) < weights
    with torch.no_grad():
        torch.testing.assert_close(found.logits(example()), model(example()), rtol=0, atol=1e-5)


def test_half_the_bytes_are_refused_if_they_cost_accuracy() -> None:
    model = mlp(256)
    with torch.no_grad():
        model.layers[0].weight *= 1e8  # more than float16 can hold
    with pytest.raises(ValueError, match=r"float16 costs wide accuracy: \d+ of 50 .* instead of 50"):
        export(model, example(), "wide", validation=answered_by(model))


@pytest.mark.parametrize(
    ("width", "count", "name", "message"),
    [
        (20, 6, "../escape", "'../escape'; wanted lower-case"),
        (20, 6, "", "''; wanted lower-case"),
        (20, 1, "small", "1 pictures; wanted at least 2"),
        (256, 6, "wide", "814,120 bytes of weights, and a page takes at most 500,000: pass validation data"),
    ],
)
def test_export_refuses(width: int, count: int, name: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        export(mlp(width), example(count), name)


def test_what_is_too_large_even_in_halves_is_refused() -> None:
    model = mlp(400)
    with pytest.raises(ValueError, match=r"huge has 6\d\d,\d{3} bytes as ONNX; a page takes at most 500,000"):
        export(model, example(), "huge", validation=answered_by(model.half().float()))


def test_random_answers_are_noticed() -> None:
    class Dice(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return torch.rand_like(x.flatten(1))

    with pytest.raises(RuntimeError, match=r"differs from PyTorch by .* random"):
        export(Dice(), example(), "dice")


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(onnx_export, "find_spec", lambda name: None if name == "onnxscript" else there(name))
    with pytest.raises(ModuleNotFoundError, match=r"export needs onnxscript: .*dlvc\[onnx\]"):
        export(mlp(20), example(), "small")
