using TorchSharp;
using TorchSharp.Utils;
using static Hrm.Layers.Tests.PlainComparison;
using static TorchSharp.torch;

namespace Hrm.Layers.Tests;

/// <summary>A gated merge as a function of one tensor, [2, B, S, D]: the state, and its injection.</summary>
internal sealed class StackedMerge : nn.Module<Tensor, Tensor>
{
    public const int Width = 24;

    [ComponentName(Name = "merge")]
    private readonly GatedMerge _merge = new(Width);

    private StackedMerge()
        : base(nameof(StackedMerge))
        => RegisterComponents();

    /// <summary>Creates a layer with open and closed gates.</summary>
    public static StackedMerge Create(Generator generator)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var layer = new StackedMerge();
        foreach (var weight in layer.parameters())
        {
            weight.normal_(0, 0.3, generator);
        }

        return layer;
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _merge.call(input[0], input[1]).MoveToOuterDisposeScope(); // [B, S, D]
    }
}
