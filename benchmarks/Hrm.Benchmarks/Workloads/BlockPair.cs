using System.Globalization;
using Hrm.Benchmarks.Measuring;
using Hrm.Benchmarks.Plain;
using Hrm.Core;
using Hrm.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Hrm.Benchmarks.Workloads;

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
        MixTokens = MixTokens,
        PositionEncoding = MixTokens ? PositionEncoding.None : PositionEncoding.Rope,
        ForwardDtype = Dtype,
    };

    /// <inheritdoc/>
    public override string ToString()
        => string.Create(CultureInfo.InvariantCulture, $"{(MixTokens ? "mixer" : "attention")} D{Width} B{Batch} S{Tokens} {Dtype.Label()}");
}

/// <summary>A block of the library, the plain op sequence with the same weights, and their matrix products.</summary>
internal sealed class BlockPair : IDisposable
{
    private readonly HrmConfig _config;
    private readonly TransformerBlock _block;
    private readonly PlainWeights _weights;
    private readonly PlainRotary _rotary;
    private readonly MatrixProducts _products;
    private readonly Tensor _input; // [B, S, D]
    private readonly Tensor _gradient; // [B, S, D]

    public BlockPair(BlockSize size)
    {
        Size = size;
        _config = size.Config;
        using var generator = new Generator(2506, CPU);
        using var scope = NewDisposeScope();
        var headWidth = size.Width / _config.Heads;
        var feedForward = new SwiGlu(size.Width, _config.InnerWidth, generator);
        _block = size.MixTokens
            ? new TransformerBlock(new SwiGlu(size.Tokens, _config.MixerInnerWidth, generator), feedForward, _config.RmsNormEpsilon)
            : new TransformerBlock(
                new SelfAttention(size.Width, _config.Heads, new RotaryEmbedding(headWidth, size.Tokens, _config.RopeTheta), generator),
                feedForward,
                _config.RmsNormEpsilon);
        _weights = new PlainWeights(_block);
        _rotary = new PlainRotary(headWidth, size.Tokens, _config.RopeTheta, CPU);
        _products = new MatrixProducts(size.Dtype, CPU).AddBlocks(_config, size.Batch, count: 1);
        long[] shape = [size.Batch, size.Tokens, size.Width];
        _input = randn(shape, generator: generator).to(size.Dtype).DetachFromDisposeScope().requires_grad_(true);
        _gradient = randn(shape, generator: generator).to(size.Dtype).DetachFromDisposeScope();
    }

    public BlockSize Size { get; }

    public void RunLibrary(Pass pass) => Run(_block.call, pass, _block.parameters());

    public void RunPlain(Pass pass) => Run(Plain, pass, _weights.Trained);

    public void RunProducts(Pass pass)
    {
        _products.Forward();
        if (pass == Pass.ForwardBackward)
        {
            _products.Backward();
        }
    }

    /// <summary>Requires equal outputs and gradients. A bfloat16 pair is compared in float32 first, because bfloat16 rounds by 0.4 %.</summary>
    /// <exception cref="MeasurementException">They differ by more than the dtype explains.</exception>
    public void RequireEqualResults()
    {
        if (Size.Dtype == ScalarType.BFloat16)
        {
            using var wide = new BlockPair(Size with { Dtype = ScalarType.Float32 });
            wide.RequireEqualResults();
        }

        var (outputTolerance, gradientTolerance) = Size.Dtype == ScalarType.Float32 ? (1e-5, 1e-4) : (2e-2, 3e-2);
        using var scope = NewDisposeScope();
        using (no_grad())
        {
            // Without gradient the library can use other kernels.
            Equality.Require($"{Size}, output without gradient", _block.call(_input), Plain(_input), outputTolerance);
        }

        var library = Results(_block.call, name => _block.get_parameter(name)!);
        var plain = Results(Plain, name => _weights[name]);
        foreach (var name in plain.Keys)
        {
            Equality.Require($"{Size}, {name}", library[name], plain[name], name == "output" ? outputTolerance : gradientTolerance);
        }
    }

    public void Dispose()
    {
        _block.Dispose();
        _weights.Dispose();
        _rotary.Dispose();
        _products.Dispose();
        _input.grad?.Dispose();
        _input.Dispose();
        _gradient.Dispose();
    }

    private Tensor Plain(Tensor input) => Size.MixTokens
        ? PlainLayers.MixerBlock(input, name => _weights[name], _config.RmsNormEpsilon)
        : PlainLayers.Block(input, name => _weights[name], _config.Heads, _rotary, _config.RmsNormEpsilon);

    private void Run(Func<Tensor, Tensor> block, Pass pass, IEnumerable<Tensor> weights)
    {
        using var scope = NewDisposeScope();
        if (pass == Pass.Forward)
        {
            using var noGradient = no_grad();
            block(_input);
            return;
        }

        block(_input).backward([_gradient]);
        ClearGradients(weights);
    }

    private Dictionary<string, Tensor> Results(Func<Tensor, Tensor> block, Func<string, Tensor> weight)
    {
        var output = block(_input);
        output.backward([_gradient]);
        var names = _weights.Names.ToArray();
        var results = names.ToDictionary(name => $"gradient of {name}", name => weight(name).grad!.clone(), StringComparer.Ordinal);
        results["gradient of the input"] = _input.grad!.clone();
        results["output"] = output.detach();
        ClearGradients(names.Select(weight));
        return results;
    }

    private void ClearGradients(IEnumerable<Tensor> weights)
    {
        foreach (var tensor in weights.Prepend(_input))
        {
            tensor.grad = null;
        }
    }
}
