"""From the model that a cell trained to a file that answers in a browser: ONNX, small, checked against PyTorch."""

import re
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.utils.data import TensorDataset

LIMIT = 500_000  # bytes of one model; a reader on a phone waits for them
OPSET = 18
TOLERANCE = 1e-4  # of the largest output, or of 1


@dataclass(frozen=True)
class Exported:
    """A model as an ONNX file that was checked against PyTorch.

    Attributes:
        name: what the file is called.
        onnx: the file; its input is named ``pictures`` and its output ``logits``, even where codes go in and pictures
            come out; the batch may have any size.
        model: the same in PyTorch, on the CPU, in evaluation mode.
        precision: in which the weights are stored; all computing is in float32.
        difference: largest absolute difference between both outputs on the example.
    """

    name: str
    onnx: bytes
    model: nn.Module
    precision: Literal["float32", "float16"]
    difference: float

    def __str__(self) -> str:
        size = f"{len(self.onnx) / 1000:.0f} kB, {self.precision} weights"
        return f"{self.name}: {size}, at most {self.difference:.1e} from PyTorch"

    @torch.no_grad()
    def reference(self, pictures: Float[Tensor, "batch *picture"]) -> Float[Tensor, "batch *outputs"]:
        """Return the outputs as PyTorch computes them."""
        outputs: Tensor = self.model(pictures)
        return outputs

    def logits(self, pictures: Float[Tensor, "batch *picture"]) -> Float[Tensor, "batch *outputs"]:
        """Return the outputs as the file gives them, by onnxruntime."""
        return torch.from_numpy(self._session.run(["logits"], {"pictures": pictures.numpy()})[0])

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        return onnxruntime.InferenceSession(self.onnx, providers=["CPUExecutionProvider"])


def export(
    model: nn.Module,
    example: Float[Tensor, "batch *picture"],
    name: str,
    *,
    validation: TensorDataset | None = None,
) -> Exported:
    """Write a trained model as ONNX for a live figure, check it against PyTorch, and print size and difference.

    The weights stay in float32 if the file is small enough. Otherwise they are rounded to float16, if that changes none
    of them or costs no accuracy on the validation set. The same weights give the same bytes.

    Args:
        model: maps a batch of pictures to logits; it isn't changed.
        example: at least two pictures, on which the file is compared with the model.
        name: lower-case letters, digits and hyphens.
        validation: pictures and labels on which float16 must prove itself, where float32 is too large and float16 would
            change a weight.

    Raises:
        ModuleNotFoundError: if the packages of ``dlvc[onnx]`` are missing.
        ValueError: if an argument is not as above, the file would be larger than `LIMIT`, or float16 costs accuracy.
        RuntimeError: if the file's outputs are not the model's.
    """
    missing = [package for package in ("onnx", "onnxruntime", "onnxscript") if not find_spec(package)]
    if missing:
        raise ModuleNotFoundError(f"export needs {', '.join(missing)}: `pip install dlvc[onnx]` brings what it needs")
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError(f"name is {name!r}; wanted lower-case letters, digits and hyphens")
    if len(example) < 2:
        raise ValueError(f"example has {len(example)} pictures; wanted at least 2, so that the batch can be told apart")
    model = deepcopy(model).cpu().eval()
    example = example.detach().cpu()
    precision: Literal["float32", "float16"] = "float32"
    size = sum(weight.nbytes for weight in model.state_dict().values())
    if size > LIMIT:
        model, precision = _rounded(model, name, size, validation), "float16"
    onnx = _to_onnx(model, example, precision)
    if len(onnx) > LIMIT:
        raise ValueError(f"{name} has {len(onnx):,} bytes as ONNX; a page takes at most {LIMIT:,}: use a smaller model")

    exported = Exported(name, onnx, model, precision, difference=0.0)
    expected = exported.reference(example)
    # One picture, as on the page, and all of them: the batch's size must not matter.
    found = torch.cat([exported.logits(example[:1]), exported.logits(example[1:])])
    difference = (found - expected).abs().max().item()
    if not difference <= TOLERANCE * max(1.0, expected.abs().max().item()):
        raise RuntimeError(f"{name} as ONNX differs from PyTorch by {difference:.1e}; is the model's output random?")
    exported = Exported(name, onnx, model, precision, difference)
    print(exported)
    return exported


def _rounded(model: nn.Module, name: str, size: int, validation: TensorDataset | None) -> nn.Module:
    """Return the model with weights that float16 can hold, if it is as good as before."""
    rounded = deepcopy(model).half().float()
    pairs = zip(rounded.state_dict().values(), model.state_dict().values(), strict=True)
    if all(torch.equal(half, full) for half, full in pairs):
        return rounded  # nothing was lost
    if validation is None:
        raise ValueError(
            f"{name} has {size:,} bytes of weights, and a page takes at most {LIMIT:,}: "
            "pass validation data, so that float16 can be tried, or use a smaller model"
        )
    pictures, labels = (tensor.cpu() for tensor in validation.tensors)
    with torch.no_grad():
        full, half = (int((each(pictures).argmax(1) == labels).sum()) for each in (model, rounded))
    if half < full:
        raise ValueError(
            f"float16 costs {name} accuracy: {half} of {len(labels)} validation pictures right instead of {full}; "
            "use a smaller model"
        )
    return rounded


def _to_onnx(model: nn.Module, example: Tensor, precision: str) -> bytes:
    """Return the model as ONNX, with nothing in it that tells where it was made."""
    import onnx
    from onnx import helper, numpy_helper

    program = torch.onnx.export(
        model,
        (example,),
        dynamo=True,
        opset_version=OPSET,
        input_names=["pictures"],
        output_names=["logits"],
        dynamic_shapes=({0: "batch"},),
        # To optimise is to fold normalisation into the weights before it, which float16 would no longer hold.
        optimize=precision == "float32",
        verbose=False,
    )
    if program is None:  # as its signature allows, for a mode that isn't used here
        raise RuntimeError("torch.onnx.export returned nothing")
    proto = program.model_proto
    proto.producer_version = ""
    graph = proto.graph
    # The exporter notes the lines of source, and so the folders, that each node comes from.
    for part in (proto, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        del part.metadata_props[:]
        part.doc_string = ""
    if precision == "float16":
        casts = []
        for weight in graph.initializer:
            values = numpy_helper.to_array(weight)
            if weight.data_type == onnx.TensorProto.FLOAT and np.array_equal(values, values.astype(np.float16)):
                casts.append(helper.make_node("Cast", [f"{weight.name}.half"], [weight.name], to=weight.data_type))
                weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{weight.name}.half"))
        graph.node.extend(casts + [graph.node.pop(0) for _ in range(len(graph.node))])  # what casts comes first
    onnx.checker.check_model(proto, full_check=True)
    content: bytes = proto.SerializeToString(deterministic=True)
    return content
