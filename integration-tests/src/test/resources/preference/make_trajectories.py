"""Writes kto.json and orpo.json: steps of TRL 1.13's own trainers on TinyStories-656K and rows of hh-rlhf, in float32 on the CPU.
Run with trl==1.13.0: python make_trajectories.py MODEL_DIR dpo-sigmoid.rows.jsonl.gz"""

import gzip
import json
import sys
import tempfile

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import KTOConfig, KTOTrainer
from trl.experimental.orpo import ORPOConfig, ORPOTrainer

STEPS = 8
BATCH = 8
model_dir, rows_file = sys.argv[1:]
with gzip.open(rows_file, "rt") as file:
    rows = [json.loads(line) for line in file]
tokens = AutoTokenizer.from_pretrained(model_dir)
plain = Tokenizer.from_file(model_dir + "/tokenizer.json")


def parted(row):
    """Texts whose tokens part where prompt and answer do: where they do not, TRL's KTO loses a token, and says so."""
    prompt = row["prompt"] + "\n"
    return {"prompt": prompt, "chosen": row["chosen"].strip(), "rejected": row["rejected"].strip()}


def is_plain(row):
    prompt = tokens(row["prompt"]).input_ids
    for side in ("chosen", "rejected"):
        whole = tokens(row["prompt"] + row[side]).input_ids
        # transformers drops characters that the vocabulary lacks; tokenizer.json makes them <unk>.
        if whole[: len(prompt)] != prompt or whole != plain.encode(row["prompt"] + row[side]).ids:
            return False
    return all(text.isascii() for text in row.values())


used = [i for i, r in enumerate(rows) if is_plain(parted(r))][: STEPS * BATCH]
assert len(used) == STEPS * BATCH
rows = [parted(rows[i]) for i in used]
common = dict(
    per_device_train_batch_size=BATCH,
    gradient_accumulation_steps=1,
    max_steps=STEPS,
    learning_rate=1e-4,
    lr_scheduler_type="linear",
    warmup_steps=0,
    weight_decay=0.0,
    max_grad_norm=1.0,
    logging_steps=1,
    save_strategy="no",
    report_to=[],
    max_length=512,
    bf16=False,
    use_cpu=True,
    seed=17,
    gradient_checkpointing=False,
)


def write(name, trainer):
    trainer.train()
    steps = [log for log in trainer.state.log_history if "loss" in log]
    with open(name + ".json", "w") as out:
        json.dump(
            {
                "source": "trl 1.13.0, fp32 CPU, rows in file order",
                "batch": BATCH,
                "learning_rate": 1e-4,
                "steps": STEPS,
                "max_length": 512,
                "rows": used,
                "trajectory": steps,
            },
            out,
            indent=1,
        )
    print(name, [s["loss"] for s in steps])


def parts():
    tokenizer = AutoTokenizer.from_pretrained(model_dir)
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32), tokenizer


with tempfile.TemporaryDirectory() as out:
    torch.manual_seed(17)
    model, tokenizer = parts()
    judged = []
    for i, r in enumerate(rows):
        side = "chosen" if i % 2 == 0 else "rejected"
        judged.append({"prompt": r["prompt"], "completion": r[side], "label": side == "chosen"})
    write(
        "kto",
        KTOTrainer(
            model=model,
            args=KTOConfig(output_dir=out, beta=0.1, desirable_weight=1.0, undesirable_weight=1.0, **common),
            train_dataset=Dataset.from_list(judged),
            processing_class=tokenizer,
        ),
    )
    model, tokenizer = parts()
    trainer = ORPOTrainer(
        model=model,
        args=ORPOConfig(output_dir=out, beta=0.1, train_sampling_strategy="sequential", **common),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
    )
    write("orpo", trainer)
