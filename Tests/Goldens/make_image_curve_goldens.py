#!/usr/bin/env python3
"""Writes image_curve_goldens.json: the training losses of 50 steps of the track shapes, computed by PyTorch.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    for optimizer in muon adamw sgd; do
      speedrun --track shapes --optimizer $optimizer --steps 50 --save-initial --out shapes-$optimizer
    done
    V/bin/python make_image_curve_goldens.py shapes-{muon,adamw,sgd}

From a run it takes the configuration, the initial weights and the shard, never a loss or a learning rate:
model, batches, schedule and optimizers are computed here, in float32.
"""
import json
import pathlib
import sys

import numpy as np
import torch

from make_batch_goldens import permutation
from make_curve_goldens import AdamW, Muon, factor, initial_weights
from make_image_goldens import loss


class SGD:
    """torch.optim.SGD couples its decay to the gradient; here it is decoupled, as in the other rules."""

    def __init__(self, parameters, group):
        self.parameters, self.group = parameters, group
        self.inner = torch.optim.SGD(parameters, lr=group["learning_rate"], momentum=group["momentum"], nesterov=True)

    def step(self, factor):
        rate = self.group["learning_rate"] * factor
        with torch.no_grad():
            for p in self.parameters:
                p.mul_(1 - rate * self.group["weight_decay"])
        self.inner.param_groups[0]["lr"] = rate
        self.inner.step()


def images(path):
    """Images [images, height, width, channels] with mean 0 and deviation 1 in each channel, and their classes."""
    data = path.read_bytes()
    count, height, width, channels = np.frombuffer(data[:24], "<i4")[2:]
    records = np.frombuffer(data[1024:], np.uint8).reshape(count, -1)
    pixels = records[:, 1:].reshape(count, height, width, channels).astype(np.float64)
    pixels = (pixels - pixels.mean((0, 1, 2))) / pixels.std((0, 1, 2))
    return torch.tensor(pixels.astype(np.float32)), torch.tensor(records[:, 0].astype(np.int64))


def batches(count, batch, seed):
    epoch = 0
    while True:
        order = permutation(count, seed + epoch)
        for k in range(count // batch):
            yield torch.tensor(order[k * batch:(k + 1) * batch])
        epoch += 1


def curve(run):
    record = json.loads((run / "run.json").read_text())
    c, t = record["configuration"]["model"], record["configuration"]["training"]
    weights = initial_weights(run / "initial.safetensors")
    rules = {"muon": Muon, "adamw": AdamW, "sgd": SGD}
    optimizers = [rules[g["rule"]]([weights[n] for n in g["parameters"]], g) for g in record["configuration"]["groups"]]
    pixels, labels = images(pathlib.Path(record["data"]["train_shards"][0]["path"]))
    stream, losses = batches(len(labels), t["batch"], t["data_seed"]), []
    for step in range(t["steps"]):
        batch = next(stream)
        value = loss(weights, pixels[batch], labels[batch], c)
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
    path = pathlib.Path(__file__).with_name("image_curve_goldens.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
