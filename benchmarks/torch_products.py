"""The matrix products of one gpt2 step in PyTorch, as MatmulBench times them: usage: torch_products.py [bf16]"""
import statistics
import sys
import time

import torch

torch.set_num_threads(2)
dtype = torch.bfloat16 if "bf16" in sys.argv else torch.float32
TOKENS, EMBED, LAYERS, VOCAB = 1024, 768, 12, 50257


def layer(k, n, count):
    return [(TOKENS, k, n, False, False, count), (TOKENS, n, k, False, True, count), (k, TOKENS, n, True, False, count)]


products = (
    layer(EMBED, 3 * EMBED, LAYERS)
    + layer(EMBED, EMBED, LAYERS)
    + layer(EMBED, 4 * EMBED, LAYERS)
    + layer(4 * EMBED, EMBED, LAYERS)
    + [(TOKENS, EMBED, VOCAB, False, True, 1), (TOKENS, VOCAB, EMBED, False, False, 1), (VOCAB, TOKENS, EMBED, True, False, 1)]
)
flop = seconds = 0.0
for m, k, n, left, right, count in products:
    a = torch.randn((k, m) if left else (m, k), dtype=dtype)
    b = torch.randn((n, k) if right else (k, n), dtype=dtype)
    a, b = a.T if left else a, b.T if right else b
    times = []
    for run in range(9):
        start = time.perf_counter()
        a @ b
        times.append(time.perf_counter() - start)
    flop += count * 2e-9 * m * k * n
    seconds += count * statistics.median(times[2:])
print(f"torch {dtype} products of a gpt2 step {flop:.0f} GFLOP {1e3 * seconds:.0f} ms {flop / seconds:.1f} GFLOP/s")
