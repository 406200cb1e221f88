#!/usr/bin/env python3
"""A file as Python's safetensors writes it.

    python3 -m venv V && V/bin/pip install safetensors==0.8.0 numpy==2.4.6
    V/bin/python make_safetensors_golden.py

Writes sample.safetensors. Tensor `matrix` is [[0, 0.5, 1], [1.5, 2, 2.5]].
"""
import pathlib

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "matrix": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 2,
        "scalar": numpy.array(-1.25, dtype=numpy.float32),
        "empty": numpy.zeros((0, 4), dtype=numpy.float32),
        "special.values": numpy.array([numpy.inf, -numpy.inf, -0.0, 1e-45, 3.4028235e38], dtype=numpy.float32),
    },
    str(pathlib.Path(__file__).with_name("sample.safetensors")),
    metadata={"step": "12", "text": 'ünï "quoted" \\ \n'},
)
