"""Figures of recurrent networks show what they are given."""

import numpy as np
import torch

from dlvc.figures import reading, sequence_shapes


def test_each_shape_has_its_inputs_states_and_outputs() -> None:
    found = []
    for axes in sequence_shapes().axes:
        markers = [line.get_marker() for line in axes.lines]
        found.append((axes.get_title().split(",")[0], *(markers.count(marker) for marker in "os^")))
    assert found == [
        ("one to one", 1, 1, 1),
        ("one to many", 1, 3, 3),
        ("many to one", 3, 3, 1),
        ("many to many", 2, 4, 2),
        ("many to many", 3, 3, 3),
    ]


def test_reading_has_a_map_for_each_part() -> None:
    trace = torch.rand(28, 3 + 4 * 6)
    maps = [axes.images[0].get_array() for axes in reading(torch.rand(28, 28), trace, 3).axes]
    assert [each.shape for each in maps] == [(28, 28), (28, 3), *[(28, 6)] * 4]
    np.testing.assert_allclose(maps[1].sum(1), 1, atol=1e-6)
    np.testing.assert_allclose(maps[5], trace[:, -6:])
