"""What a card can do decides on device, precision and compilation; cards are played by monkeypatch."""
import importlib.util

import pytest
import torch

from lib.network import devices

BUILT = ["sm_70", "sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120"]           # of torch 2.11 for CUDA
OLD = ["sm_50", "sm_60", "sm_70"]


@pytest.fixture
def card(monkeypatch):
    def play(name="a card", capability=(8, 0), built=BUILT, triton=True, bf16=None):
        monkeypatch.delenv("DEVICE", raising=False)
        answers = {"is_available": True, "get_device_name": name, "get_device_capability": capability,
                   "get_arch_list": built, "is_bf16_supported": capability >= (8, 0)}
        for function, answer in answers.items():
            monkeypatch.setattr(torch.cuda, function, lambda *_, answer=answer, **__: answer)
        found = importlib.util.find_spec
        monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: (
            ("spec" if triton else None) if name == "triton" else found(name, *rest)))
    return play


@pytest.mark.parametrize("name, capability, built, triton, said", [
    ("NVIDIA H100", (9, 0), BUILT, True, "NVIDIA H100, bfloat16, compiled steps"),
    ("NVIDIA A100", (8, 0), BUILT, False, "NVIDIA A100, bfloat16"),                 # Windows: no triton
    ("NVIDIA L4", (8, 9), BUILT, True, "NVIDIA L4, bfloat16, compiled steps"),
    ("Tesla T4", (7, 5), BUILT, True, "Tesla T4, float32, compiled steps"),         # Colab, free
    ("Tesla P100", (6, 0), OLD, True, "Tesla P100, float32"),                       # Kaggle, an older torch
])
def test_a_card_computes_in_what_it_has(card, name, capability, built, triton, said):
    card(name, capability, built, triton)
    device = devices.best()
    assert device.type == "cuda" and devices.said(device) == said


def test_a_card_without_machine_code_is_left_aside(card):
    card("Tesla P100", (6, 0), BUILT)
    assert devices.best().type == "cpu"
    card("Tesla P100", (6, 0), OLD)                                  # control: with it, it is taken
    assert devices.best().type == "cuda"


@pytest.mark.parametrize("native", [True, False])
def test_a_cpu_computes_in_bfloat16_where_it_has_it(monkeypatch, native):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: native)
    cpu = torch.device("cpu")
    assert devices.bfloat16(cpu) == native and not devices.compiles(cpu)
    assert devices.said(cpu).endswith("bfloat16" if native else "float32")


@pytest.mark.parametrize("named, here, words", [
    ("gpu", False, "unknown DEVICE=gpu: choose one of cpu, cuda, mps"),
    ("cuda", False, "DEVICE=cuda: torch sees no such device"),
    ("mps", False, "DEVICE=mps: torch sees no such device"),
    ("cpu", True, None), ("mps", True, None)])
def test_a_device_named_by_hand_is_taken_or_refused(monkeypatch, named, here, words):
    monkeypatch.setenv("DEVICE", named)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: here)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: here)
    if words is None:
        assert devices.best().type == named
    else:
        with pytest.raises(ValueError, match=words):
            devices.best()
