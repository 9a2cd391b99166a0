"""A small GPT on arrays: tied embeddings, causal attention of several heads, GELU, AdamW with a warm-up.

Shapes: B batch, T time, C channels, H heads, V symbols.
"""

import math

import numpy as np

import nn
from autograd import Tensor, gelu_tanh, softmax, take, where
from demos.matmuls.networks import names

from . import twins

STEPS = 20
V, T, C, H, LAYERS = len(names.SYMBOLS), names.BLOCK, 48, 3, 3
FLOAT = {"dtype": np.float64}


class Embedding(nn.Module):
    def __init__(self, rows, channels):
        self.weight = Tensor(np.zeros((rows, channels)))

    def __call__(self, index):
        return take(self.weight, index)


class CausalSelfAttention(nn.Module):
    def __init__(self):
        self.c_attn = nn.Linear(C, 3 * C, **FLOAT)
        self.c_proj = nn.Linear(C, C, **FLOAT)

    def __call__(self, x):
        B, T, _ = x.shape
        qkv = self.c_attn(x)
        q, k, v = (qkv[:, :, i * C : (i + 1) * C] for i in range(3))
        q = q.reshape(B, T, H, C // H).transpose(0, 2, 1, 3)  # (B, H, T, C / H)
        k = k.reshape(B, T, H, C // H).transpose(0, 2, 1, 3)
        v = v.reshape(B, T, H, C // H).transpose(0, 2, 1, 3)
        att = (q @ k.transpose(0, 1, 3, 2)) * (1.0 / math.sqrt(C // H))
        past = np.tril(np.ones((T, T), dtype=bool))
        att = softmax(where(past, att, -math.inf), axis=-1)
        y = (att @ v).transpose(0, 2, 1, 3).reshape(B, T, C)
        return self.c_proj(y)


class MLP(nn.Module):
    def __init__(self):
        self.c_fc = nn.Linear(C, 4 * C, **FLOAT)
        self.c_proj = nn.Linear(4 * C, C, **FLOAT)

    def __call__(self, x):
        return self.c_proj(gelu_tanh(self.c_fc(x)))


class Block(nn.Module):
    def __init__(self):
        self.ln_1, self.attn = nn.LayerNorm(C, **FLOAT), CausalSelfAttention()
        self.ln_2, self.mlp = nn.LayerNorm(C, **FLOAT), MLP()

    def __call__(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    def __init__(self, rng):
        self.wte, self.wpe = Embedding(V, C), Embedding(T, C)
        self.drop = nn.Dropout(0.0)
        self.h = [Block() for _ in range(LAYERS)]
        self.ln_f = nn.LayerNorm(C, **FLOAT)
        self.lm_head = nn.Linear(C, V, bias=False, **FLOAT)
        self.lm_head.weight = self.wte.weight  # tied
        for name, p in self.named_parameters():
            if name.endswith("bias"):
                p.data[...] = 0.0
            elif p.ndim == 2:
                std = 0.02 / math.sqrt(2 * LAYERS) if name.endswith("c_proj.weight") else 0.02
                p.data[...] = rng.normal(0.0, std, p.shape)

    def __call__(self, index, targets):
        position = np.arange(index.shape[1])
        x = self.drop(self.wte(index) + self.wpe(position))
        for block in self.h:
            x = block(x)
        logits = self.lm_head(self.ln_f(x))  # (B, T, V)
        loss = nn.cross_entropy(logits.reshape(-1, V), targets.reshape(-1), ignore_index=-1)
        return logits, loss


def groups(named_parameters, decay):
    """Matrices decay, biases and the weights of layer norms do not."""
    named_parameters = list(named_parameters)
    return [
        {"params": [p for _, p in named_parameters if p.ndim >= 2], "weight_decay": decay},
        {"params": [p for _, p in named_parameters if p.ndim < 2], "weight_decay": 0.0},
    ]


def rate(step, most=1e-3, least=1e-4, warmup=5):
    if step < warmup:
        return most * (step + 1) / (warmup + 1)
    return least + 0.5 * (1 + math.cos(math.pi * (step - warmup) / (STEPS - warmup))) * (most - least)


def train(model, tokens, targets, chosen):
    model.train()
    optimizer = nn.AdamW(groups(model.named_parameters(), 0.1), lr=1e-3, betas=(0.9, 0.95))
    for step, batch in enumerate(chosen):
        for group in optimizer.groups:
            group["lr"] = rate(step)
        logits, loss = model(tokens[batch], targets[batch])
        optimizer.zero_grad()
        loss.backward()
        nn.clip_grad_norm(model.parameters(), 1.0)
        yield loss, model.named_parameters()
        optimizer.step()


def twin(torch, weights, tokens, targets, chosen):
    """The same of PyTorch's own encoder layers, whose attention has its weights under other names."""
    F = torch.nn.functional
    layers = [
        torch.nn.TransformerEncoderLayer(
            C, H, 4 * C, 0.0, lambda x: F.gelu(x, approximate="tanh"), batch_first=True, norm_first=True
        )
        for _ in range(LAYERS)
    ]
    renamed = {
        "ln_1": "norm1", "attn.c_attn.": "self_attn.in_proj_", "attn.c_proj": "self_attn.out_proj",
        "ln_2": "norm2", "mlp.c_fc": "linear1", "mlp.c_proj": "linear2",
    }  # fmt: skip
    parameters = {name: weights[name].requires_grad_() for name in weights if not name.startswith("h.")}
    for i, layer in enumerate(layers):
        theirs = dict(layer.named_parameters())
        for name in (name for name in weights if name.startswith(f"h.{i}.")):
            short = name.removeprefix(f"h.{i}.")
            part = next(part for part in renamed if short.startswith(part))
            parameters[name] = theirs.pop(renamed[part] + short.removeprefix(part))
            parameters[name].data.copy_(weights[name])
        assert not theirs
    mask = torch.nn.Transformer.generate_square_subsequent_mask(T)
    tokens, targets = torch.tensor(tokens), torch.tensor(targets)
    optimizer = torch.optim.AdamW(groups(parameters.items(), 0.1), lr=1e-3, betas=(0.9, 0.95))
    for step, batch in enumerate(chosen):
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        x = F.embedding(tokens[batch], parameters["wte.weight"]) + parameters["wpe.weight"]
        for layer in layers:
            x = layer(x, src_mask=mask, is_causal=True)
        x = F.layer_norm(x, (C,), parameters["ln_f.weight"], parameters["ln_f.bias"])
        logits = x @ parameters["wte.weight"].T
        loss = F.cross_entropy(logits.flatten(0, 1), targets[batch].flatten(), ignore_index=-1)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
        yield loss, parameters
        optimizer.step()


def test_names(torch):
    tokens, targets, weights = names.encode(names.load()[:200])
    targets = np.where(weights > 0, targets, -1)  # what fills up the block counts for nothing
    chosen = twins.batches(len(tokens), 8, STEPS)
    model = GPT(np.random.default_rng(0))
    copies = twins.copied(torch, model.named_parameters())
    losses = twins.stay_together(
        train(model, tokens, targets, chosen), twin(torch, copies, tokens, targets, chosen), STEPS
    )
    assert losses[-1] < losses[0] - 0.3
