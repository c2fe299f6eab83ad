"""Writes objectives.json: losses, metrics and gradients of TRL 1.13's own code in float64, on a tiny Llama whose weights follow
from their names and on random pairs and judged answers. Run with trl==1.13.0, transformers and torch:
python make_objectives.py"""

import collections
import json
import math
import types
import zlib

import torch
from transformers import LlamaConfig, LlamaForCausalLM
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.kto_trainer import DataCollatorForUnpairedPreference, KTOTrainer

VOCAB = 61
MASK = 0xFFFFFFFF


def hashed(name, count, scale):
    """Numbers in [-scale, scale) that any language finds again."""
    z = (zlib.crc32(name.encode()) + torch.arange(count, dtype=torch.int64) * 0x9E3779B9) & MASK
    z = ((z ^ (z >> 16)) * 0x85EBCA6B) & MASK
    z = ((z ^ (z >> 13)) * 0xC2B2AE35) & MASK
    z = z ^ (z >> 16)
    return (z.double() / 2**31 - 1) * scale


def model(salt):
    config = LlamaConfig(
        vocab_size=VOCAB,
        hidden_size=32,
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
            values = hashed(salt + name, p.numel(), 0.25).float().double().reshape(p.shape)
            p.copy_(1 + values if "norm" in name else values)
    return made.eval()


policy = model("policy:")
reference = model("reference:")

torch.manual_seed(8)


def ids(least, most):
    return torch.randint(3, VOCAB, (int(torch.randint(least, most, ())),)).tolist()


pairs = [{"prompt_ids": ids(1, 7), "chosen_ids": ids(1, 9), "rejected_ids": ids(1, 9)} for _ in range(6)]


def log_prob(of, prompt, answer):
    with torch.no_grad():
        logs = of(torch.tensor([prompt + answer])).logits.log_softmax(-1)[0]
    return sum(logs[len(prompt) + i - 1, t].item() for i, t in enumerate(answer))


def made_judged(far):
    """Answers behind other prompts that the policy finds likelier than the reference does, or not."""
    while True:
        rows = [{"prompt_ids": ids(1, 7), "completion_ids": ids(1, 9), "label": bool(i % 3)} for i in range(7)]
        crossed = [(rows[i]["prompt_ids"], rows[i - 1]["completion_ids"]) for i in range(7)]
        away = sum(log_prob(policy, *c) - log_prob(reference, *c) for c in crossed) / 7
        if (away > 1) if far else (away < -1):
            return rows


judged = {"far": made_judged(True), "near": made_judged(False)}


class Accelerator:
    device = torch.device("cpu")

    def gather_for_metrics(self, x):
        return x

    gather = gather_for_metrics


def trainer(of, **attributes):
    made = object.__new__(of)
    made.accelerator = Accelerator()
    made.model = policy
    made.ref_model = reference
    made.aux_loss_enabled = False
    made._metrics = {"train": collections.defaultdict(list), "eval": collections.defaultdict(list)}
    made._total_train_tokens = 0
    made._tp_size = 1
    made.args = types.SimpleNamespace(discopop_tau=0.05, gradient_checkpointing_kwargs=None)
    for name, value in attributes.items():
        setattr(made, name, value)
    return made


def padded(rows, of):
    longest = max(len(r) for r in rows)
    return torch.tensor([list(r) + [of] * (longest - len(r)) for r in rows])


def dpo_inputs():
    rows = [p["prompt_ids"] + p["chosen_ids"] for p in pairs] + [p["prompt_ids"] + p["rejected_ids"] for p in pairs]
    answers = [p["chosen_ids"] for p in pairs] + [p["rejected_ids"] for p in pairs]
    return {
        "input_ids": padded(rows, 0),
        "attention_mask": padded([[1] * len(r) for r in rows], 0),
        "completion_mask": padded([[0] * (len(r) - len(a)) + [1] * len(a) for r, a in zip(rows, answers)], 0),
    }


def cpo_inputs():
    batch = {}
    for side in ("chosen", "rejected"):
        rows = [p["prompt_ids"] + p[side + "_ids"] for p in pairs]
        batch[side + "_input_ids"] = padded(rows, 0)
        batch[side + "_attention_mask"] = padded([[1] * len(r) for r in rows], 0)
        batch[side + "_labels"] = padded([[-100] * len(p["prompt_ids"]) + p[side + "_ids"] for p in pairs], -100)
    return batch


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


def record(name, algorithm, loss, metrics):
    policy.zero_grad()
    loss.backward()
    gradients = {n: p.grad for n, p in policy.named_parameters()}
    norm = math.sqrt(sum(float((g**2).sum()) for g in gradients.values()))
    cases[name] = {
        "algorithm": algorithm,
        "loss": loss.item(),
        "grad_norm": norm,
        "metrics": metrics,
        "gradients": directions(gradients),
    }


def dpo(name, settings, **attributes):
    defaults = dict(
        loss_types=["sigmoid"],
        loss_weights=[1.0],
        beta=0.1,
        label_smoothing=0.0,
        f_divergence_type="reverse_kl",
        f_alpha_divergence_coef=0.5,
        ld_alpha=None,
        use_weighting=False,
        precompute_ref_logps=False,
    )
    made = trainer(DPOTrainer, **{**defaults, **attributes})
    loss = made._compute_loss(policy, dpo_inputs(), False)
    metrics = {k: v[-1] for k, v in made._metrics["eval"].items() if k != "num_tokens"}
    record(name, {"type": "dpo", **settings}, loss, metrics)


dpo("dpo", {})
dpo("dpo ld", {"ldAlpha": 0.3, "beta": 0.5}, ld_alpha=0.3, beta=0.5)
dpo(
    "dpo mixed",
    {"loss": ["sigmoid", "bco_pair", "sft"], "lossWeights": [0.8, 0.2, 1.0]},
    loss_types=["sigmoid", "bco_pair", "sft"],
    loss_weights=[0.8, 0.2, 1.0],
)
dpo("dpo js", {"fDivergence": "js_divergence"}, f_divergence_type="js_divergence")
for loss in ("hinge", "ipo", "robust", "exo_pair", "discopop", "sigmoid_norm"):
    smoothing = {"robust": 0.1, "exo_pair": 0.01}.get(loss, 0.0)
    # Not forward_kl: its exponential makes more of float32's rounding than can be told from a fault here.
    dpo(
        f"dpo {loss} js",
        {"loss": loss, "fDivergence": "js_divergence", "labelSmoothing": smoothing},
        loss_types=[loss],
        f_divergence_type="js_divergence",
        label_smoothing=smoothing,
    )
for loss in ("nca_pair", "bco_pair", "sppo_hard", "apo_zero", "apo_down"):
    dpo(f"dpo {loss}", {"loss": loss}, loss_types=[loss])
for loss in ("sigmoid", "ipo", "apo_zero"):
    dpo(
        f"wpo {loss}",
        {"loss": loss, "weighting": "wpo", "beta": 0.4},
        loss_types=[loss],
        use_weighting=True,
        beta=0.4,
    )


def free(of, name, settings, **attributes):
    made = trainer(of, is_encoder_decoder=False, pad_token_id=0, padding_value=0, **attributes)
    keep = torch.Tensor.float
    torch.Tensor.float = lambda self: self if self.is_floating_point() else keep(self)
    try:
        loss, metrics = made.get_batch_loss_metrics(policy, cpo_inputs())
    finally:
        torch.Tensor.float = keep
    metrics = {k: v for k, v in metrics.items() if not k.startswith("logits/")}
    if attributes.get("cpo_alpha") == 0.0:
        metrics.pop("nll_loss")
    record(name, settings, loss, metrics)


shared = dict(label_smoothing=0.0, simpo_gamma=0.5, alpha=0.0)
free(CPOTrainer, "cpo", {"type": "cpo"}, loss_type="sigmoid", beta=0.1, cpo_alpha=1.0, **shared)
free(
    CPOTrainer,
    "cpo ipo",
    {"type": "cpo", "loss": "ipo", "alpha": 0.5},
    loss_type="ipo",
    beta=0.1,
    cpo_alpha=0.5,
    **shared,
)
free(CPOTrainer, "simpo", {"type": "simpo"}, loss_type="simpo", beta=2.0, cpo_alpha=0.0, **shared)
free(
    CPOTrainer,
    "alphapo",
    {"type": "simpo", "rewardAlpha": 0.25, "gamma": 0.1},
    loss_type="simpo",
    beta=2.0,
    cpo_alpha=0.0,
    **{**shared, "alpha": 0.25, "simpo_gamma": 0.1},
)
free(ORPOTrainer, "orpo", {"type": "orpo", "beta": 0.7}, beta=0.7)


def kto(name, settings, rows="far", **attributes):
    chosen = rows
    rows = [dict(r) for r in judged[rows]]
    if attributes["calculate_KL"]:
        # As TRL's add_kl_completion_ids, over the whole batch.
        answers = [r["completion_ids"] for r in rows]
        for r, other in zip(rows, [answers[-1]] + answers[:-1]):
            r["KL_completion_ids"] = other
    inputs = DataCollatorForUnpairedPreference(pad_token_id=0, max_length=64)(rows)
    made = trainer(KTOTrainer, precompute_ref_logps=False, use_liger_kernel=False, _is_vlm=False, **attributes)
    loss = made._compute_loss(policy, inputs, False)
    metrics = {k: v[-1] for k, v in made._metrics["eval"].items() if k != "num_tokens"}
    record(name, {"type": "kto", **settings}, loss, metrics)
    cases[name]["judged"] = chosen


kto("kto", {}, calculate_KL=True, loss_type="kto", beta=0.1, desirable_weight=1.0, undesirable_weight=1.0)
kto(
    "kto weighted",
    {"beta": 0.4, "desirableWeight": 1.5, "undesirableWeight": 0.6},
    calculate_KL=True,
    loss_type="kto",
    beta=0.4,
    desirable_weight=1.5,
    undesirable_weight=0.6,
)
kto(
    "kto clamped",
    {"beta": 0.2},
    rows="near",
    calculate_KL=True,
    loss_type="kto",
    beta=0.2,
    desirable_weight=1.0,
    undesirable_weight=1.0,
)
kto(
    "apo_zero_unpaired",
    {"loss": "apo_zero_unpaired", "beta": 0.3},
    calculate_KL=False,
    loss_type="apo_zero_unpaired",
    beta=0.3,
    desirable_weight=1.0,
    undesirable_weight=1.0,
)

with open("objectives.json", "w") as out:
    weight = float(policy.model.embed_tokens.weight[0, 1].detach())
    json.dump({"weight": weight, "pairs": pairs, "judged": judged, "cases": cases}, out, indent=1)
print({n: (c["loss"], c["grad_norm"], c["metrics"].get("kl")) for n, c in cases.items()})
