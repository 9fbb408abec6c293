"""How labels occur together: true ones in one half of a square, predicted ones in the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from multitag.extras import import_extra
from multitag.report.plots.svg import INK, ONE, TWO, embed, in_page_style, new_figure, shorten

MAX_SIDE = 30


@in_page_style
def plot_together(names: Sequence[str], true: NDArray[np.float64], predicted: NDArray[np.float64]) -> str:
    """Draw a square for each two labels, the fuller the more they overlap: true ones below the diagonal.

    Parameters
    ----------
    names : sequence of str, length n_labels
    true, predicted : ndarray of float64, shape (n_labels, n_labels)
        In [0, 1], as ``overlap`` gives them.

    Returns
    -------
    str
        One ``<svg>`` element.
    """
    size = len(names)
    shares = np.tril(true, -1) + np.triu(predicted, 1)  # (n_labels, n_labels)
    most = shares.max() or 1.0
    figure = new_figure(height=1.6 + 0.22 * size)
    axes = figure.add_subplot()
    to_rgba = import_extra("matplotlib.colors", "train").to_rgba
    squares, colours = [], []
    for row, column in np.argwhere(shares > 0.01 * most).tolist():
        squares.append([(column + x, row + y) for x, y in ((-0.47, -0.47), (0.47, -0.47), (0.47, 0.47), (-0.47, 0.47))])
        colours.append(to_rgba(ONE if row > column else TWO, shares[row, column] / most))
    axes.add_collection(import_extra("matplotlib.collections", "train").PolyCollection(squares, facecolors=colours))
    axes.plot([-0.5, size - 0.5], [-0.5, size - 0.5], color=INK, linewidth=0.6, alpha=0.5)
    written = [shorten(name, 20) for name in names]
    axes.set_xticks(range(size), written, rotation=90, fontsize=8)
    axes.set_yticks(range(size), written, fontsize=8)
    axes.set(xlim=(-0.5, size - 0.5), ylim=(size - 0.5, -0.5), aspect="equal")
    axes.tick_params(length=0)
    patch = import_extra("matplotlib.patches", "train").Patch
    halves = [patch(color=ONE, label="true (below)"), patch(color=TWO, label="predicted (above)")]
    figure.legend(handles=halves, loc="outside upper left", ncols=2, frameon=False)
    return embed(figure, "together", "Labels that stand together, true and predicted")
