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

    public static LayerRoofline Of(LayerCase layer, Generator generator)
    {
        var dtype = layer.Float.ToDtype();
        long rows = layer.Batch * layer.Tokens;
        LinearProducts Linear(long count, long inputs, long outputs) => new(count, inputs, outputs, dtype, generator);
        IRooflinePart[] Attention() =>
        [
            Linear(rows, layer.Width, 3 * layer.Width),
            new AttentionProducts(layer.Batch * layer.Heads, layer.Tokens, layer.Width / layer.Heads, dtype, generator),
            Linear(rows, layer.Width, layer.Width),
        ];
        IRooflinePart[] FeedForward() => [Linear(rows, layer.Width, 2 * layer.InnerWidth), Linear(rows, layer.InnerWidth, layer.Width)];
        IRooflinePart[] Mixer() =>
        [
            Linear(layer.Batch * layer.Width, layer.Tokens, 2 * layer.MixerInnerWidth),
            Linear(layer.Batch * layer.Width, layer.MixerInnerWidth, layer.Tokens),
        ];
        return new LayerRoofline(layer.Kind switch
        {
            LayerKind.Block => [.. Attention(), .. FeedForward()],
            LayerKind.MixerBlock => [.. Mixer(), .. FeedForward()],
            LayerKind.Attention => Attention(),
            LayerKind.SwiGlu => FeedForward(),
            LayerKind.TokenMixer => Mixer(),
            LayerKind.RmsNorm => [new Copy(rows * layer.Width, dtype)],
            _ => [new Copy(2 * rows * layer.Width, dtype)],
        });
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
}
