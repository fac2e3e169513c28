using Hrm.Core;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>
/// The least that a layer can take with this libtorch: its matrix products alone, in the dtype of the activations, with weights that are
/// cast already. Of a layer without products: one copy of its input a pass.
/// </summary>
internal sealed class LayerRoofline : IDisposable
{
    private readonly IReadOnlyList<IRooflinePart> _parts;

    private LayerRoofline(IReadOnlyList<IRooflinePart> parts) => _parts = parts;

    /// <summary>Of a layer.</summary>
    public static LayerRoofline Of(LayerCase layer, Generator generator) => new(PartsOf(layer, generator, CPU));

    /// <summary>Of a block of a model.</summary>
    public static LayerRoofline OfBlock(HrmConfig config, int batch, Generator generator, Device device)
    {
        var dtype = config.ForwardDtype;
        long rows = batch * config.TokenCount;
        IEnumerable<IRooflinePart> mixing = config.MixTokens
            ? Gated(batch * config.HiddenSize, config.TokenCount, config.MixerInnerWidth, dtype, generator, device)
            : Attention(batch, config.TokenCount, config.HiddenSize, config.Heads, dtype, generator, device);
        return new LayerRoofline([.. mixing, .. Gated(rows, config.HiddenSize, config.InnerWidth, dtype, generator, device)]);
    }

    public void Forward()
    {
        foreach (var part in _parts)
        {
            using var scope = NewDisposeScope();
            part.Forward();
        }
    }

    public void Backward()
    {
        foreach (var part in _parts)
        {
            using var scope = NewDisposeScope();
            part.Backward();
        }
    }

    public void Dispose()
    {
        foreach (var part in _parts)
        {
            part.Dispose();
        }
    }

    private static IRooflinePart[] PartsOf(LayerCase layer, Generator generator, Device device)
    {
        var dtype = layer.Float.ToDtype();
        long rows = layer.Batch * layer.Tokens;
        return layer.Kind switch
        {
            LayerKind.Block => [.. Attention(), .. FeedForward()],
            LayerKind.MixerBlock => [.. Mixer(), .. FeedForward()],
            LayerKind.Attention => [.. Attention()],
            LayerKind.SwiGlu => [.. FeedForward()],
            LayerKind.TokenMixer => [.. Mixer()],
            LayerKind.RmsNorm => [new Copy(rows * layer.Width, dtype)],
            _ => [new Copy(2 * rows * layer.Width, dtype)],
        };

        IEnumerable<IRooflinePart> Attention() => LayerRoofline.Attention(layer.Batch, layer.Tokens, layer.Width, layer.Heads, dtype, generator, device);
        IEnumerable<IRooflinePart> FeedForward() => Gated(rows, layer.Width, layer.InnerWidth, dtype, generator, device);
        IEnumerable<IRooflinePart> Mixer() => Gated(layer.Batch * layer.Width, layer.Tokens, layer.MixerInnerWidth, dtype, generator, device);
    }

    private static IEnumerable<IRooflinePart> Attention(long batch, long tokens, long width, long heads, ScalarType dtype, Generator generator, Device device) =>
    [
        new LinearProducts(batch * tokens, width, 3 * width, dtype, generator, device),
        new AttentionProducts(batch * heads, tokens, width / heads, dtype, generator, device),
        new LinearProducts(batch * tokens, width, width, dtype, generator, device),
    ];

    private static IEnumerable<IRooflinePart> Gated(long rows, long width, long innerWidth, ScalarType dtype, Generator generator, Device device) =>
    [
        new LinearProducts(rows, width, 2 * innerWidth, dtype, generator, device),
        new LinearProducts(rows, innerWidth, width, dtype, generator, device),
    ];
}
