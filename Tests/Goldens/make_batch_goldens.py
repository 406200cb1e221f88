#!/usr/bin/env python3
"""The order in which batches visit a shard, computed with plain integers.

    python3 make_batch_goldens.py

Writes batch_goldens.json: for each case, the windows of every batch of the first three epochs.
"""
import json
import pathlib

MASK = (1 << 64) - 1


def split_mix(state):
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        yield z ^ (z >> 31)


def permutation(count, seed):
    random, order = split_mix(seed), list(range(count))
    for last in range(count - 1, 0, -1):
        other = next(random) % (last + 1)
        order[last], order[other] = order[other], order[last]
    return order


def case(tokens, batch, context, seed):
    windows = (tokens - 1) // context
    batches = []
    for epoch in range(3):
        order = permutation(windows, (seed + epoch) & MASK)
        batches += [order[k * batch:(k + 1) * batch] for k in range(windows // batch)]
    return {"tokens": tokens, "batch": batch, "context": context, "seed": seed, "batches": batches}


def main():
    cases = [case(1000, 3, 16, 0), case(129, 2, 16, 7), case(128, 2, 16, 7), case(33, 1, 32, 1),
             case(5000, 8, 64, MASK)]
    pathlib.Path(__file__).with_name("batch_goldens.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
