"""Writes losses.json: losses, metrics and gradients of policy gradients in float64, on a tiny Llama whose weights follow from their
names, a value head on it, and random answers. GRPO (grpo, bnpo, dr_grpo, dapo, with and without a divergence, an entropy bonus,
wider and two-sided clipping, ratios of sequences and masked answers) and RLOO are TRL 1.13's own _compute_loss; A2C, PPO and REINFORCE, which it has no trainer of, are
their equations in torch, the clipped ones those of the PPO trainer that TRL had up to 1.12. Run with trl==1.13.0, transformers and
torch: python make_losses.py"""

import collections
import json
import math
import types
import zlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.models.llama.modeling_llama import LlamaRMSNorm
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.rloo_trainer import RLOOTrainer

VOCAB = 61
EMBED = 32
MASK = 0xFFFFFFFF
LONGEST = 9


def hashed(name, count, scale):
    """Numbers in [-scale, scale) that any language finds again."""
    z = (zlib.crc32(name.encode()) + torch.arange(count, dtype=torch.int64) * 0x9E3779B9) & MASK
    z = ((z ^ (z >> 16)) * 0x85EBCA6B) & MASK
    z = ((z ^ (z >> 13)) * 0xC2B2AE35) & MASK
    z = z ^ (z >> 16)
    return (z.double() / 2**31 - 1) * scale


def weights(name, count):
    return hashed(name, count, 0.25).float().double()


def model(salt):
    config = LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=EMBED,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=64,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        attn_implementation="eager",
    )
    made = LlamaForCausalLM(config).double()
    with torch.no_grad():
        for name, p in made.named_parameters():
            values = weights(salt + name, p.numel()).reshape(p.shape)
            p.copy_(1 + values if "norm" in name else values)
    return made.eval()


policy = model("policy:")
reference = model("reference:")
value_head = torch.nn.Parameter(weights("policy:v_head.weight", EMBED))

torch.manual_seed(9)


def ids(length):
    return torch.randint(3, VOCAB, (length,)).tolist()


def f32(x):
    return x.float().double()


prompts = [ids(1), ids(5), ids(3)]
lengths = [1, 4, 9, 2, 6, 3]
answers = [{"prompt_ids": prompts[i // 2], "completion_ids": ids(n)} for i, n in enumerate(lengths)]
COUNT = len(answers)


def padded(rows, of, left=False):
    longest = max(len(r) for r in rows)
    return torch.tensor([[of] * (longest - len(r)) * left + list(r) + [of] * (longest - len(r)) * (not left) for r in rows])


prompt_ids = padded([a["prompt_ids"] for a in answers], 0, left=True)
prompt_mask = padded([[1] * len(a["prompt_ids"]) for a in answers], 0, left=True)
completion_ids = padded([a["completion_ids"] for a in answers], 0)
completion_mask = padded([[1] * n for n in lengths], 0)


def norm(self, hidden):
    """transformers rounds to float32 in here, whatever the model's type is."""
    return self.weight * (hidden * torch.rsqrt(hidden.pow(2).mean(-1, keepdim=True) + self.variance_epsilon))


LlamaRMSNorm.forward = norm


def unpadded(of):
    """The model over each row by itself: padding on the left is seen by nobody, and makes no NaN of its own."""

    def run(input_ids, attention_mask, logits_to_keep=0, **_):
        logits = torch.zeros(*input_ids.shape, VOCAB).double()
        hidden = torch.zeros(*input_ids.shape, EMBED).double()
        for i, seen in enumerate(attention_mask.bool()):
            out = of(input_ids[i, seen].unsqueeze(0), output_hidden_states=True, use_cache=False)
            logits[i, seen] = out.logits[0]
            hidden[i, seen] = out.hidden_states[-1][0]
        return types.SimpleNamespace(logits=logits[:, -logits_to_keep:], hidden=hidden)

    return run


class Read:
    """What a model makes of the answers, by their tokens, padded to the right."""

    def __init__(self, of, temperature=1.0):
        out = unpadded(of)(torch.cat([prompt_ids, completion_ids], 1), torch.cat([prompt_mask, completion_mask], 1))
        width = completion_ids.shape[1]
        logs = (out.logits[:, -width - 1 : -1] / temperature).log_softmax(-1)
        self.logps = logs.gather(-1, completion_ids.unsqueeze(-1)).squeeze(-1)
        self.entropies = -(logs.exp() * logs).sum(-1)
        values = out.hidden @ value_head
        self.values = values[:, -width - 1 : -1]
        before = prompt_mask.double()
        self.prompt_values = (values[:, :-width] * before).sum(1) / before.sum(1)


with torch.no_grad():
    now, held = Read(policy), Read(reference)
    width = completion_ids.shape[1]
    # Far enough from the policy as it is that ratios and values are clipped on both sides.
    old = f32(now.logps + (torch.rand(COUNT, width).double() - 0.5) * 0.9)
    ref = f32(held.logps)
    before = f32(now.values + (torch.rand(COUNT, width).double() - 0.5) * 1.2)
    returns = f32(now.values + (torch.rand(COUNT, width).double() - 0.5) * 2)
    advantages = f32(torch.randn(COUNT, width).double())
    advantage = f32(torch.randn(COUNT).double())
    prompt_returns = f32(torch.randn(COUNT).double())

for i, a in enumerate(answers):
    n = lengths[i]
    a["sampled"] = old[i, :n].tolist()
    a["reference"] = ref[i, :n].tolist()
    a["values"] = before[i, :n].tolist()
    a["returns"] = returns[i, :n].tolist()
    a["advantages"] = advantages[i, :n].tolist()
    a["advantage"] = advantage[i].item()
    a["prompt_return"] = prompt_returns[i].item()


def directions(gradients):
    """What tells one gradient from another in few numbers: its norm, and how much of it lies along two directions."""
    told = {}
    for name, g in gradients.items():
        flat = g.reshape(-1)
        told[name] = [flat.norm().item()] + [
            (flat * hashed(f"{k}:{name}", flat.numel(), 1.0)).sum().item() for k in range(2)
        ]
    return told


cases = {}


def record(name, settings, loss, metrics, by_token=False, left_out=()):
    policy.zero_grad()
    value_head.grad = None
    loss.backward()
    gradients = {n: p.grad for n, p in policy.named_parameters()}
    gradients["v_head.weight"] = torch.zeros(EMBED).double() if value_head.grad is None else value_head.grad
    cases[name] = {
        "settings": settings,
        "by_token": by_token,
        "left_out": list(left_out),
        "loss": loss.item(),
        "grad_norm": math.sqrt(sum(float((g**2).sum()) for g in gradients.values())),
        "metrics": {k: float(torch.as_tensor(v).detach()) for k, v in metrics.items()},
        "gradients": directions(gradients),
    }


class Accelerator:
    device = torch.device("cpu")
    num_processes = 1
    is_main_process = False

    def gather(self, x):
        return x

    gather_for_metrics = gather

    def reduce(self, x, reduction):
        return x


def trl(of, attributes, inputs):
    made = object.__new__(of)
    made.accelerator = Accelerator()
    made.model = policy.eval()
    made.aux_loss_enabled = False
    made.temperature = 1.0
    made.model_kwarg_keys = ["logits_to_keep"]
    made._metrics = {"train": collections.defaultdict(list), "eval": collections.defaultdict(list)}
    for name, value in attributes.items():
        setattr(made, name, value)
    batch = {
        "prompt_ids": prompt_ids,
        "prompt_mask": prompt_mask,
        "completion_ids": completion_ids,
        "completion_mask": completion_mask,
        "advantages": advantage,
        **inputs,
    }
    loss = made._compute_loss(unpadded(policy), batch)
    return loss, {k: v[-1] for k, v in made._metrics["eval"].items()}


AGGREGATION = {"grpo": "answers", "bnpo": "tokens", "dr_grpo": "constant", "dapo": "tokens"}


RATIO = {"token": "token", "sequence": "answer_mean"}


def grpo(
    name,
    loss_type,
    beta=0.0,
    entropy=0.0,
    low=0.2,
    high=0.2,
    corrected=True,
    left_out=(),
    temperature=1.0,
    level="token",
    delta=None,
):
    mask = completion_mask.clone()
    mask[list(left_out)] = 0

    def run(beta, entropy):
        return trl(
            GRPOTrainer,
            dict(
                loss_type=loss_type,
                beta=beta,
                epsilon_low=low,
                epsilon_high=high,
                entropy_coef=entropy,
                _entropy_bonus_enabled=entropy != 0,
                use_adaptive_entropy=False,
                importance_sampling_level=level,
                off_policy_mask_threshold=None,
                top_entropy_quantile=1.0,
                use_vllm=False,
                max_completion_length=LONGEST,
                temperature=temperature,
                args=types.SimpleNamespace(use_bias_correction_kl=corrected, delta=delta),
            ),
            dict(
                old_per_token_logps=old,
                ref_per_token_logps=ref,
                completion_mask=mask,
                num_items_in_batch=mask.sum(),
            ),
        )

    loss, told = run(beta, entropy)
    plain, _ = run(0.0, 0.0)
    metrics = {"policy_loss": plain, "entropy": told["entropy"], "clip_ratio": told["clip_ratio/region_mean"]}
    settings = {
        "surrogate": {"ratio": RATIO[level], "low": low, "high": high} | ({"most": delta} if delta else {}),
        "aggregation": AGGREGATION[loss_type],
        "entropy": entropy,
        "temperature": temperature,
    }
    if beta != 0:
        metrics["kl_loss"] = (run(beta, 0.0)[0] - plain) / beta
        settings["kl"] = {"estimator": "k3", "corrected": corrected, "coefficient": beta}
    record(name, settings, loss, metrics, left_out=left_out)


for loss_type in AGGREGATION:
    grpo(loss_type, loss_type)
    grpo(f"{loss_type} held to the reference", loss_type, beta=0.3)
    grpo(f"{loss_type} with everything", loss_type, beta=0.1, entropy=0.05, high=0.28)
    grpo(f"{loss_type} with two left out", loss_type, beta=0.1, left_out=(1, 4))
grpo("grpo uncorrected", "grpo", beta=0.3, corrected=False)
grpo("dapo at another temperature", "dapo", entropy=0.05, temperature=0.7)

loss, told = trl(RLOOTrainer, dict(epsilon_low=0.2, epsilon_high=0.3), dict(old_logps=(old * completion_mask).sum(1)))
rloo = {"surrogate": {"ratio": "answer", "low": 0.2, "high": 0.3}, "aggregation": "sums"}
record(
    "rloo", rloo, loss, {"policy_loss": loss, "entropy": told["entropy"], "clip_ratio": told["clip_ratio/region_mean"]}
)

real = completion_mask.double()


def mean(x):
    return (x * real).sum() / real.sum()


def kl(estimator, logps):
    x = logps - ref
    return {"k1": x, "k2": x**2 / 2, "k3": torch.exp(-x) - 1 + x}[estimator]


def value_loss(values, returns, before=None, clip=None):
    off = (values - returns) ** 2
    if clip is not None:
        near = torch.maximum(torch.minimum(values, before + clip), before - clip)
        off = torch.maximum(off, (near - returns) ** 2)
    return off / 2


def plain(name, aggregation="tokens", by_token=True, estimator=None, entropy=0.0, value=None, clip=None, temperature=1.0):
    """REINFORCE and A2C: -A log p; a divergence, an entropy bonus and a critic beside it."""
    read = Read(policy, temperature)
    of = advantages if by_token else advantage.unsqueeze(1).expand_as(advantages)

    def aggregated(x):
        x = x * real
        return {
            "tokens": x.sum() / real.sum(),
            "sums": x.sum() / COUNT,
            "answers": (x.sum(1) / real.sum(1)).mean(),
            "constant": x.sum() / (COUNT * LONGEST),
        }[aggregation]

    loss = aggregated(-of * read.logps)
    metrics = {"policy_loss": loss, "entropy": mean(read.entropies)}
    settings = {
        "surrogate": {"ratio": "none", "low": 0, "high": 0},
        "aggregation": aggregation,
        "entropy": entropy,
        "temperature": temperature,
    }
    loss = loss - entropy * metrics["entropy"]
    if estimator:
        metrics["kl_loss"] = aggregated(kl(estimator, read.logps))
        settings["kl"] = {"estimator": estimator, "corrected": False, "coefficient": 0.2}
        loss = loss + 0.2 * metrics["kl_loss"]
    if value:
        settings["value"] = {"coefficient": value, "level": "token"} | ({"clip": clip} if clip else {})
        metrics["value_loss"] = mean(value_loss(read.values, returns, before, clip))
        loss = loss + value * metrics["value_loss"]
    record(name, settings, loss, metrics, by_token)


plain("reinforce", "sums", by_token=False)
plain("reinforce by tokens", "tokens", by_token=False)
plain("reinforce by answers", "answers", by_token=False)
plain("reinforce by the longest", "constant", by_token=False)
plain("reinforce, k1", "sums", by_token=False, estimator="k1")
plain("reinforce, k2", "sums", by_token=False, estimator="k2")
plain("reinforce, k3", "sums", by_token=False, estimator="k3")
plain("reinforce with entropy", "sums", by_token=False, entropy=0.1)
plain("a2c", value=1.0)
plain("a2c, half the critic", value=0.5, entropy=0.02)
plain("a2c, clipped critic", value=1.0, clip=0.2)
plain("a2c with everything", value=0.7, clip=0.3, estimator="k3", entropy=0.02, temperature=0.8)


def ppo(name, low=0.2, high=0.2, value=0.1, clip=0.2, entropy=0.0, estimator=None):
    read = Read(policy)
    ratio = torch.exp(read.logps - old)
    held = ratio.clamp(1 - low, 1 + high)
    loss = mean(torch.maximum(-advantages * ratio, -advantages * held))
    away = read.logps - old
    metrics = {
        "policy_loss": loss,
        "entropy": mean(read.entropies),
        "clip_ratio": mean((-advantages * held > -advantages * ratio).double()),
        "approx_kl": mean(torch.exp(away) - 1 - away),
        "value_loss": mean(value_loss(read.values, returns, before, clip)),
    }
    loss = loss + value * metrics["value_loss"] - entropy * metrics["entropy"]
    settings = {
        "surrogate": {"ratio": "token", "low": low, "high": high},
        "aggregation": "tokens",
        "entropy": entropy,
        "value": {"coefficient": value, "level": "token"} | ({"clip": clip} if clip else {}),
    }
    if estimator:
        metrics["kl_loss"] = mean(kl(estimator, read.logps))
        settings["kl"] = {"estimator": estimator, "corrected": False, "coefficient": 0.2}
        loss = loss + 0.2 * metrics["kl_loss"]
    record(name, settings, loss, metrics, True)


ppo("ppo")
ppo("ppo, critic not clipped", clip=None, value=0.5)
ppo("ppo with everything", low=0.1, high=0.3, entropy=0.03, estimator="k2")
ppo("ppo, k1", estimator="k1")


def article():
    """The value of a prompt is the mean over its tokens, and what is left of the reward the advantage of all tokens."""
    read = Read(policy)
    metrics = {
        "policy_loss": mean(-advantage.unsqueeze(1) * read.logps),
        "kl_loss": mean(kl("k3", read.logps)),
        "value_loss": value_loss(read.prompt_values, prompt_returns).mean(),
    }
    settings = {
        "surrogate": {"ratio": "none", "low": 0, "high": 0},
        "aggregation": "tokens",
        "kl": {"estimator": "k3", "corrected": False, "coefficient": 0.2},
        "value": {"coefficient": 2.0, "level": "prompt"},
    }
    loss = metrics["policy_loss"] + 0.2 * metrics["kl_loss"] + 2 * metrics["value_loss"]
    record("article", settings, loss, metrics)


article()
grpo("dapo, two-sided", "dapo", low=0.1, high=0.1, delta=1.11)
grpo("grpo, two-sided", "grpo", low=0.1, high=0.05, delta=1.1, beta=0.1)
for loss_type in AGGREGATION:
    grpo(f"gspo by {loss_type}", loss_type, level="sequence", low=0.02, high=0.03)
grpo("gspo with everything", "grpo", level="sequence", low=0.02, high=0.03, beta=0.3, entropy=0.02, left_out=(1,))
grpo("gspo uncorrected", "dapo", level="sequence", low=0.02, high=0.03, beta=0.3, corrected=False)
grpo("gspo, two-sided", "dapo", level="sequence", low=0.02, high=0.0005, delta=1.001)

with open("losses.json", "w") as out:
    json.dump({"longest": LONGEST, "weight": value_head[1].item(), "answers": answers, "cases": cases}, out, indent=1)
    out.write("\n")
for n, c in cases.items():
    print(n, c["loss"], c["grad_norm"], {k: round(v, 5) for k, v in c["metrics"].items()})
