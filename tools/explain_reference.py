"""Class activation maps and attributions written from their papers, in numpy; networks are functions.

`a` and `g` are a layer's output for one picture and the derivative of the class's score by it, (h, w, channels). Maps of `a`
end in max(0, .).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Score = Callable[[np.ndarray], np.ndarray]  # of pictures (n, h, w, c), their scores (n,)


def relu(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0)


def grad_cam(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Selvaraju et al. 2017: weights are the mean of the gradient."""
    return relu((a * g.mean((0, 1))).sum(-1))


def grad_cam_plus_plus(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Chattopadhay et al. 2018, equations 10 and 19, with the score's exponential in place of its higher derivatives."""
    alpha = g**2 / (2 * g**2 + a.sum((0, 1)) * g**3 + 1e-6)
    alpha = np.where(g != 0, alpha, 0)
    return relu((a * (relu(g) * alpha).sum((0, 1))).sum(-1))


def layer_cam(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Jiang et al. 2021."""
    return relu((relu(g) * a).sum(-1))


def hires_cam(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Draelos and Carin 2020."""
    return relu((g * a).sum(-1))


def xgrad_cam(a: np.ndarray, g: np.ndarray) -> np.ndarray:
    """Fu et al. 2020."""
    return relu((a * ((g * a).sum((0, 1)) / (a.sum((0, 1)) + 1e-7))).sum(-1))


def eigen_cam(a: np.ndarray) -> np.ndarray:
    """Muhammad and Yeasin 2020: the first principal component; its sign is that of its larger end."""
    flat = a.reshape(-1, a.shape[-1]).astype(np.float64)
    flat = flat - flat.mean(0)
    projection = flat @ np.linalg.svd(flat, full_matrices=False)[2][0]
    if abs(projection.min()) > abs(projection.max()):
        projection = -projection
    return relu(projection).reshape(a.shape[:2])


def resized(channels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Of (h, w, n): bilinear, half-pixel centres, edges repeated."""

    def along(values: np.ndarray, size: int) -> np.ndarray:
        at = (np.arange(size) + 0.5) * values.shape[0] / size - 0.5
        low = np.floor(at).astype(int)
        share = (at - low).reshape(-1, *[1] * (values.ndim - 1))
        ends = [np.clip(low + k, 0, values.shape[0] - 1) for k in (0, 1)]
        return values[ends[0]] * (1 - share) + values[ends[1]] * share

    return along(along(channels, height).swapaxes(0, 1), width).swapaxes(0, 1)


def score_cam(a: np.ndarray, picture: np.ndarray, score: Score) -> np.ndarray:
    """Wang et al. 2020: weights are the softmax of the scores of the picture seen through every map."""
    masks = resized(a, *picture.shape[:2])
    low, high = masks.min((0, 1)), masks.max((0, 1))
    masks = (masks - low) / (high - low + 1e-8)
    scores = score(picture[None] * masks.transpose(2, 0, 1)[..., None]).astype(np.float64)
    weights = np.exp(scores - scores.max())
    return relu((a * (weights / weights.sum())).sum(-1))


def ablation_cam(a: np.ndarray, whole: float, score_of_layer: Score) -> np.ndarray:
    """Desai and Ramaswamy 2020: weights are the share of the score that goes with a map."""
    without = np.repeat(a[None], a.shape[-1], 0)
    for k in range(a.shape[-1]):
        without[k, ..., k] = 0
    weights = (whole - score_of_layer(without).astype(np.float64)) / (whole or 1e-7)
    return relu((a * weights).sum(-1))


def integrated_gradients(picture: np.ndarray, gradient: Callable[[np.ndarray], np.ndarray], steps: int) -> np.ndarray:
    """Sundararajan et al. 2017: from zeros, at the middles of the steps; summed over channels."""
    shares = ((np.arange(steps) + 0.5) / steps).astype(picture.dtype)[:, None, None, None]
    return (gradient(shares * picture[None]).astype(np.float64).mean(0) * picture).sum(-1)


def occlusion(picture: np.ndarray, score: Score, patch: int, stride: int) -> np.ndarray:
    """Zeiler and Fergus 2014: what a patch of zeros takes from the score, the mean over the patches that cover a pixel."""
    height, width = picture.shape[:2]
    places = [[*range(0, size - patch, stride), size - patch] for size in (height, width)]
    corners = [(y, x) for y in places[0] for x in places[1]]
    covered = np.repeat(picture[None], len(corners), 0)
    for copy, (y, x) in zip(covered, corners, strict=True):
        copy[y : y + patch, x : x + patch] = 0
    falls = score(picture[None]).astype(np.float64)[0] - score(covered)
    total, count = np.zeros((height, width)), np.zeros((height, width))
    for fall, (y, x) in zip(falls, corners, strict=True):
        total[y : y + patch, x : x + patch] += fall
        count[y : y + patch, x : x + patch] += 1
    return total / count
