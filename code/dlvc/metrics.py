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


def classes_covered(probabilities: Float[Tensor, "pictures classes"], *, sure: float = 0.5, share: float = 0.01) -> int:
    """Count the classes that a classifier finds among generated pictures: few of them mean that modes are missing.

    Args:
        probabilities: of each picture, from a classifier that was trained on real ones.
        sure: pictures whose largest probability is not above this are of no class.
        share: of all pictures that must belong to a class for it to count, above 0.

    Returns:
        0 up to the number of classes.

    Raises:
        ValueError: if there are no pictures, or the share isn't positive.
    """
    if not len(probabilities) or not share > 0:
        raise ValueError(f"got {len(probabilities)} pictures and share {share}; wanted both above 0")
    largest, found = probabilities.max(1)
    counts = torch.bincount(found[largest > sure], minlength=probabilities.shape[1])
    return int((counts >= share * len(probabilities)).sum())
