"""Writes estimates.json: advantages of groups by TRL 1.13's own lines of GRPO and RLOO, running moments by its own class, all in
float64 on random rewards; GAE and whitening by the equations of the PPO trainer that TRL had up to 1.12 (1.13 has none), a
coefficient of KL by those of Ziegler et al. 2019. Run with trl==1.13.0, torch: python make_estimates.py"""

import inspect
import json
import textwrap
import types

import torch
from trl.experimental.bco.bco_trainer import RunningMoments
from trl.trainer.grpo_trainer import GRPOTrainer
from trl.trainer.rloo_trainer import RLOOTrainer
from trl.trainer.utils import nanstd

torch.manual_seed(9)
torch.set_default_dtype(torch.float64)
NAN = float("nan")


def plain(x):
    """JSON has no NaN."""
    if isinstance(x, list):
        return [plain(y) for y in x]
    return None if x != x else x


def rounded(x):
    return torch.tensor([round(float(v), 9) for v in x.flatten()]).reshape(x.shape)


class Double(torch.Tensor):
    """TRL rounds moments to float32; these stay what they are."""

    def float(self):
        return self


def lines(trainer, begin, end):
    """TRL's own lines of a method, from one that begins so to one that begins so."""
    source = inspect.getsource(trainer._generate_and_score_completions).split("\n")
    first = next(i for i, line in enumerate(source) if line.strip().startswith(begin))
    last = next(i for i, line in enumerate(source) if i > first and line.strip().startswith(end))
    return textwrap.dedent("\n".join(source[first : last + 1]))


GRPO = lines(GRPOTrainer, "if self.multi_objective_aggregation", "advantages = torch.nan_to_num")
RLOO = lines(RLOOTrainer, "grouped_rewards = rewards.view", "advantages = torch.nan_to_num")


def run(code, groups, **settings):
    rewards = groups.reshape(-1, 1)
    names = {
        "torch": torch,
        "nanstd": nanstd,
        "self": types.SimpleNamespace(
            multi_objective_aggregation="sum_then_normalize", reward_weights=torch.ones(1), **settings
        ),
        "num_generations": groups.shape[1],
        "rewards_per_func": rewards,
        "rewards": rewards[:, 0].clone(),
        "unscorable_mask": torch.isnan(rewards).all(dim=1),
        "device": torch.device("cpu"),
    }
    exec(code, names)
    return names["advantages"].reshape(groups.shape).tolist()


groups = {
    "random": rounded(torch.randn(3, 4)),
    "far from zero": rounded(1e3 + torch.randn(3, 5)),
    "of two": rounded(torch.randn(4, 2)),
    "equal and not": torch.tensor([[1.0, 1, 1], [0, 0, 1], [-2.5, -2.5, -2.5]]),
    "unscored": torch.tensor([[0.5, NAN, -1, 2], [NAN, NAN, NAN, NAN], [NAN, 3, NAN, NAN], [NAN, 1, NAN, 1.5]]),
    "of one": torch.tensor([[0.7], [-1.0]]),
}

cases = {}
for name, group in groups.items():
    cases[name] = {
        "rewards": plain(group.tolist()),
        "grpo_group": run(GRPO, group, scale_rewards="group"),
        "grpo_batch": run(GRPO, group, scale_rewards="batch"),
        "grpo_none": run(GRPO, group, scale_rewards="none"),
        "rloo": run(RLOO, group, normalize_advantages=False),
    }

answers = []
for length, gamma, lam in ((1, 1.0, 0.95), (5, 0.9, 0.8), (7, 1.0, 1.0), (6, 0.97, 0.0), (4, 0.0, 0.5), (9, 1.0, 0.95)):
    rewards, values = rounded(torch.randn(length)), rounded(torch.randn(length))
    advantages, later = torch.zeros(length), 0.0
    for t in reversed(range(length)):
        after = values[t + 1] if t + 1 < length else 0.0
        later = rewards[t] + gamma * after - values[t] + gamma * lam * later
        advantages[t] = later
    answers.append(
        {
            "gamma": gamma,
            "lambda": lam,
            "rewards": rewards.tolist(),
            "values": values.tolist(),
            "advantages": advantages.tolist(),
            "returns": (advantages + values).tolist(),
        }
    )

rows = [torch.tensor(a["advantages"]) for a in answers]
flat = torch.cat(rows)


def whiten(unbiased, shift):
    white = (flat - flat.mean()) * torch.rsqrt(flat.var(unbiased=unbiased) + 1e-8)
    white = white if shift else white + flat.mean()
    return [w.tolist() for w in white.split([len(r) for r in rows])]


whitened = {
    f"{name}, {'shifted' if shift else 'mean kept'}": whiten(unbiased, shift)
    for name, unbiased in (("sample", True), ("population", False))
    for shift in (True, False)
}

moments = RunningMoments(types.SimpleNamespace(use_distributed=False))
running = []
for batch in (torch.randn(4) * 3 + 5, torch.randn(2), torch.randn(7) - 40, torch.tensor([0.25, 0.25])):
    batch = rounded(batch)
    moments.update(batch.as_subclass(Double))
    running.append(
        {"values": batch.tolist(), "mean": moments.mean, "deviation": moments.std, "count": float(round(moments.count))}
    )

coefficient, target, horizon = 0.2, 6.0, 10000.0
adaptive = []
for kl, samples in ((6.0, 256), (7.0, 256), (60.0, 256), (0.0, 512), (5.5, 64), (-3.0, 10000)):
    error = min(max(kl / target - 1, -0.2), 0.2)
    coefficient *= 1 + error * samples / horizon
    adaptive.append({"kl": kl, "samples": samples, "coefficient": coefficient})

with open("estimates.json", "w") as out:
    json.dump(
        {"groups": cases, "answers": answers, "whitened": whitened, "running": running, "adaptive": adaptive}, out, indent=1
    )
    out.write("\n")
