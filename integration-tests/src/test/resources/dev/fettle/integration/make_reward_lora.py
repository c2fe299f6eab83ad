"""Rewards that peft and transformers give with an adapter that RewardLoraGoldenTest trained and saved.

    ./mvnw -pl integration-tests -am test -Dtest=RewardLoraGoldenTest -Dfettle.keep=/tmp/reward-lora
    python make_reward_lora.py /tmp/reward-lora reward-lora.json

The first command fails at a golden that is absent or old; it leaves the base model in base/ and the run's final/ in
adapter/. Made with transformers 5.18.0 and peft 0.21.
"""

import json
import sys

import torch
from peft import PeftModel
from safetensors import safe_open
from transformers import AutoModelForSequenceClassification

folder, out = sys.argv[1:]
rows = json.load(open(folder + "/rows.json"))
base = AutoModelForSequenceClassification.from_pretrained(
    folder + "/base", num_labels=1, dtype=torch.float32
)
# One row at a time, and never a search for the last token that is no padding.
base.config.pad_token_id = None
with torch.no_grad():
    model = PeftModel.from_pretrained(base, folder + "/adapter")
    model.eval()
    rewards = [model(torch.tensor([ids])).logits[0, 0].item() for ids in rows]
    merged = model.merge_and_unload()
    again = [merged(torch.tensor([ids])).logits[0, 0].item() for ids in rows]
assert max(abs(a - b) for a, b in zip(rewards, again)) < 1e-5, "merging changes rewards"
with safe_open(folder + "/adapter/adapter_model.safetensors", "pt") as f:
    tensors = {name: list(f.get_slice(name).get_shape()) for name in sorted(f.keys())}
config = json.load(open(folder + "/adapter/adapter_config.json"))
json.dump(
    {
        "input_ids": rows,
        "rewards": rewards,
        "tensors": tensors,
        "modules_to_save": config["modules_to_save"],
        "task_type": config["task_type"],
    },
    open(out, "w"),
    indent=1,
)
print(rewards)
