"""Ids that AutoTokenizer gives with tokenizers of published models, for RealTokenizersTest.

Usage: python make_real.py SHARED_DATA OUT.json.gz
"""
import gzip, json, os, shutil, sys, tempfile
os.environ["HF_HUB_OFFLINE"] = "1"
import transformers
from transformers import AutoTokenizer
from make_variants import TEXTS, bases, write
transformers.logging.set_verbosity(50)
MORE = [
    "In 1969, Neil Armstrong said: \"That's one small step for [a] man...\"", "\t\tint main(void) { return 0; }\r\n\r\n",
    "\u00dcbergr\u00f6\u00dfentr\u00e4ger \u2014 na\u00efvet\u00e9 \u2026", "\u0928\u092e\u0938\u094d\u0924\u0947 \u0926\u0941\u0928\u093f\u092f\u093e", "\u0645\u0631\u062d\u0628\u0627", "\u3053\u3093\u306b\u3061\u306f\u4e16\u754c", "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "3.14159265358979 1,000,000 0x1F", "a\u0000b", "   three   spaces   ", "\n\n\n", "don't DON'T I'll we've", "http://example.org/a?b=c&d=%20",
]
S = "PreTrainedTokenizerFast"
REAL = [
    ("gpt2", "tokenizers/gpt2", {"encoder.json": "vocab.json", "vocab.bpe": "merges.txt"}, {"config.json": {"model_type": "gpt2"}}),
    ("gpt-neox-20b", "tokenizers/gpt-neox-20b", {"tokenizer.json": "tokenizer.json"}, {"config.json": {"model_type": "gpt_neox"}}),
    ("phi-3", "tokenizers/phi-3", {"tokenizer.json": "tokenizer.json", "tokenizer_config.json": "tokenizer_config.json"}, {"config.json": {"model_type": "phi3"}}),
    ("tok512", "tokenizers/tok512", {"tokenizer.json": "tokenizer.json"}, {"config.json": {"model_type": "llama"}}),
    ("stories260K", "models/stories260K", {"tokenizer.json": "tokenizer.json", "tokenizer_config.json": "tokenizer_config.json"}, {"config.json": {"model_type": "llama"}}),
    ("TinyStories-656K", "models/TinyStories-656K", {"tokenizer.json": "tokenizer.json"}, {"config.json": {"model_type": "llama"}, "tokenizer_config.json": {"tokenizer_class": S, "bos_token": "<|start_story|>"}}),
    ("gpt-nano-sort", "models/gpt-nano-sort", {"tokenizer.json": "tokenizer.json", "tokenizer_config.json": "tokenizer_config.json"}, {"config.json": {"model_type": "gpt2"}}),
]
OWN = [
    ("own byte-level, Qwen2", {"vocab.json": {"@base": "bytes", "part": "vocab"}, "merges.txt": {"@base": "bytes", "part": "merges"}, "config.json": {"model_type": "qwen2"}, "tokenizer_config.json": {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<|im_end|>", "additional_special_tokens": ["<|im_start|>", "<|im_end|>"]}}),
    ("own unigram", {"tokenizer.json": {"@base": "unigram", "set": {}}, "config.json": {"model_type": "llama"}, "tokenizer_config.json": {"tokenizer_class": S, "eos_token": "</s>", "unk_token": "<unk>"}}),
    ("own word pieces", {"tokenizer.json": {"@base": "bert", "set": {}}, "config.json": {"model_type": "gpt2"}, "tokenizer_config.json": {"tokenizer_class": "BertTokenizer"}}),
]
texts = TEXTS + MORE
base = bases(); out = []
def record(name, d, extra):
    t = AutoTokenizer.from_pretrained(d)
    ok = []
    for x in texts:
        try: ok.append([t(x)["input_ids"], t(x, add_special_tokens=False)["input_ids"]])
        except BaseException: ok.append(None)
    out.append(dict({"name": name, "class": type(t).__name__, "ids": ok}, **extra))
for name, source, copy, files in REAL:
    with tempfile.TemporaryDirectory() as d:
        for a, b in copy.items(): shutil.copy(os.path.join(sys.argv[1], source, a), os.path.join(d, b))
        for f, c in files.items(): json.dump(c, open(os.path.join(d, f), "w"))
        record(name, d, {"source": source, "copy": copy, "files": files})
for name, files in OWN:
    with tempfile.TemporaryDirectory() as d:
        write(files, base, d); record(name, d, {"files": files})
with gzip.GzipFile(sys.argv[2], "wb", mtime=0) as g:
    g.write(json.dumps({"made_with": "transformers %s; make_real.py" % transformers.__version__, "texts": texts, "bases": base, "tokenizers": out}).encode())
for o in out: print(o["name"], o["class"], sum(i is not None for i in o["ids"]))
