#!/usr/bin/env python3
"""Runs our benchmark and PyTorch's in turn, and prints a table of ratios: ./Scripts/compare-with-pytorch calls it.

A ratio is the median over rounds of ours divided by theirs, both medians of a round and measured one after the
other: below 1, ours is faster or smaller. Memory is the peak of the whole process, by /usr/bin/time -v.
"""
import argparse
import json
import os
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
# The extents that both know by the same name; lanes are ours alone.
EXTENTS = ["vocabulary", "model_dim", "heads", "layers", "context", "batch"]
# What holds PyTorch and the libraries it multiplies by to the instructions of one of our kernel families.
HELD = {"avx2": {"ATEN_CPU_CAPABILITY": "avx2", "ONEDNN_MAX_CPU_ISA": "AVX2", "MKL_ENABLE_INSTRUCTIONS": "AVX2"}}
TIMES = [("forward + backward", "forward_backward_ms"), ("optimizer", "optimizer_ms"), ("whole step", "step_ms")]


def processor():
    """Name, family and model of the processor, as far as Linux says."""
    lines = dict(line.split(":", 1) for line in reversed(open("/proc/cpuinfo").read().splitlines()) if ":" in line)
    fields = {key.strip(): value.strip() for key, value in lines.items()}
    return ", ".join([fields.get("model name", "unknown")]
                     + [f"{word} {fields[key]}" for word, key in [("family", "cpu family"), ("model", "model")] if key in fields])


def extents(text):
    """The options of PyTorch's benchmark for `key=value,...`; None if a key or a value is not one."""
    options = []
    for part in text.split(",") if text else []:
        key, _, value = part.partition("=")
        if key == "lanes" and value.isdigit():
            continue
        if key not in EXTENTS or not value.isdigit():
            return None
        options += ["--" + key.replace("_", "-"), value]
    return options


def measure(command, environment={}):
    """Runs a benchmark; returns its milliseconds and megabytes by row, or None and the reason it failed."""
    with tempfile.NamedTemporaryFile() as usage:
        run = subprocess.run(["/usr/bin/time", "-v", "-o", usage.name, *map(str, command)],
                             capture_output=True, text=True, env={**os.environ, **environment})
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
    parser.add_argument("--configuration", default="", metavar="KEY=VALUE,...",
                        help=f"other extents: {', '.join(EXTENTS)}; and lanes, which PyTorch has not")
    parser.add_argument("--kernels", choices=sorted(HELD), help="hold both to these instructions")
    parser.add_argument("--pair", action="append", choices=[name for name, _, _ in PAIRS],
                        help="only this one; can be given again")
    a = parser.parse_args()
    their_extents = extents(a.configuration)
    if their_extents is None:
        parser.error(f"--configuration {a.configuration}: not key=value,... of {', '.join(EXTENTS)}, lanes")
    if min(a.rounds, a.steps, a.threads) < 1:
        parser.error("--rounds, --steps and --threads are at least 1")
    common = ["--steps", a.steps, "--threads", a.threads, "--optimizer", a.optimizer]

    pairs = [pair for pair in PAIRS if not a.pair or pair[0] in a.pair]
    own = ["--configuration", a.configuration] if a.configuration else []
    own += ["--kernels", a.kernels] if a.kernels else []
    rounds = {name: [] for name, _, _ in pairs}
    missing = {}
    for number in range(1, a.rounds + 1):
        for name, precision, theirs in pairs:
            if name in missing:
                continue
            print(f"round {number} of {a.rounds}: {name}", file=sys.stderr)
            ours = ["--precision", precision]
            if a.optimizer == "muon":
                ours += ["--newton-schulz-precision", precision]
            mine, reason = measure([PROGRAM, "benchmark", "--json", *ours, *own, *common])
            if mine:
                peer, reason = measure([sys.executable, HERE / "train_step.py", *theirs, *their_extents, *common],
                                       HELD.get(a.kernels, {}))
            else:
                peer = None
            if peer is None:
                missing[name] = reason
            else:
                rounds[name].append((mine, peer))

    for name, reason in missing.items():
        print(f"{name} left out: {reason}", file=sys.stderr)
    versions = {peer["torch"] for results in rounds.values() for _, peer in results}
    print(f"{processor()}; {a.optimizer}, {a.threads} threads, {a.rounds} rounds of {a.steps} steps, "
          f"PyTorch {', '.join(versions)}; {a.configuration or 'V2048 d256 L4 T256 B16'}"
          + (f"; held to {a.kernels}" if a.kernels else "") + "\n")
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
    sys.exit(1 if len(missing) == len(pairs) else 0)


if __name__ == "__main__":
    main()
