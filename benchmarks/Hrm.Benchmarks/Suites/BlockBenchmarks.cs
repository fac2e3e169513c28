using System.Globalization;
using BenchmarkDotNet.Attributes;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Plain;
using Hrm.Benchmarks.Workloads;
using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Suites;

/// <summary>Passes to measure.</summary>
public enum Pass
{
    /// <summary>Forward pass.</summary>
    Forward,

    /// <summary>Forward and backward pass.</summary>
    ForwardBackward,
}

/// <summary>Size of a block.</summary>
/// <param name="Width">D, in heads of 64, or of 32 up to D 128.</param>
/// <param name="Batch">B.</param>
/// <param name="Tokens">S.</param>
/// <param name="Dtype">Dtype of the activations; weights are float32.</param>
/// <param name="MixTokens">Whether the block has a token mixer instead of attention.</param>
public readonly record struct BlockSize(int Width, int Batch, int Tokens, ScalarType Dtype, bool MixTokens = false)
{
    internal HrmConfig Config => new()
    {
        SequenceLength = Tokens,
        VocabularySize = 11,
        HiddenSize = Width,
        Heads = Width / (Width <= 128 ? 32 : 64),
        Mixing = MixTokens ? TokenMixing.TokenMixer : TokenMixing.Attention,
        PositionEncoding = MixTokens ? PositionEncoding.None : PositionEncoding.Rope,
        ForwardDtype = Dtype,
    };

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{(MixTokens ? "mixer" : "attention")} D{Width} B{Batch} S{Tokens} {Dtype.Label()}");
}

/// <summary>Blocks of the library against the plain op sequence with the same weights, and against their matrix products.</summary>
public class BlockBenchmarks
{
    private HrmConfig _config = null!;
    private TransformerBlock _block = null!;
    private PlainWeights _weights = null!;
    private PlainRotary _rotary = null!;
    private MatrixProducts _products = null!;
    private Tensor _input = null!; // [B, S, D]
    private Tensor _gradient = null!; // [B, S, D]

    [ParamsSource(nameof(Sizes))]
    public BlockSize Size { get; set; }

    public static IEnumerable<BlockSize> Sizes =>
        from shape in new (int Width, int Batch, int Tokens)[] { (128, 64, 81), (512, 16, 81), (128, 4, 900), (512, 2, 900) }
        from dtype in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16]
        from mixTokens in (bool[])[false, true]
        where shape.Tokens == 81 || !mixTokens
        select new BlockSize(shape.Width, shape.Batch, shape.Tokens, dtype, mixTokens);

    /// <summary>Passes to run. The forward pass records no gradients, as in most updates of a segment.</summary>
    [ParamsAllValues]
    public Pass Pass { get; set; }

    internal string Libraries => _products.Libraries;

    /// <summary>Creates the sides and requires that they compute the same.</summary>
    /// <exception cref="MeasurementException">They do not.</exception>
    [GlobalSetup]
    public void Setup()
    {
        _config = Size.Config;
        using var generator = new Generator(2506, CPU);
        using var scope = NewDisposeScope();
        var headWidth = Size.Width / _config.Heads;
        var feedForward = new SwiGlu(Size.Width, _config.InnerWidth, generator);
        _block = Size.MixTokens
            ? new TransformerBlock(new SwiGlu(Size.Tokens, _config.MixerInnerWidth, generator), feedForward, _config.RmsNormEpsilon)
            : new TransformerBlock(
                new SelfAttention(Size.Width, _config.Heads, new RotaryEmbedding(headWidth, Size.Tokens, _config.RotaryBase), generator),
                feedForward,
                _config.RmsNormEpsilon);
        _weights = new PlainWeights(_block);
        _rotary = new PlainRotary(headWidth, Size.Tokens, _config.RotaryBase, CPU);
        _products = new MatrixProducts(Size.Dtype, CPU).AddBlocks(_config, Size.Batch, count: 1);
        long[] shape = [Size.Batch, Size.Tokens, Size.Width];
        _input = randn(shape, generator: generator).to(Size.Dtype).DetachFromDisposeScope().requires_grad_(true);
        _gradient = randn(shape, generator: generator).to(Size.Dtype).DetachFromDisposeScope();
        RequireEqualResults();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _block.Dispose();
        _weights.Dispose();
        _rotary.Dispose();
        _products.Dispose();
        _input.grad?.Dispose();
        _input.Dispose();
        _gradient.Dispose();
    }

    /// <summary>The authors' operations, one after the other.</summary>
    [Benchmark(Baseline = true)]
    public void PlainSequence() => Run(PlainBlock, _weights.Trained);

    /// <summary>Matrix products only.</summary>
    [Benchmark]
    public void Roofline()
    {
        _products.Forward();
        if (Pass == Pass.ForwardBackward)
        {
            _products.Backward();
        }
    }

    /// <summary>The library's block.</summary>
    [Benchmark]
    public void Library() => Run(_block.call, _block.parameters());

    /// <summary>Requires equal outputs and gradients. A bfloat16 case is compared in float32 first, because bfloat16 rounds by 0.4 %.</summary>
    private void RequireEqualResults()
    {
        if (Size.Dtype == ScalarType.BFloat16)
        {
            var wide = new BlockBenchmarks { Size = Size with { Dtype = ScalarType.Float32 } };
            wide.Setup();
            wide.Cleanup();
        }

        var (outputTolerance, gradientTolerance) = Size.Dtype == ScalarType.Float32 ? (1e-5, 1e-4) : (2e-2, 3e-2);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            // Without gradient the library can use other kernels.
            Equality.Require($"{Size}, output without gradient", _block.call(_input), PlainBlock(_input), outputTolerance);
        }

        var library = Results(_block.call, name => _block.get_parameter(name)!);
        var plain = Results(PlainBlock, name => _weights[name]);
        foreach (var name in plain.Keys)
        {
            Equality.Require($"{Size}, {name}", library[name], plain[name], name == "output" ? outputTolerance : gradientTolerance);
        }
    }

    private Tensor PlainBlock(Tensor input) => Size.MixTokens
        ? PlainLayers.MixerBlock(input, name => _weights[name], _config.RmsNormEpsilon)
        : PlainLayers.Block(input, name => _weights[name], _config.Heads, _rotary, _config.RmsNormEpsilon);

    private void Run(Func<Tensor, Tensor> block, IEnumerable<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        if (Pass == Pass.Forward)
        {
            using var noGradient = no_grad();
            block(_input);
            return;
        }

        block(_input).backward([_gradient]);
        RandomData.ClearGradients(weights.Prepend(_input));
    }

    private Dictionary<string, Tensor> Results(Func<Tensor, Tensor> block, Func<string, Tensor> weight)
    {
        var output = block(_input);
        output.backward([_gradient]);
        var names = _weights.Names.ToArray();
        var results = names.ToDictionary(name => $"gradient of {name}", name => weight(name).grad!.clone(), StringComparer.Ordinal);
        results["gradient of the input"] = _input.grad!.clone();
        results["output"] = output.detach();
        RandomData.ClearGradients(names.Select(weight).Prepend(_input));
        return results;
    }
}
