"""What is measured: torchmetrics, under the names of the book."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torchmetrics.image.fid import FrechetInceptionDistance


class _Features(nn.Module):
    """Stands where torchmetrics wants a network: the features are there already."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.num_features = count

    def forward(self, features: Tensor) -> Tensor:
        return features


@torch.no_grad()
def frechet_distance(real: Float[Tensor, "reals features"], generated: Float[Tensor, "fakes features"]) -> float:
    """Squared Fréchet distance between two normal distributions that have the means and covariances of the features.

    Only with the features of one particular Inception network is it the FID of the literature.

    Args:
        real: features of real pictures; at least two, and for a covariance that can be trusted many more than there
            are features.
        generated: features of generated pictures, from the same network.

    Returns:
        At least 0, up to rounding; with few pictures larger than with many.

    Raises:
        ValueError: if a set has fewer than two pictures.

    Reference: Heusel et al., *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*
    (2017).

    Equation: eq-frechet
    """
    if min(len(real), len(generated)) < 2:
        raise ValueError(f"got features of {len(real)} real and {len(generated)} generated pictures; wanted at least 2")
    metric = FrechetInceptionDistance(feature=_Features(real.shape[1])).set_dtype(torch.float64)
    metric.update(real.double().cpu(), real=True)
    metric.update(generated.double().cpu(), real=False)
    return float(metric.compute())
