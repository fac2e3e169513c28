"""Times one training step of the model in plain PyTorch, compiled, as a measure for the library on the same card.

This is an expression of its own of the published algorithm (arXiv 2506.21734) as the project specifies it, with the operations that
one writes in PyTorch: it is not the authors' program, and it differs from it where that has kernels of its own (here attention is
scaled_dot_product_attention, the optimizer torch._foreach operations). Data and weights are random; times do not depend on them.
"""

import argparse
import json
import math
import statistics
import time

import torch
import torch.nn.functional as F

PRESETS = {
    # tokens of a puzzle, vocabulary, puzzle ids, weight decay, puzzle learning rate, puzzle weight decay
    "sudoku-extreme": (81, 11, 1, 1.0, 1e-4, 1.0),
    "arc": (900, 12, 1000, 0.1, 1e-2, 0.1),
}
WIDTH, HEADS, INNER, LAYERS = 512, 8, 1536, 4
HIGH_CYCLES, LOW_CYCLES, MAX_SEGMENTS, EXPLORATION = 2, 2, 16, 0.1
LEARNING_RATE, BETA1, BETA2 = 1e-4, 0.9, 0.95


def normal(*shape, device, deviation):
    values = torch.empty(*shape, device=device)
    torch.nn.init.trunc_normal_(values, std=1.0, a=-2.0, b=2.0)
    return torch.nn.Parameter(values * deviation)


def create_weights(vocabulary, device):
    weights = {
        "tokens": normal(vocabulary, WIDTH, device=device, deviation=WIDTH**-0.5),
        "logits": normal(vocabulary, WIDTH, device=device, deviation=WIDTH**-0.5),
        "q": normal(2, WIDTH, device=device, deviation=0.05),
        "q_bias": torch.nn.Parameter(torch.full((2,), -5.0, device=device)),
    }
    for level in ("high", "low"):
        for layer in range(LAYERS):
            name = f"{level}.{layer}"
            weights[f"{name}.qkv"] = normal(3 * WIDTH, WIDTH, device=device, deviation=WIDTH**-0.5)
            weights[f"{name}.out"] = normal(WIDTH, WIDTH, device=device, deviation=WIDTH**-0.5)
            weights[f"{name}.gate_up"] = normal(2 * INNER, WIDTH, device=device, deviation=WIDTH**-0.5)
            weights[f"{name}.down"] = normal(WIDTH, INNER, device=device, deviation=INNER**-0.5)
    return weights


def angles(tokens, device):
    size = WIDTH // HEADS
    frequencies = 10000.0 ** (-torch.arange(0, size, 2, device=device, dtype=torch.float32) / size)
    turns = torch.outer(torch.arange(tokens, device=device, dtype=torch.float32), frequencies)
    both = torch.cat([turns, turns], -1)[:, None, :]
    return both.cos(), both.sin()


def turn(x, cos, sin):
    wide = x.float()
    first, second = wide.chunk(2, -1)
    return (wide * cos + torch.cat([-second, first], -1) * sin).to(x.dtype)


def norm(x):
    wide = x.float()
    return (wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + 1e-5)).to(x.dtype)


def attend(query, key, value):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(query, key, value)
    scores = (query @ key.transpose(-1, -2)).float() * query.shape[-1] ** -0.5
    return scores.softmax(-1).to(value.dtype) @ value


def block(weights, name, x, cos, sin):
    batch, tokens, _ = x.shape
    packed = F.linear(x, weights[f"{name}.qkv"].to(x.dtype)).view(batch, tokens, 3 * HEADS, -1)
    query, key, value = packed.split(HEADS, dim=2)
    query, key = turn(query, cos, sin), turn(key, cos, sin)
    mixed = attend(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2))
    mixed = mixed.transpose(1, 2).reshape(batch, tokens, WIDTH)
    x = norm(x + F.linear(mixed, weights[f"{name}.out"].to(x.dtype)))
    gate, up = F.linear(x, weights[f"{name}.gate_up"].to(x.dtype)).chunk(2, -1)
    return norm(x + F.linear(F.silu(gate) * up, weights[f"{name}.down"].to(x.dtype)))


def level(weights, name, state, injection, cos, sin):
    x = state + injection
    for layer in range(LAYERS):
        x = block(weights, f"{name}.{layer}", x, cos, sin)
    return x


def segment(weights, high, low, inputs, rows, cos, sin, dtype):
    """One segment with the one-step gradient: logits, Q values, next states."""
    tokens = F.embedding(inputs, weights["tokens"].to(dtype))
    x = WIDTH**0.5 * torch.cat([rows.to(dtype)[:, None, :], tokens], 1)
    with torch.no_grad():
        for cycle in range(HIGH_CYCLES):
            for update in range(LOW_CYCLES):
                if not (cycle == HIGH_CYCLES - 1 and update == LOW_CYCLES - 1):
                    low = level(weights, "low", low, high + x, cos, sin)
            if cycle < HIGH_CYCLES - 1:
                high = level(weights, "high", high, low, cos, sin)
    low = level(weights, "low", low, high + x, cos, sin)
    high = level(weights, "high", high, low, cos, sin)
    logits = F.linear(high[:, 1:], weights["logits"].to(dtype))
    q = F.linear(high[:, 0], weights["q"].to(dtype), weights["q_bias"].to(dtype)).float()
    return logits, q[:, 0], q[:, 1], high.detach(), low.detach()


def stablemax_loss(logits, labels):
    wide = logits.double()
    growth = torch.where(wide < 0, 1 / (1 - wide + 1e-30), wide + 1)
    chosen = growth.gather(-1, labels[..., None]).squeeze(-1)
    return growth.sum(-1).log() - chosen.log()


def loss_of(weights, high, low, steps, inputs, labels, rows, minimum, cos, sin, dtype):
    """Loss of a segment with the target of continuing, next states, who halts."""
    logits, halt, proceed, high, low = segment(weights, high, low, inputs, rows, cos, sin, dtype)
    with torch.no_grad():
        right = (logits.argmax(-1) == labels).all(-1)
        last = steps >= MAX_SEGMENTS
        halted = last | ((halt > proceed) & (steps >= minimum))
        _, next_halt, next_proceed, _, _ = segment(weights, high, low, inputs, rows, cos, sin, dtype)
        target = torch.where(last, next_halt, torch.maximum(next_halt, next_proceed)).sigmoid()
    tokens = (stablemax_loss(logits, labels) / labels.shape[-1]).sum()
    q = F.binary_cross_entropy_with_logits(halt, right.float(), reduction="sum")
    q = q + F.binary_cross_entropy_with_logits(proceed, target, reduction="sum")
    return tokens + 0.5 * q, high, low, halted


class Training:
    def __init__(self, preset, batch, dtype, device, compiled):
        tokens, vocabulary, ids, self.decay, self.puzzle_rate, self.puzzle_decay = PRESETS[preset]
        self.batch, self.dtype, self.device = batch, dtype, device
        self.weights = create_weights(vocabulary, device)
        self.parameters = list(self.weights.values())
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.puzzles = torch.zeros(ids, WIDTH, device=device)
        self.cos, self.sin = angles(tokens + 1, device)
        self.start = [torch.randn(WIDTH, device=device).to(dtype) for _ in range(2)]
        self.high, self.low = (state.expand(batch, tokens + 1, WIDTH).clone() for state in self.start)
        self.steps = torch.zeros(batch, dtype=torch.int32, device=device)
        self.halted = torch.ones(batch, dtype=torch.bool, device=device)
        self.data = self.draw(tokens, vocabulary, ids)
        self.incoming = [self.draw(tokens, vocabulary, ids) for _ in range(4)]
        self.loss = torch.compile(loss_of) if compiled else loss_of
        self.count = 0

    def draw(self, tokens, vocabulary, ids):
        shape = (self.batch, tokens)
        return (
            torch.randint(vocabulary, shape, device=self.device),
            torch.randint(vocabulary, shape, device=self.device),
            torch.randint(ids, (self.batch,), device=self.device),
        )

    def refill(self):
        incoming = self.incoming[self.count % len(self.incoming)]
        mask = self.halted[:, None]
        inputs, labels, ids = (torch.where(mask if new.dim() == 2 else self.halted, new, old) for new, old in zip(incoming, self.data))
        self.data = (inputs, labels, ids)
        self.high = torch.where(mask[..., None], self.start[0], self.high)
        self.low = torch.where(mask[..., None], self.start[1], self.low)
        self.steps = torch.where(self.halted, torch.zeros_like(self.steps), self.steps) + 1

    def step(self):
        self.refill()
        inputs, labels, ids = self.data
        rows = self.puzzles[ids].requires_grad_(True)
        explores = torch.rand(self.batch, device=self.device) < EXPLORATION
        minimum = torch.randint(2, MAX_SEGMENTS + 1, (self.batch,), device=self.device) * explores
        loss, self.high, self.low, self.halted = self.loss(
            self.weights, self.high, self.low, self.steps, inputs, labels, rows, minimum, self.cos, self.sin, self.dtype
        )
        (loss / self.batch).backward()
        self.count += 1
        self.update(ids, rows.grad)
        return loss.detach()

    @torch.no_grad()
    def update(self, ids, gradient):
        gradients = [parameter.grad for parameter in self.parameters]
        torch._foreach_mul_(self.means, BETA1)
        torch._foreach_add_(self.means, gradients, alpha=1 - BETA1)
        torch._foreach_mul_(self.squares, BETA2)
        torch._foreach_addcmul_(self.squares, gradients, gradients, 1 - BETA2)
        roots = torch._foreach_sqrt(self.squares)
        torch._foreach_div_(roots, math.sqrt(1 - BETA2**self.count))
        directions = [mean.atan2(root) for mean, root in zip(self.means, roots)]
        torch._foreach_mul_(self.parameters, 1 - LEARNING_RATE * self.decay)
        torch._foreach_add_(self.parameters, directions, alpha=-LEARNING_RATE / (1 - BETA1**self.count))
        for parameter in self.parameters:
            parameter.grad = None

        summed = torch.zeros_like(self.puzzles).index_add_(0, ids, gradient)
        seen = torch.zeros(len(self.puzzles), 1, device=self.device).index_fill_(0, ids, 1)
        self.puzzles -= seen * self.puzzle_rate * (self.puzzle_decay * self.puzzles + summed.sign())


def synchronize(device):
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", choices=PRESETS, default="sudoku-extreme")
    parser.add_argument("--batch", type=int, default=768)
    parser.add_argument("--device", default="cuda:0")
    parser.add_argument("--dtype", choices=("bfloat16", "float32"), default="bfloat16")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--warmups", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--compile", action="store_true", help="with torch.compile")
    parser.add_argument("--eager", action="store_true", help="without torch.compile; the default")
    parser.add_argument("--output")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = False
    device = torch.device(options.device)
    begin = time.monotonic()
    training = Training(options.preset, options.batch, getattr(torch, options.dtype), device, options.compile)
    times = []
    for round_ in range(-options.warmups, options.rounds):
        if round_ >= 3 and time.monotonic() - begin > options.seconds:
            break
        start = time.perf_counter()
        loss = training.step()
        synchronize(device)
        if round_ >= 0:
            times.append(1000 * (time.perf_counter() - start))
    loss = loss.item()
    result = {
        "preset": options.preset,
        "batch": options.batch,
        "dtype": options.dtype,
        "compiled": options.compile,
        "rounds": len(times),
        "stepMs": statistics.median(times),
        "quartilesMs": statistics.quantiles(times, n=4) if len(times) > 1 else times,
        "loss": loss,
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "peakMiB": torch.cuda.max_memory_allocated(device) / 2**20 if device.type == "cuda" else None,
        "parameters": sum(parameter.numel() for parameter in training.parameters),
    }
    print(json.dumps(result))
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=2)
    return 0 if math.isfinite(loss) else 1


if __name__ == "__main__":
    raise SystemExit(main())
