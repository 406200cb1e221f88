#!/usr/bin/env python3
"""Five updates of Muon's variants on random matrices, in float64: writes muon_variant_goldens.json beside it.

    python3 -m venv V && V/bin/pip install numpy==2.4.6
    V/bin/python make_muon_variant_goldens.py

Made with Python 3.11.7, numpy 2.4.6; the file repeats the version. Weights and gradients are float32, the
arithmetic on them is float64. The factor on the learning rate differs at every update.
"""
import base64
import json
import pathlib

import numpy as np

FACTORS = [0.25, 0.75, 1, 0.5, 0.125]
SHAPES = {"square": (12, 12), "wide": (8, 20), "tall": (20, 8)}
SETS = {
    "jordan": dict(coefficients=[[3.4445, -4.7750, 2.0315]] * 5, norm_factor=1, epsilon=1e-7),
    "convergent": dict(coefficients=[[2, -1.5, 0.5]] * 12, norm_factor=1, epsilon=1e-7),
}
VARIANTS = [
    dict(weight_decay=0.5, momentum=0.9, nesterov=False),
    dict(weight_decay=0.5, momentum=0.9, decay="coupled"),
    dict(weight_decay=0.1, momentum=0.95, orthogonalization="svd"),
    dict(weight_decay=0.2, momentum=0.8, orthogonalization="svd", decay="coupled", nesterov=False, scale="rms"),
    dict(weight_decay=0, momentum=0),
    dict(weight_decay=0, momentum=0, nesterov=False, newton_schulz="convergent"),
]
USUAL = dict(
    learning_rate=0.05, decay="decoupled", nesterov=True, scale="spectral", orthogonalization="newton-schulz",
    newton_schulz="jordan", newton_schulz_precision="float32")


def newton_schulz(u, coefficients, norm_factor, epsilon):
    x = u / (norm_factor * np.linalg.norm(u) + epsilon)
    for a, b, c in coefficients:
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x


def orthogonalized(u, rule):
    if rule["orthogonalization"] == "svd":
        left, _, right = np.linalg.svd(u, full_matrices=False)
        return left @ right
    return newton_schulz(u, **SETS[rule["newton_schulz"]])


def trained(weights, gradients, rule):
    weights, m = weights.astype(np.float64), np.zeros(weights.shape)
    rows, columns = weights.shape
    spectral = max(1, rows / columns) ** 0.5
    scale = spectral if rule["scale"] == "spectral" else 0.2 * max(rows, columns) ** 0.5
    mu, decay = rule["momentum"], rule["weight_decay"]
    for gradient, factor in zip(gradients.astype(np.float64), FACTORS):
        rate = rule["learning_rate"] * factor
        if rule["decay"] == "coupled":
            gradient = gradient + decay * weights
        m = mu * m + (1 - mu) * gradient
        update = (1 - mu) * gradient + mu * m if rule["nesterov"] else m
        if rule["decay"] == "decoupled":
            weights = (1 - rate * decay) * weights
        weights = weights - rate * scale * orthogonalized(update, rule)
    return weights


def encoded(array):
    return base64.b64encode(array.astype("<f4").tobytes()).decode()


def main():
    random = np.random.default_rng(20260601)
    cases = []
    for name, shape in SHAPES.items():
        weights = random.standard_normal(shape).astype(np.float32)
        gradients = random.standard_normal((len(FACTORS), *shape)).astype(np.float32)
        for variant in VARIANTS:
            rule = USUAL | variant
            cases.append(dict(
                shape=shape, weights=encoded(weights), gradients=[encoded(g) for g in gradients], rule=rule,
                result=encoded(trained(weights, gradients, rule))))
    content = dict(versions=dict(numpy=np.__version__), factors=FACTORS, cases=cases)
    path = pathlib.Path(__file__).with_name("muon_variant_goldens.json")
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
