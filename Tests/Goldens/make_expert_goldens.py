#!/usr/bin/env python3
"""Writes expert_goldens.json: a tiny mixture of experts' loss and every gradient, computed by PyTorch.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    V/bin/python make_expert_goldens.py

As make_model_goldens.py, with experts in place of the MLPs. Every expert is computed for every token, and
what a token did not choose is multiplied by zero. In place of the gradient of a router's bias stands the load.
"""
import json
import pathlib

import torch
import torch.nn.functional as F

from make_model_goldens import loss, shapes

CONFIGURATION = dict(vocab_size=37, model_dim=24, heads=2, layers=2, context=11, softcap=15.0,
                     attention_scale=0.12, rope_base=1024.0, experts=5, experts_active=2, expert_width=20)
SEQUENCES = 3


def chosen(affinity, bias, active):
    """1 for each expert of a token, else 0; of equal ones the first is chosen."""
    order = torch.sort(affinity + bias, dim=-1, descending=True, stable=True).indices[..., :active]
    return torch.zeros_like(affinity).scatter(-1, order, 1.0)


def experts(x, weights, name, c, loads=None):
    """The experts of a block; `loads` gets the number of tokens that chose each, by the bias's name."""
    mlp = lambda n: F.linear(F.linear(x, weights[f"{name}.{n}.fc.weight"]).relu().square(),
                             weights[f"{name}.{n}.proj.weight"])
    affinity = F.linear(x, weights[f"{name}.router.weight"]).sigmoid()
    bias = f"{name}.router.bias"
    choice = chosen(affinity.detach(), weights[bias].detach(), c["experts_active"])
    if loads is not None:
        loads[bias] = choice.flatten(0, -2).sum(0)
    gates = affinity * choice
    gates = c["experts_active"] ** 0.5 * gates / (gates.sum(-1, keepdim=True) + 1e-20)
    return mlp("shared") + sum(gates[..., e, None] * mlp(f"experts.{e}") for e in range(c["experts"]))


def expert_loss(weights, inputs, targets, c, loads=None):
    return loss(weights, inputs, targets, c,
                feed_forward=lambda x, i: experts(x, weights, f"blocks.{i}.moe", c, loads))


def expert_shapes(c):
    d, w = c["model_dim"], c["expert_width"]
    result = {n: s for n, s in shapes(c).items() if ".mlp." not in n}
    for i in range(c["layers"]):
        moe = f"blocks.{i}.moe"
        result |= {f"{moe}.router.weight": (c["experts"], d), f"{moe}.router.bias": (c["experts"],)}
        for n in ["shared"] + [f"experts.{e}" for e in range(c["experts"])]:
            result |= {f"{moe}.{n}.fc.weight": (w, d), f"{moe}.{n}.proj.weight": (d, w)}
    return result


def main():
    torch.manual_seed(0)
    c = CONFIGURATION
    weights = {n: (torch.randn(s) * s[-1] ** -0.5 * (4 if n == "head.weight" else 1)).double()
               .requires_grad_() for n, s in expert_shapes(c).items()}
    with torch.no_grad():
        for n, w in weights.items():
            if n.endswith(".bias"):
                w.mul_(0.2)
    inputs = torch.randint(c["vocab_size"], (SEQUENCES, c["context"]))
    targets = torch.randint(c["vocab_size"], (SEQUENCES, c["context"]))
    loads = {}
    value = expert_loss(weights, inputs, targets, c, loads)
    value.backward()
    digits = lambda x: [float(f"{e:.9g}") for e in x.flatten().tolist()]
    golden = dict(torch=torch.__version__, configuration=c, inputs=inputs.tolist(), targets=targets.tolist(),
                  loss=value.item(), weights={n: digits(w) for n, w in weights.items()},
                  gradients={n: digits(loads[n] if n in loads else w.grad) for n, w in weights.items()})
    path = pathlib.Path(__file__).with_name("expert_goldens.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{path.name}: {path.stat().st_size} bytes, loss {value.item():.6f}, loads {[l.tolist() for l in loads.values()]}")


if __name__ == "__main__":
    main()
