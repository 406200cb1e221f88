#!/usr/bin/env python3
"""Ten updates of AdamW and Muon on random matrices, in float32: writes optimizer_goldens.json beside it.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    V/bin/python make_optimizer_goldens.py

Made with Python 3.11.7, torch 2.15.0, numpy 2.4.6 on the CPU; the file repeats the versions. AdamW is
torch.optim.AdamW; Muon is written out below, because torch.optim.Muon iterates in bfloat16. The factor
on the learning rate differs at every update, so that a decay by the unscheduled rate shows.
"""
import base64
import json
import pathlib

import numpy as np
import torch

STEPS = 10
FACTORS = [(i + 1) / 4 if i < 3 else 1 - (i - 3) / 8 for i in range(STEPS)]
SHAPES = {"square": (12, 12), "wide": (8, 20), "tall": (20, 8)}
JORDAN = (3.4445, -4.7750, 2.0315)


def newton_schulz(u):
    a, b, c = JORDAN
    x = u.T if u.size(0) > u.size(1) else u
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return x.T if u.size(0) > u.size(1) else x


def muon(weights, gradients, learning_rate, weight_decay, momentum, scale):
    weights, m = weights.clone(), torch.zeros_like(weights)
    rows, columns = weights.shape
    s = max(1, rows / columns) ** 0.5 if scale == "spectral" else 0.2 * max(rows, columns) ** 0.5
    for gradient, factor in zip(gradients, FACTORS):
        rate = learning_rate * factor
        m.lerp_(gradient, 1 - momentum)
        update = newton_schulz(gradient.lerp(m, momentum))
        weights.mul_(1 - rate * weight_decay).add_(update, alpha=-rate * s)
    return weights


def adamw(weights, gradients, learning_rate, weight_decay, betas, epsilon):
    weights = torch.nn.Parameter(weights.clone())
    optimizer = torch.optim.AdamW(
        [weights], lr=learning_rate, betas=betas, eps=epsilon, weight_decay=weight_decay)
    for gradient, factor in zip(gradients, FACTORS):
        optimizer.param_groups[0]["lr"] = learning_rate * factor
        weights.grad = gradient.clone()
        optimizer.step()
    return weights.detach()


def encoded(tensor):
    return base64.b64encode(tensor.contiguous().numpy().astype("<f4").tobytes()).decode()


def main():
    torch.manual_seed(20240520)
    rules = [
        ("muon", dict(learning_rate=0.02, weight_decay=0.0, momentum=0.95, scale="spectral")),
        ("muon", dict(learning_rate=0.05, weight_decay=0.5, momentum=0.9, scale="spectral")),
        ("muon", dict(learning_rate=0.02, weight_decay=0.1, momentum=0.95, scale="rms")),
        ("adamw", dict(learning_rate=0.01, weight_decay=0.0, betas=(0.9, 0.999), epsilon=1e-8)),
        ("adamw", dict(learning_rate=0.05, weight_decay=0.5, betas=(0.8, 0.95), epsilon=1e-10)),
    ]
    matrices, cases = {}, []
    for name, shape in SHAPES.items():
        weights = torch.randn(shape)
        gradients = torch.randn(STEPS, *shape) * torch.logspace(0, -3, STEPS)[:, None, None]
        matrices[name] = dict(
            shape=shape, weights=encoded(weights), gradients=[encoded(g) for g in gradients])
        for rule, values in rules:
            result = (muon if rule == "muon" else adamw)(weights, gradients, **values)
            cases.append(dict(matrix=name, rule=dict(rule=rule, **values), result=encoded(result)))
    versions = dict(torch=torch.__version__, numpy=np.__version__)
    content = dict(versions=versions, factors=FACTORS, matrices=matrices, cases=cases)
    path = pathlib.Path(__file__).with_name("optimizer_goldens.json")
    path.write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
