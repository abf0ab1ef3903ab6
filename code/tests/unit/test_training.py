"""The loop's promises, one by one: exactness, resumption, many processes, and errors that help."""

import os
import subprocess
import sys
from functools import partial
from itertools import chain, count
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import Dataset, IterableDataset, TensorDataset
from torchmetrics.classification import MulticlassAccuracy

from dlvc import checkpoint, losses
from dlvc.training import History, evaluate, fit, predict

SGD = torch.optim.SGD


def blobs(size, seed=0):
    """Three classes around three corners."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (size,), generator=generator)
    return TensorDataset(torch.eye(3)[labels] + 0.3 * torch.randn(size, 3, generator=generator), labels)


def network(dropout=0.0):
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Dropout(dropout), nn.Linear(16, 3))


def accuracy():
    return {"accuracy": MulticlassAccuracy(3, average="micro")}


def weights(model):
    return nn.utils.parameters_to_vector(model.parameters()).detach().clone()


train_on = partial(fit, loss=F.cross_entropy, epochs=2, batch_size=16, lr=0.01)


# What is learned and measured


def test_one_batch_is_learned_by_heart():
    model, batch = network(), TensorDataset(torch.randn(8, 3), torch.arange(8) % 3)
    history = train_on(model, train=batch, epochs=300, lr=0.03)
    assert history["train_loss"][0] > 1
    assert evaluate(model, batch, accuracy(), loss=F.cross_entropy) == pytest.approx(
        {"loss": 0, "accuracy": 1}, abs=0.01
    )


def test_history_holds_every_epoch():
    history = train_on(network(), train=blobs(50), validation=blobs(20, seed=1), metrics=accuracy(), epochs=3)
    assert len(history) == 3
    assert history["epoch"] == [1, 2, 3]
    assert set(history.records[0]) == {"epoch", "lr", "train_loss", "validation_loss", "accuracy", "seconds"}
    assert history.best["validation_loss"] == min(history["validation_loss"])
    with pytest.raises(KeyError, match=r"no 'acuracy'; it has \['epoch', 'lr'.*'accuracy'"):
        history["acuracy"]


def test_best_epoch_without_validation_is_that_of_the_training_loss():
    history = History([{"epoch": 1, "train_loss": 2.0}, {"epoch": 2, "train_loss": 1.0}])
    assert history.best["epoch"] == 2


def test_losses_and_metrics_weigh_every_sample_the_same():
    model, data = network(), blobs(10)
    data.tensors[1][-3:] = (data.tensors[1][-3:] + 1) % 3  # the last batch is the smaller and the worse
    outputs = predict(model, data.tensors[0])
    wanted = {
        "loss": F.cross_entropy(outputs, data.tensors[1]).item(),
        "accuracy": (outputs.argmax(1) == data.tensors[1]).double().mean().item(),
    }
    parts = [F.cross_entropy(*pair).item() for pair in zip(outputs.split(4), data.tensors[1].split(4), strict=True)]
    assert abs(sum(parts) / 3 - wanted["loss"]) > 0.01
    assert evaluate(model, data, accuracy(), loss=F.cross_entropy, batch_size=4) == pytest.approx(wanted)
    history = train_on(model, train=data, validation=data, metrics=accuracy(), batch_size=4, lr=1e-12, optimizer=SGD)
    assert history["train_loss"] == pytest.approx([wanted["loss"]] * 2)
    assert history["validation_loss"] == pytest.approx([wanted["loss"]] * 2)
    assert history["accuracy"] == pytest.approx([wanted["accuracy"]] * 2)


def test_metrics_start_anew_in_each_evaluation():
    model, metric, data = network(), accuracy(), blobs(30)
    right = predict(model, data.tensors[0]).argmax(1)
    evaluate(model, data, metric)
    assert evaluate(model, TensorDataset(data.tensors[0], right), metric) == {"accuracy": 1}


def test_predict_computes_in_evaluation_mode_without_gradients():
    model, inputs = network(dropout=0.5), torch.randn(7, 3)
    outputs = predict(model, inputs, batch_size=3)
    assert not outputs.requires_grad
    assert torch.allclose(outputs, model.eval()(inputs))
    assert predict(model, inputs[:0]).shape == (0, 3)


class Listed(Dataset):
    """Yields its samples one by one."""

    def __init__(self, data):
        self.samples = list(data)

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, index):
        return self.samples[index]


def test_a_dataset_of_single_samples_gives_the_same_as_tensors():
    tensors, listed = network(), network()
    train_on(tensors, train=blobs(50), validation=blobs(9))
    train_on(listed, train=Listed(blobs(50)), validation=Listed(blobs(9)))
    assert torch.equal(weights(tensors), weights(listed))


# Order, random numbers, modes


def orders(seed, epochs=3):
    """Return in which order `fit` takes ten samples in each epoch."""
    seen = []

    def record(inputs, targets):
        seen.extend(targets.tolist())
        return inputs, targets

    data = TensorDataset(torch.randn(10, 3), torch.arange(10))
    squared = lambda outputs, targets: outputs.square().mean()  # noqa: ARG005, E731
    fit(network(), squared, data, epochs=epochs, batch_size=4, augment=record, seed=seed)
    return [seen[i : i + 10] for i in range(0, 10 * epochs, 10)]


def test_order_depends_on_seed_and_epoch_alone():
    first = orders(seed=0)
    assert all(sorted(order) == list(range(10)) for order in first)
    assert orders(seed=0) == first
    assert len({tuple(order) for order in chain(first, orders(seed=1), orders(seed=2))}) == 9


@pytest.mark.parametrize("validation", [None, blobs(9)])
def test_the_callers_random_numbers_are_neither_used_nor_moved(validation):
    ends = []
    for caller in (1, 2):
        model = network(dropout=0.5)
        torch.manual_seed(caller)
        state = torch.get_rng_state()
        train_on(model, train=blobs(50), validation=validation)
        assert torch.equal(torch.get_rng_state(), state)
        ends.append(weights(model))
    assert torch.equal(*ends)


def test_measuring_leaves_the_callers_random_numbers_alone():
    model, data = network(), blobs(9)
    state = torch.get_rng_state()
    evaluate(model, data)
    predict(model, data.tensors[0])
    assert torch.equal(torch.get_rng_state(), state)


def test_random_numbers_depend_on_seed_and_epoch():
    drawn = []

    def augment(inputs, targets):
        drawn.append(torch.rand(()).item())
        return inputs, targets

    for seed in (0, 1, 0):
        train_on(network(), train=blobs(16), epochs=3, augment=augment, seed=seed)
    assert len(set(drawn)) == 6
    assert drawn[:3] == drawn[6:]


def test_every_module_gets_its_own_mode_back():
    class Watch(nn.Module):
        def forward(self, x):
            modes.append(self.training)
            return x

    modes: list[bool] = []
    model = nn.Sequential(network(), Watch())
    model[0].eval()
    train_on(model, train=blobs(16), validation=blobs(16), epochs=2)
    assert modes == [True, False, True, False]
    assert model.training
    assert not model[0].training
    evaluate(model, blobs(16))
    predict(model, torch.zeros(1, 3))
    assert modes[4:] == [False, False]
    assert model.training
    assert not model[0].training


def test_augment_changes_training_batches_only():
    model, data = network(), blobs(16)
    history = train_on(
        model,
        train=data,
        validation=data,
        augment=lambda inputs, targets: (inputs, (targets + 1) % 3),
        epochs=40,
        lr=0.1,
        metrics=accuracy(),
    )
    assert history["train_loss"][-1] < 0.3
    assert history["accuracy"][-1] < 0.1


# Options


def test_learning_rate_of_each_schedule():
    def rates(schedule):
        return train_on(network(), train=blobs(16), epochs=10, lr=1.0, schedule=schedule, optimizer=SGD)["lr"]

    assert rates("constant") == [1] * 10
    assert rates("cosine")[::5] == pytest.approx([1, 0.5])
    one_cycle = rates("one-cycle")
    assert one_cycle.index(max(one_cycle)) == 2
    assert max(one_cycle) == pytest.approx(1)
    assert one_cycle[-1] < 1e-3


def test_each_parameter_group_keeps_its_own_learning_rate():
    model = network()
    before = model[0].weight.detach().clone(), model[3].weight.detach().clone()

    def optimizer(_, lr):
        return SGD([{"params": model[0].parameters(), "lr": 0.0}, {"params": model[3].parameters()}], lr=lr)

    train_on(model, train=blobs(50), optimizer=optimizer)
    assert torch.equal(model[0].weight, before[0])
    assert not torch.equal(model[3].weight, before[1])


def test_clipping_bounds_the_step():
    model = network()
    before = weights(model)
    train_on(model, train=blobs(16), epochs=1, lr=1.0, optimizer=SGD, schedule="constant", clip_norm=0.01)
    assert (weights(model) - before).norm().item() == pytest.approx(0.01, rel=1e-3)


def test_mixed_precision_runs_on_a_cpu():
    model, exact = network(), network()
    history = train_on(model, train=blobs(60), validation=blobs(20), epochs=20, precision="bf16-mixed")
    train_on(exact, train=blobs(60), epochs=20)
    assert history["validation_loss"][-1] < 0.5
    assert weights(model).dtype == torch.float32
    assert not torch.equal(weights(model), weights(exact))


def test_early_stopping_keeps_the_best_weights():
    model, data = network(), blobs(60)
    contrary = TensorDataset(data.tensors[0][:20], (data.tensors[1][:20] + 1) % 3)
    contrary.tensors[1][:8] = data.tensors[1][:8]  # training helps at first, then harms
    history = train_on(model, train=data, validation=contrary, epochs=50, patience=3, schedule="constant")
    assert len(history) == history.best["epoch"] + 3 < 50
    assert evaluate(model, contrary, loss=F.cross_entropy)["loss"] == pytest.approx(history.best["validation_loss"])
    assert history.best["validation_loss"] < history["validation_loss"][-1]


def test_progress_is_shown_on_demand_only(capfd, monkeypatch):
    train_on(network(), train=blobs(16))
    assert capfd.readouterr() == ("", "")
    train_on(network(), train=blobs(16), progress=True)
    assert "train_loss=" in capfd.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    train_on(network(), train=blobs(16))
    assert "train_loss=" in capfd.readouterr().err
    monkeypatch.undo()
    kernel = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: kernel))
    train_on(network(), train=blobs(16))
    assert "train_loss=" in capfd.readouterr().err
    monkeypatch.setenv("DLVC_MEASUREMENTS", "folder")
    train_on(network(), train=blobs(16))
    assert capfd.readouterr() == ("", "")


# Checkpoints


def train_until(step, file):
    """Train with everything that draws random numbers; kill the process in its n-th ``step``."""
    steps = count(1)

    def augment(inputs, targets):
        if next(steps) == step:
            os._exit(9)  # as a kill: no handler, no buffer and no finaliser has its turn, on Windows neither
        return inputs + 0.1 * torch.randn_like(inputs), targets

    model = network(dropout=0.5)
    data = {"train": blobs(50), "validation": blobs(20, seed=1)}
    history = train_on(model, **data, epochs=4, patience=4, augment=augment, checkpoint=file)
    return model, [{**record, "seconds": 0} for record in history.records]


def run_script(text, folder, *arguments, launcher=()):
    script = folder / "script.py"
    script.write_text(text)
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parent)}
    return subprocess.run(
        [sys.executable, *launcher, str(script), *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=270,  # three Pythons that import PyTorch, on a machine that has other work too
        check=False,
    )


def test_a_killed_training_ends_as_if_nothing_had_happened(tmp_path):
    text = "import sys, test_training; test_training.train_until(10, sys.argv[1])"  # an epoch has four steps
    killed = run_script(text, tmp_path, tmp_path / "killed.pt")
    assert killed.returncode == 9, killed.stderr
    assert len(torch.load(tmp_path / "killed.pt", weights_only=True)["history"]) == 2
    resumed, records = train_until(None, tmp_path / "killed.pt")
    whole, wanted = train_until(None, tmp_path / "whole.pt")
    assert torch.equal(weights(resumed), weights(whole))
    assert records == wanted


@pytest.mark.parametrize("patience", [None, 2])
def test_a_finished_training_is_not_repeated(tmp_path, patience):
    call = partial(
        train_on,
        train=blobs(50),
        validation=blobs(20, seed=1),
        epochs=6,
        lr=0.5,
        patience=patience,
        checkpoint=tmp_path / "new" / "state.pt",
    )
    first, second = network(), network()
    history = call(first)
    assert call(second) == history  # with its seconds
    assert torch.equal(weights(first), weights(second))
    assert list((tmp_path / "new").iterdir()) == [tmp_path / "new" / "state.pt"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"epochs": 3}, "epochs was 2, here it is 3"),
        ({"batch_size": 8}, "batch_size was 16, here it is 8"),
        ({"seed": 5}, "seed was 0, here it is 5"),
        ({"lr": 0.5}, "lr of parameter group 0 was 0.01, here it is 0.5"),
        ({"schedule": "cosine"}, "schedule was one-cycle, here it is cosine"),
        ({"train": blobs(51)}, r"samples was \[50\], here it is \[51\]"),
        ({"optimizer": SGD}, "optimizer was AdamW, here it is SGD"),
        ({"optimizer": partial(torch.optim.AdamW, weight_decay=0.0)}, "weight_decay of parameter group 0"),
        ({"loss": losses.cross_entropy, "clip_norm": 1.0}, "clip_norm was None, here it is 1.0"),
        ({"loss": F.nll_loss}, "loss was cross_entropy, here it is nll_loss"),
        (
            {"model": nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 3))},
            r"shape of 0.weight was \(16, 3\), here",
        ),
    ],
)
def test_a_checkpoint_of_another_call_is_refused(tmp_path, change, words):
    call = {"train": blobs(50), "checkpoint": tmp_path / "state.pt"}
    train_on(network(), **call)
    model = change.pop("model", network()) if "model" in change else network()
    before = weights(model)
    with pytest.raises(ValueError, match=rf"checkpoint=.*state.pt belongs to another call: .*{words}"):
        train_on(model, **{**call, **change})
    assert torch.equal(weights(model), before)


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("kind", ["text", "weights", "trap"])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, kind):
    file, sprung = tmp_path / "state.pt", tmp_path / "sprung"
    if kind == "text":
        file.write_text("hello")
    elif kind == "weights":
        torch.save(network().state_dict(), file)
    else:
        torch.save(Trap(sprung), file)
    with pytest.raises(ValueError, match=r"checkpoint=.*state.pt is no file that fit wrote"):
        train_on(network(), train=blobs(50), checkpoint=file)
    assert not sprung.exists()


def test_a_checkpoint_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch):
    def torn(_, path):
        path.write_text("half a fi")
        raise OSError("no space left")

    file = tmp_path / "state.pt"
    checkpoint.write(file, {"seed": "0"}, history=[])
    monkeypatch.setattr(torch, "save", torn)
    with pytest.raises(OSError, match="no space left"):
        checkpoint.write(file, {"seed": "0"}, history=[{}])
    assert checkpoint.read(file, {"seed": "0"})["history"] == []


def test_what_means_the_same_is_described_the_same():
    def smoothed(amount):
        def cross_entropy():
            pass  # a new function, at another address, in each call

        return partial(cross_entropy, label_smoothing=amount)

    model = network()
    optimizer = SGD(model.parameters(), lr=0.1)
    described = [checkpoint.describe(model, optimizer, loss=smoothed(amount)) for amount in (0.1, 0.1, 0.2)]
    assert described[0] == described[1] != described[2]


# Many processes

TWO_PROCESSES = """
import faulthandler
import sys
faulthandler.dump_traceback_later(180, exit=True)  # processes that wait for each other say where they stand
import torch
from torch import nn
from torch.nn import functional as F
from lightning_fabric import Fabric
from test_training import accuracy, blobs, network
from dlvc.training import fit

folder, fabric = sys.argv[1], Fabric()
assert fabric.world_size == 2
model = network()
history = fit(model, F.cross_entropy, blobs(36), blobs(23, seed=1), metrics=accuracy(), epochs=3,
              batch_size=16, lr=0.01, clip_norm=0.5, checkpoint=f"{folder}/state.pt", progress=True,
              fabric=fabric)
normalised = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3))
fit(normalised, F.cross_entropy, blobs(36), blobs(23, seed=1), epochs=1, batch_size=16, fabric=fabric)
errors = []
for arguments in ({"batch_size": 3}, {"validation": blobs(1)}):
    try:
        fit(network(), F.cross_entropy, blobs(36), epochs=1, fabric=fabric, **arguments)
    except ValueError as error:
        errors.append(str(error))
torch.save({"model": model.state_dict(), "records": history.records, "buffers": normalised.state_dict(),
            "errors": errors}, f"{folder}/rank{fabric.global_rank}.pt")
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="PyTorch's launcher fails on Windows: its issue 139990")
def test_two_processes_equal_one_with_the_joint_batch(tmp_path):
    command = "-m lightning_fabric.cli --accelerator cpu --devices 2 --strategy ddp"
    launched = run_script(TWO_PROCESSES, tmp_path, tmp_path, launcher=command.split())
    assert launched.returncode == 0, launched.stderr
    assert launched.stderr.count("train_loss=") > 0
    model = network()
    history = train_on(
        model,
        train=blobs(36),
        validation=blobs(23, seed=1),
        metrics=accuracy(),
        epochs=3,
        clip_norm=0.5,
    )
    ranks = [torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]
    for rank in ranks:
        for name, weight in model.state_dict().items():
            torch.testing.assert_close(rank["model"][name], weight, rtol=0, atol=1e-6)
        for ours, wanted in zip(rank["records"], history.records, strict=True):
            assert ours | {"seconds": 0} == pytest.approx(wanted | {"seconds": 0}, abs=1e-6)
        assert rank["errors"] == [
            "batch_size must be a multiple of the 2 processes, got 3",
            "dataset must have a sample for each of the 2 processes, got 1",
        ]
    for name, value in ranks[0]["buffers"].items():
        assert torch.equal(value, ranks[1]["buffers"][name])
    assert len(torch.load(tmp_path / "state.pt", weights_only=True)["history"]) == 3


# Errors


class Endless(IterableDataset):
    def __iter__(self):
        yield torch.zeros(3), 0


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"epochs": 0}, ValueError, "epochs must be more than 0, got 0"),
        ({"batch_size": -1}, ValueError, "batch_size must be more than 0, got -1"),
        ({"lr": float("nan")}, ValueError, "lr must be more than 0, got nan"),
        ({"clip_norm": 0.0}, ValueError, "clip_norm must be more than 0, got 0.0"),
        ({"patience": 0, "validation": blobs(9)}, ValueError, "patience must be more than 0, got 0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        (
            {"schedule": "linear"},
            ValueError,
            "schedule must be 'one-cycle', 'cosine' or 'constant', got 'linear'",
        ),
        ({"precision": "8-bit"}, ValueError, "8-bit"),
        ({"train": blobs(0)}, ValueError, "train must have at least one sample, got an empty TensorDataset"),
        ({"validation": blobs(0)}, ValueError, "validation must have at least one sample"),
        (
            {"train": blobs(9).tensors},
            TypeError,
            r"train must be a torch Dataset with a length, .* got tuple",
        ),
        ({"train": Endless()}, TypeError, r"train must be a torch Dataset with a length, .* got Endless"),
        ({"patience": 2}, ValueError, "patience need validation data, but validation is None"),
        ({"metrics": accuracy()}, ValueError, "metrics and patience need validation data"),
        (
            {"metrics": {"lr": accuracy()["accuracy"]}, "validation": blobs(9)},
            ValueError,
            r"metrics must have other names than history's own, got \['lr'\]",
        ),
        (
            {"loss": partial(F.cross_entropy, reduction="none")},
            ValueError,
            r"loss must return a scalar, the mean over the batch, got shape \(16,\)",
        ),
    ],
)
@pytest.mark.usefixtures("untyped")
def test_errors_name_the_argument_what_came_and_what_was_wanted(arguments, error, words):
    with pytest.raises(error, match=words):
        train_on(network(), **{"train": blobs(50), **arguments})


@pytest.mark.usefixtures("untyped")
def test_evaluation_says_what_is_wrong():
    with pytest.raises(ValueError, match="dataset must have at least one sample"):
        evaluate(network(), blobs(0))
    with pytest.raises(ValueError, match="batch_size must be more than 0, got 0"):
        evaluate(network(), blobs(9), batch_size=0)


def test_fabric_brings_its_own_device_and_precision():
    from lightning_fabric import Fabric

    fabric = Fabric(accelerator="cpu", devices=1)
    train_on(network(), train=blobs(16), fabric=fabric)
    for more in ({"device": "cpu"}, {"precision": "bf16-mixed"}):
        with pytest.raises(ValueError, match="device and precision must be left out where fabric is given"):
            train_on(network(), train=blobs(16), fabric=fabric, **more)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_loss_that_is_no_number_is_located(bad):
    data = blobs(48)
    steps = count(1)

    def break_fifth(inputs, targets):
        return (inputs + bad if next(steps) == 5 else inputs), targets

    with pytest.raises(FloatingPointError, match=r"in epoch 2, step 2 of 3. Try a lower lr or clip_norm") as caught:
        train_on(network(), train=data, augment=break_fifth)
    assert "nan" in str(caught.value)

    steps = count(1)
    with pytest.raises(ValueError, match="NaN") as caught:
        train_on(network(), loss=losses.cross_entropy, train=data, augment=break_fifth)
    assert caught.value.__notes__ == ["This was in epoch 2, step 2 of 3."]

    data.tensors[0][0] = bad
    with pytest.raises(FloatingPointError, match="in the validation of epoch 1"):
        train_on(network(), train=blobs(48), validation=data)
