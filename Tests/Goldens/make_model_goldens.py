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


def angles(positions, size, base, dtype):
    """[positions, 1, size / 2]; only the first quarter of a head's features has a frequency."""
    frequency = torch.cat([base ** -torch.linspace(0, 1, size // 4, dtype=dtype),
                           torch.zeros(size // 4, dtype=dtype)])
    return torch.outer(torch.arange(positions, dtype=dtype), frequency)[:, None]


def turned(x, cosine, sine):
    """x: [sequences, positions, heads, size]"""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosine + b * sine, b * cosine - a * sine], -1)


def rotated(x, base):
    angle = angles(x.size(1), x.size(-1), base, x.dtype)
    return turned(x, angle.cos(), angle.sin())


def attention(q, k, v, scale):
    """[sequences, heads, positions, size]"""
    mask = torch.ones(q.size(-2), k.size(-2), dtype=torch.bool).tril()
    return (scale * q @ k.transpose(-1, -2)).masked_fill(~mask, -torch.inf).softmax(-1) @ v


def loss(weights, inputs, targets, c, rms=rms, rotated=rotated, attention=attention, feed_forward=None):
    """Three parts may be replaced by equivalents that are quicker; feed_forward(x, i) replaces the MLP of block i."""
    x = rms(F.embedding(inputs, weights["embed.weight"]))
    n, t, d = x.shape
    heads = (n, t, c["heads"], d // c["heads"])
    for i in range(c["layers"]):
        linear = lambda x, name: F.linear(x, weights[f"blocks.{i}.{name}.weight"])
        h = rms(x)
        q = rotated(rms(linear(h, "attn.q").view(heads)), c["rope_base"]).transpose(1, 2)
        k = rotated(rms(linear(h, "attn.k").view(heads)), c["rope_base"]).transpose(1, 2)
        v = linear(h, "attn.v").view(heads).transpose(1, 2)
        y = attention(q, k, v, c["attention_scale"]).transpose(1, 2).reshape(n, t, d)
        x = x + linear(y, "attn.proj")
        mlp = lambda x, i: linear(linear(x, "mlp.fc").relu().square(), "mlp.proj")
        x = x + (feed_forward or mlp)(rms(x), i)
    # Under autocast the logits are bfloat16; what follows is not.
    z = F.linear(rms(x), weights["head.weight"]).to(weights["head.weight"].dtype)
    capped = c["softcap"] * z * (z.square() + c["softcap"] ** 2).rsqrt()
    return F.cross_entropy(capped.flatten(0, 1), targets.flatten())


def shapes(c):
    """The parameters by name, each [outputs, inputs]."""
    v, d = c["vocab_size"], c["model_dim"]
    result = {"embed.weight": (v, d), "head.weight": (v, d)}
    for i in range(c["layers"]):
        result |= {f"blocks.{i}.attn.{n}.weight": (d, d) for n in ("q", "k", "v", "proj")}
        result |= {f"blocks.{i}.mlp.fc.weight": (4 * d, d), f"blocks.{i}.mlp.proj.weight": (d, 4 * d)}
    return result


def main():
    torch.manual_seed(0)
    c = CONFIGURATION
    weights = {n: (torch.randn(s) * s[1] ** -0.5 * (4 if n == "head.weight" else 1)).double()
               .requires_grad_() for n, s in shapes(c).items()}
    inputs = torch.randint(c["vocab_size"], (SEQUENCES, c["context"]))
    targets = torch.randint(c["vocab_size"], (SEQUENCES, c["context"]))
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
