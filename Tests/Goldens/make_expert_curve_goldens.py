#!/usr/bin/env python3
"""Writes expert_curve_goldens.json: the training losses of 50 steps of micro with experts, computed by PyTorch.

    python3 -m venv V && V/bin/pip install torch==2.15.0 numpy==2.4.6
    for optimizer in muon adamw; do
      speedrun --track micro --set model.experts=4 --set model.experts_active=2 \\
        --set model.balance_rate=0.01 --optimizer $optimizer --steps 50 --save-initial --out $optimizer
    done
    V/bin/python make_expert_curve_goldens.py muon adamw

As make_curve_goldens.py. Which experts a token takes hangs on a comparison: where two affinities are nearly equal,
rounding decides. From the first such token on the losses of two programs part, by up to a percent in fifty steps;
until then they are equal to seven digits. With these numbers of experts there is no such token.
"""
import json
import pathlib
import sys

import numpy as np
import torch

from make_curve_goldens import curve
from make_expert_goldens import expert_loss

loads = {}


class Balance:
    """Moves the biases of routers by the load of the last batch."""

    def __init__(self, parameters, group):
        self.parameters, self.names, self.rate = parameters, group["parameters"], group["learning_rate"]

    @torch.no_grad()
    def step(self, factor):
        for parameter, name in zip(self.parameters, self.names):
            parameter.add_((loads[name].mean() - loads[name]).sign(), alpha=self.rate * factor)


def main():
    golden = {"versions": {"torch": torch.__version__, "numpy": np.__version__}}
    for run in map(pathlib.Path, sys.argv[1:]):
        optimizer = json.loads((run / "run.json").read_text())["optimizer"]
        golden[optimizer] = curve(run, lambda *batch: expert_loss(*batch, loads), {"balance": Balance})
    path = pathlib.Path(__file__).with_name("expert_curve_goldens.json")
    path.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
