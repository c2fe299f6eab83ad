"""Makes tokenizer directories of many kinds, and what transformers' AutoTokenizer makes of texts.

Usage: python make_variants.py OUT.json.gz COUNT SEED
"""
import copy, gzip, json, os, random, sys, tempfile, warnings, logging
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")
from tokenizers import Tokenizer, Regex, models, trainers, pre_tokenizers, normalizers, decoders, processors
import transformers
from transformers import AutoTokenizer
transformers.logging.set_verbosity(50)

CORPUS = [
    "The quick brown fox jumps over the lazy dog. It's 2024, and we're here.",
    "hello world, hello again; the user said hello to the assistant",
    "def main():\n    return 42\n\nprint('hello')\n",
    "caf\u00e9 na\u00efve \u4f60\u597d \u4f60\u597d world",
] * 4
TEXTS = [
    "The year 2024 is not 1999.", "<|im_start|>user\nhello<|im_end|>\n", "hello world, hello again",
    "It's WE'RE  \n\n x", "cafe\u0301 nai\u0308ve \u4f60\u597d \U0001f44d\U0001f3fd", "a , b ! it 's",
    "<|tool|>hello [PAD] [USER]hi", "", "xxx\U0001f600", "1234567890 22", " leading", "<s>hello</s> <unk>",
    "<|endoftext|> <|endoftext|>the", "the<|extra|>dog  <|extra|>  dog", "[MASK] hello [CLS][SEP]", "NEW new New",
]
S = lambda c, **k: dict({"content": c, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}, **k)


def bases():
    out = {}
    t = Tokenizer(models.BPE()); t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False); t.decoder = decoders.ByteLevel()
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=[], show_progress=False))
    out["bytes"] = json.loads(t.to_str())
    t = Tokenizer(models.BPE()); t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False); t.decoder = decoders.ByteLevel(); t.post_processor = processors.ByteLevel(trim_offsets=True)
    t.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=["<|endoftext|>"], show_progress=False))
    out["gpt2"] = json.loads(t.to_str())
    t = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True)); t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    u = Tokenizer(models.BPE()); u.pre_tokenizer = pre_tokenizers.Metaspace()
    u.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=120, special_tokens=["<unk>", "<s>", "</s>"] + ["<0x%02X>" % i for i in range(256)], show_progress=False))
    j = json.loads(u.to_str()); k = json.loads(t.to_str()); k["model"]["vocab"] = j["model"]["vocab"]; k["model"]["merges"] = j["model"]["merges"]
    k["added_tokens"] = [dict(S(c), id=i) for i, c in enumerate(["<unk>", "<s>", "</s>"])]
    k["post_processor"] = json.loads('{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],"special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}}')
    out["llama"] = k
    t = Tokenizer(models.WordPiece(unk_token="[UNK]")); t.normalizer = normalizers.BertNormalizer(); t.pre_tokenizer = pre_tokenizers.BertPreTokenizer(); t.decoder = decoders.WordPiece()
    t.train_from_iterator(CORPUS, trainers.WordPieceTrainer(vocab_size=120, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    out["bert"] = json.loads(t.to_str())
    t = Tokenizer(models.Unigram()); t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]); t.pre_tokenizer = pre_tokenizers.Metaspace(); t.decoder = decoders.Metaspace()
    t.train_from_iterator(CORPUS, trainers.UnigramTrainer(vocab_size=90, special_tokens=["<unk>", "<s>", "</s>", "<pad>"], unk_token="<unk>", show_progress=False))
    out["unigram"] = json.loads(t.to_str())
    t = Tokenizer(models.WordLevel(unk_token="<unk>")); t.normalizer = normalizers.Lowercase(); t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True)])
    t.train_from_iterator(CORPUS, trainers.WordLevelTrainer(vocab_size=60, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False))
    out["words"] = json.loads(t.to_str())
    return out


FLAGS = [{}, {"lstrip": True}, {"rstrip": True}, {"lstrip": True, "rstrip": True}, {"single_word": True}, {"normalized": True}, {"special": False}, {"special": False, "normalized": True}]
NAMES = ["<|im_start|>", "<|im_end|>", "<|tool|>", "[USER]", "[PAD]", "<|extra|>", "<|endoftext|>", "NEW", "hello", "<s>", "</s>", "<unk>", "dog"]
ROLES = ["bos_token", "eos_token", "unk_token", "pad_token", "sep_token", "cls_token", "mask_token"]


def variant(r, base):
    name = r.choice(list(base)); j = copy.deepcopy(base[name])
    kinds = {
        "bytes": ["PreTrainedTokenizerFast", "GPT2Tokenizer", "GPT2TokenizerFast", "Qwen2Tokenizer", "Qwen2TokenizerFast", "GPTNeoXTokenizer", "RobertaTokenizer", "TokenizersBackend", "UnknownTokenizer", None],
        "gpt2": ["PreTrainedTokenizerFast", "GPT2Tokenizer", "GPTNeoXTokenizerFast", "Qwen2Tokenizer", None],
        "llama": ["LlamaTokenizer", "LlamaTokenizerFast", "PreTrainedTokenizerFast", "CodeLlamaTokenizer", "GemmaTokenizer", None],
        "bert": ["BertTokenizer", "BertTokenizerFast", "PreTrainedTokenizerFast", None],
        "unigram": ["PreTrainedTokenizerFast", "TokenizersBackend", None], "words": ["PreTrainedTokenizerFast", "PreTrainedTokenizer", None],
    }[name]
    files = {}
    config = {}
    cls = r.choice(kinds)
    if cls: config["tokenizer_class"] = cls
    model = r.choice({"bytes": ["llama", "qwen2", "qwen3", "gpt2", "gpt_neox", "mistral"], "gpt2": ["gpt2", "gpt_neox", "qwen2", "llama"], "llama": ["llama", "mistral"], "bert": ["gpt2", "llama", "mistral"], "unigram": ["llama", "mistral"], "words": ["llama", "mistral"]}[name])
    files["config.json"] = {"model_type": model}
    slow = name in ("bytes", "gpt2") and r.random() < 0.3
    n = len(j["model"]["vocab"])
    if not slow and r.random() < 0.4:
        for _ in range(r.randint(1, 3)):
            c = r.choice(NAMES)
            j["added_tokens"].append(dict(S(c, **r.choice(FLAGS)), id=n + r.randint(0, 4)))
    if r.random() < 0.5:
        config["added_tokens_decoder"] = {str(n + i + r.choice([0, 0, 3])): S(c, **r.choice(FLAGS)) for i, c in enumerate(r.sample(NAMES, r.randint(0, 4)))}
    for role in ROLES:
        x = r.random()
        if x < 0.25: config[role] = r.choice(NAMES)
        elif x < 0.30: config[role] = None
        elif x < 0.36: config[role] = dict(S(r.choice(NAMES), **r.choice(FLAGS)), __type="AddedToken")
    x = r.random()
    if x < 0.25: config["additional_special_tokens"] = r.sample(NAMES, r.randint(0, 3))
    elif x < 0.4: config["extra_special_tokens"] = r.sample(NAMES, r.randint(0, 3))
    elif x < 0.5: config["extra_special_tokens"] = {"image_token": r.choice(NAMES), "tool_token": "<|tool|>"}
    elif x < 0.55: config["additional_special_tokens"] = [dict(S(c, **r.choice(FLAGS)), __type="AddedToken") for c in r.sample(NAMES, 2)]
    if r.random() < 0.1: config["image_token"] = r.choice(NAMES)
    for flag in ("add_bos_token", "add_eos_token"):
        if r.random() < 0.3: config[flag] = r.random() < 0.7
    if r.random() < 0.2: config["add_prefix_space"] = r.random() < 0.5
    if r.random() < 0.2: config["legacy"] = r.random() < 0.5
    if r.random() < 0.1: config["clean_up_tokenization_spaces"] = True
    if name == "bert" and r.random() < 0.3: config["do_lower_case"] = False
    if r.random() < 0.4:
        m = {}
        for role in ROLES:
            x = r.random()
            if x < 0.25: m[role] = r.choice(NAMES)
            elif x < 0.4: m[role] = {k: v for k, v in S(r.choice(NAMES), **r.choice(FLAGS)).items() if k != "special"}
        if r.random() < 0.4: m["additional_special_tokens"] = r.sample(NAMES, r.randint(0, 3))
        if r.random() < 0.15: m["extra_special_tokens"] = r.sample(NAMES, r.randint(0, 3))
        files["special_tokens_map.json"] = m
    if r.random() < 0.3:
        files["added_tokens.json"] = {c: n + i for i, c in enumerate(r.sample(NAMES, r.randint(0, 3)))}
    if not slow and r.random() < 0.1:
        j["padding"] = {"strategy": "BatchLongest", "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": r.choice(NAMES)}
    if not slow and r.random() < 0.1:
        j["truncation"] = {"direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0}
    if r.random() < 0.95 or slow: files["tokenizer_config.json"] = config
    if slow:
        files["vocab.json"] = {"@base": name, "part": "vocab"}
        files["merges.txt"] = {"@base": name, "part": "merges"}
        if r.random() < 0.05: files.pop(r.choice(["merges.txt", "vocab.json"]))
    else:
        changed = {k: v for k, v in j.items() if v != base[name][k]}
        files["tokenizer.json"] = {"@base": name, "set": changed}
    return files


def write(files, base, d):
    for f, c in files.items():
        if isinstance(c, dict) and "@base" in c:
            b = base[c["@base"]]
            if c.get("part") == "vocab": c = b["model"]["vocab"]
            elif c.get("part") == "merges":
                open(os.path.join(d, f), "w", encoding="utf-8").write("#version: 0.2\n" + "".join(" ".join(m) + "\n" for m in b["model"]["merges"])); continue
            else: c = dict(b, **c["set"])
        json.dump(c, open(os.path.join(d, f), "w", encoding="utf-8"))


def expected(d):
    t = AutoTokenizer.from_pretrained(d)
    ids = [t(x, add_special_tokens=False)["input_ids"] for x in TEXTS]
    # The library forgets that a token is special when the normalizer changes its text.
    b = t.backend_tokenizer
    forgets = any(b.id_to_token(i) != a.content for i, a in t.added_tokens_decoder.items())
    return {
        "class": type(t).__name__, "ids": ids, "with_special": [t(x)["input_ids"] for x in TEXTS],
        "decoded": [t.decode(i, skip_special_tokens=False, clean_up_tokenization_spaces=False) for i in ids],
        "skipped": None if forgets else [t.decode(i, skip_special_tokens=True, clean_up_tokenization_spaces=False) for i in ids],
        "named": dict(t.special_tokens_map),
        "roles": {k: getattr(t, k + "_id") for k in ("bos_token", "eos_token", "pad_token", "unk_token")},
        "vocab": max(t.get_vocab().values()) + 1,
    }


if __name__ == "__main__":
    out, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    base = bases(); r = random.Random(seed); variants = []; refused = 0
    for i in range(count):
        files = variant(r, base)
        with tempfile.TemporaryDirectory() as d:
            write(files, base, d)
            try: e = expected(d)
            except BaseException as x:
                e = {"error": repr(x)[:150]}; refused += 1
        variants.append({"files": files, "expected": e})
    with gzip.GzipFile(out, "wb", mtime=0) as g: g.write(json.dumps({"made_with": "transformers %s, tokenizers %s; make_variants.py %d %d" % (transformers.__version__, __import__("tokenizers").__version__, count, seed), "texts": TEXTS, "bases": base, "variants": variants}).encode())
    print(count, "variants,", refused, "refused by AutoTokenizer")
