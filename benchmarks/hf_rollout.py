"""Times what `benchmarks/rollouts` times, in transformers: hf_rollout.py MODEL_DIR PROMPTS.jsonl SAMPLES TOKENS CALLS.

Samples from the whole distribution at temperature 1, all answers in one batch, and prints the tokens a second of the median call after the first.
"""

import json
import statistics
import sys
import time

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

model_dir, prompts, samples, tokens, calls = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6])
torch.set_num_threads(2)
torch.manual_seed(0)
tokenizer = AutoTokenizer.from_pretrained(model_dir, padding_side="left")
tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
model = AutoModelForCausalLM.from_pretrained(model_dir, dtype=torch.float32).eval()
texts = [json.loads(line)["prompt"] for line in open(prompts)]
batch = tokenizer(texts, return_tensors="pt", padding=True)
rates = []
for _ in range(calls):
    start = time.perf_counter()
    with torch.no_grad():
        out = model.generate(
            **batch,
            do_sample=True,
            temperature=1.0,
            top_k=0,
            top_p=1.0,
            num_return_sequences=samples,
            max_new_tokens=tokens,
            use_cache=True,
            pad_token_id=tokenizer.pad_token_id,
        )
    seconds = time.perf_counter() - start
    answers = out[:, batch["input_ids"].shape[1] :]
    ends = (answers == model.generation_config.eos_token_id).int()
    # The token that ends an answer counts, what pads it does not.
    counted = int((ends.cumsum(1) - ends == 0).sum())
    rates.append(counted / seconds)
print(f"transformers tokens/s {statistics.median(rates[1:] or rates):.0f}")
