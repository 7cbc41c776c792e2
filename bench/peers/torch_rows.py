"""The rows in PyTorch. usage: torch_rows.py ROW VARIANT THREADS FOLDER, see common.serve."""

import numpy as np
import torch
import torch.nn.functional as F

from common import serve, weights
from torch_networks import Cnn, Dense, Gpt, Lstm



def network(row, params, w):
    if row == "cnn":
        return Cnn(w)
    if row == "gpt":
        return Gpt(w, params["heads"])
    return Dense(w)


def hinge(model):
    def loss(x, y):
        penalty = sum((p * p).sum() for p in model.parameters())
        return F.relu(1 - y * model(x)).mean() + 1e-4 * penalty

    return loss


class Training:
    """A step of an optimiser on one batch."""

    def __init__(self, row, variant, params, arrays):
        self.row, self.variant, self.params, self.w = row, variant, params, weights(arrays)
        self.x, self.y = torch.tensor(arrays["x"]), torch.tensor(arrays["y"]).squeeze(-1)
        if row == "moons":
            self.y = self.y[:, None]
        if "channels_last" in variant:
            self.x = self.x.to(memory_format=torch.channels_last)
        self.build()

    def build(self):
        self.model = network(self.row, self.params, self.w)
        if "channels_last" in self.variant:
            self.model = self.model.to(memory_format=torch.channels_last)
        loss = hinge(self.model) if self.row == "moons" else self.cross_entropy
        self.loss = torch.compile(loss) if "compile" in self.variant else loss
        self.optimiser = self.new_optimiser()

    def cross_entropy(self, x, y):
        return F.cross_entropy(self.model(x), y.reshape(-1))

    def new_optimiser(self):
        fused = self.variant != "eager"
        weights = list(self.model.parameters())
        if self.row == "moons":
            return torch.optim.SGD(weights, lr=0.1, fused=fused)
        if self.row == "cnn":
            return torch.optim.SGD(weights, lr=0.01, momentum=0.9, fused=fused)
        rate = 1e-4 if self.row == "gpt" else 1e-3
        return torch.optim.Adam(weights, lr=rate, betas=(0.9, 0.999), eps=1e-8, fused=fused)

    def reset(self):
        """The same tensors with their first numbers, so that nothing is compiled anew."""
        fresh = network(self.row, self.params, self.w)
        for old, new in zip(self.model.parameters(), fresh.parameters()):
            old.data.copy_(new.data)
        self.optimiser = self.new_optimiser()

    def call(self):
        self.optimiser.zero_grad(set_to_none=True)
        loss = self.loss(self.x, self.y)
        loss.backward()
        self.optimiser.step()
        return loss

    def wait(self, result):
        pass

    def outputs(self):
        self.optimiser.zero_grad(set_to_none=True)
        self.loss(self.x, self.y).backward()
        found = {}
        for name, p in self.model.named(self.w):
            g = p.grad.contiguous().numpy()
            flip = g.ndim == 2 and not any(p is q for q in self.tables())
            found["grad." + name[2:]] = g.T if flip else g
        self.reset()
        found["losses"] = np.array([self.call().item() for _ in range(4)], np.float32)
        return found

    def tables(self):
        """Weights of two axes that belong to no linear layer."""
        return [self.model.token, self.model.place] if self.row == "gpt" else []


class Pure:
    """A function of weights and data without state: `f(*weights)` gives what the row asks for."""

    def __init__(self, names, w, loss, variant, module=None):
        self.names, self.module = names, module
        self.w = w
        self.loss = torch.compile(loss) if variant == "compile" else loss

    def reset(self):
        pass

    def call(self):
        loss = self.loss(*self.w)
        return loss, torch.autograd.grad(loss, self.w)

    def wait(self, result):
        pass

    def outputs(self):
        loss, grads = self.call()
        found = {"loss": loss.detach().numpy()}
        for name, g in zip(self.names, grads):
            g = g.numpy()
            found["grad." + name[2:]] = g.T if self.module and g.ndim == 2 else g
        return found


class Second:
    """Second derivatives: `f(weights)` gives one array."""

    def __init__(self, name, f, at, variant):
        self.name, self.at = name, at
        self.f = torch.compile(f) if variant == "compile" else f

    def reset(self):
        pass

    def call(self):
        return self.f(self.at)

    def wait(self, result):
        pass

    def outputs(self):
        return {self.name: self.call().detach().numpy()}


def chain(x):
    return (torch.tanh(x) * torch.exp(-x * x) + torch.log1p(x * x) * torch.sin(x)).sum()


def logistic(row, variant, arrays):
    x, y, v = (torch.tensor(arrays[name]) for name in "xyv")

    def loss(w):
        z = x @ w
        return (F.softplus(z) - y * z).mean()

    w = torch.tensor(arrays["w.weights"])
    if row == "logreg_grad":
        return Pure(["w.weights"], [w.requires_grad_()], loss, variant)
    gradient = torch.func.grad(loss)
    if row == "logreg_hvp":
        return Second("hvp", lambda w: torch.func.jvp(gradient, (w,), (v,))[1], w, variant)
    return Second("hessian", torch.func.hessian(loss), w, variant)


def make(row, variant, threads, params, arrays):
    torch.set_num_threads(threads)
    w = weights(arrays)
    if row.startswith("chain"):
        return Pure(["w.x"], [torch.tensor(w["w.x"]).requires_grad_()], chain, variant)
    if row.startswith("logreg"):
        return logistic(row, variant, arrays)
    if row == "neuron":
        leaves = [torch.tensor(v).requires_grad_() for v in w.values()]
        return Pure(list(w), leaves, lambda a, x, b, y, c: torch.sigmoid(a * x + b * y + c), variant)
    if row == "lstm":
        model, x = Lstm(w), torch.tensor(arrays["x"])
        leaves = [p for _, p in model.named(w)]
        return Pure(list(w), leaves, lambda *_: model(x), variant, module=model)
    return Training(row, variant, params, arrays)


def settle():
    """Loads what torch loads late, so that the idle process has it."""
    w = torch.ones(1, requires_grad=True)
    w.sum().backward()
    torch.optim.Adam([w]).step()


if __name__ == "__main__":
    settle()
    serve(make, {"torch": torch.__version__})
