using Hrm.Core;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Hrm.Tool;

/// <summary>L of a model without a hierarchy: <c>(zL, zH + x) → f(zH + x)</c>. With <see cref="TakeLow"/> as H that is z ← f(z + x).</summary>
internal sealed class OnInjection : nn.Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = "blocks")]
    private readonly ReasoningModule _blocks;

    public OnInjection(ReasoningModule blocks)
        : base(nameof(OnInjection))
    {
        _blocks = blocks;
        RegisterComponents();
    }

    public override Tensor forward(Tensor state, Tensor injection)
    {
        using var nothing = zeros(1, injection.dtype, injection.device);
        return _blocks.call(injection, nothing); // [B, S, D]
    }
}
