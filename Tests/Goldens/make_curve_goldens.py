#!/usr/bin/env python3
"""Writes curve_goldens.json: the training losses of 100 steps of sprint and of micro, computed by PyTorch.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    for track in sprint micro; do for optimizer in muon adamw; do
      speedrun --track $track --optimizer $optimizer --steps 100 --save-initial --out $track-$optimizer
    done; done
    V/bin/python make_curve_goldens.py {sprint,micro}-{muon,adamw}

From a run it takes the configuration, the initial weights and the shard, never a loss or a learning rate:
model, batches, schedule and optimizers are computed here, in float32.
"""
import json
import pathlib
import sys

import numpy as np
import torch

from make_batch_goldens import permutation
from make_model_goldens import loss
from make_optimizer_goldens import newton_schulz


def initial_weights(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header, body = json.loads(data[8:8 + length]), data[8 + length:]
    header.pop("__metadata__", None)
    return {name: torch.tensor(np.frombuffer(body[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]))
            .requires_grad_() for name, t in header.items()}


def batches(tokens, batch, context, seed):
    windows, epoch = (len(tokens) - 1) // context, 0
    while True:
        order = permutation(windows, seed + epoch)
        for k in range(windows // batch):
            rows = np.stack([tokens[w * context:(w + 1) * context + 1] for w in order[k * batch:(k + 1) * batch]])
            yield torch.tensor(rows[:, :-1]), torch.tensor(rows[:, 1:])
        epoch += 1


def factor(step, steps, warmup_steps, cooldown):
    rise = (step + 1) / warmup_steps if warmup_steps else 1
    fall = (1 - step / steps) / cooldown if cooldown else 1
    return min(1, rise, fall)


class Muon:
    def __init__(self, parameters, group):
        self.parameters, self.group = parameters, group
        self.momenta = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self, factor):
        rate, mu = self.group["learning_rate"] * factor, self.group["momentum"]
        for p, m in zip(self.parameters, self.momenta):
            m.lerp_(p.grad, 1 - mu)
            rows, columns = p.shape
            scale = max(1, rows / columns) ** 0.5 if self.group["scale"] == "spectral" else 0.2 * max(p.shape) ** 0.5
            p.mul_(1 - rate * self.group["weight_decay"])
            p.add_(newton_schulz(p.grad.lerp(m, mu)), alpha=-rate * scale)


class AdamW:
    def __init__(self, parameters, group):
        self.rate = group["learning_rate"]
        self.inner = torch.optim.AdamW(parameters, lr=self.rate, betas=tuple(group["betas"]),
                                       eps=group["epsilon"], weight_decay=group["weight_decay"])

    def step(self, factor):
        self.inner.param_groups[0]["lr"] = self.rate * factor
        self.inner.step()


def curve(run, loss=loss, rules=None):
    """`loss` and `rules` may be those of another model; a rule is made of its parameters and of its group."""
    record = json.loads((run / "run.json").read_text())
    c, t = record["configuration"]["model"], record["configuration"]["training"]
    weights = initial_weights(run / "initial.safetensors")
    rules = {"muon": Muon, "adamw": AdamW} | (rules or {})
    optimizers = [rules[g["rule"]]([weights[n] for n in g["parameters"]], g) for g in record["configuration"]["groups"]]
    shard = np.fromfile(record["data"]["train_shards"][0]["path"], "<u2", offset=1024).astype(np.int64)
    stream, losses = batches(shard, t["batch"], c["context"], t["data_seed"]), []
    for step in range(t["steps"]):
        value = loss(weights, *next(stream), c)
        value.backward()
        losses.append(float(f"{value.item():.7g}"))
        for optimizer in optimizers:
            optimizer.step(factor(step, t["steps"], t["schedule"]["warmup_steps"], t["schedule"]["cooldown"]))
        for weight in weights.values():
            weight.grad = None
    ours = [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]
    ours = [e["loss"] for e in ours if e["event"] == "train"]
    worst = max(abs(a - b) / b for a, b in zip(ours, losses))
    print(f"{run.name}: {len(losses)} steps, last loss {losses[-1]:.6f}; the run differs by at most {worst:.1e}")
    return losses


def main():
    golden = {"versions": {"torch": torch.__version__, "numpy": np.__version__}}
    for run in map(pathlib.Path, sys.argv[1:]):
        record = json.loads((run / "run.json").read_text())
        golden.setdefault(record["track"], {})[record["optimizer"]] = curve(run)
    path = pathlib.Path(__file__).with_name("curve_goldens.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
