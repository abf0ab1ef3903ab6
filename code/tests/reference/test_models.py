"""Our models against torch.nn and scikit-learn: outputs, gradients, parameter counts."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.utils.data import TensorDataset

from dlvc import losses, models, training

MODELS = {
    "linear": lambda: models.SoftmaxRegression((1, 28, 28), 10),
    "mlp": lambda: models.MLP((1, 28, 28), [100], 10),
    "deep mlp": lambda: models.MLP((3, 4), [8, 6], 2, nn.Tanh),
}


def inputs_of(model):
    wide = next(model.parameters()).shape[1]
    return torch.randn(5, wide, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("name", "count"), [("linear", 7_850), ("mlp", 79_510), ("deep mlp", 172)])
def test_parameter_counts(name, count):
    assert sum(p.numel() for p in MODELS[name]().parameters()) == count


@pytest.mark.parametrize("name", MODELS)
def test_every_parameter_gets_a_gradient(name):
    model = MODELS[name]()
    model(inputs_of(model)).square().sum().backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name
        assert parameter.grad.isfinite().all(), parameter_name


@pytest.mark.parametrize("name", MODELS)
def test_one_sample_gives_the_same_alone_and_in_a_batch(name):
    model = MODELS[name]()
    x = inputs_of(model)
    torch.testing.assert_close(model(x)[2:3], model(x[2:3]))


def test_mlp_equals_a_sequential_of_torch_with_the_same_weights():
    ours = models.MLP((1, 4, 4), [8, 6], 3)
    reference = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
    reference.load_state_dict(dict(zip(reference.state_dict(), ours.state_dict().values(), strict=True)))
    x = torch.randn(5, 1, 4, 4, generator=torch.Generator().manual_seed(0))
    for a, b in zip(*(gradients(model, x) for model in (ours, reference)), strict=True):
        torch.testing.assert_close(a, b)


def gradients(model, x):
    output = model(x)
    return output, *torch.autograd.grad(output.square().sum(), list(model.parameters()))


def test_mlp_without_hidden_layers_is_refused():
    with pytest.raises(ValueError, match="hidden is empty"):
        models.MLP((1, 28, 28), [], 10)


def test_softmax_regression_trained_by_fit_finds_the_optimum_of_scikit_learn():
    generator = np.random.Generator(np.random.PCG64(0))
    x = generator.normal(size=(300, 4))
    y = (x @ generator.normal(size=(4, 3)) + generator.gumbel(size=(300, 3))).argmax(1)
    reference = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(x, y)
    model = models.SoftmaxRegression((4,), 3).double()
    dataset = TensorDataset(torch.from_numpy(x), torch.from_numpy(y))
    training.fit(model, losses.cross_entropy, dataset, epochs=400, batch_size=300, lr=0.05, progress=False,
                 optimizer=torch.optim.Adam, schedule="cosine")  # fmt: skip
    # Softmax regression has one superfluous direction, so probabilities are compared, not weights.
    ours = losses.softmax(model(torch.from_numpy(x))).detach().numpy()
    np.testing.assert_allclose(ours, reference.predict_proba(x), atol=1e-3)
