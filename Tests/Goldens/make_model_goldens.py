#!/usr/bin/env python3
"""Writes model_goldens.json: a tiny GPT's loss and every gradient, computed by PyTorch.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    V/bin/python make_model_goldens.py

The weights are random and none is zero, so that every path carries a gradient. The model is written
once more here, from its definition, in double precision.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

CONFIGURATION = dict(vocab_size=37, model_dim=24, heads=2, layers=2, context=11, softcap=15.0,
                     attention_scale=0.12, rope_base=1024.0)
SEQUENCES = 3
EPSILON = 1.1920929e-07


def rms(x):
    return x / (x.square().mean(-1, keepdim=True) + EPSILON).sqrt()


def rotated(x, base):
    """x: [sequences, positions, heads, size]; only the first quarter of the features has a frequency."""
    size = x.size(-1)
    frequency = torch.cat([base ** -torch.linspace(0, 1, size // 4, dtype=x.dtype),
                           torch.zeros(size // 4, dtype=x.dtype)])
    angle = torch.outer(torch.arange(x.size(1), dtype=x.dtype), frequency)[None, :, None]
    a, b = x.chunk(2, -1)
    return torch.cat([a * angle.cos() + b * angle.sin(), b * angle.cos() - a * angle.sin()], -1)


def loss(weights, inputs, targets, c):
    x = rms(weights["embed.weight"][inputs])
    n, t, d = x.shape
    heads = (n, t, c["heads"], d // c["heads"])
    mask = torch.ones(t, t, dtype=torch.bool).tril()
    for i in range(c["layers"]):
        w = lambda name: weights[f"blocks.{i}.{name}.weight"]
        h = rms(x)
        q = rotated(rms((h @ w("attn.q").T).view(heads)), c["rope_base"]).transpose(1, 2)
        k = rotated(rms((h @ w("attn.k").T).view(heads)), c["rope_base"]).transpose(1, 2)
        v = (h @ w("attn.v").T).view(heads).transpose(1, 2)
        scores = (c["attention_scale"] * q @ k.transpose(-1, -2)).masked_fill(~mask, -torch.inf)
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, t, d)
        x = x + y @ w("attn.proj").T
        x = x + (rms(x) @ w("mlp.fc").T).relu().square() @ w("mlp.proj").T
    z = rms(x) @ weights["head.weight"].T
    capped = c["softcap"] * z / (z.square() + c["softcap"] ** 2).sqrt()
    return F.cross_entropy(capped.flatten(0, 1), targets.flatten())


def main():
    torch.manual_seed(0)
    c = CONFIGURATION
    v, d = c["vocab_size"], c["model_dim"]
    shapes = {"embed.weight": (v, d), "head.weight": (v, d)}
    for i in range(c["layers"]):
        shapes |= {f"blocks.{i}.attn.{n}.weight": (d, d) for n in ("q", "k", "v", "proj")}
        shapes |= {f"blocks.{i}.mlp.fc.weight": (4 * d, d), f"blocks.{i}.mlp.proj.weight": (d, 4 * d)}
    weights = {n: (torch.randn(s) * s[1] ** -0.5 * (4 if n == "head.weight" else 1)).double()
               .requires_grad_() for n, s in shapes.items()}
    inputs = torch.randint(v, (SEQUENCES, c["context"]))
    targets = torch.randint(v, (SEQUENCES, c["context"]))
    value = loss(weights, inputs, targets, c)
    value.backward()
    digits = lambda x: [float(f"{e:.9g}") for e in x.flatten().tolist()]
    golden = dict(torch=torch.__version__, configuration=c, inputs=inputs.tolist(), targets=targets.tolist(),
                  loss=value.item(), weights={n: digits(w) for n, w in weights.items()},
                  gradients={n: digits(w.grad) for n, w in weights.items()})
    path = pathlib.Path(__file__).with_name("model_goldens.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, loss {value.item():.6f}")


if __name__ == "__main__":
    main()
