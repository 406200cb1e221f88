"""The GPT of a speedrun in PyTorch: the names and the float32 weights it was trained with.

    from modeling_speedrun import GPT        # needs torch and safetensors
    model = GPT.load(DIRECTORY)
    logits = model(tokens)                   # tokens [batch, positions] -> [batch, positions, vocab_size]
    loss = model.loss(tokens, targets)       # mean cross-entropy in nats; targets follow tokens by one
"""

import json
from pathlib import Path
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional as F


class GPT(nn.Module):
    """x = rms(embed[token]); every block adds to x; logits = softcap(head(rms(x)))."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.hidden_size)
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.num_hidden_layers))
        self.head = nn.Linear(config.hidden_size, config.vocab_size, bias=False)

    @classmethod
    def load(cls, directory):
        """The model whose config.json and model.safetensors are in a directory."""
        from safetensors.torch import load_file

        directory = Path(directory)
        config = json.loads((directory / "config.json").read_bytes())
        model = cls(SimpleNamespace(**config))
        model.load_state_dict(load_file(directory / "model.safetensors"))
        return model.eval()

    def forward(self, tokens):
        config, positions = self.config, tokens.size(1)
        if positions > config.max_position_embeddings:
            raise ValueError(f"{positions} tokens are more than the context of {config.max_position_embeddings}")
        x = rms(self.embed(tokens))
        head_size = config.hidden_size // config.num_attention_heads
        turn = [table.to(x) for table in rotary(positions, head_size, config.rotary_base)]
        for block in self.blocks:
            x = block(x, turn)
        return softcap(self.head(rms(x)).float(), config.logit_softcap)

    def loss(self, tokens, targets):
        return F.cross_entropy(self(tokens).flatten(0, 1), targets.flatten())


class Block(nn.Module):
    """x = x + attention(rms(x)), then x = x + mlp(rms(x))."""

    def __init__(self, config):
        super().__init__()
        self.attn = Attention(config)
        self.mlp = MLP(config)

    def forward(self, x, turn):
        x = x + self.attn(rms(x), turn)
        return x + self.mlp(rms(x))


class Attention(nn.Module):
    """Causal attention with normalized, turned queries and keys, and a fixed scale."""

    def __init__(self, config):
        super().__init__()
        self.heads, self.scale = config.num_attention_heads, config.attention_scale
        width = config.hidden_size
        self.q, self.k, self.v, self.proj = (nn.Linear(width, width, bias=False) for _ in range(4))

    def forward(self, x, turn):
        q, k, v = (f(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for f in (self.q, self.k, self.v))
        q, k = rotate(rms(q), *turn), rotate(rms(k), *turn)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=self.scale)
        return self.proj(y.transpose(1, 2).flatten(2))


class MLP(nn.Module):
    """proj(relu(fc(x))^2)."""

    def __init__(self, config):
        super().__init__()
        self.fc = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
        self.proj = nn.Linear(config.intermediate_size, config.hidden_size, bias=False)

    def forward(self, x):
        return self.proj(F.relu(self.fc(x)).square())


def rms(x):
    """Scales rows to a root mean square of 1, without a learned gain."""
    return F.rms_norm(x, (x.size(-1),), eps=torch.finfo(torch.float32).eps)


def rotary(positions, head_size, base):
    """Cosines and sines [positions, head_size / 2]: half of the pairs turn, at base^-linspace(0, 1), the rest stay."""
    turning = base ** -torch.linspace(0, 1, head_size // 4, dtype=torch.float64, device="cpu")
    frequencies = torch.cat([turning, torch.zeros_like(turning)])
    angles = torch.outer(torch.arange(positions, dtype=torch.float64, device="cpu"), frequencies)
    return angles.cos(), angles.sin()


def rotate(x, cosines, sines):
    """Turns every pair, one of each half of a head: (a, b) to (a cos + b sin, b cos - a sin)."""
    a, b = x.chunk(2, -1)
    return torch.cat([a * cosines + b * sines, b * cosines - a * sines], -1)


def softcap(x, cap):
    """Bounds x smoothly: cap x / sqrt(x^2 + cap^2)."""
    return cap * x * (x.square() + cap * cap).rsqrt()
