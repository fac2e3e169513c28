using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Training.Tests;

/// <summary>A level that shows what is injected into it.</summary>
internal sealed class WatchedLevel : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor, Tensor> _level;

    public WatchedLevel(nn.Module<Tensor, Tensor, Tensor> level)
        : base(nameof(WatchedLevel))
    {
        _level = level;
        RegisterComponents();
    }

    /// <summary>Told before each update of what is injected, [B, S, D].</summary>
    public Action<Tensor>? Injected { get; set; }

    public override Tensor forward(Tensor state, Tensor injection)
    {
        Injected?.Invoke(injection);
        return _level.call(state, injection); // [B, S, D]
    }
}
