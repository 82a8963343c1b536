import pytest
import torch

from aibt.rl.radam import RAdam


@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
def test_rectified_adam_moves_as_torch_does(scale: float) -> None:
    generator = torch.Generator().manual_seed(0)
    ours = torch.randn(20, generator=generator)
    theirs = ours.clone().requires_grad_()
    optimizer = RAdam(ours, clip_norm=10.0)
    reference = torch.optim.RAdam([theirs], lr=1e-2)

    for update in range(1, 60):  # the first five are not adapted
        gradient = torch.randn(20, generator=generator) * scale
        theirs.grad = gradient.clone()
        torch.nn.utils.clip_grad_norm_([theirs], 10.0)
        reference.step()
        optimizer.update(gradient, 1e-2)
        torch.testing.assert_close(ours, theirs.detach(), rtol=1e-4, atol=1e-5)
        assert optimizer.updates == update


def test_it_goes_on_from_what_it_holds() -> None:
    generator = torch.Generator().manual_seed(0)
    gradients = torch.randn(20, 8, generator=generator)
    whole, resumed = torch.ones(8), torch.ones(8)
    one, first = RAdam(whole, clip_norm=10.0), RAdam(resumed, clip_norm=10.0)
    for gradient in gradients:
        one.update(gradient.clone(), 1e-2)

    for gradient in gradients[:9]:
        first.update(gradient.clone(), 1e-2)
    second = RAdam(resumed, clip_norm=10.0)
    second.mean.copy_(first.mean)
    second.square.copy_(first.square)
    second.updates = first.updates
    for gradient in gradients[9:]:
        second.update(gradient.clone(), 1e-2)

    assert torch.equal(whole, resumed)
