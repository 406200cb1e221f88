#!/usr/bin/env python3
"""Times training steps of the same model in PyTorch, on random tokens: `speedrun benchmark`'s peer.

    python train_step.py [--compile] [--bf16] [--optimizer muon|adamw] [--threads 2] [--steps 10]

The model is that of the goldens; its norm, rotation and attention are PyTorch's own fast ones here. --compile
is torch.compile, --bf16 is autocast; Muon is torch.optim.Muon, AdamW the fused one. One line of JSON.

torch.optim.Muon orthogonalizes in bfloat16 whatever the model's precision, and is not compiled.
"""
import argparse
import json
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Tests" / "Goldens"))
import make_model_goldens as model  # noqa: E402

# As many as BenchmarkReport.warmUpSteps.
WARM_UP_STEPS = 4


def loss_function(c):
    angle = model.angles(c["context"], c["model_dim"] // c["heads"], c["rope_base"], torch.float32)
    cosine, sine = angle.cos(), angle.sin()

    def loss(weights, inputs, targets):
        return model.loss(
            weights, inputs, targets, c,
            rms=lambda x: F.rms_norm(x, (x.size(-1),), eps=model.EPSILON),
            rotated=lambda x, base: model.turned(x, cosine, sine).type_as(x),
            attention=lambda q, k, v, scale: F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=scale))

    return loss


def optimizers(weights, optimizer):
    blocks = [w for name, w in weights.items() if name.startswith("blocks.")]
    rest = [w for name, w in weights.items() if not name.startswith("blocks.")]
    if optimizer == "adamw":
        return [torch.optim.AdamW(blocks + rest, lr=3e-3, fused=True)]
    return [torch.optim.Muon(blocks, lr=0.02), torch.optim.AdamW(rest, lr=3e-3, fused=True)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--bf16", action="store_true")
    parser.add_argument("--optimizer", choices=["muon", "adamw"], default="muon")
    sizes = dict(threads=2, steps=10, vocabulary=2048, model_dim=256, heads=4, layers=4, context=256, batch=16)
    for name, value in sizes.items():
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=value)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(0)

    c = dict(vocab_size=a.vocabulary, model_dim=a.model_dim, heads=a.heads, layers=a.layers, context=a.context,
             softcap=15.0, attention_scale=0.12, rope_base=1024.0)
    weights = {name: (torch.randn(shape) * shape[1] ** -0.5).requires_grad_()
               for name, shape in model.shapes(c).items()}
    loss = loss_function(c)
    if a.compile:
        loss = torch.compile(loss)
    updates = optimizers(weights, a.optimizer)
    forward_backward, optimizer, step = [], [], []
    for _ in range(WARM_UP_STEPS + a.steps):
        tokens = torch.randint(a.vocabulary, (a.batch, a.context + 1))
        start = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16, enabled=a.bf16):
            value = loss(weights, tokens[:, :-1], tokens[:, 1:])
        value.backward()
        middle = time.perf_counter()
        for update in updates:
            update.step()
        end = time.perf_counter()
        for weight in weights.values():
            weight.grad = None
        forward_backward.append(middle - start)
        optimizer.append(end - middle)
        step.append(end - start)

    def spread(times):
        times = [1000 * t for t in times[WARM_UP_STEPS:]]
        return dict(median=statistics.median(times), min=min(times), max=max(times))

    print(json.dumps(dict(torch=torch.__version__, compile=a.compile, bf16=a.bf16, optimizer=a.optimizer, threads=a.threads,
                          forward_backward_ms=spread(forward_backward), optimizer_ms=spread(optimizer),
                          step_ms=spread(step))))


if __name__ == "__main__":
    main()
