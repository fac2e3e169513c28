using System.Globalization;
using Hrm.Layers;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>A layer and its size.</summary>
/// <param name="Kind">The layer.</param>
/// <param name="Width">D.</param>
/// <param name="Batch">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Float">The dtype of the activations; weights are float32.</param>
public readonly record struct LayerCase(LayerKind Kind, int Width, int Batch, int Tokens, FloatKind Float)
{
    private const double Expansion = 4;
    private const int HeadWidthOfWide = 64;
    private const int HeadWidthOfNarrow = 32;
    private const int NarrowWidth = 128;

    /// <summary>Every case of the full run.</summary>
    public static IEnumerable<LayerCase> All { get; } =
    [
        .. from shape in new (int Width, int Batch, int Tokens)[] { (128, 64, 81), (512, 16, 81), (128, 4, 900), (512, 2, 900) }
           from kind in Enum.GetValues<LayerKind>()
           from number in Enum.GetValues<FloatKind>()
           select new LayerCase(kind, shape.Width, shape.Batch, shape.Tokens, number),
    ];

    /// <summary>A, the heads: as wide as the presets have them.</summary>
    public int Heads => Width / (Width <= NarrowWidth ? HeadWidthOfNarrow : HeadWidthOfWide);

    /// <summary>I of the feed-forward layer.</summary>
    public long InnerWidth => SwiGlu.InnerWidth(Width, Expansion);

    /// <summary>I of the token mixer.</summary>
    public long MixerInnerWidth => SwiGlu.InnerWidth(Tokens, Expansion);

    /// <summary>Whether the quick run measures it: the long sequence with the attention block alone.</summary>
    public bool IsQuick => Tokens <= 81 || Kind == LayerKind.Block;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind} D{Width} B{Batch} S{Tokens} {Float}");
}
