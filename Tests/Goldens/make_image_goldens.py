#!/usr/bin/env python3
"""Writes image_goldens.json: a tiny convolutional network's loss and every gradient, computed by PyTorch.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    V/bin/python make_image_goldens.py

The weights are random and none is zero, so that every path carries a gradient. The model is written
once more here, from its definition, in double precision: its images are [height, width, channels], and a
filter is a row of 3 x 3 pixels, a pixel's channels side by side.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

CONFIGURATION = dict(classes=6, height=13, width=10, channels=2, stem=3, blocks=[4, 5], softcap=15.0)
IMAGES = 5
EPSILON = 1.1920929e-07


def rms(x):
    """Over all numbers of an image, or of a row."""
    return x / (x.square().mean(tuple(range(1, x.dim())), keepdim=True) + EPSILON).sqrt()


def convolved(x, filters):
    """x: [images, channels, height, width]; filters: [outputs, 9 channels]"""
    return F.conv2d(x, filters.view(len(filters), 3, 3, -1).permute(0, 3, 1, 2), padding=1)


def act(x):
    return rms(x).relu()


def logits(weights, images, configuration):
    """images: [images, height, width, channels]"""
    x = act(convolved(images.permute(0, 3, 1, 2), weights["stem.weight"]))
    for i in range(len(configuration["blocks"])):
        x = act(F.max_pool2d(convolved(x, weights[f"blocks.{i}.conv1.weight"]), 2))
        x = act(convolved(x, weights[f"blocks.{i}.conv2.weight"]))
    z = rms(x.permute(0, 2, 3, 1).flatten(1)) @ weights["head.weight"].T
    cap = configuration["softcap"]
    return cap * z / (z.square() + cap * cap).sqrt()


def loss(weights, images, labels, configuration):
    return F.cross_entropy(logits(weights, images, configuration), labels)


def shapes(c):
    result = {"stem.weight": (c["stem"], 9 * c["channels"])}
    inputs = c["stem"]
    for i, filters in enumerate(c["blocks"]):
        result[f"blocks.{i}.conv1.weight"] = (filters, 9 * inputs)
        result[f"blocks.{i}.conv2.weight"] = (filters, 9 * filters)
        inputs = filters
    pixels = (c["height"] >> len(c["blocks"])) * (c["width"] >> len(c["blocks"]))
    result["head.weight"] = (c["classes"], pixels * inputs)
    return result


def main():
    torch.manual_seed(0)
    c = CONFIGURATION
    weights = {name: (torch.randn(shape) / shape[1] ** 0.5).double().requires_grad_()
               for name, shape in shapes(c).items()}
    images = torch.randn(IMAGES, c["height"], c["width"], c["channels"]).double()
    labels = torch.randint(c["classes"], (IMAGES,))
    value = loss(weights, images, labels, c)
    value.backward()
    digits = lambda x: [float(f"{e:.9g}") for e in x.flatten().tolist()]
    golden = dict(torch=torch.__version__, configuration=c, labels=labels.tolist(),
                  images=[digits(image) for image in images], loss=value.item(),
                  weights={n: digits(w) for n, w in weights.items()},
                  gradients={n: digits(w.grad) for n, w in weights.items()})
    path = pathlib.Path(__file__).with_name("image_goldens.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, loss {value.item():.6f}")


if __name__ == "__main__":
    main()
