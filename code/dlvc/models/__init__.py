"""What computes: one file per architecture, in the order of the book."""

from dlvc.models.conditional import ConditionalDiscriminator, ConditionalGenerator
from dlvc.models.cyclegan import PatchDiscriminator, Translator
from dlvc.models.dcgan import Discriminator, Generator
from dlvc.models.decoder import Decoder
from dlvc.models.least_squares import powers, solve_least_squares
from dlvc.models.lenet import LeNet, LeNet5
from dlvc.models.linear import SoftmaxRegression
from dlvc.models.mlp import MLP
from dlvc.models.recurrent import GRU, GRUCell, LSTMCell, RNNCell, SequenceClassifier
from dlvc.models.stylegan import MappingNetwork, StyleGenerator, adain
from dlvc.models.vae import VAE, Autoencoder, ConditionalVAE, Reconstruction, reparameterize, slerp

__all__ = [
    "GRU",
    "MLP",
    "VAE",
    "Autoencoder",
    "ConditionalDiscriminator",
    "ConditionalGenerator",
    "ConditionalVAE",
    "Decoder",
    "Discriminator",
    "GRUCell",
    "Generator",
    "LSTMCell",
    "LeNet",
    "LeNet5",
    "MappingNetwork",
    "PatchDiscriminator",
    "RNNCell",
    "Reconstruction",
    "SequenceClassifier",
    "SoftmaxRegression",
    "StyleGenerator",
    "Translator",
    "adain",
    "powers",
    "reparameterize",
    "slerp",
    "solve_least_squares",
]
