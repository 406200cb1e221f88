#!/usr/bin/env python3
"""Student's t, tests, seeds needed, bootstrap intervals, sequential quantiles and Sobol' points: writes statistics_goldens.json beside it.

    python3 -m venv V && V/bin/pip install scipy==1.17.1 numpy==2.4.6
    V/bin/python make_statistics_goldens.py

Made with Python 3.11.7; the file repeats the other versions. Everything comes from scipy but the
bootstrap's draws, which are SplitMix64 modulo the number of seeds, so that the intervals are the same to
the last digit.
"""
import json
import math
import pathlib

import numpy as np
import scipy
from scipy import integrate, optimize, special, stats

MASK = (1 << 64) - 1


class SplitMix64:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)


def probabilities():
    # Nearer to zero scipy itself has fewer digits.
    values = [0, 1e-2, -1e-2, 0.3, -0.3, -1, 1, -2.5, 2.5, -7, -40, -1e4, -1e20]
    freedoms = [1, 2, 2.5, 3, 4, 9, 19, 99, 1000, 1e6]
    return [{"t": t, "v": v, "p": stats.t.cdf(t, v)} for v in freedoms for t in values]


def quantiles():
    shares = [1e-30, 1e-6, 0.01, 0.025, 0.3, 0.49, 0.5, 0.7, 0.975, 0.99, 0.999]
    return [{"p": p, "v": v, "t": stats.t.ppf(p, v)} for v in [1, 2, 3, 9, 29, 1000] for p in shares]


def incomplete_betas():
    xs = [1e-12, 0.01, 0.3, 0.5, 0.77, 0.99]
    shapes = [(0.5, 0.5), (1, 1), (2, 5), (0.5, 40), (300, 0.5), (7.5, 7.5)]
    return [{"x": x, "a": a, "b": b, "value": special.betainc(a, b, x)} for a, b in shapes for x in xs]


def samples():
    random = np.random.default_rng(0)
    lists = [
        ([2.871, 2.879], 2.88),
        ([2.8761, 2.8779, 2.8772], 2.88),
        ([2.8761, 2.8779, 2.8772], 2.877),
        ([2.89, 2.91, 2.905, 2.888], 2.88),
        ([1e9 + 1, 1e9 + 2, 1e9 + 4], 1e9 + 3),
        ((2.87 + 1e-9 * random.standard_normal(10)).tolist(), 2.88),
        ((2.878 + 0.003 * random.standard_normal(10)).tolist(), 2.88),
        ((2.8799 + 0.003 * random.standard_normal(1000)).tolist(), 2.88),
    ]
    result = []
    for values, target in lists:
        test = stats.ttest_1samp(values, target, alternative="less")
        interval = stats.ttest_1samp(values, target).confidence_interval(0.95)
        result.append({
            "values": values, "target": target,
            "mean": np.mean(values), "deviation": np.std(values, ddof=1),
            "statistic": test.statistic, "p": test.pvalue,
            "lower": interval.low, "upper": interval.high,
        })
    return result


def seeds_needed():
    def search(effect, significance):
        return next(
            n for n in range(2, 100_000)
            if stats.t.cdf(-effect * math.sqrt(n), n - 1) < significance)

    return [{"effect": e, "significance": s, "seeds": search(e, s)}
            for e in [0.1, 0.25, 0.5, 1, 2, 4, 40, 400] for s in [0.01, 0.001]]


def bootstraps():
    arm = [141.2, 138.9, 144.0, 139.5, 140.7, 137.1, 142.2, 139.9]
    baseline = [199.0, 205.3, 201.1, 196.4, 202.8, 200.5, 198.2, 207.7]
    result = []
    for count in [3, 8]:
        random = SplitMix64(count)
        means, ratios = [], []
        for _ in range(10_000):
            draw = [random.next() % count for _ in range(count)]
            means.append(np.mean([arm[i] for i in draw]))
            ratios.append(np.mean([arm[i] for i in draw]) / np.mean([baseline[i] for i in draw]))
        # The 250th from either end.
        ends = lambda values: [sorted(values)[249], sorted(values)[-250]]
        result.append({
            "seed": count, "arm": arm[:count], "baseline": baseline[:count],
            "mean": ends(means), "ratio": ends(ratios),
        })
    return result


def sequential_quantiles():
    """Where the mixture of t's densities over the effect is 1 / alpha times the density without effect.

    By numerical integration of the noncentral t distribution, not by the closed form.
    """
    def evidence(t, n, variance):
        def integrand(effect):
            return (stats.norm.pdf(effect, scale=math.sqrt(variance))
                    * stats.nct.pdf(t, n - 1, effect * math.sqrt(n)))
        most = 12 * math.sqrt(variance)
        points = [0, t / math.sqrt(n)]
        return integrate.quad(integrand, -most, most, points=points, limit=400)[0] / stats.t.pdf(t, n - 1)

    result = []
    for confidence, variance in [(0.95, 10), (0.95, 1), (0.99, 4)]:
        for n in [5, 8, 12, 20]:
            t = optimize.brentq(
                lambda t: evidence(t, n, variance) - 1 / (1 - confidence), 1.5, 30, xtol=1e-10)
            result.append({"confidence": confidence, "variance": variance, "n": n, "t": t})
    return result


def sobol_points():
    return stats.qmc.Sobol(12, scramble=False, bits=32).random(64)[1:].tolist()


goldens = {
    "versions": {"scipy": scipy.__version__, "numpy": np.__version__},
    "probabilities": probabilities(), "quantiles": quantiles(),
    "incomplete_betas": incomplete_betas(), "samples": samples(),
    "seeds_needed": seeds_needed(), "bootstraps": bootstraps(),
    "sequential_quantiles": sequential_quantiles(), "sobol_points": sobol_points(),
}
path = pathlib.Path(__file__).with_name("statistics_goldens.json")
path.write_text(json.dumps(goldens, indent=1, default=float) + "\n")
