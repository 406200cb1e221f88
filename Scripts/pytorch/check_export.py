"""Compares a run with its export, for Scripts/check-huggingface:  check_export.py RUN EXPORT"""

import json
import sys
from pathlib import Path

import numpy
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

TOLERANCE = 1e-6


def shard(path):
    """The tokens of a shard: 16 bits each, after a header of 256 numbers of 32 bits, the third of which counts them."""
    header = numpy.fromfile(path, "<i4", 256)
    if header[0] != 20240520:
        sys.exit(f"error: {path} is not a shard of tokens")
    return torch.from_numpy(numpy.fromfile(path, "<u2", int(header[2]), offset=1024).astype(numpy.int64))


def validation_windows(shards, context, tokens):
    """The first windows of the shards, each with the token that follows it."""
    missing = tokens // context
    for tokens in shards:
        count = min(missing, (len(tokens) - 1) // context)
        missing -= count
        for start in range(0, count * context, context):
            yield tokens[None, start : start + context + 1]


def check(what, is_so):
    if not is_so:
        sys.exit(f"error: {what}: no")
    print(f"  {what}")


run, export = map(Path, sys.argv[1:])
sys.path.insert(0, str(export))
from modeling_speedrun import GPT

record = json.loads((run / "run.json").read_bytes())
shards = [shard(file["path"]) for file in record["data"]["val_shards"]]
windows = list(
    validation_windows(
        shards, record["configuration"]["model"]["context"], record["configuration"]["training"]["val_tokens"]
    )
)
torch.set_grad_enabled(False)
model = GPT.load(export)
losses = [model.loss(window[:, :-1], window[:, 1:]).item() for window in windows]
loss, recorded = sum(losses) / len(losses), record["result"]["final_val_loss"]
print(f"{record['track']}, {len(windows)} windows: PyTorch {loss:.9f}, run {recorded:.9f}, difference {loss - recorded:.1e}")
check(f"the losses differ by less than {TOLERANCE}", abs(loss - recorded) < TOLERANCE)

logging.disable_progress_bar()
logging.set_verbosity_error()
automatic = AutoModelForCausalLM.from_pretrained(export, trust_remote_code=True)
inputs = windows[0][:, :-1]
check("transformers' model has the same logits", torch.equal(automatic(inputs).logits, model(inputs)))

tokenizer = AutoTokenizer.from_pretrained(export, trust_remote_code=True)
tokens = shards[0][:20000].tolist()
tokens = tokens[: len(tokens) - tokens[::-1].index(tokenizer.bos_token_id) - 1]
text = tokenizer.decode(tokens)
check(f"{len(tokens)} tokens are text and the same tokens again", tokenizer(text)["input_ids"] == tokens)
check("the tokenizers library agrees", Tokenizer.from_file(str(export / "tokenizer.json")).encode(text).ids == tokens)

prompt = tokenizer(tokenizer.bos_token + "And the ", return_tensors="pt")
likeliest = automatic.generate(**prompt, max_new_tokens=40, do_sample=False)[0]
sampled = (run / "sample.txt").read_text("utf-8")
check(
    f"`generate` and `sample` continue alike: {sampled.strip()!r}",
    tokenizer.decode(likeliest, skip_special_tokens=True) + "\n" == sampled,
)
