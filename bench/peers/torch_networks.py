"""The networks of definitions.md in PyTorch, filled with the given weights."""

import torch
import torch.nn.functional as F
from torch import nn


def linear(weight, bias=None):
    """nn.Linear keeps [out, in]; the files keep [in, out]."""
    layer = nn.Linear(weight.shape[0], weight.shape[1], bias=bias is not None)
    layer.weight.data = torch.tensor(weight.T.copy())
    if bias is not None:
        layer.bias.data = torch.tensor(bias)
    return layer


class Dense(nn.Module):
    """Linear layers with ReLU between. `named()` gives parameters with their names in the files."""

    def __init__(self, w):
        super().__init__()
        w = list(w.values())
        self.layers = nn.ModuleList(linear(a, b) for a, b in zip(w[::2], w[1::2]))

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = F.relu(layer(x))
        return self.layers[-1](x)

    def named(self, w):
        params = [p for layer in self.layers for p in (layer.weight, layer.bias)]
        return list(zip(w, params))


class Cnn(nn.Module):
    def __init__(self, w):
        super().__init__()
        w = list(w.values())
        self.convs = nn.ModuleList()
        for weight, bias in zip(w[:6:2], w[1:6:2]):
            conv = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
            conv.weight.data, conv.bias.data = torch.tensor(weight), torch.tensor(bias)
            self.convs.append(conv)
        self.dense = nn.ModuleList([linear(w[6], w[7]), linear(w[8], w[9])])

    def forward(self, x):
        a, b, c = self.convs
        x = F.relu(a(x))
        x = F.max_pool2d(F.relu(b(x)), 2)
        x = F.max_pool2d(F.relu(c(x)), 2)
        return self.dense[1](F.relu(self.dense[0](x.flatten(1))))

    def named(self, w):
        params = [p for layer in [*self.convs, *self.dense] for p in (layer.weight, layer.bias)]
        return list(zip(w, params))


class Block(nn.Module):
    def __init__(self, w, heads):
        super().__init__()
        norm_a, qkv, out, norm_b, up, down = w
        self.heads = heads
        self.norm_a, self.norm_b = nn.Parameter(torch.tensor(norm_a)), nn.Parameter(torch.tensor(norm_b))
        self.qkv, self.out, self.up, self.down = linear(qkv), linear(out), linear(up), linear(down)

    def forward(self, x):
        batch, time, width = x.shape
        y = F.layer_norm(x, (width,), self.norm_a, None, 1e-5)
        q, k, v = (
            z.view(batch, time, self.heads, -1).transpose(1, 2) for z in self.qkv(y).split(width, dim=2)
        )
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(batch, time, width))
        y = F.layer_norm(x, (width,), self.norm_b, None, 1e-5)
        return x + self.down(F.gelu(self.up(y)))

    def params(self):
        return [
            self.norm_a,
            self.qkv.weight,
            self.out.weight,
            self.norm_b,
            self.up.weight,
            self.down.weight,
        ]


class Gpt(nn.Module):
    def __init__(self, w, heads):
        super().__init__()
        w = list(w.values())
        self.token, self.place, self.norm = (nn.Parameter(torch.tensor(w[i])) for i in (0, 1, -1))
        self.blocks = nn.ModuleList(Block(w[i : i + 6], heads) for i in range(2, len(w) - 1, 6))

    def forward(self, x):
        y = F.embedding(x, self.token) + self.place
        for block in self.blocks:
            y = block(y)
        y = F.layer_norm(y, (y.shape[-1],), self.norm, None, 1e-5)
        return (y @ self.token.T).flatten(0, 1)

    def named(self, w):
        params = [self.token, self.place] + [p for block in self.blocks for p in block.params()] + [self.norm]
        return list(zip(w, params))


class Lstm(nn.Module):
    def __init__(self, w):
        super().__init__()
        wi, wh, b = w.values()
        self.lstm = nn.LSTM(wi.shape[0], wh.shape[0])
        self.lstm.weight_ih_l0.data = torch.tensor(wi.T.copy())
        self.lstm.weight_hh_l0.data = torch.tensor(wh.T.copy())
        self.lstm.bias_ih_l0.data = torch.tensor(b)
        self.lstm.bias_hh_l0.data.zero_()
        self.lstm.bias_hh_l0.requires_grad_(False)

    def forward(self, x):
        return self.lstm(x)[0].square().sum()

    def named(self, w):
        return list(zip(w, [self.lstm.weight_ih_l0, self.lstm.weight_hh_l0, self.lstm.bias_ih_l0]))
