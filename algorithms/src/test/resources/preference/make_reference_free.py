"""Writes reference-free-losses.json: TRL 1.13's own losses of CPO, SimPO, AlphaPO and ORPO on random answers, in float64, with
their gradients, and the equation of SLiC-HF. Run with trl==1.13.0 and torch: python make_reference_free.py"""

import json
import types

import torch
from trl.experimental.cpo import CPOTrainer
from trl.experimental.orpo import ORPOTrainer


class Double(torch.Tensor):
    """ORPO's loss rounds to float32; this one stays what it is."""

    def float(self):
        return self


torch.manual_seed(8)
PAIRS = 5
lengths = {side: torch.randint(1, 7, (PAIRS,)) for side in ("chosen", "rejected")}
tokens = {
    side: [-torch.rand(int(n), dtype=torch.float64) * 6 - 1e-3 for n in lengths[side]] for side in lengths
}
# One answer the model is nearly sure of: where log(1 - p) is hard.
tokens["chosen"][2] = torch.tensor([-1e-5, -3e-5], dtype=torch.float64)
tokens["rejected"][4] = torch.full((3,), -40.0, dtype=torch.float64)
for side in tokens:
    tokens[side] = [torch.tensor([round(float(x), 12) for x in t], dtype=torch.float64) for t in tokens[side]]

accelerator = types.SimpleNamespace(device=torch.device("cpu"))
losses = {}


def record(name, loss_of, average):
    sums = {
        side: torch.stack([t.mean() if average else t.sum() for t in tokens[side]]).requires_grad_() for side in tokens
    }
    each = loss_of(sums["chosen"], sums["rejected"])
    each.sum().backward()
    count = {side: lengths[side].double() if average else torch.ones(PAIRS, dtype=torch.float64) for side in tokens}
    losses[name] = {
        "losses": each.tolist(),
        # For the log-probability of the whole answer.
        "chosen": (sums["chosen"].grad / count["chosen"]).tolist(),
        "rejected": (sums["rejected"].grad / count["rejected"]).tolist(),
    }


lengths["chosen"][2] = 2
lengths["rejected"][4] = 3
for name, settings in {
    "cpo sigmoid": dict(loss_type="sigmoid", beta=0.1),
    "cpo sigmoid smoothed": dict(loss_type="sigmoid", beta=0.3, label_smoothing=0.1),
    "cpo hinge": dict(loss_type="hinge", beta=0.1),
    "cpo ipo": dict(loss_type="ipo", beta=0.1),
    "simpo": dict(loss_type="simpo", beta=2.0, simpo_gamma=0.5),
    "simpo smoothed": dict(loss_type="simpo", beta=2.5, simpo_gamma=1.4, label_smoothing=0.2),
    "simpo alpha": dict(loss_type="simpo", beta=2.0, simpo_gamma=0.5, alpha=0.25),
    "simpo negative alpha": dict(loss_type="simpo", beta=2.0, simpo_gamma=0.3, alpha=-0.5),
}.items():
    trainer = types.SimpleNamespace(
        accelerator=accelerator, **{"alpha": 0.0, "label_smoothing": 0.0, "simpo_gamma": 0.0, **settings}
    )
    record(
        name,
        lambda w, l, t=trainer: CPOTrainer.cpo_loss(t, w, l)[0],
        settings["loss_type"] in ("ipo", "simpo"),
    )


def orpo(w, l):
    trainer = types.SimpleNamespace(accelerator=accelerator, beta=0.3)
    return -ORPOTrainer.odds_ratio_loss(trainer, w.as_subclass(Double), l.as_subclass(Double))[0].as_subclass(
        torch.Tensor
    )


record("orpo", orpo, True)
record("slic", lambda w, l: torch.relu(1.5 - w + l) - 0.4 * w, False)

with open("reference-free-losses.json", "w") as out:
    json.dump(
        {
            "chosen_tokens": [t.tolist() for t in tokens["chosen"]],
            "rejected_tokens": [t.tolist() for t in tokens["rejected"]],
            "losses": losses,
        },
        out,
        indent=1,
    )
