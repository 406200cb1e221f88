#!/usr/bin/env python3
"""Runs our benchmark and PyTorch's in turn, and prints a table of ratios: ./Scripts/compare-with-pytorch calls it.

A ratio is the median over rounds of ours divided by theirs, both medians of a round and measured one after the
other: below 1, ours is faster or smaller. Memory is the peak of the whole process, by /usr/bin/time -v.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / ".build" / "release" / "speedrun"
# What is compared: a name, our precision, their options.
PAIRS = [
    ("float32 eager", "float32", []),
    ("float32 compiled", "float32", ["--compile"]),
    ("bf16 compiled", "bf16", ["--compile", "--bf16"]),
]
TIMES = [("forward + backward", "forward_backward_ms"), ("optimizer", "optimizer_ms"), ("whole step", "step_ms")]


def measure(command):
    """Runs a benchmark; returns its milliseconds and megabytes by row, or None and the reason it failed."""
    with tempfile.NamedTemporaryFile() as usage:
        run = subprocess.run(["/usr/bin/time", "-v", "-o", usage.name, *map(str, command)],
                             capture_output=True, text=True)
        if run.returncode != 0:
            lines = [line for line in run.stderr.splitlines() if line.strip()]
            return None, next((line for line in lines if line.startswith("error:")), (lines or ["?"])[-1])
        kilobytes = next(int(line.split()[-1]) for line in open(usage.name) if "Maximum resident" in line)
    report = json.loads(run.stdout)
    times = {row: report[key]["median"] for row, key in TIMES}
    return {**times, "memory, MB": kilobytes * 1024e-6, "torch": report.get("torch")}, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=10, help="timed steps of each program in each round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--optimizer", choices=["muon", "adamw"], default="muon")
    a = parser.parse_args()
    if min(a.rounds, a.steps, a.threads) < 1:
        parser.error("--rounds, --steps and --threads are at least 1")
    common = ["--steps", a.steps, "--threads", a.threads, "--optimizer", a.optimizer]

    rounds = {name: [] for name, _, _ in PAIRS}
    missing = {}
    for number in range(1, a.rounds + 1):
        for name, precision, theirs in PAIRS:
            if name in missing:
                continue
            print(f"round {number} of {a.rounds}: {name}", file=sys.stderr)
            ours = ["--precision", precision]
            if a.optimizer == "muon":
                ours += ["--newton-schulz-precision", precision]
            mine, reason = measure([PROGRAM, "benchmark", "--json", *ours, *common])
            peer, reason = measure([sys.executable, HERE / "train_step.py", *theirs, *common]) if mine else (None, reason)
            if peer is None:
                missing[name] = reason
            else:
                rounds[name].append((mine, peer))

    for name, reason in missing.items():
        print(f"{name} left out: {reason}", file=sys.stderr)
    versions = {peer["torch"] for results in rounds.values() for _, peer in results}
    print(f"{a.optimizer}, {a.threads} threads, {a.rounds} rounds of {a.steps} steps, PyTorch {', '.join(versions)}\n")
    print("| median of rounds | | ours | PyTorch | ratio | least | greatest |")
    print("|---|---|--:|--:|--:|--:|--:|")
    for name, results in rounds.items():
        if name in missing:
            continue
        for row in [row for row, _ in TIMES] + ["memory, MB"]:
            mine, peer = ([pair[side][row] for pair in results] for side in (0, 1))
            ratios = [m / p for m, p in zip(mine, peer)]
            print(f"| {name} | {row} | {statistics.median(mine):.1f} | {statistics.median(peer):.1f} | "
                  f"{statistics.median(ratios):.3f} | {min(ratios):.3f} | {max(ratios):.3f} |")
    sys.exit(1 if len(missing) == len(PAIRS) else 0)


if __name__ == "__main__":
    main()
