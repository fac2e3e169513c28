using Hrm.Benchmarks.Plain;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads.Layers;

/// <summary>The library's layer, the plain op sequence with the same weights, and the roofline of the same shapes.</summary>
internal sealed class LayerPair : IDisposable
{
    private const double Epsilon = 1e-5;
    private const double Theta = 10000;
    private const ulong Seed = 2506;

    private readonly nn.Module<Tensor, Tensor> _layer;
    private readonly PlainWeights _weights;
    private readonly PlainRotary _rotary;
    private readonly LayerRoofline _roofline;
    private readonly Tensor _input;
    private readonly Tensor _gradient;

    public LayerPair(LayerCase layerCase)
    {
        Case = layerCase;
        using var generator = new Generator(Seed, CPU);
        using var scope = NewDisposeScope();
        _layer = CreateLayer(layerCase, generator);
        _weights = new PlainWeights(_layer);
        _rotary = new PlainRotary(layerCase.Width / layerCase.Heads, layerCase.Tokens, Theta, CPU);
        _roofline = LayerRoofline.Of(layerCase, generator);
        var shape = InputShape(layerCase);
        _input = randn(shape, generator: generator).to(layerCase.Float.ToDtype()).DetachFromDisposeScope().requires_grad_(true);
        _gradient = randn(shape, generator: generator).to(layerCase.Float.ToDtype()).DetachFromDisposeScope();
    }

    public LayerCase Case { get; }

    /// <summary>Runs the library's layer.</summary>
    public void RunLibrary(Pass pass) => Run(_layer.call, pass, _layer.parameters());

    /// <summary>Runs the plain op sequence.</summary>
    public void RunPlain(Pass pass) => Run(Plain, pass, _weights.Trained);

    /// <summary>Runs the matrix products alone; for a layer that has none, copies its input.</summary>
    public void RunRoofline(Pass pass)
    {
        using var noGradient = no_grad();
        _roofline.Forward();
        if (pass == Pass.ForwardBackward)
        {
            _roofline.Backward();
        }
    }

    /// <summary>Outputs and gradients of both sides must agree.</summary>
    /// <exception cref="UnequalResultsException">They do not.</exception>
    public void RequireEqualResults(double outputTolerance, double gradientTolerance)
    {
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            // The path without gradient may be another one.
            Closeness.Require($"{Case}, output without gradient", _layer.call(_input), Plain(_input), outputTolerance);
        }

        var library = Results(_layer.call, name => _layer.get_parameter(name)!);
        var plain = Results(Plain, name => _weights[name]);
        Closeness.Require($"{Case}, output", library["output"], plain["output"], outputTolerance);
        foreach (var name in plain.Keys.Where(name => name != "output"))
        {
            Closeness.Require($"{Case}, gradient of {name}", library[name], plain[name], gradientTolerance);
        }
    }

    public void Dispose()
    {
        _layer.Dispose();
        _weights.Dispose();
        _rotary.Dispose();
        _roofline.Dispose();
        _input.grad?.Dispose();
        _input.Dispose();
        _gradient.Dispose();
    }

    private static nn.Module<Tensor, Tensor> CreateLayer(LayerCase layer, Generator generator) => layer.Kind switch
    {
        LayerKind.Block => new TransformerBlock(Attention(layer, generator), new SwiGlu(layer.Width, layer.InnerWidth, generator), Epsilon),
        LayerKind.MixerBlock => new TransformerBlock(
            new TokenMixer(layer.Tokens, layer.MixerInnerWidth, generator), new SwiGlu(layer.Width, layer.InnerWidth, generator), Epsilon),
        LayerKind.Attention => Attention(layer, generator),
        LayerKind.SwiGlu => new SwiGlu(layer.Width, layer.InnerWidth, generator),
        LayerKind.TokenMixer => new TokenMixer(layer.Tokens, layer.MixerInnerWidth, generator),
        LayerKind.RmsNorm => new RmsNorm(Epsilon),
        LayerKind.Rope => Rotary(layer),
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer.Kind, "expected a layer"),
    };

    private static SelfAttention Attention(LayerCase layer, Generator generator) => new(layer.Width, layer.Heads, Rotary(layer), generator);

    private static RotaryEmbedding Rotary(LayerCase layer) => new(layer.Width / layer.Heads, layer.Tokens, Theta);

    private static long[] InputShape(LayerCase layer) => layer.Kind switch
    {
        LayerKind.TokenMixer => [layer.Batch, layer.Width, layer.Tokens],
        LayerKind.Rope => [layer.Batch, layer.Tokens, 2 * layer.Heads, layer.Width / layer.Heads],
        _ => [layer.Batch, layer.Tokens, layer.Width],
    };

    private Tensor Plain(Tensor input) => Case.Kind switch
    {
        LayerKind.Block => PlainLayers.Block(input, name => _weights[name], Case.Heads, _rotary, Epsilon),
        LayerKind.MixerBlock => PlainLayers.MixerBlock(input, name => _weights[name], Epsilon),
        LayerKind.Attention => PlainLayers.Attention(input, _weights["qkv_proj.weight"], _weights["o_proj.weight"], Case.Heads, _rotary),
        LayerKind.SwiGlu or LayerKind.TokenMixer => PlainLayers.SwiGlu(input, _weights["gate_up_proj.weight"], _weights["down_proj.weight"]),
        LayerKind.RmsNorm => PlainLayers.RmsNorm(input, Epsilon),
        _ => _rotary.Rotate(input),
    };

    private void Run(Func<Tensor, Tensor> layer, Pass pass, IEnumerable<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        if (pass == Pass.Forward)
        {
            using var noGradient = no_grad();
            layer(_input);
            return;
        }

        layer(_input).backward([_gradient]);
        ClearGradients(weights);
    }

    private Dictionary<string, Tensor> Results(Func<Tensor, Tensor> layer, Func<string, Tensor> weight)
    {
        var output = layer(_input);
        output.backward([_gradient]);
        var names = _weights.Names.ToArray();
        var results = names.ToDictionary(name => name, name => weight(name).grad!.clone(), StringComparer.Ordinal);
        results["input"] = _input.grad!.clone();
        results["output"] = output.detach();
        ClearGradients(names.Select(weight));
        return results;
    }

    private void ClearGradients(IEnumerable<Tensor> weights)
    {
        _input.grad = null;
        foreach (var weight in weights)
        {
            weight.grad = null;
        }
    }
}
