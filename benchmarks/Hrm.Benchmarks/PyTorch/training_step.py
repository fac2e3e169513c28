"""Takes training steps of the authors' code (github.com/sapientinc/HRM) on the CPU.

    python3 training_step.py CODE MODEL

CODE is a checkout; nothing of it is contained here. MODEL is a folder with config.json, model.safetensors and batch.json:
training options and the tokens of a batch. Prints one line of facts; then, for each line of the standard input, takes a step and
prints its loss per row. The packages that the code needs on a GPU have stand-ins here, and newer names of PyTorch too.
"""
import json
import sys
import types

import torch
import torch.nn.functional as F
from torch import nn

code, folder = sys.argv[1:]
sys.path.insert(0, code)


def attention(q, k, v, causal=False):
    """Attention of [B, S, A, H]; flash_attn requires CUDA."""
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    if hasattr(F, "scaled_dot_product_attention"):
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
    else:
        mixed = torch.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, dim=-1) @ v
    return mixed.transpose(1, 2).contiguous()


class BaseModel:
    def __init__(self, **values):
        for name in self.__annotations__:
            if name in values:
                setattr(self, name, values[name])


class AdamATan2(torch.optim.Optimizer):
    def __init__(self, params, lr, betas, weight_decay):
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            lr, (b1, b2) = group["lr"], group["betas"]
            for p in (p for p in group["params"] if p.grad is not None):
                state = self.state[p]
                if not state:
                    state.update(step=0, m=torch.zeros_like(p), v=torch.zeros_like(p))
                state["step"] += 1
                t, m, v = state["step"], state["m"], state["v"]
                p.mul_(1 - lr * group["weight_decay"])
                m.lerp_(p.grad, 1 - b1)
                v.mul_(b2).addcmul_(p.grad, p.grad, value=1 - b2)
                p.add_(torch.atan2(m, (v / (1 - b2**t)).sqrt_()), alpha=-lr / (1 - b1**t))


if not hasattr(nn, "Buffer"):

    class Buffer:
        def __init__(self, data, persistent=True):
            self.data, self.persistent = data, persistent

    set_member = nn.Module.__setattr__

    def set_member_or_buffer(module, name, value):
        if isinstance(value, Buffer):
            module.register_buffer(name, value.data, persistent=value.persistent)
        else:
            set_member(module, name, value)

    nn.Buffer, nn.Module.__setattr__ = Buffer, set_member_or_buffer

optimizer_module = sys.modules["torch.optim.optimizer"]
if not hasattr(optimizer_module, "ParamsT"):
    optimizer_module.ParamsT = object

try:
    torch.no_grad(len)
except TypeError:
    plain_no_grad = torch.no_grad
    torch.no_grad = lambda function=None: plain_no_grad() if function is None else plain_no_grad()(function)

# The CPU has no flash_attn, even if it is installed.
sys.modules["flash_attn_interface"] = None
sys.modules["flash_attn"] = types.SimpleNamespace(flash_attn_func=attention)
try:
    import pydantic  # noqa: F401
except ImportError:
    sys.modules["pydantic"] = types.SimpleNamespace(BaseModel=BaseModel)

from models.hrm.hrm_act_v1 import HierarchicalReasoningModel_ACTV1 as Model  # noqa: E402
from models.losses import ACTLossHead  # noqa: E402
from models.sparse_embedding import CastedSparseEmbeddingSignSGD_Distributed as SignSgd  # noqa: E402


def read_safetensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    types_ = {"F32": torch.float32, "BF16": torch.bfloat16}
    return {
        name: torch.frombuffer(bytearray(data[slice(*entry["data_offsets"])]), dtype=types_[entry["dtype"]]).view(entry["shape"])
        for name, entry in header.items()
    }


with open(f"{folder}/config.json") as file:
    config = json.load(file)
with open(f"{folder}/batch.json") as file:
    training = json.load(file)
torch.set_num_threads(training["threads"])
rows, seq = training["rows"], config["seq_len"]
batch = {
    "inputs": torch.tensor(training["inputs"], dtype=torch.int32).view(rows, seq),
    "labels": torch.tensor(training["labels"], dtype=torch.int32).view(rows, seq),
    "puzzle_identifiers": torch.tensor(training["ids"] or [0] * rows),
}
config.update(batch_size=rows, halt_max_steps=training["max_segments"], halt_exploration_prob=training["exploration"])
model = Model(config)
model.inner.load_state_dict(read_safetensors(f"{folder}/model.safetensors"))
head = ACTLossHead(model, loss_type="stablemax_cross_entropy")
optimizers = [AdamATan2(head.parameters(), lr=training["lr"], weight_decay=training["weight_decay"], betas=(0.9, 0.95))]
if config.get("puzzle_emb_ndim", 0) > 0:
    # Older versions index by int64 only.
    model.puzzle_emb.local_ids = model.puzzle_emb.local_ids.long()
    optimizers.append(SignSgd(model.puzzle_emb.buffers(), lr=training["lr"], weight_decay=training["weight_decay"], world_size=1))
carry = head.initial_carry(batch)
facts = [f"PyTorch {torch.__version__}", "eager", "attention by SDPA" if hasattr(F, "scaled_dot_product_attention") else "attention in plain operations"]
facts.append("AdamATan2 in plain operations")
print(", ".join(facts), flush=True)

for _ in sys.stdin:
    carry, loss, _, _, _ = head(carry=carry, batch=batch, return_keys=[])
    (loss / rows).backward()
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()
    print(loss.item() / rows, flush=True)
